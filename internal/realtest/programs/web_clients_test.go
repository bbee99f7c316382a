package programs

import (
	"compress/gzip"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/phpstream-go/phpstream/internal/testcert"
)

// A webClient is a driver of that name, a file of the library that it drives, and
// what that must come to on plain PHP.
type webClient struct {
	name, library string
	prints        []string // CLEAR is the server's port
	byTLS         int      // so many requests come to the server by TLS
}

var webClients = []webClient{
	{"guzzle", "/usr/share/php/GuzzleHttp/autoload.php", []string{
		"== get\n200 OK 1.1\n",
		"== redirects\n200 OK 1.1\n",
		"GuzzleHttp\\Exception\\ClientException: Client error: `GET http://localhost:CLEAR/status?is=404` resulted in a `404 Not Found` response:\n",
		"X-Encoded-Content-Encoding: gzip\nwhole packed packed ",
		"== tls\n200 OK 1.1\n",
		"== unknown authority\nGuzzleHttp\\Exception\\ConnectException: ",
		"== wrong name\nGuzzleHttp\\Exception\\ConnectException: ",
	}, 5}, // one, one that is redirected, one that isn't verified, and 50 MB
	{"symfonyhttp", "/usr/share/php/Symfony/Component/HttpClient/autoload.php", []string{
		"== get\n200 after 0 redirections\n",
		"== redirects\n200 after 3 redirections\n",
		"ClientException: HTTP/1.1 404 Not Found returned for \"http://localhost:CLEAR/status?is=404\".\n",
		"\npacked packed packed ",
		"TransportException: Max duration was reached for \"http://localhost:CLEAR/drip\".\n",
		"== tls\n200 after 0 redirections\n",
		"== unknown authority\nSymfony\\Component\\HttpClient\\Exception\\TransportException: fopen(): SSL operation failed with code 1.",
		"== wrong name\nSymfony\\Component\\HttpClient\\Exception\\TransportException: fopen(): Peer certificate subjectAltName did not match",
		"== wrong name there\nSymfony\\Component\\HttpClient\\Exception\\TransportException: fopen(): Peer certificate subjectAltName did not match",
		"== name not verified\n200 after 0 redirections\n",
		"== not verified\n200 after 0 redirections\n",
		"== fingerprint\n200 after 0 redirections\n",
		"== wrong fingerprint\nSymfony\\Component\\HttpClient\\Exception\\TransportException: fopen(): peer_fingerprint match failure\n",
		"== certificates\n/CN=localhost\n200 ",
		"\n200 20000 ",
		"\n200 one drop, and no more\n200 9 ",
	}, 13},
}

// A webServer is what they ask.
type webServer struct {
	clear, secure string        // ports
	asked         func() string // the requests since the last call
	byTLS         string        // stands in each of those that came by TLS
	misled        string        // stands in one for a name that the certificate has not
}

// TestWebClients has each of them fetch and send by http and https: what the
// program sees, and what the server is asked.
func TestWebClients(t *testing.T) {
	both := engines(t, "8.2")
	dir := t.TempDir()
	ca := testcert.NewCA(testcert.Spec{})
	testcert.WriteCAs(dir, "ca.pem", ca)
	testcert.WriteCAs(dir, "other-ca.pem", testcert.NewCA(testcert.Spec{CN: "Other Root"}))
	cert := ca.Issue(testcert.Spec{CN: "localhost", DNS: []string{"localhost"}})
	testcert.WriteFile(dir, "fingerprint", fmt.Appendf(nil, "%x", sha256.Sum256(cert.DER)))
	site := &site{}
	clear := site.start(t, nil)
	secure := site.start(t, &tls.Config{Certificates: []tls.Certificate{cert.TLS()}})
	nginx := startNginx(t, dir, cert)
	for _, c := range webClients {
		t.Run(c.name, func(t *testing.T) {
			if _, err := os.Stat(c.library); err != nil {
				lacking(t, "REQUIRE_SERVERS", err.Error())
			}
			t.Run("net/http", func(t *testing.T) {
				c.ask(t, both, dir, webServer{clear, secure, site.asked, ":" + secure + " ", " 127.0.0.1:" + secure})
			})
			t.Run("nginx", func(t *testing.T) {
				c.ask(t, both, dir, nginx)
			})
		})
	}
}

// ask has both engines ask the server.
func (c *webClient) ask(t *testing.T, both [2]engine, dir string, server webServer) {
	t.Helper()
	var outcomes [2]outcome
	var asked [2]string
	for i, e := range both {
		outcomes[i] = e.run(t, program{script: filepath.Join("testdata", c.name+".php"),
			args: []string{"http://localhost:" + server.clear, "https://localhost:" + server.secure, dir}})
		asked[i] = server.asked()
	}
	plain, here := outcomes[0], outcomes[1]
	for _, want := range append(c.prints, "progress: often, at last 52428800 of 52428800\nmemory: flat\n") {
		want = strings.ReplaceAll(want, "CLEAR", server.clear)
		if !strings.Contains(plain.Stdout, want) {
			t.Errorf("on plain PHP there is not %q", want)
		}
	}
	if strings.Count(plain.Stdout, "memory: flat\n") != 2 {
		t.Error("plain PHP takes memory for what is streamed")
	}
	if plain.Exit != here.Exit {
		t.Errorf("exit status %d on plain PHP, %d by the bridge", plain.Exit, here.Exit)
	}
	same(t, "stdout", plain.Stdout, here.Stdout)
	same(t, "stderr", plain.Stderr, here.Stderr)
	same(t, "what the server was asked", asked[0], asked[1])
	if n := strings.Count(asked[1], server.byTLS); n != c.byTLS || strings.Contains(asked[1], server.misled) {
		t.Errorf("%d requests have come by TLS, or one for another name:\n%s", n, asked[1])
	}
	if t.Failed() || testing.Verbose() {
		t.Logf("plain PHP:\n%.9000s\n%.3000s\n%.3000s", plain.Stdout, plain.Stderr, asked[0])
	}
}

// site is a web server that writes down what it is asked.
type site struct {
	mu       sync.Mutex
	requests []string
}

// start listens until the test ends, and answers the port.
func (s *site) start(t *testing.T, config *tls.Config) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	if config != nil {
		l = tls.NewListener(l, config)
	}
	server := &http.Server{Handler: s, ReadTimeout: time.Minute, WriteTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0)}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	return port
}

// asked are the requests since the last call.
func (s *site) asked() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := strings.Join(s.requests, "\n")
	s.requests = nil
	return text
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	text := fmt.Sprintf("%s %s %s %s %d bytes, %x\n", r.Method, r.Host, r.RequestURI, r.Proto, len(body), sha1.Sum(body))
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		text += fmt.Sprintf("%s: %s\n", name, strings.Join(r.Header[name], " | "))
	}
	s.mu.Lock()
	s.requests = append(s.requests, text)
	s.mu.Unlock()
	number, _ := strconv.Atoi(r.FormValue("n"))
	size, _ := strconv.Atoi(r.FormValue("size"))
	status, _ := strconv.Atoi(r.FormValue("is"))
	switch r.URL.Path {
	case "/echo":
		w.Header()["X-Two"] = []string{"1", "2"}
		fmt.Fprintf(w, "%s %s", r.Method, r.RequestURI)
	case "/redirect":
		if number == 0 {
			io.WriteString(w, "there")
			return
		}
		http.Redirect(w, r, fmt.Sprintf("/redirect?n=%d", number-1), http.StatusFound)
	case "/status":
		http.Error(w, "such is life", status)
	case "/chunks":
		for _, piece := range []string{"a", "bc", "def"} {
			io.WriteString(w, piece)
			w.(http.Flusher).Flush()
		}
	case "/gzip":
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		io.WriteString(z, strings.Repeat("packed ", 20))
		z.Close()
	case "/slow", "/drip":
		if r.URL.Path == "/drip" {
			io.WriteString(w, "one drop")
			w.(http.Flusher).Flush()
		}
		select {
		case <-time.After(5 * time.Second):
		case <-r.Context().Done():
		}
	case "/large":
		w.Header().Set("Content-Length", strconv.Itoa(size))
		for piece := []byte(strings.Repeat("0123456789abcdef", 2048)); size > 0; {
			n, err := w.Write(piece[:min(size, len(piece))])
			if err != nil {
				return
			}
			size -= n
		}
	default:
		http.NotFound(w, r)
	}
}
