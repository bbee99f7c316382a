package programs

import (
	"archive/tar"
	"bytes"
	"crypto/sha1"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/phpstream-go/phpstream/internal/servertest"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

const composer = "/usr/bin/composer"

// nginxForComposer has three repositories: one for all, one for who logs in, and one
// whose archives are not what it says.
const nginxForComposer = `
server { listen 127.0.0.1:PORT-clear; LOCATIONS }
server { listen 127.0.0.1:PORT-secure ssl; ssl_certificate CERT/localhost.pem; ssl_certificate_key CERT/localhost.key; LOCATIONS }
`

const locationsForComposer = `
absolute_redirect off;
location /moved/ { rewrite ^/moved/(.*) /dist/$1 redirect; }
location /private/ { auth_basic members; auth_basic_user_file CERT/users; }
`

// An installation is one run of Composer: from where, and what comes of it on plain
// PHP. SECURE and CLEAR are ports.
type installation struct {
	name, url, cafile string
	password          string
	prints            string
	fails             bool
}

var installations = []installation{
	{name: "clear", url: "http://localhost:CLEAR", cafile: "ca.pem", prints: "  - Installing acme/one (1.0.0): Extracting archive\n"},
	{name: "tls", url: "https://localhost:SECURE", cafile: "ca.pem", prints: "  - Installing acme/one (1.0.0): Extracting archive\n"},
	{name: "login", url: "https://localhost:SECURE/private", cafile: "ca.pem", password: "secret", prints: "  - Installing acme/one (1.0.0): Extracting archive\n"},
	{name: "wrong password", url: "https://localhost:SECURE/private", cafile: "ca.pem", password: "wrong", fails: true,
		prints: "The 'https://localhost:SECURE/private/packages.json' URL required authentication (HTTP 401)."},
	{name: "unknown authority", url: "https://localhost:SECURE", cafile: "other-ca.pem", fails: true,
		prints: "could not be downloaded: SSL operation failed with code 1. OpenSSL Error messages:"},
	{name: "wrong name", url: "https://127.0.0.1:SECURE", cafile: "ca.pem", fails: true,
		prints: "could not be downloaded: Peer certificate subjectAltName did not match expected name `127.0.0.1'"},
	{name: "another archive", url: "https://localhost:SECURE/wrong", cafile: "ca.pem", fails: true,
		prints: "The checksum verification of the file failed"},
	{name: "not there", url: "https://localhost:SECURE/nowhere", cafile: "ca.pem", fails: true, prints: "404 Not Found"},
	{name: "refused", url: "https://localhost:1", cafile: "ca.pem", fails: true, prints: "Failed to open stream: Connection refused"},
}

// TestComposer installs packages on both engines.
func TestComposer(t *testing.T) {
	both := engines(t, "8.2")
	if _, err := os.Stat(composer); err != nil {
		lacking(t, "REQUIRE_SERVERS", err.Error())
	}
	dir := t.TempDir()
	ca := testcert.NewCA(testcert.Spec{})
	testcert.WriteCAs(dir, "ca.pem", ca)
	testcert.WriteCAs(dir, "other-ca.pem", testcert.NewCA(testcert.Spec{CN: "Other Root"}))
	ca.Issue(testcert.Spec{CN: "localhost", DNS: []string{"localhost"}}).Write(dir, "localhost")
	testcert.WriteFile(dir, "users", []byte("ann:{PLAIN}secret\n"))
	conf := strings.ReplaceAll(nginxForComposer, "LOCATIONS", locationsForComposer)
	nginx := servertest.StartNginx(t, strings.ReplaceAll(conf, "CERT", dir))
	ports := strings.NewReplacer("CLEAR", nginx.Ports["clear"], "SECURE", nginx.Ports["secure"])
	publish(t, nginx.Root, ports)
	for _, c := range installations {
		t.Run(c.name, func(t *testing.T) {
			var results [2]left
			for i, e := range both {
				results[i] = c.install(t, e, dir, ports)
				results[i].dialogue = nginx.Seen(t)
			}
			plain, here := results[0], results[1]
			if want := ports.Replace(c.prints); !strings.Contains(plain.Stdout+plain.Stderr, want) {
				t.Errorf("on plain PHP there is not %q", want)
			}
			if installed := strings.Contains(plain.Stdout, "vendor/acme/one/hello.php "); installed == c.fails || (plain.Exit != 0) != c.fails {
				t.Errorf("plain PHP: exit status %d, installed: %v", plain.Exit, installed)
			}
			plain.compare(t, here, "composer "+c.name)
		})
	}
}

// install runs Composer in a folder of its own.
func (c *installation) install(t *testing.T, e engine, dir string, ports *strings.Replacer) left {
	t.Helper()
	auth := map[string]map[string]string{}
	if c.password != "" {
		auth[ports.Replace("localhost:SECURE")] = map[string]string{"username": "ann", "password": c.password}
	}
	input, err := json.Marshal(map[string]any{
		"url": ports.Replace(c.url), "cafile": filepath.Join(dir, c.cafile), "folder": t.TempDir(), "auth": auth,
	})
	must(t, err)
	return left{outcome: e.run(t, program{script: "testdata/composer.php", args: []string{string(input)}})}
}

// publish writes the repositories: acme/one is in clear and wants acme/two, which
// comes by TLS and has moved.
func publish(t *testing.T, root string, ports *strings.Replacer) {
	t.Helper()
	for _, p := range []struct{ name, url, requires string }{
		{"one", "http://localhost:CLEAR/dist/one.tar", "acme/two"},
		{"two", "https://localhost:SECURE/moved/two.tar", "php"},
	} {
		archive := pack(t, p.name)
		write(t, filepath.Join(root, "dist", p.name+".tar"), archive)
		sum := fmt.Sprintf("%x", sha1.Sum(archive))
		for folder, sum := range map[string]string{"": sum, "/private": sum, "/wrong": strings.Repeat("0", 40)} {
			version := map[string]any{
				"name": "acme/" + p.name, "version": "1.0.0", "type": "library", "require": map[string]string{p.requires: ">=1"},
				"dist": map[string]string{"type": "tar", "url": ports.Replace(p.url), "shasum": sum},
			}
			list, err := json.Marshal(map[string]any{"packages": map[string]any{"acme/" + p.name: []any{version}}})
			must(t, err)
			write(t, filepath.Join(root, folder, "acme", p.name+".json"), list)
			write(t, filepath.Join(root, folder, "acme", p.name+"~dev.json"), []byte(`{"packages": {}}`))
			write(t, filepath.Join(root, folder, "packages.json"), []byte(`{"metadata-url": "`+folder+`/%package%.json", "available-packages": ["acme/one", "acme/two"]}`))
		}
	}
}

// pack makes a package's archive, of some hundred kilobytes.
func pack(t *testing.T, name string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for file, text := range map[string]string{
		"composer.json": `{"name": "acme/` + name + `"}`,
		"hello.php":     "<?php // " + strings.Repeat(name+" ", 100000),
	} {
		must(t, w.WriteHeader(&tar.Header{Name: name + "/" + file, Mode: 0o644, Size: int64(len(text))}))
		_, err := w.Write([]byte(text))
		must(t, err)
	}
	must(t, w.Close())
	return out.Bytes()
}

func write(t *testing.T, file string, data []byte) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(file), 0o755))
	must(t, os.WriteFile(file, data, 0o644))
}
