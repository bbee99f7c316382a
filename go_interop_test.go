package phpstream_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	. "github.com/phpstream-go/phpstream"
)

// TestDialerRefusesWhatItCannotDo: a net.Dialer switches Nagle's algorithm off
// by itself, after all that a program can make it do.
func TestDialerRefusesWhatItCannotDo(t *testing.T) {
	rt, _ := newRuntime()
	for name, tt := range map[string]struct {
		socket map[string]any
		want   string // "": no error
	}{
		"on":         {map[string]any{"tcp_nodelay": true}, ""},
		"off":        {map[string]any{"tcp_nodelay": false}, "tcp_nodelay"},
		"null":       {map[string]any{"tcp_nodelay": nil}, "tcp_nodelay"},
		"an object":  {map[string]any{"tcp_nodelay": struct{}{}}, "neither true nor false"},
		"v6only":     {map[string]any{"ipv6_v6only": struct{}{}}, "neither true nor false"},
		"broadcast":  {map[string]any{"so_broadcast": struct{}{}}, "neither true nor false"},
		"no options": {nil, ""},
	} {
		d, err := rt.StreamContextCreate(Options{"socket": tt.socket}).Dialer()
		if (err == nil) != (tt.want == "") || (d == nil) != (err != nil) || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, %v", name, d, err)
		}
	}
}

// TestTLSConfigSendsNoNameUnasked: tls.Dial puts in the host that it connects to
// where a configuration has no name.
func TestTLSConfigSendsNoNameUnasked(t *testing.T) {
	checkLeaks(t)
	cafile, cert := authority(t)
	names := make(chan string, 1)
	addr := serveTLS(t, cert, func(c net.Conn, s *tls.Conn) {
		s.Handshake()
		names <- s.ConnectionState().ServerName
		io.Copy(io.Discard, s)
	})
	_, port, _ := net.SplitHostPort(addr)
	rt, _ := newRuntime()
	for name, tt := range map[string]struct {
		ssl        map[string]any
		serverName string
		want       string
	}{
		"asked":    {nil, "localhost", "localhost"},
		"disabled": {map[string]any{"SNI_enabled": false}, "localhost", ""},
		"address":  {map[string]any{"verify_peer_name": false}, "127.0.0.1", ""},
		"none":     {map[string]any{"verify_peer_name": false}, "", ""},
	} {
		x := rt.StreamContextCreate(Options{"ssl": {"cafile": cafile}})
		for option, v := range tt.ssl {
			StreamContextSetOption(x, "ssl", option, v)
		}
		config, err := x.TLSConfig(tt.serverName)
		if err != nil {
			t.Fatal(err)
		}
		c, err := tls.Dial("tcp", "localhost:"+port, config)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := <-names; got != tt.want {
			t.Errorf("%s: %q was sent, not %q", name, got, tt.want)
		}
		c.Close()
	}
}

// TestTLSConfigCaptures: as on a stream, also a peer whose name is refused then.
func TestTLSConfigCaptures(t *testing.T) {
	checkLeaks(t)
	cafile, cert := authority(t)
	addr := serveTLS(t, cert, func(c net.Conn, s *tls.Conn) {
		s.Handshake()
		io.Copy(io.Discard, s)
	})
	rt, _ := newRuntime()
	for name, accepted := range map[string]bool{"localhost": true, "elsewhere.example": false} {
		x := rt.StreamContextCreate(Options{"ssl": {"cafile": cafile,
			"capture_peer_cert": true, "capture_peer_cert_chain": true, "capture_session_meta": true}})
		config, err := x.TLSConfig(name)
		if err != nil {
			t.Fatal(err)
		}
		c, err := tls.Dial("tcp", addr, config)
		if (err == nil) != accepted {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			c.Close()
		}
		ssl := StreamContextGetOptions(x)["ssl"]
		leaf, _ := ssl["peer_certificate"].(*x509.Certificate)
		chain, _ := ssl["peer_certificate_chain"].([]*x509.Certificate)
		meta, _ := ssl["session_meta"].(map[string]any)
		if leaf == nil || len(chain) == 0 || meta["protocol"] != "TLSv1.3" || meta["cipher_bits"] == 0 {
			t.Errorf("%s: %v, %d, %v", name, leaf != nil, len(chain), meta)
		}
	}
}

// TestDialContextHasThePolicy: the library's own sockets, and its own handshake.
func TestDialContextHasThePolicy(t *testing.T) {
	checkLeaks(t)
	cafile, cert := authority(t)
	addr := serveTLS(t, cert, func(c net.Conn, s *tls.Conn) {
		s.Handshake()
		io.Copy(io.Discard, s)
	})
	_, port, _ := net.SplitHostPort(addr)
	rt, e := newRuntime()
	for name, tt := range map[string]struct {
		network, address string
		options          Options
		want             string // "": it connects
	}{
		"clear":             {"tcp", addr, nil, ""},
		"source":            {"tcp", addr, Options{"socket": {"bindto": "127.0.0.2:0"}}, ""},
		"no source":         {"tcp", addr, Options{"socket": {"bindto": "nonsense:0"}}, "Invalid IP Address: nonsense"},
		"another's source":  {"tcp", addr, Options{"socket": {"bindto": "192.0.2.1:0"}}, "Cannot assign requested address"},
		"another family":    {"tcp", addr, Options{"socket": {"bindto": "[::1]:0"}}, "cannot reach"},
		"no port":           {"tcp", addr, Options{"socket": {"bindto": "127.0.0.2"}}, "bindto"},
		"an object":         {"tcp", addr, Options{"socket": {"tcp_nodelay": struct{}{}}}, "tcp_nodelay"},
		"TLS":               {"tls", "localhost:" + port, Options{"ssl": {"cafile": cafile}}, ""},
		"unknown authority": {"tls", "localhost:" + port, nil, "certificate verify failed"},
		"another name":      {"tls", "localhost:" + port, Options{"ssl": {"cafile": cafile, "peer_name": "elsewhere.example"}}, "did not match expected name"},
		"idle option":       {"tls", "localhost:" + port, Options{"ssl": {"cafile": cafile, "dh_param": "x"}}, "dh_param"},
		"unknown transport": {"tcp6", addr, nil, "tcp6"},
		"no such host":      {"tcp", "nowhere.invalid:1", nil, "nowhere.invalid"},
	} {
		c, err := rt.StreamContextCreate(tt.options).DialContext(t.Context(), tt.network, tt.address)
		if (err == nil) != (tt.want == "") || (c == nil) != (err != nil) || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, %v", name, c, err)
		}
		if err != nil {
			continue
		}
		if name == "source" && !strings.HasPrefix(c.LocalAddr().String(), "127.0.0.2:") {
			t.Errorf("it comes from %v", c.LocalAddr())
		}
		c.Close()
	}
	if e.all() != "" || rt.LastError() != nil {
		t.Errorf("the Runtime hears of %q, %v", e.all(), rt.LastError())
	}
}

// TestDialContextSetsOptions that a net.Dialer can't set.
func TestDialContextSetsOptions(t *testing.T) {
	addr := serve(t, func(c net.Conn) { io.Copy(io.Discard, c) })
	for want, options := range []Options{{"socket": {"tcp_nodelay": false}}, nil} {
		rt, _ := newRuntime()
		c, err := rt.StreamContextCreate(options).DialContext(t.Context(), "tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := SocketGetOption(SocketImportStream(c.(*Stream)), SOL_TCP, TCP_NODELAY); got != want {
			t.Errorf("%v: TCP_NODELAY is %v", options, got)
		}
		c.Close()
	}
}

// TestDialContextEnds by its context, and where that has no end by
// default_socket_timeout; what comes after that has no limit.
func TestDialContextEnds(t *testing.T) {
	checkLeaks(t)
	begun := make(chan struct{}, 4) // one for each handshake
	silent := serve(t, func(c net.Conn) {
		c.Read(make([]byte, 1))
		begun <- struct{}{}
		io.Copy(io.Discard, c)
	})
	rt, _ := newRuntime()
	rt.IniSet("default_socket_timeout", "1")
	x := rt.StreamContextCreate(nil)

	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-begun; cancel() }()
	if _, err := x.DialContext(ctx, "tls", silent); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := x.DialContext(ctx, "tcp", silent); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	start := time.Now()
	if _, err := x.DialContext(t.Context(), "tls", silent); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) < time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
	ctx, cancel = context.WithTimeout(t.Context(), 1500*time.Millisecond)
	defer cancel()
	start = time.Now()
	if _, err := x.DialContext(ctx, "tls", silent); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) < 1500*time.Millisecond {
		t.Errorf("%v after %v", err, time.Since(start))
	}
	slow := serve(t, func(c net.Conn) {
		time.Sleep(1200 * time.Millisecond)
		io.WriteString(c, "x")
	})
	c, err := x.DialContext(t.Context(), "tcp", slow)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Read(make([]byte, 1)); err != nil {
		t.Error(err)
	}
}
