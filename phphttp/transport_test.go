package phphttp_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	. "github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/phphttp"
)

func mustParse(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// TestRequestLine: a proxy gets the path, as from PHP, or the whole URL where
// request_fulluri asks for it; so does a server.
func TestRequestLine(t *testing.T) {
	checkLeaks(t)
	s := serve(t, nil, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.RequestURI, " ", r.Host, " ", r.Header.Get("Accept-Encoding"), r.Header.Get("Proxy-Authorization"))
	})
	secret := "Proxy-Authorization: Basic dXNlcjpwYXNz"
	for i, tt := range []struct {
		http map[string]any
		host string
		want string // "": an error
	}{
		{nil, s.addr(), "/a?b " + s.addr() + " "},
		{map[string]any{"proxy": "tcp://" + s.addr()}, "elsewhere.example", "/a?b elsewhere.example "},
		{map[string]any{"proxy": s.addr()}, "elsewhere.example", "/a?b elsewhere.example "},
		{map[string]any{"proxy": "tcp://" + s.addr(), "request_fulluri": true}, "elsewhere.example", "http://elsewhere.example/a?b elsewhere.example "},
		{map[string]any{"request_fulluri": true}, s.addr(), "http://" + s.addr() + "/a?b " + s.addr() + " "},
		{map[string]any{"proxy": "tcp://" + s.addr(), "request_fulluri": true, "header": secret},
			"elsewhere.example", "http://elsewhere.example/a?b elsewhere.example Basic dXNlcjpwYXNz"},
		{map[string]any{"proxy": "tcp://" + s.addr(), "request_fulluri": true, "header": []string{"X: y", secret}},
			"elsewhere.example", "http://elsewhere.example/a?b elsewhere.example Basic dXNlcjpwYXNz"},
		{map[string]any{"header": secret}, s.addr(), "/a?b " + s.addr() + " "},
		{map[string]any{"proxy": "tcp://" + s.addr(), "header": secret}, "elsewhere.example", ""},
		{map[string]any{"proxy": "tcp://" + s.addr(), "request_fulluri": true, "header": "Proxy-Authorization: Digest x"}, "elsewhere.example", ""},
		{map[string]any{"proxy": "nonsense://" + s.addr()}, "elsewhere.example", ""},
	} {
		got, err := get(client(t, newRuntime(t).StreamContextCreate(Options{"http": tt.http})), "http://"+tt.host+"/a?b")
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%d: %q, %v", i, got, err)
		}
	}
}

// TestTunnel: CONNECT is PHP's, and nobody but the proxy hears what is for it.
func TestTunnel(t *testing.T) {
	checkLeaks(t)
	cafile, _, config := authority(t)
	s := serve(t, config, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.RequestURI, r.Header.Get("Proxy-Authorization"))
	})
	p := startProxy(t)
	options := Options{"ssl": {"cafile": cafile}, "http": {"proxy": "tcp://" + p.addr, "request_fulluri": true,
		"header": "X-Other: not for the proxy\r\nProxy-Authorization: Digest abc"}}
	rt := newRuntime(t)
	url := "https://localhost" + s.port() + "/a?b"
	if got, err := get(client(t, rt.StreamContextCreate(options)), url); got != "/a?b" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if _, ok := rt.FileGetContents(url, rt.StreamContextCreate(options)); !ok {
		t.Error("FileGetContents fails")
	}
	if asked := p.requests(); len(asked) != 2 || asked[0] != asked[1] || !strings.Contains(asked[0], "Digest abc\r\n") {
		t.Errorf("the proxy was asked %q", asked)
	}
	for answer, want := range map[string]string{
		"HTTP/1.1 200 OK\r\nVia: x\r\n\r\n":                     "",
		"HTTP/1.1 403 Go away\r\nContent-Length: 2\r\n\r\nno":   "403 Go away",
		"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n":        "in clear",
		"nonsense\r\n\r\n":                                      "malformed",
		"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("y", 200_000): "EOF",
	} {
		p.answers(answer)
		_, err := get(client(t, rt.StreamContextCreate(options)), url)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v", answer, err)
		}
	}
}

// TestProxyTransports: a proxy is an address of any transport of PHP's, and one
// over TLS is checked, too.
func TestProxyTransports(t *testing.T) {
	checkLeaks(t)
	cafile, _, config := authority(t)
	say := func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.RequestURI) }
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	local := &http.Server{Handler: http.HandlerFunc(say)}
	var wg sync.WaitGroup
	wg.Go(func() { local.Serve(l) })
	t.Cleanup(func() { local.Close(); wg.Wait() })
	secured := serve(t, config, say)
	for _, tt := range []struct {
		proxy, cafile string
		accepted      bool
	}{
		{"unix://" + path, "", true},
		{"unix://" + path + ".not", "", false},
		{"ssl://localhost" + secured.port(), cafile, true},
		{"ssl://localhost" + secured.port(), "", false},
	} {
		options := Options{"http": {"proxy": tt.proxy, "request_fulluri": true}}
		if tt.cafile != "" {
			options["ssl"] = map[string]any{"cafile": tt.cafile}
		}
		got, err := get(client(t, newRuntime(t).StreamContextCreate(options)), "http://elsewhere.example/a")
		if (err == nil) != tt.accepted || err == nil && got != "http://elsewhere.example/a" {
			t.Errorf("%+v: %q, %v", tt, got, err)
		}
	}
}

// TestSource: bindto is where connections come from, or there are none.
func TestSource(t *testing.T) {
	checkLeaks(t)
	s := serve(t, nil, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.RemoteAddr) })
	for bindto, want := range map[string]string{"127.0.0.2:0": "127.0.0.2:", "0:0": "127.0.0.1:", "192.0.2.1:0": "", "[::1]:0": ""} {
		got, err := get(client(t, newRuntime(t).StreamContextCreate(Options{"socket": {"bindto": bindto}})), s.URL)
		if (err == nil) != (want != "") || !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q, %v", bindto, got, err)
		}
	}
}

// TestHTTP2: it is spoken where alpn_protocols asks for it, by a peer who passes.
func TestHTTP2(t *testing.T) {
	checkLeaks(t)
	cafile, _, config := authority(t)
	config.NextProtos = []string{"h2", "http/1.1"}
	s := serve(t, config, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Proto, " ", r.TLS.NegotiatedProtocol)
	})
	for alpn, want := range map[string]string{"": "HTTP/1.1 ", "http/1.1": "HTTP/1.1 http/1.1", "h2,http/1.1": "HTTP/2.0 h2", "h2": "HTTP/2.0 h2"} {
		options := Options{"ssl": {"cafile": cafile}}
		if alpn != "" {
			options["ssl"]["alpn_protocols"] = alpn
		}
		got, err := get(client(t, newRuntime(t).StreamContextCreate(options)), "https://localhost"+s.port())
		if got != want || err != nil {
			t.Errorf("%q: %q, %v", alpn, got, err)
		}
		options["ssl"]["peer_name"] = "elsewhere.example"
		if got, err := get(client(t, newRuntime(t).StreamContextCreate(options)), "https://localhost"+s.port()); err == nil {
			t.Errorf("%q: another name is accepted: %q", alpn, got)
		}
	}
}

// TestAnswerTellsOfTLS: net/http has asked the connection what was negotiated.
func TestAnswerTellsOfTLS(t *testing.T) {
	checkLeaks(t)
	cafile, _, config := authority(t)
	s := serve(t, config, hello)
	answer, err := client(t, newRuntime(t).StreamContextCreate(Options{"ssl": {"cafile": cafile}})).Get("https://localhost" + s.port())
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.TLS == nil || len(answer.TLS.PeerCertificates) == 0 {
		t.Errorf("%+v", answer.TLS)
	}
}

// TestTimeout counts for each step, and not for all of them together.
func TestTimeout(t *testing.T) {
	checkLeaks(t)
	const timeout = time.Second
	s := serve(t, nil, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/silent":
			io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		case "/stalls":
			io.WriteString(w, "begun")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		case "/steady":
			for range 8 {
				io.WriteString(w, ".")
				w.(http.Flusher).Flush()
				time.Sleep(timeout / 5)
			}
		case "/slow":
			time.Sleep(timeout * 3 / 4)
		}
	})
	rt := newRuntime(t)
	rt.IniSet("default_socket_timeout", "1")
	late := func(err error) bool {
		var e net.Error
		return errors.As(err, &e) && e.Timeout()
	}
	for path, fine := range map[string]bool{"/silent": false, "/stalls": false, "/steady": true} {
		start := time.Now()
		_, err := get(client(t, rt.StreamContextCreate(nil)), s.URL+path)
		if took := time.Since(start); fine != (err == nil) || !fine && (!late(err) || took < timeout || took > bound/2) {
			t.Errorf("%s: %v after %v", path, err, took)
		}
	}
	start := time.Now()
	_, err := get(client(t, rt.StreamContextCreate(Options{"http": {"timeout": 0.2}})), s.URL+"/silent")
	if took := time.Since(start); !late(err) || took < timeout/5 || took >= timeout {
		t.Errorf("the option: %v after %v", err, took)
	}
	// A read waits for the server from the moment on when the last answer was
	// there. The next question, of a kind that net/http doesn't repeat, gives it its
	// time anew.
	c := client(t, rt.StreamContextCreate(nil))
	for range 2 {
		r, _ := http.NewRequest("POST", s.URL+"/slow", strings.NewReader("x"))
		if _, err := do(c, r); err != nil {
			t.Error(err)
		}
		time.Sleep(timeout * 2 / 5)
	}

	silent := peer(t, func(c net.Conn) { io.Copy(io.Discard, c) })
	for _, options := range []Options{nil, {"http": {"proxy": "tcp://" + silent}}} {
		start := time.Now()
		_, err := get(client(t, rt.StreamContextCreate(options)), "https://"+silent)
		if took := time.Since(start); !late(err) || took < timeout || took > bound/2 {
			t.Errorf("handshake, %v: %v after %v", options, err, took)
		}
	}
}

// TestIdleConnections are closed before the read that waits on them is late.
func TestIdleConnections(t *testing.T) {
	for timeout, want := range map[float64]time.Duration{1: 500 * time.Millisecond, 1000: 90 * time.Second, -1: 90 * time.Second} {
		transport, err := phphttp.Transport(newRuntime(t).StreamContextCreate(Options{"http": {"timeout": timeout}}))
		if err != nil || transport.IdleConnTimeout != want {
			t.Errorf("%v: %v, %v", timeout, transport.IdleConnTimeout, err)
		}
	}
}

// TestLongWrite: what takes longer than the timeout to write is not late as long as
// it goes on, be it one call.
func TestLongWrite(t *testing.T) {
	checkLeaks(t)
	const size = 32 << 20
	s := serve(t, nil, func(w http.ResponseWriter, r *http.Request) {
		c, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(bound))
		io.WriteString(c, "HTTP/1.1 101 Go on\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n")
		n := 0
		for b := make([]byte, 1<<20); n < size; time.Sleep(20 * time.Millisecond) {
			m, err := io.ReadFull(c, b)
			n += m
			if err != nil {
				break
			}
		}
		fmt.Fprint(c, n)
	})
	r, _ := http.NewRequest("GET", s.URL, nil)
	r.Header.Set("Connection", "upgrade")
	r.Header.Set("Upgrade", "x")
	answer, err := client(t, newRuntime(t).StreamContextCreate(Options{"http": {"timeout": 0.4}})).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if _, err := answer.Body.(io.Writer).Write(make([]byte, size)); err != nil {
		t.Error(err)
	}
	if got, err := io.ReadAll(answer.Body); string(got) != fmt.Sprint(size) || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

// TestCallingOff: a request that is called off returns at once, at each step, and
// what was being made for it is closed.
func TestCallingOff(t *testing.T) {
	checkLeaks(t)
	begun, gone := make(chan struct{}, 1), make(chan struct{}, 1)
	silent := peer(t, func(c net.Conn) {
		c.Read(make([]byte, 1)) // a hello, CONNECT or a request
		begun <- struct{}{}
		io.Copy(io.Discard, c)
		gone <- struct{}{}
	})
	for name, tt := range map[string]struct {
		url     string
		options Options
	}{
		"handshake": {"https://" + silent, nil},
		"proxy":     {"https://elsewhere.example", Options{"http": {"proxy": "tcp://" + silent}}},
		"TLS proxy": {"http://elsewhere.example", Options{"http": {"proxy": "ssl://" + silent}}},
		"answer":    {"http://" + silent, nil},
	} {
		c := client(t, newRuntime(t).StreamContextCreate(tt.options))
		ctx, cancel := context.WithCancel(context.Background())
		failed := make(chan error, 1)
		go func() {
			r, _ := http.NewRequestWithContext(ctx, "GET", tt.url, nil)
			_, err := do(c, r)
			failed <- err
		}()
		<-begun
		cancel()
		select {
		case err := <-failed:
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", name, err)
			}
		case <-time.After(bound):
			t.Fatalf("%s: it goes on", name)
		}
		c.CloseIdleConnections()
		select {
		case <-gone:
		case <-time.After(bound):
			t.Fatalf("%s: the connection stays", name)
		}
	}
}

// TestDeadlineOfARequest: the earlier one counts.
func TestDeadlineOfARequest(t *testing.T) {
	checkLeaks(t)
	silent := peer(t, func(c net.Conn) { io.Copy(io.Discard, c) })
	c := client(t, newRuntime(t).StreamContextCreate(nil))
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	r, _ := http.NewRequestWithContext(ctx, "GET", "https://"+silent, nil)
	start := time.Now()
	if _, err := do(c, r); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > bound/2 {
		t.Errorf("%v after %v", err, time.Since(start))
	}
}

// TestRuntimeCloses: a job's end leaves the transport what it has.
func TestRuntimeCloses(t *testing.T) {
	checkLeaks(t)
	cafile, _, config := authority(t)
	s := serve(t, config, hello)
	rt := newRuntime(t)
	c := client(t, rt.StreamContextCreate(Options{"ssl": {"cafile": cafile}}))
	for range 2 {
		if _, err := get(c, "https://localhost"+s.port()); err != nil {
			t.Error(err)
		}
		rt.Close()
	}
	if open, all := s.open(); open != 1 || all != 1 {
		t.Errorf("%d open of %d", open, all)
	}
	c.CloseIdleConnections()
	soon(t, "the connection is closed", func() bool { open, _ := s.open(); return open == 0 })
}

// TestRefusedPeersAreClosed: a transport that is refused, and refuses, keeps
// nothing.
func TestRefusedPeersAreClosed(t *testing.T) {
	checkLeaks(t)
	_, _, config := authority(t)
	s := serve(t, config, hello)
	c := client(t, newRuntime(t).StreamContextCreate(nil))
	for range 20 {
		if _, err := get(c, "https://localhost"+s.port()); err == nil {
			t.Fatal("accepted")
		}
	}
	soon(t, "all are closed", func() bool { open, all := s.open(); return open == 0 && all == 20 })
}

// TestSideBySide: many requests share a transport.
func TestSideBySide(t *testing.T) {
	checkLeaks(t)
	cafile, _, config := authority(t)
	s := serve(t, config, hello)
	x := newRuntime(t).StreamContextCreate(Options{"ssl": {"cafile": cafile, "capture_peer_cert": true}})
	c := client(t, x)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 8 {
				if got, err := get(c, "https://localhost"+s.port()); got != "hello" || err != nil {
					t.Errorf("%q, %v", got, err)
				}
			}
		})
	}
	wg.Wait()
}

// TestHeaderIsBounded: a server can't make a program keep more than memory_limit.
func TestHeaderIsBounded(t *testing.T) {
	checkLeaks(t)
	s := serve(t, nil, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Long", strings.Repeat("x", 200_000))
	})
	rt := newRuntime(t)
	if _, err := get(client(t, rt.StreamContextCreate(nil)), s.URL); err != nil {
		t.Error(err)
	}
	rt.IniSet("memory_limit", "100K")
	if _, err := get(client(t, rt.StreamContextCreate(nil)), s.URL); err == nil {
		t.Error("a header of 200,000 bytes is taken")
	}
}

// TestNoContext is PHP's: the default one.
func TestNoContext(t *testing.T) {
	s := serve(t, nil, hello)
	transport, err := phphttp.Transport(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer transport.CloseIdleConnections()
	if got, err := get(&http.Client{Transport: transport}, s.URL); got != "hello" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}
