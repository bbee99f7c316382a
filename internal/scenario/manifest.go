package scenario

import (
	"fmt"
	"strings"
)

// identify prints what a recording depends on. OPENSSL_VERSION_TEXT is what PHP
// was built with; phpinfo tells what it runs with. The C library's version is
// the package's: PHP doesn't know it.
const identify = `
$libc = 'unknown';
foreach (explode("\n\n", (string) @file_get_contents('/var/lib/dpkg/status')) as $package) {
    if (preg_match('/^Package: libc6$/m', $package) && preg_match('/^Version: (.*)$/m', $package, $found)) {
        $libc = $found[1];
    }
}
ob_start();
phpinfo(INFO_MODULES);
preg_match('/^OpenSSL Library Version => (.*)$/m', ob_get_clean(), $openssl);
echo 'PHP ', PHP_VERSION, '; ', $openssl[1] ?? 'no OpenSSL', '; glibc ', $libc;
`

// Identity names a PHP, its OpenSSL and its C library.
func (p *PHP) Identity() (string, error) {
	return p.run("", nil, []string{"-r", identify})
}

// Manifest is testdata/compat/MANIFEST: from what each version was recorded.
type Manifest map[string]string

const manifestHead = "# What the answers were recorded from. Written by go test -run Compat -record .\n"

// ParseManifest reads it.
func ParseManifest(text string) (Manifest, error) {
	m := Manifest{}
	for _, line := range strings.Split(text, "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		version, identity, ok := strings.Cut(line, ": ")
		if !ok {
			return nil, fmt.Errorf("bad line %q", line)
		}
		m[version] = identity
	}
	return m, nil
}

// Text writes it.
func (m Manifest) Text() string {
	var b strings.Builder
	b.WriteString(manifestHead)
	for _, v := range Versions {
		if m[v] != "" {
			fmt.Fprintf(&b, "%s: %s\n", v, m[v])
		}
	}
	return b.String()
}
