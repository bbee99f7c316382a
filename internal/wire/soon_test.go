//go:build unix

package wire

import (
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// arrived waits until there is something to read.
func arrived(t *testing.T, c *Conn) {
	t.Helper()
	if n, err := Poll([]PollItem{{FD: c.fd, Want: Readable}}, bound); n != 1 || err != nil {
		t.Fatal(n, err)
	}
}

// TestNear: whose connect has succeeded at once is near, and none else.
func TestNear(t *testing.T) {
	ctx := context.Background()
	d := Dialer{Timeout: bound}
	_, addrs := listen(t)
	path := filepath.Join(t.TempDir(), "s")
	ln, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	for _, open := range []struct {
		name string
		near bool
		conn func() (*Conn, Connecting, error)
	}{
		{"tcp", true, func() (*Conn, Connecting, error) { return d.DialIP(ctx, "tcp", addrs) }},
		{"unix", true, func() (*Conn, Connecting, error) { return d.DialPath(ctx, "unix", path) }},
		{"udp", false, func() (*Conn, Connecting, error) { return d.DialIP(ctx, "udp", addrs) }},
		{"on the way", false, func() (*Conn, Connecting, error) {
			d := Dialer{Timeout: bound, Async: true}
			return d.DialIP(ctx, "tcp", addrs)
		}},
	} {
		c, _, err := open.conn()
		if err != nil {
			t.Fatal(open.name, err)
		}
		if c.near != open.near {
			t.Errorf("%s: near %v", open.name, c.near)
		}
		c.Close()
	}
}

// TestReadSoon: what a near peer has sent is read without a wait; one that keeps a
// Read waiting is not near any more, and is read from all the same.
func TestReadSoon(t *testing.T) {
	inVain.Store(0)
	defer inVain.Store(0)
	c, peer := pair(t)
	p := make([]byte, 8)
	io.WriteString(peer, "soon")
	arrived(t, c)
	inVain.Store(1)
	if n, err := c.Read(p, time.Time{}); string(p[:n]) != "soon" || err != nil || !c.near || inVain.Load() != 0 {
		t.Errorf("%q, %v; near %v, in vain %d", p[:n], err, c.near, inVain.Load())
	}
	began := time.Now()
	if n, err := c.Read(p, began.Add(20*time.Millisecond)); n != 0 || err != os.ErrDeadlineExceeded || time.Since(began) < 20*time.Millisecond {
		t.Errorf("%d, %v after %v", n, err, time.Since(began))
	}
	if c.near || inVain.Load() != 1 {
		t.Errorf("it has waited: near %v, in vain %d", c.near, inVain.Load())
	}
	io.WriteString(peer, "later")
	if n, err := c.Read(p, time.Now().Add(bound)); string(p[:n]) != "later" || err != nil || inVain.Load() != 1 {
		t.Errorf("%q, %v; in vain %d", p[:n], err, inVain.Load())
	}
}

// TestReadSoonNotAlways: no two look at a time, and nobody looks for long where it
// has been in vain.
func TestReadSoonNotAlways(t *testing.T) {
	inVain.Store(0)
	defer inVain.Store(0)
	c, peer := pair(t)
	io.WriteString(peer, "x")
	arrived(t, c)
	p := make([]byte, 1)

	looking.Store(true)
	if _, err := c.readSoon(p); err != ErrWouldBlock || !c.near || inVain.Load() != 0 {
		t.Errorf("while another looks: %v; near %v, in vain %d", err, c.near, inVain.Load())
	}
	looking.Store(false)

	looks := 0
	inVain.Store(4)
	for range 640 {
		if worthALook() {
			looks++
		}
	}
	if looks != 10 {
		t.Errorf("%d looks of 640", looks)
	}
	inVain.Store(4)
	if _, err := c.readSoon(p); err != ErrWouldBlock || !c.near {
		t.Errorf("after looks in vain: %v, near %v", err, c.near)
	}
	if n, err := c.Read(p, time.Now().Add(bound)); n != 1 || err != nil {
		t.Errorf("the poller has it: %d, %v", n, err)
	}
}

// TestReadSoonEnds: an end, an error and a Close are no reason to go on looking.
func TestReadSoonEnds(t *testing.T) {
	p := make([]byte, 1)
	for name, test := range map[string]struct {
		end  func(c *Conn, peer net.Conn)
		want error
	}{
		"FIN":   {func(c *Conn, peer net.Conn) { peer.Close(); arrived(t, c) }, io.EOF},
		"RST":   {func(c *Conn, peer net.Conn) { peer.(*net.TCPConn).SetLinger(0); peer.Close(); arrived(t, c) }, unix.ECONNRESET},
		"Close": {func(c *Conn, peer net.Conn) { c.Close() }, net.ErrClosed},
	} {
		inVain.Store(0)
		c, peer := pair(t)
		test.end(c, peer)
		if n, err := c.readSoon(p); n != 0 || err != test.want || inVain.Load() != 0 || looking.Load() {
			t.Errorf("%s: %d, %v; in vain %d, looking %v", name, n, err, inVain.Load(), looking.Load())
		}
	}
}
