package realtest

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	. "github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/phptest"
	"github.com/phpstream-go/phpstream/internal/servertest"
)

// sServer starts "openssl s_server" in a directory and returns it with its port.
func sServer(t *testing.T, dir string, args ...string) (*server, string) {
	t.Helper()
	s := start(t, dir, servertest.Need(t, "openssl"), append([]string{"s_server", "-accept", "127.0.0.1:0"}, args...)...)
	_, port, _ := strings.Cut(s.await(t, "ACCEPT "), ":")
	return s, port
}

// serve starts the case's server, which answers each line with the line
// turned round, and returns the request that the case makes.
func (c *sServerCase) serve(t *testing.T, f *files) (*server, request) {
	t.Helper()
	args := strings.Fields(f.replacer().Replace(c.server))
	if !slices.Contains(args, "-cert") {
		args = append(args, "-cert", f.path("good.pem"), "-key", f.path("good.key"))
	}
	s, port := sServer(t, f.dir, append(args, "-rev")...)
	transport := c.transport
	if transport == "" {
		transport = "ssl"
	}
	r := request{Address: transport + "://127.0.0.1:" + port, Options: f.options(c.ssl), Send: []string{"hello\n"}}
	if c.late {
		r.Send = []string{""} // the server may be gone already, which would change the error
	}
	return s, r
}

// isFor tells whether the case is for this version of PHP.
func (c *sServerCase) isFor(version string) bool {
	return len(c.versions) == 0 || slices.Contains(c.versions, version)
}

// TestOpenSSL connects to s_server with this library, in each profile.
func TestOpenSSL(t *testing.T) {
	servertest.Need(t, "openssl")
	f := makeFiles(t)
	for _, c := range sServerCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, r := c.serve(t, f)
			for version, profile := range profiles {
				if c.isFor(version) {
					s.forget()
					c.check(t, "phpstream as PHP "+version, r.here(NewRuntime(profile)), s)
				}
			}
		})
	}
}

// TestOpenSSLWithPHP connects with each PHP too, and compares all that the two
// tell: verdict, errno, errstr, warnings, meta data and what was read.
func TestOpenSSLWithPHP(t *testing.T) {
	servertest.Need(t, "openssl")
	phps := phptest.All(t)
	f := makeFiles(t)
	for _, c := range sServerCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, r := c.serve(t, f)
			for _, php := range phps {
				if !c.isFor(php.Version) {
					continue
				}
				s.forget()
				want := r.inPHP(t, php)
				if c.impossible != "" {
					if !want.Opened {
						t.Errorf("PHP %s can't do it either, so this is no difference:\n%+v", php.Version, want)
					}
					continue
				}
				c.check(t, "PHP "+php.Version, want, s)
				got := r.here(NewRuntime(profiles[php.Version]))
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("PHP %s and phpstream differ (-PHP +phpstream):\n%s", php.Version, diff)
				}
			}
		})
	}
}

// check holds an answer against the case.
func (c *sServerCase) check(t *testing.T, who string, a answer, s *server) {
	t.Helper()
	if c.refused != "" {
		all := strings.Join(a.Events, "\n")
		if a.Opened != c.late || strings.Join(a.Replies, "") != "" || !regexp.MustCompile(c.refused).MatchString(all) {
			t.Errorf("%s was to be refused with %q, got\n%+v", who, c.refused, a)
		}
		return
	}
	if !a.Opened || !slices.Equal(a.Replies, []string{"olleh\n"}) || len(a.Events) > 0 || a.Crypto == nil {
		t.Errorf("%s was to be accepted, got\n%+v", who, a)
		return
	}
	if c.protocol != "" && a.Crypto.Protocol != c.protocol || c.cipher != "" && a.Crypto.Cipher != c.cipher || a.Crypto.ALPN != c.alpn {
		t.Errorf("%s negotiated %+v", who, *a.Crypto)
	}
	for _, told := range []string{"Protocol version: " + a.Crypto.Protocol, "Ciphersuite: " + a.Crypto.Cipher, c.told} {
		servertest.Eventually(t, "the server says "+told, func() bool { return strings.Contains(s.said(), told) })
	}
}
