package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/phpstream-go/phpstream/internal/faultproxy"
	"github.com/phpstream-go/phpstream/internal/phptest"
	"github.com/phpstream-go/phpstream/internal/servertest"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

const nginxSite = `
server { listen 127.0.0.1:PORT-clear; }
server { listen 127.0.0.1:PORT-secure ssl; ssl_certificate CERT/localhost.pem; ssl_certificate_key CERT/localhost.key; }
`

// TestNginx fetches from a real server, in clear and by TLS, directly and through
// something that breaks each connection off.
func TestNginx(t *testing.T) {
	dir := scripts(t)
	ca := testcert.NewCA(testcert.Spec{})
	cafile := testcert.WriteCAs(dir, "ca.pem", ca)
	stranger := testcert.WriteCAs(dir, "other-ca.pem", testcert.NewCA(testcert.Spec{CN: "Other Root"}))
	ca.Issue(testcert.Spec{CN: "localhost", DNS: []string{"localhost"}}).Write(dir, "localhost")
	n := servertest.StartNginx(t, strings.ReplaceAll(nginxSite, "CERT", dir))
	testcert.WriteFile(n.Root, "page.txt", []byte(page(1)))
	through := func(port string) string {
		p, err := faultproxy.New("127.0.0.1:"+port, faultproxy.Fault{From: faultproxy.Server, At: faultproxy.Byte(400000), Do: faultproxy.Close()})
		must(t, err)
		t.Cleanup(p.Close)
		return strings.TrimPrefix(p.Addr(), "127.0.0.1:")
	}
	clear, secure := "http://localhost:"+n.Ports["clear"], "https://localhost:"+n.Ports["secure"]
	breaks, breaksTLS := "http://localhost:"+through(n.Ports["clear"]), "https://localhost:"+through(n.Ports["secure"])

	for _, c := range []struct {
		name string
		args []string
		want string // how the output ends, and who fails leaves nothing
		asks int    // how often the server is asked for something
		code int
	}{
		{"clear", []string{clear + "/page.txt"}, "[########################################] 1000000 bytes\n", 1, 0},
		{"TLS", []string{"-cafile", cafile, secure + "/page.txt"}, "[########################################] 1000000 bytes\n", 1, 0},
		{"breaks off", []string{breaks + "/page.txt"}, "1000000 bytes, in 3 tries\n", 3, 0},
		{"breaks off under TLS", []string{"-cafile", cafile, breaksTLS + "/page.txt"}, "1000000 bytes, in 3 tries\n", 3, 0},
		{"breaks off too often", []string{"-tries", "2", breaks + "/page.txt"}, "] gave up: broke off\n", 2, 1},
		{"another authority", []string{"-cafile", stranger, secure + "/page.txt"}, "] gave up: certificate verify failed\n", 0, 1},
		{"another name", []string{"-cafile", cafile, strings.Replace(secure, "localhost", "127.0.0.1", 1) + "/page.txt"}, "'\n", 0, 1},
		{"too large", []string{"-limit", "999999", clear + "/page.txt"}, "] gave up: 1000000 bytes, and 999999 are the limit\n", 1, 1},
		{"not there", []string{clear + "/none.txt"}, "] gave up: 404 Not Found\n", 1, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(dir, "got.txt")
			check := func(who string, r result) {
				t.Helper()
				got, err := os.ReadFile(file)
				if r.Code != c.code || r.Stderr != "" || !strings.HasSuffix(r.Stdout, c.want) || (err == nil) != (c.code == 0) || err == nil && string(got) != page(1) {
					t.Errorf("%s: exit status %d, %d bytes, %v\n%s%s", who, r.Code, len(got), err, r.Stdout, r.Stderr)
				}
				if err == nil {
					must(t, os.Remove(file))
				}
				if _, err := os.Stat(file + ".part"); err == nil {
					t.Errorf("%s: there is still a part", who)
				}
				seen := n.Seen(t)
				if asked := strings.Count(seen, "GET /"); asked != c.asks || strings.Count(seen, "range=bytes=") != max(asked-1, 0) {
					t.Errorf("%s: the server was asked\n%s", who, seen)
				}
			}
			args := append([]string{"-o", file}, c.args...)
			for _, version := range phptest.Versions {
				n.Seen(t)
				port := here(t, version, args...)
				check("Go as "+version, port)
				if _, err := phptest.Find(version); err != nil && os.Getenv("REQUIRE_PHP") != "1" {
					continue
				}
				php := inPHP(t, version, dir, args...)
				check("PHP "+version, php)
				if diff := cmp.Diff(php, port); diff != "" {
					t.Errorf("PHP %s and its port come to something else (-PHP +port):\n%s", version, diff)
				}
			}
		})
	}
}
