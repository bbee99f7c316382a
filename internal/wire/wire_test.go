//go:build unix

package wire

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// bound is the longest that any wait in these tests may take.
const bound = 5 * time.Second

func listen(t *testing.T) (*net.TCPListener, []netip.AddrPort) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	return ln.(*net.TCPListener), []netip.AddrPort{netip.MustParseAddrPort(ln.Addr().String())}
}

// pair connects a Conn to a Go peer.
func pair(t *testing.T) (*Conn, net.Conn) {
	t.Helper()
	ln, addrs := listen(t)
	d := Dialer{Timeout: bound}
	c, pending, err := d.DialIP(context.Background(), "tcp", addrs)
	if err != nil || pending {
		t.Fatal(err, pending)
	}
	ln.SetDeadline(time.Now().Add(bound))
	peer, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); peer.Close() })
	return c, peer
}

func TestReadAndWrite(t *testing.T) {
	c, peer := pair(t)
	if _, err := c.TryRead(make([]byte, 8)); err != ErrWouldBlock {
		t.Fatalf("TryRead on an idle socket: %v", err)
	}
	if n, err := c.Write([]byte("hello"), bound); n != 5 || err != nil {
		t.Fatal(n, err)
	}
	got := make([]byte, 5)
	peer.SetDeadline(time.Now().Add(bound))
	if _, err := io.ReadFull(peer, got); err != nil || string(got) != "hello" {
		t.Fatalf("%q %v", got, err)
	}
	peer.Write([]byte("world"))
	n, err := c.Read(got, time.Now().Add(bound))
	if err != nil || string(got[:n]) != "world" {
		t.Fatalf("%q %v", got[:n], err)
	}
	if err := c.Look(); err != nil {
		t.Errorf("an open connection: %v", err)
	}
	peer.Close()
	if _, err := c.Read(got, time.Now().Add(bound)); err != io.EOF {
		t.Errorf("after the peer's FIN: %v", err)
	}
	if err := c.Look(); err != io.EOF {
		t.Errorf("after the peer's FIN: %v", err)
	}
}

func TestReadDeadline(t *testing.T) {
	c, peer := pair(t)
	if _, err := c.Read(make([]byte, 1), time.Now().Add(20*time.Millisecond)); err != os.ErrDeadlineExceeded {
		t.Fatalf("got %v", err)
	}
	peer.Write([]byte("x"))
	if n, err := c.Read(make([]byte, 1), time.Now().Add(bound)); n != 1 || err != nil {
		t.Fatalf("after a timeout the connection is unusable: %d %v", n, err)
	}
}

// TestReadWithoutTime: what has come is read, however short the time is, unless
// it is over from outside.
func TestReadWithoutTime(t *testing.T) {
	c, peer := pair(t)
	peer.Write([]byte("xy"))
	if _, err := Poll([]PollItem{{FD: c.fd, Want: Readable}}, bound); err != nil {
		t.Fatal(err)
	}
	past := time.Unix(1, 0)
	if n, err := c.Read(make([]byte, 1), past); n != 1 || err != nil {
		t.Errorf("with data, after the deadline: %d %v", n, err)
	}
	c.SetReadDeadline(past)
	if _, err := c.Read(make([]byte, 1), time.Now().Add(bound)); err != os.ErrDeadlineExceeded {
		t.Errorf("after SetReadDeadline: %v", err)
	}
	c.SetReadDeadline(time.Time{})
	c.Read(make([]byte, 1), past)
	if _, err := c.Read(make([]byte, 1), past); err != os.ErrDeadlineExceeded {
		t.Errorf("without data: %v", err)
	}
	peer.Close()
	if _, err := Poll([]PollItem{{FD: c.fd, Want: Readable}}, bound); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 1), past); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
}

func TestWriteTimeoutCountsWhatWentOut(t *testing.T) {
	c, peer := pair(t)
	data := bytes.Repeat([]byte("0123456789"), 1<<20)
	n, err := c.Write(data, 50*time.Millisecond)
	if err != os.ErrDeadlineExceeded || n <= 0 || n >= len(data) {
		t.Fatalf("a peer that reads nothing: %d of %d, %v", n, len(data), err)
	}
	for {
		m, err := c.TryWrite(data[:1000])
		n += m
		if err == ErrWouldBlock {
			break
		}
		if err != nil {
			t.Fatalf("TryWrite on a full socket: %v", err)
		}
	}
	go func() { io.CopyN(io.Discard, peer, int64(n)); peer.Write([]byte("!")) }()
	if _, err := c.Read(make([]byte, 1), time.Now().Add(bound)); err != nil {
		t.Fatalf("the peer did not receive the %d bytes that were counted: %v", n, err)
	}
}

func TestRefusedIsTheLastAddressError(t *testing.T) {
	ln, addrs := listen(t)
	ln.Close()
	d := Dialer{Timeout: bound}
	_, _, err := d.DialIP(context.Background(), "tcp", addrs)
	if !errors.Is(err, syscall.ECONNREFUSED) {
		t.Fatalf("got %v", err)
	}
	_, live := listen(t)
	c, _, err := d.DialIP(context.Background(), "tcp", append(addrs, live...))
	if err != nil {
		t.Fatalf("the second address was not tried: %v", err)
	}
	c.Close()
}

// fullListener is a listener that completes no more connections.
func fullListener(t *testing.T) []netip.AddrPort {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := unix.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	sa, _ := unix.Getsockname(fd)
	addrs := []netip.AddrPort{netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(sa.(*unix.SockaddrInet4).Port))}
	for range 4 {
		d := Dialer{Async: true}
		if c, _, err := d.DialIP(context.Background(), "tcp", addrs); err == nil {
			t.Cleanup(func() { c.Close() })
		}
	}
	return addrs
}

func TestConnectTimeoutAndCancel(t *testing.T) {
	addrs := fullListener(t)
	d := Dialer{Timeout: 50 * time.Millisecond}
	if _, _, err := d.DialIP(context.Background(), "tcp", addrs); err != syscall.ETIMEDOUT {
		t.Errorf("timeout: %v", err)
	}
	d.Timeout = 0
	if _, _, err := d.DialIP(context.Background(), "tcp", addrs); err != syscall.ETIMEDOUT {
		t.Errorf("timeout 0: %v", err)
	}
	d.Timeout = -1
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, _, err := d.DialIP(ctx, "tcp", addrs); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestZeroTimeoutConnectsOnLoopback(t *testing.T) {
	_, addrs := listen(t)
	d := Dialer{Timeout: 0}
	c, _, err := d.DialIP(context.Background(), "tcp", addrs)
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
}

func TestAsyncConnectPolls(t *testing.T) {
	_, addrs := listen(t)
	d := Dialer{Async: true}
	c, _, err := d.DialIP(context.Background(), "tcp", addrs)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fd, ok := c.Hold()
	if !ok {
		t.Fatal("no descriptor")
	}
	defer c.Release()
	items := []PollItem{{FD: fd, Want: Writable}}
	if n, err := Poll(items, bound); n != 1 || err != nil || items[0].Got != Writable {
		t.Fatal(n, err, items)
	}
	if a := c.RemoteAddr(); a == nil || a.String() != addrs[0].String() {
		t.Errorf("peer %v", a)
	}
}

func TestPoll(t *testing.T) {
	c, peer := pair(t)
	fd, _ := c.Hold()
	defer c.Release()
	items := []PollItem{{FD: fd, Want: Readable}}
	if n, err := Poll(items, 20*time.Millisecond); n != 0 || err != nil {
		t.Fatalf("idle: %d %v", n, err)
	}
	peer.Write([]byte("x"))
	if n, err := Poll(items, bound); n != 1 || err != nil || items[0].Got != Readable {
		t.Fatal(n, err, items)
	}
}

func TestHoldEnds(t *testing.T) {
	c, _ := pair(t)
	if _, ok := c.Hold(); !ok {
		t.Fatal("no descriptor")
	}
	c.Close()
	if err := c.Close(); err != net.ErrClosed {
		t.Errorf("closed twice: %v", err)
	}
	if _, ok := c.Hold(); ok {
		t.Error("a closed connection hands out its descriptor")
	}
	if _, err := c.Read(make([]byte, 1), time.Time{}); err == nil {
		t.Error("read after close")
	}
	c.Release()
	if _, err := c.Read(make([]byte, 1), time.Time{}); err != net.ErrClosed {
		t.Errorf("read after close: %v", err)
	}
}

func TestCloseWakesReader(t *testing.T) {
	c, _ := pair(t)
	go func() { time.Sleep(20 * time.Millisecond); c.Close() }()
	if _, err := c.Read(make([]byte, 1), time.Now().Add(bound)); err != net.ErrClosed {
		t.Errorf("got %v", err)
	}
}

func TestWaker(t *testing.T) {
	w, err := NewWaker()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	go w.Wake()
	if n, err := Poll([]PollItem{w.Item()}, bound); n != 1 || err != nil {
		t.Fatal(n, err)
	}
}

func TestUnixPaths(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	for _, name := range []string{path, "\x00phpstream-wire-test"} {
		addr := name
		if name[0] == 0 {
			addr = "@" + name[1:]
		}
		ln, err := net.Listen("unix", addr)
		if err != nil {
			t.Fatal(err)
		}
		d := Dialer{Timeout: bound}
		c, _, err := d.DialPath(context.Background(), "unix", name)
		if err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		if a := c.LocalAddr(); a != nil && a.String() != "" {
			t.Errorf("an unnamed socket is called %q", a)
		}
		c.Close()
		ln.Close()
	}
	d := Dialer{Timeout: bound}
	if _, _, err := d.DialPath(context.Background(), "unix", path+".not"); !errors.Is(err, syscall.ENOENT) {
		t.Errorf("missing path: %v", err)
	}
}

func TestBind(t *testing.T) {
	_, addrs := listen(t)
	var bindErr error
	d := Dialer{Timeout: bound, Bind: "127.0.0.2", Bound: func(err error) { bindErr = err }}
	c, _, err := d.DialIP(context.Background(), "tcp", addrs)
	if err != nil || bindErr != nil {
		t.Fatal(err, bindErr)
	}
	if got := c.LocalAddr().(*net.TCPAddr).IP.String(); got != "127.0.0.2" {
		t.Errorf("local address %s", got)
	}
	c.Close()
	for bind, want := range map[string]error{"nonsense": ErrBindAddress, "192.0.2.1": syscall.EADDRNOTAVAIL} {
		bindErr = nil
		d.Bind = bind
		c, _, err := d.DialIP(context.Background(), "tcp", addrs)
		if err != nil {
			t.Fatalf("%s: a local address that cannot be used ends the connecting: %v", bind, err)
		}
		c.Close()
		if !errors.Is(bindErr, want) {
			t.Errorf("%s: %v, want %v", bind, bindErr, want)
		}
	}
}
