package realtest

import (
	"crypto/sha1"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	. "github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/phptest"
	"github.com/phpstream-go/phpstream/internal/servertest"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

// A visit is what testdata/visit.php is asked to do.
type visit struct {
	URL     string  `json:"url"`
	Options Options `json:"options"`
	Unpack  bool    `json:"unpack"` // by the filter zlib.inflate
}

// A visited is what it met with.
type visited struct {
	Opened   bool     `json:"opened"`
	Lines    []string `json:"lines"` // the header of the answer
	Protocol string   `json:"protocol"`
	Size     int      `json:"size"`
	Sum      string   `json:"sum"`
	Body     []byte   `json:"body"` // its beginning
	TimedOut bool     `json:"timed_out"`
	Events   []string `json:"events"`   // "2 fopen(): ..."
	Heard    []string `json:"heard"`    // by the notification callback, but for progress
	Progress string   `json:"progress"` // as it was told last
}

//go:embed testdata/visit.php
var phpVisit string

// inPHP lets the real PHP do it.
func (v visit) inPHP(t *testing.T, php phptest.PHP) (a visited) {
	t.Helper()
	input, err := json.Marshal(v)
	must(t, err)
	out := php.Run(t, phpVisit, string(input))
	if err := json.Unmarshal([]byte(out), &a); err != nil {
		t.Fatalf("PHP %s printed %q: %v", php.Version, out, err)
	}
	return a
}

// here is testdata/visit.php with this library.
func (v visit) here(rt *Runtime) visited {
	a := visited{Lines: []string{}, Events: []string{}, Heard: []string{}}
	rt.SetErrorHandler(func(level ErrorLevel, text, _ string, _ int) bool {
		a.Events = append(a.Events, fmt.Sprintf("%d %s", level, text))
		return true
	})
	ctx := rt.StreamContextCreate(v.Options, Params{"notification": func(code NotifyCode, severity NotifySeverity, message string, number, done, most int) {
		told := fmt.Sprintf("%d %d %s %d %d %d", code, severity, message, number, done, most)
		switch code {
		case STREAM_NOTIFY_PROGRESS:
			a.Progress = told // how many there are depends on the pieces that arrive
		case STREAM_NOTIFY_COMPLETED: // is for a read that meets the end, not for feof: chance
		default:
			a.Heard = append(a.Heard, told)
		}
	}})
	fp := rt.Fopen(v.URL, "r", ctx)
	a.Opened = fp != nil
	if fp == nil {
		return a
	}
	meta := StreamGetMetaData(fp)
	a.Lines, _ = meta.WrapperData.([]string)
	if meta.Crypto != nil {
		a.Protocol = meta.Crypto.Protocol
	}
	if v.Unpack {
		StreamFilterAppend(fp, "zlib.inflate", STREAM_FILTER_READ, FilterParams(map[string]any{"window": 31}))
	}
	hash := sha1.New()
	a.Body = []byte{}
	for !Feof(fp) {
		data, ok := Fread(fp, 65536)
		if !ok || data == "" && StreamGetMetaData(fp).TimedOut {
			break
		}
		hash.Write([]byte(data))
		a.Size += len(data)
		a.Body = append(a.Body, data[:min(len(data), 2000-len(a.Body))]...)
	}
	a.Sum = fmt.Sprintf("%x", hash.Sum(nil))
	a.TimedOut = StreamGetMetaData(fp).TimedOut
	Fclose(fp)
	return a
}

// nginxSite is served in clear, by TLS, and with what is wrong with it. What is
// below /php/ comes from php -S.
const nginxSite = `
server { listen 127.0.0.1:PORT-clear; SITE }
server { listen 127.0.0.1:PORT-secure ssl; server_name localhost; ssl_certificate CERTS/good.pem; ssl_certificate_key CERTS/good.key; SITE }
server { listen 127.0.0.1:PORT-secure ssl; server_name sni.example; ssl_certificate CERTS/sni.pem; ssl_certificate_key CERTS/sni.key;
	location = /which { return 200 "the other\n"; } }
server { listen 127.0.0.1:PORT-self ssl; ssl_certificate CERTS/self.pem; ssl_certificate_key CERTS/self.key; SITE }
server { listen 127.0.0.1:PORT-expired ssl; ssl_certificate CERTS/expired.pem; ssl_certificate_key CERTS/expired.key; SITE }
server { listen 127.0.0.1:PORT-below ssl; ssl_certificate CERTS/below-whole.pem; ssl_certificate_key CERTS/below.key; SITE }
server { listen 127.0.0.1:PORT-alone ssl; ssl_certificate CERTS/below-alone.pem; ssl_certificate_key CERTS/below.key; SITE }
server { listen 127.0.0.1:PORT-old ssl; ssl_protocols TLSv1.2; ssl_certificate CERTS/rsa.pem; ssl_certificate_key CERTS/rsa.key; SITE }
server { listen 127.0.0.1:PORT-mutual ssl; ssl_certificate CERTS/good.pem; ssl_certificate_key CERTS/good.key;
	ssl_verify_client on; ssl_client_certificate CERTS/ca.pem;
	location = /who { return 200 "$ssl_client_s_dn\n"; } SITE }
`

const nginxLocations = `
location = /echo { return 200 "$request_method $request_uri $server_protocol\n"; }
location = /which { return 200 "the first\n"; }
location = /redirect/301 { return 301 /echo?from=301; }
location = /redirect/302 { return 302 /echo?from=302; }
location = /redirect/303 { return 303 /echo?from=303; }
location = /redirect/307 { return 307 /echo?from=307; }
location = /redirect/308 { return 308 /echo?from=308; }
location = /relative/a { absolute_redirect off; return 302 there; }
location = /relative/there { return 200 "$request_method $request_uri\n"; }
location = /loop { absolute_redirect off; return 302 /loop; }
location = /to/clear { return 302 http://127.0.0.1:PORT-clear/echo; }
location = /to/secure { return 302 https://localhost:PORT-secure/echo; }
location = /to/expired { return 302 https://localhost:PORT-expired/echo; }
location = /private { auth_basic a; auth_basic_user_file CERTS/users; try_files /hello.txt =404; }
location = /chunked { sub_filter_types text/plain; sub_filter a a; try_files /hello.txt =404; }
location = /packed { gzip on; gzip_types text/plain; try_files /many.txt =404; }
location /dav/ { dav_methods PUT DELETE; create_full_put_path on; }
location /php/ { proxy_pass http://127.0.0.1:BACKEND/; }
`

// web is the servers.
type web struct {
	nginx *servertest.Nginx
	files *files
	bases *strings.Replacer // NGINX, SECURE and so on, to the beginnings of URLs
}

//go:embed testdata/site.php
var phpSite []byte

const largeSize = 50 << 20

// startWeb starts all of them.
func startWeb(t *testing.T) *web {
	t.Helper()
	servertest.Need(t, "nginx")
	f := makeFiles(t)
	docs := t.TempDir()
	backend := servertest.StartPHP(t, testcert.WriteFile(docs, "site.php", phpSite))
	testcert.WriteFile(f.dir, "users", []byte("ann:{PLAIN}secret word\n"))
	below, err := os.ReadFile(f.path("below.pem"))
	must(t, err)
	// The leaf stands first.
	leaf, _, _ := strings.Cut(string(below), "-----END CERTIFICATE-----\n")
	testcert.WriteFile(f.dir, "below-alone.pem", []byte(leaf+"-----END CERTIFICATE-----\n"))
	testcert.WriteFile(f.dir, "below-whole.pem", below)
	n := servertest.StartNginx(t, strings.NewReplacer("CERTS", f.dir, "BACKEND", backend).Replace(
		strings.ReplaceAll(nginxSite, "SITE", nginxLocations)))
	for _, dir := range []string{n.Root, docs} {
		testcert.WriteFile(dir, "hello.txt", []byte("hello there\n"))
		testcert.WriteFile(dir, "digits.txt", []byte("0123456789"))
		testcert.WriteFile(dir, "many.txt", []byte(strings.Repeat("many of the same\n", 1000)))
		testcert.WriteFile(dir, "large.bin", noise(largeSize))
	}
	must(t, os.Mkdir(filepath.Join(n.Root, "dav"), 0o755))
	testcert.WriteFile(filepath.Join(n.Root, "dav"), "a.txt", []byte("as it was"))
	return &web{nginx: n, files: f, bases: strings.NewReplacer(
		"NGINX", "http://localhost:"+n.Ports["clear"],
		"SECURE", "https://localhost:"+n.Ports["secure"],
		"SELF", "https://localhost:"+n.Ports["self"],
		"EXPIRED", "https://localhost:"+n.Ports["expired"],
		"BELOW", "https://localhost:"+n.Ports["below"],
		"ALONE", "https://localhost:"+n.Ports["alone"],
		"OLD", "https://localhost:"+n.Ports["old"],
		"MUTUAL", "https://localhost:"+n.Ports["mutual"],
		"CLEARTOTLS", "http://localhost:"+n.Ports["secure"],
		"TLSTOCLEAR", "https://localhost:"+n.Ports["clear"],
		"PROXIED", "https://localhost:"+n.Ports["secure"]+"/php",
		"PHP", "http://127.0.0.1:"+backend,
	)}
}

// A hello of TLS in clear, which is what each TLS library says and random bytes.
var helloInClear = regexp.MustCompile(`(?m)^\\x16\\x03\\x01.* 400 `)

// seen is what nginx has been asked.
func (w *web) seen(t *testing.T) string {
	t.Helper()
	return helloInClear.ReplaceAllString(w.nginx.Seen(t), "HELLO 400 ")
}

// visits are the case's, one for each of its servers.
func (c *webCase) visits(w *web) []visit {
	servers := c.on
	if servers == "" {
		servers = "NGINX SECURE PHP PROXIED"
	}
	var list []visit
	for _, server := range strings.Fields(servers) {
		http := map[string]any{"protocol_version": 1.1, "timeout": 10}
		maps.Copy(http, c.http)
		url := server + c.path
		if c.user != "" {
			url = strings.Replace(w.bases.Replace(server), "://", "://"+c.user+"@", 1) + c.path
		}
		options := w.files.with(map[string]any{"cafile": w.files.path("ca.pem")}, c.ssl)
		options["http"] = http
		list = append(list, visit{URL: w.bases.Replace(url), Options: options, Unpack: c.unpack})
	}
	return list
}

// check holds an answer against the case.
func (c *webCase) check(t *testing.T, who, version string, a visited, seen string) {
	t.Helper()
	says := c.says
	if version == "7.4" && c.says74 != "" {
		says = c.says74
	}
	wrong := func(what string) { t.Errorf("%s: %s:\n%+v\n%s\n%s", who, what, a, a.Body, seen) }
	events := strings.Join(a.Events, "\n")
	if c.refused != "" {
		if a.Opened || !regexp.MustCompile(c.refused).MatchString(events) {
			wrong("was to be refused with " + c.refused)
		}
	} else if !a.Opened || a.TimedOut || !regexp.MustCompile(says).Match(a.Body) || events != "" && c.warns == "" || !strings.Contains(events, c.warns) {
		wrong("was to be answered with " + says)
	}
	if c.lines != "" && !regexp.MustCompile(c.lines).MatchString(strings.Join(a.Lines, "\n")) {
		wrong("no header " + c.lines)
	}
	if c.unseen && seen != "" {
		wrong("the server was asked")
	}
	if !strings.Contains(seen, c.seen) {
		wrong("the server was not asked " + c.seen)
	}
}

// steady takes out what differs from one time to the next.
func (a visited) steady(version string) visited {
	// What came along with the header PHP 7.4 doesn't count, and of chunks the frames.
	if version == "7.4" || strings.HasSuffix(a.Progress, " 0") {
		a.Progress = ""
	}
	for i, line := range a.Lines {
		if strings.HasPrefix(line, "Date: ") {
			a.Lines[i] = "Date: now"
		}
	}
	return a
}

// TestWeb reads URLs of nginx and php -S, in each profile, with each PHP, and with
// the PHPs that the bridge is made for on this library: what they meet with and
// what the server has seen is the same.
func TestWeb(t *testing.T) {
	w := startWeb(t)
	phps := phptest.All(t)
	bridged := map[string]phptest.PHP{}
	for _, php := range phps {
		if php.Version != "7.4" {
			bridged[php.Version] = php.OnBridge(t)
		}
	}
	for _, c := range webCases() {
		t.Run(c.name, func(t *testing.T) {
			for _, v := range c.visits(w) {
				for _, php := range phps {
					w.seen(t)
					want := v.inPHP(t, php).steady(php.Version)
					asked := w.seen(t)
					c.check(t, v.URL+" with PHP "+php.Version, php.Version, want, asked)
					same := func(who string, got visited) {
						t.Helper()
						seen := w.seen(t)
						c.check(t, v.URL+" with "+who, php.Version, got, seen)
						if diff := cmp.Diff(want, got); diff != "" {
							t.Errorf("%s: PHP %s and %s differ (-PHP +%s):\n%s", v.URL, php.Version, who, who, diff)
						}
						if diff := cmp.Diff(asked, seen); diff != "" {
							t.Errorf("%s: nginx has seen something else of PHP %s than of %s (-PHP +%s):\n%s", v.URL, php.Version, who, who, diff)
						}
					}
					same("phpstream", v.here(NewRuntime(profiles[php.Version])).steady(php.Version))
					if php, ok := bridged[php.Version]; ok {
						same("the bridge", v.inPHP(t, php).steady(php.Version))
					}
				}
			}
		})
	}
}
