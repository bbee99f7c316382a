package phphttp_test

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	. "github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/testcert"
	"github.com/phpstream-go/phpstream/phphttp"
)

// bound is the longest that any wait in these tests may take.
const bound = 10 * time.Second

// A server is a web server that knows its open connections.
type server struct {
	*httptest.Server
	mu    sync.Mutex
	conns map[net.Conn]bool
	all   int // connections since it was started
}

// serve starts a server; config is nil for one without TLS.
func serve(t *testing.T, config *tls.Config, handler http.HandlerFunc) *server {
	t.Helper()
	s := &server{Server: httptest.NewUnstartedServer(handler), conns: map[net.Conn]bool{}}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Config.ConnState = func(c net.Conn, state http.ConnState) {
		s.mu.Lock()
		defer s.mu.Unlock()
		switch state {
		case http.StateNew:
			s.conns[c] = true
			s.all++
		case http.StateClosed, http.StateHijacked:
			delete(s.conns, c)
		}
	}
	if config != nil {
		s.EnableHTTP2 = config.NextProtos != nil
		s.TLS = config
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return s
}

func (s *server) open() (open, all int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns), s.all
}

// port is the server's, behind a colon.
func (s *server) port() string { return ":" + s.addr()[strings.LastIndexByte(s.addr(), ':')+1:] }

func (s *server) addr() string { return s.Listener.Addr().String() }

// soon waits until something is so.
func soon(t *testing.T, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(bound); !so(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("after %v still not: %s", bound, what)
		}
	}
}

// checkLeaks fails the test when it leaves goroutines behind.
func checkLeaks(t *testing.T) {
	t.Helper()
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		for end := time.Now().Add(bound); runtime.NumGoroutine() > before; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				stacks := make([]byte, 1<<16)
				t.Errorf("%d goroutines before, %d after\n%s", before, runtime.NumGoroutine(), stacks[:runtime.Stack(stacks, true)])
				return
			}
		}
	})
}

// newRuntime makes a Runtime whose handler must not hear of anything.
func newRuntime(t *testing.T) *Runtime {
	t.Helper()
	rt := NewRuntime()
	rt.SetErrorHandler(func(_ ErrorLevel, message, _ string, _ int) bool {
		t.Errorf("the handler hears of %q", message)
		return true
	})
	return rt
}

// client makes a client whose connections end with the test.
func client(t *testing.T, x *Context) *http.Client {
	t.Helper()
	c, err := phphttp.Client(x)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// get answers the body of an answer.
func get(c *http.Client, url string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), bound)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		return "", err
	}
	return do(c, r)
}

func do(c *http.Client, r *http.Request) (string, error) {
	answer, err := c.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return string(body), err
}

// authority makes a CA and a certificate for this machine.
func authority(t *testing.T) (cafile string, ca *testcert.Cert, config *tls.Config) {
	t.Helper()
	ca = testcert.NewCA(testcert.Spec{CN: "Test CA"})
	leaf := ca.Issue(testcert.Spec{CN: "localhost", DNS: []string{"localhost"}, IP: []string{"127.0.0.1"}})
	return testcert.WriteCAs(t.TempDir(), "ca.pem", ca), ca, &tls.Config{Certificates: []tls.Certificate{leaf.TLS()}}
}

func hello(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") }

// proxy is a proxy for CONNECT. It notes what it was asked.
type proxy struct {
	addr   string
	mu     sync.Mutex
	asked  []string
	answer string
}

func startProxy(t *testing.T) *proxy {
	p := &proxy{answer: "HTTP/1.0 200 Connection established\r\n\r\n"}
	p.addr = peer(t, func(c net.Conn) {
		var head []byte
		for b := make([]byte, 1); !strings.HasSuffix(string(head), "\r\n\r\n"); head = append(head, b...) {
			if _, err := io.ReadFull(c, b); err != nil {
				return
			}
		}
		p.mu.Lock()
		p.asked = append(p.asked, string(head))
		answer := p.answer
		p.mu.Unlock()
		_, port, _ := net.SplitHostPort(strings.Fields(string(head))[1])
		to, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err != nil {
			return
		}
		defer to.Close()
		io.WriteString(c, answer)
		done := make(chan struct{})
		go func() {
			defer close(done)
			io.Copy(to, c)
			to.Close()
		}()
		io.Copy(c, to)
		c.Close()
		<-done
	})
	return p
}

// answers says what the proxy answers from now on.
func (p *proxy) answers(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = text
}

func (p *proxy) requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked
}

// peer runs a function for each connection and answers its address.
func peer(t *testing.T, f func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer c.Close()
				c.SetDeadline(time.Now().Add(2 * bound))
				f(c)
			})
		}
	})
	t.Cleanup(func() { l.Close(); wg.Wait() })
	return l.Addr().String()
}
