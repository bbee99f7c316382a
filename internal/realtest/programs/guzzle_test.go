package programs

import (
	"compress/gzip"
	"crypto/sha1"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/phpstream-go/phpstream/internal/testcert"
)

const guzzle = "/usr/share/php/GuzzleHttp/autoload.php"

// A webServer is what Guzzle asks.
type webServer struct {
	clear, secure string        // ports
	asked         func() string // the requests since the last call
	byTLS         string        // stands in each of those that came by TLS
	misled        string        // stands in one for a name that the certificate has not
}

// TestGuzzle has Guzzle's StreamHandler fetch and send by http and https: what the
// program sees, and what the server is asked.
func TestGuzzle(t *testing.T) {
	both := engines(t, "8.2")
	if _, err := os.Stat(guzzle); err != nil {
		lacking(t, "REQUIRE_SERVERS", err.Error())
	}
	dir := t.TempDir()
	ca := testcert.NewCA(testcert.Spec{})
	testcert.WriteCAs(dir, "ca.pem", ca)
	testcert.WriteCAs(dir, "other-ca.pem", testcert.NewCA(testcert.Spec{CN: "Other Root"}))
	cert := ca.Issue(testcert.Spec{CN: "localhost", DNS: []string{"localhost"}})
	t.Run("net/http", func(t *testing.T) {
		site := &site{}
		clear := site.start(t, nil)
		secure := site.start(t, &tls.Config{Certificates: []tls.Certificate{cert.TLS()}})
		guzzleAsks(t, both, dir, webServer{clear, secure, site.asked, " localhost:" + secure + " ", " 127.0.0.1:" + secure})
	})
	t.Run("nginx", func(t *testing.T) {
		guzzleAsks(t, both, dir, guzzleNginx(t, dir, cert))
	})
}

// guzzleAsks has both engines ask the server.
func guzzleAsks(t *testing.T, both [2]engine, dir string, server webServer) {
	t.Helper()
	var outcomes [2]outcome
	var asked [2]string
	for i, e := range both {
		outcomes[i] = e.run(t, program{script: "testdata/guzzle.php",
			args: []string{"http://localhost:" + server.clear, "https://localhost:" + server.secure, dir}})
		asked[i] = server.asked()
	}
	plain, here := outcomes[0], outcomes[1]
	for _, want := range []string{
		"== get\n200 OK 1.1\n",
		"== redirects\n200 OK 1.1\n",
		"GuzzleHttp\\Exception\\ClientException: Client error: `GET http://localhost:" + server.clear + "/status?is=404` resulted in a `404 Not Found` response:\n",
		"X-Encoded-Content-Encoding: gzip\nwhole packed packed ",
		"== tls\n200 OK 1.1\n",
		"== unknown authority\nGuzzleHttp\\Exception\\ConnectException: ",
		"== wrong name\nGuzzleHttp\\Exception\\ConnectException: ",
		"progress: often, at last 52428800 of 52428800\nmemory: flat\n",
	} {
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
	// By TLS there are a request, one that is redirected, one that isn't verified, and 50 MB.
	if n := strings.Count(asked[1], server.byTLS); n != 5 || strings.Contains(asked[1], server.misled) {
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
	case "/slow":
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
