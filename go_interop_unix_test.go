//go:build unix

package phpstream_test

import (
	"io"
	"net"
	"testing"

	. "github.com/phpstream-go/phpstream"
	"golang.org/x/sys/unix"
)

// TestDialerSetsV6Only: as on a stream, of IPv6 sockets alone.
func TestDialerSetsV6Only(t *testing.T) {
	ln, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	four, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer four.Close()
	rt, _ := newRuntime()
	for _, only := range []bool{false, true} {
		d, err := rt.StreamContextCreate(Options{"socket": {"ipv6_v6only": only}}).Dialer()
		if err != nil {
			t.Fatal(err)
		}
		c, err := d.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		raw, _ := c.(*net.TCPConn).SyscallConn()
		got := -1
		raw.Control(func(fd uintptr) { got, err = unix.GetsockoptInt(int(fd), unix.IPPROTO_IPV6, unix.IPV6_V6ONLY) })
		if err != nil || (got != 0) != only {
			t.Errorf("%v: IPV6_V6ONLY is %d, %v", only, got, err)
		}
		if c, err = d.Dial("tcp", four.Addr().String()); err != nil {
			t.Fatalf("%v, IPv4: %v", only, err)
		}
		c.Close()
	}
}

// TestNoDelayUnlessRefused: TCP_NODELAY is on, which it isn't in PHP.
func TestNoDelayUnlessRefused(t *testing.T) {
	checkLeaks(t)
	addr := serve(t, func(c net.Conn) { io.Copy(io.Discard, c) })
	rt, _ := newRuntime()
	for name, tt := range map[string]struct {
		socket map[string]any
		want   bool
	}{
		"not set": {nil, true},
		"true":    {map[string]any{"tcp_nodelay": true}, true},
		"false":   {map[string]any{"tcp_nodelay": false}, false},
	} {
		fp, _, errstr := rt.StreamSocketClient("tcp://"+addr, Timeout(5), rt.StreamContextCreate(Options{"socket": tt.socket}))
		if fp == nil {
			t.Fatal(errstr)
		}
		defer fp.Close()
		raw, err := fp.SyscallConn()
		if err != nil {
			t.Fatal(err)
		}
		got := -1
		raw.Control(func(fd uintptr) { got, err = unix.GetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NODELAY) })
		if err != nil || (got != 0) != tt.want {
			t.Errorf("%s: TCP_NODELAY is %d, %v", name, got, err)
		}
	}
}
