//go:build unix

package wire

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime/pprof"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func server(t *testing.T) (*Conn, []netip.AddrPort) {
	t.Helper()
	var b Binder
	c, err := b.BindIP("tcp", []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:0")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.Listen(8); err != nil {
		t.Fatal(err)
	}
	return c, []netip.AddrPort{c.LocalAddr().(*net.TCPAddr).AddrPort()}
}

func TestAccept(t *testing.T) {
	s, addrs := server(t)
	started := time.Now()
	if _, _, err := s.Accept(started.Add(50*time.Millisecond), false); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("with nobody there: %v", err)
	}
	if took := time.Since(started); took < 40*time.Millisecond || took > bound {
		t.Errorf("it took %v", took)
	}
	d := Dialer{Timeout: bound}
	c, _, err := d.DialIP(context.Background(), "tcp", addrs)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	// Somebody who is there is accepted even after the deadline.
	peer, addr, err := s.Accept(started, false)
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	if addr.String() != c.LocalAddr().String() || peer.RemoteAddr().String() != addr.String() {
		t.Errorf("the peer is %v, not %v", addr, c.LocalAddr())
	}
	if _, err := peer.Write([]byte("hello"), bound); err != nil {
		t.Fatal(err)
	}
	p := make([]byte, 5)
	if n, err := c.Read(p, time.Now().Add(bound)); n != 5 || err != nil {
		t.Fatal(n, err)
	}
}

// TestAcceptEnds: closing wakes all who wait, and so does a deadline.
func TestAcceptEnds(t *testing.T) {
	for _, held := range []bool{false, true} {
		s, _ := server(t)
		if held {
			if _, ok := s.Hold(); !ok {
				t.Fatal("no descriptor")
			}
			defer s.Release()
		}
		var wait sync.WaitGroup
		errs := make(chan error, 3)
		for range cap(errs) {
			wait.Go(func() {
				_, _, err := s.Accept(time.Time{}, false)
				errs <- err
			})
		}
		time.Sleep(20 * time.Millisecond)
		s.Close()
		for range cap(errs) {
			select {
			case err := <-errs:
				if !errors.Is(err, net.ErrClosed) {
					t.Errorf("held %v: %v", held, err)
				}
			case <-time.After(bound):
				t.Fatalf("held %v: an accept goes on", held)
			}
		}
		wait.Wait()
	}
	s, _ := server(t)
	over := make(chan error, 1)
	go func() {
		_, _, err := s.Accept(time.Time{}, false)
		over <- err
	}()
	time.Sleep(20 * time.Millisecond)
	s.SetReadDeadline(time.Unix(1, 0))
	if err := <-over; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error(err)
	}
}

// TestAcceptWaitsForItsOwnTime: one that waits for ever does not keep another
// past its deadline.
func TestAcceptWaitsForItsOwnTime(t *testing.T) {
	s, _ := server(t)
	go s.Accept(time.Time{}, false)
	time.Sleep(20 * time.Millisecond)
	started := time.Now()
	if _, _, err := s.Accept(started.Add(50*time.Millisecond), false); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal(err)
	}
	if took := time.Since(started); took > bound {
		t.Errorf("it took %v", took)
	}
}

func TestAcceptWithoutListening(t *testing.T) {
	var b Binder
	c, err := b.BindIP("tcp", []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:0")})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, _, err := c.Accept(time.Now().Add(bound), false); !errors.Is(err, unix.EINVAL) {
		t.Errorf("bound only: %v", err)
	}
	u, err := b.BindIP("udp", []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:0")})
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	if _, _, err := u.Accept(time.Now().Add(30*time.Millisecond), false); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("datagrams: %v", err)
	}
	if err := u.Listen(1); !errors.Is(err, unix.EOPNOTSUPP) {
		t.Errorf("listening for datagrams: %v", err)
	}
}

// TestAcceptSetsNoDelay: Nagle's algorithm is off, unless it is asked for.
func TestAcceptSetsNoDelay(t *testing.T) {
	s, addrs := server(t)
	for _, delay := range []bool{false, true} {
		d := Dialer{Timeout: bound}
		c, _, err := d.DialIP(context.Background(), "tcp", addrs)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		peer, _, err := s.Accept(time.Now().Add(bound), delay)
		if err != nil {
			t.Fatal(err)
		}
		defer peer.Close()
		fd, _ := peer.Hold()
		on, err := unix.GetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NODELAY)
		peer.Release()
		if err != nil || (on != 0) == delay {
			t.Errorf("delay %v: TCP_NODELAY %d, %v", delay, on, err)
		}
	}
}

func TestBindOptions(t *testing.T) {
	only := true
	b := Binder{ReusePort: true, V6Only: &only, Broadcast: true}
	c, err := b.BindIP("udp", []netip.AddrPort{netip.MustParseAddrPort("[::1]:0")})
	if err != nil {
		t.Skip("no IPv6:", err)
	}
	defer c.Close()
	fd, _ := c.Hold()
	defer c.Release()
	for _, o := range []struct{ level, option int }{
		{unix.SOL_SOCKET, unix.SO_REUSEPORT}, {unix.SOL_SOCKET, unix.SO_REUSEADDR},
		{unix.SOL_SOCKET, unix.SO_BROADCAST}, {unix.IPPROTO_IPV6, unix.IPV6_V6ONLY},
	} {
		if on, err := unix.GetsockoptInt(int(fd), o.level, o.option); on == 0 || err != nil {
			t.Errorf("option %v: %d, %v", o, on, err)
		}
	}
}

func TestBindPath(t *testing.T) {
	var b Binder
	path := filepath.Join(t.TempDir(), "s")
	s, err := b.BindPath("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := b.BindPath("unix", path); !errors.Is(err, unix.EADDRINUSE) {
		t.Errorf("a second time: %v", err)
	}
	if err := s.Listen(1); err != nil {
		t.Fatal(err)
	}
	d := Dialer{Timeout: bound}
	c, _, err := d.DialPath(context.Background(), "unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	peer, addr, err := s.Accept(time.Now().Add(bound), false)
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	if addr == nil || addr.String() != "" {
		t.Errorf("a peer without a name: %v", addr)
	}
}

func TestPairAndMessages(t *testing.T) {
	for _, typ := range []int{unix.SOCK_STREAM, unix.SOCK_DGRAM} {
		p, err := Pair(unix.AF_UNIX, typ, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer p[0].Close()
		defer p[1].Close()
		if n, err := p[0].Sendto([]byte("hello"), 0, netip.AddrPort{}, true); n != 5 || err != nil {
			t.Fatal(n, err)
		}
		b := make([]byte, 16)
		for _, flags := range []int{MsgPeek, 0} {
			if n, _, err := p[1].Recvfrom(b, flags, true); n != 5 || err != nil {
				t.Errorf("type %d: %d, %v", typ, n, err)
			}
		}
		if _, _, err := p[1].Recvfrom(b, 0, false); err != ErrWouldBlock {
			t.Errorf("type %d, nothing there: %v", typ, err)
		}
		over := make(chan error, 1)
		go func() {
			_, _, err := p[1].Recvfrom(b, 0, true)
			over <- err
		}()
		time.Sleep(20 * time.Millisecond)
		p[1].Close()
		select {
		case err := <-over:
			if !errors.Is(err, net.ErrClosed) {
				t.Errorf("closed while receiving: %v", err)
			}
		case <-time.After(bound):
			t.Fatal("a receive goes on")
		}
	}
	if _, err := Pair(unix.AF_INET, unix.SOCK_STREAM, 0); !errors.Is(err, unix.EOPNOTSUPP) {
		t.Errorf("a pair of AF_INET: %v", err)
	}
}

func TestSendtoWaitsForRoom(t *testing.T) {
	p, err := Pair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer p[0].Close()
	defer p[1].Close()
	big := make([]byte, 4<<20)
	n, err := p[0].Sendto(big, 0, netip.AddrPort{}, false)
	if n == 0 || n == len(big) || err != nil {
		t.Fatalf("without waiting: %d, %v", n, err)
	}
	read := make(chan int, 1)
	go func() {
		p[1].SetReadDeadline(time.Now().Add(bound))
		got, _ := io.CopyN(io.Discard, readerOf(p[1]), int64(len(big)+n))
		read <- int(got)
	}()
	if m, err := p[0].Sendto(big, 0, netip.AddrPort{}, true); m != len(big) || err != nil {
		t.Errorf("waiting: %d, %v", m, err)
	}
	if got := <-read; got != len(big)+n {
		t.Errorf("%d bytes came", got)
	}
}

type reader struct{ c *Conn }

func (r reader) Read(p []byte) (int, error) { return r.c.Read(p, time.Time{}) }
func readerOf(c *Conn) io.Reader            { return reader{c} }

func TestRecvfromNames(t *testing.T) {
	var b Binder
	local := []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:0")}
	one, err := b.BindIP("udp", local)
	if err != nil {
		t.Fatal(err)
	}
	defer one.Close()
	two, err := b.BindIP("udp", local)
	if err != nil {
		t.Fatal(err)
	}
	defer two.Close()
	to := two.LocalAddr().(*net.UDPAddr).AddrPort()
	if _, err := one.Sendto([]byte("x"), 0, to, true); err != nil {
		t.Fatal(err)
	}
	n, addr, err := two.Recvfrom(make([]byte, 9), 0, true)
	if n != 1 || err != nil || addr.String() != one.LocalAddr().String() {
		t.Errorf("%d bytes from %v, %v", n, addr, err)
	}
}

// TestReadOfListener: it waits until somebody can be accepted, and fails.
func TestReadOfListener(t *testing.T) {
	s, addrs := server(t)
	if _, err := s.Read(make([]byte, 1), time.Now().Add(30*time.Millisecond)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("nobody there: %v", err)
	}
	if err := s.Look(); err != nil {
		t.Errorf("nobody there, looked at: %v", err)
	}
	d := Dialer{Timeout: bound}
	c, _, err := d.DialIP(context.Background(), "tcp", addrs)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := s.Read(make([]byte, 1), time.Now().Add(bound)); !errors.Is(err, unix.ENOTCONN) {
		t.Errorf("somebody there: %v", err)
	}
	if err := s.Look(); !errors.Is(err, unix.ENOTCONN) {
		t.Errorf("somebody there, looked at: %v", err)
	}
}

// TestAcceptKeepsNoThread: who waits for connections waits on the runtime's
// poller.
func TestAcceptKeepsNoThread(t *testing.T) {
	const many = 200
	threads := pprof.Lookup("threadcreate")
	before := threads.Count()
	var wait sync.WaitGroup
	var servers []*Conn
	for range many {
		s, _ := server(t)
		servers = append(servers, s)
		wait.Go(func() { s.Accept(time.Time{}, false) })
	}
	time.Sleep(100 * time.Millisecond)
	if n := threads.Count() - before; n > many/4 {
		t.Errorf("%d new threads for %d who wait", n, many)
	}
	for _, s := range servers {
		s.Close()
	}
	wait.Wait()
}
