package phpstream_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"strings"
	"testing"

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
