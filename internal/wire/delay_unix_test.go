//go:build unix

package wire

import (
	"context"
	"net"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestDelayIsAskedFor: Nagle's algorithm is off, which it isn't in PHP.
func TestDelayIsAskedFor(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	for _, delay := range []bool{false, true} {
		d := Dialer{Timeout: 5 * time.Second, Delay: delay}
		c, _, err := d.DialIP(context.Background(), "tcp", []netip.AddrPort{netip.MustParseAddrPort(ln.Addr().String())})
		if err != nil {
			t.Fatal(err)
		}
		fd, _ := c.Hold()
		off, err := unix.GetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NODELAY)
		c.Release()
		c.Close()
		if err != nil || (off != 0) != !delay {
			t.Errorf("Delay %v: TCP_NODELAY is %d, %v", delay, off, err)
		}
	}
}
