package secure

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/phpstream-go/phpstream/internal/testcert"
	"github.com/phpstream-go/phpstream/internal/wire"
)

const bound = 5 * time.Second

// dialTLS connects to a TLS server that runs serve; trust decisions are other
// tests' matter.
func dialTLS(t *testing.T, serve func(*tls.Conn)) *Conn {
	t.Helper()
	c, peer := dialPlain(t)
	server := tls.Server(peer, &tls.Config{Certificates: []tls.Certificate{serverCert(t)}})
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer peer.Close()
		peer.SetDeadline(time.Now().Add(bound))
		serve(server)
	}()
	conn := newClient(c, &tls.Config{InsecureSkipVerify: true})
	t.Cleanup(func() { c.Close(); peer.Close(); <-done })
	return conn
}

func dialPlain(t *testing.T) (*wire.Conn, net.Conn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	d := wire.Dialer{Timeout: bound}
	c, _, err := d.DialIP(context.Background(), "tcp", []netip.AddrPort{netip.MustParseAddrPort(ln.Addr().String())})
	if err != nil {
		t.Fatal(err)
	}
	peer, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	return c, peer
}

func handshake(t *testing.T, c *Conn) {
	t.Helper()
	if err := c.Handshake(context.Background(), bound); err != nil {
		t.Fatal(err)
	}
}

func deadline() time.Time { return time.Now().Add(bound) }

// TestRestOfRecordIsReadWithoutTheSocket: a record is larger than a read, and
// what is left of it is there for stream_select. A second record that came with
// it is not read, but known of.
func TestRestOfRecordIsReadWithoutTheSocket(t *testing.T) {
	sent := make(chan struct{})
	c := dialTLS(t, func(s *tls.Conn) {
		s.Write(bytes.Repeat([]byte("a"), 100))
		s.Write([]byte("second"))
		close(sent)
		io.Copy(io.Discard, s)
	})
	handshake(t, c)
	<-sent
	p := make([]byte, 60)
	if n, err := c.Read(p, deadline()); n != 60 || err != nil {
		t.Fatal(n, err)
	}
	if !c.Left() {
		t.Error("nothing is left")
	}
	if n, err := c.ReadReceived(p); n != 40 || err != nil {
		t.Fatalf("%d of 40 bytes of the first record, %v", n, err)
	}
	if n, err := c.ReadReceived(p); n != 0 || !errors.Is(err, wire.ErrWouldBlock) {
		t.Fatalf("%d bytes past the record, %v", n, err)
	}
	if !c.Waiting() {
		t.Fatal("nothing is known of the second record")
	}
	if n, err := c.TryRead(p); string(p[:n]) != "second" || err != nil {
		t.Fatalf("%q %v", p[:n], err)
	}
	if _, err := c.TryRead(p); !errors.Is(err, wire.ErrWouldBlock) || c.Waiting() {
		t.Fatalf("an idle connection: %v", err)
	}
}

func TestReadTimeoutLeavesTheConnectionUsable(t *testing.T) {
	c := dialTLS(t, func(s *tls.Conn) {
		io.ReadFull(s, make([]byte, 2))
		s.Write([]byte("ok"))
		io.Copy(io.Discard, s)
	})
	handshake(t, c)
	p := make([]byte, 10)
	if _, err := c.Read(p, time.Now().Add(20*time.Millisecond)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("got %v", err)
	}
	if _, err := c.Write([]byte("go"), bound); err != nil {
		t.Fatal(err)
	}
	if n, err := c.Read(p, deadline()); string(p[:n]) != "ok" || err != nil {
		t.Fatalf("%q %v", p[:n], err)
	}
}

func TestAliveReadsNothingAway(t *testing.T) {
	c := dialTLS(t, func(s *tls.Conn) {
		s.Write([]byte("xyz"))
		io.ReadFull(s, make([]byte, 1))
	})
	handshake(t, c)
	p := make([]byte, 1)
	if n, err := c.Read(p, deadline()); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	for range 2 {
		if !c.Alive() {
			t.Fatal("dead with data to read")
		}
	}
	// The look opened the record: one read gives all of it, as SSL_read does.
	rest := make([]byte, 10)
	if n, err := c.Read(rest, deadline()); string(rest[:n]) != "yz" || err != nil {
		t.Fatalf("%q %v", rest[:n], err)
	}
	c.Write([]byte("!"), bound)
	for end := deadline(); c.Alive(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("alive after the peer has gone")
		}
	}
	if _, err := c.Read(p, deadline()); !IsEOF(err) {
		t.Fatalf("got %v", err)
	}
}

// TestStalledWriteIsRepeated: crypto/tls gives up after a failed write; here a
// peer that takes nothing for a while costs nothing but the repetition.
func TestStalledWriteIsRepeated(t *testing.T) {
	start := make(chan struct{})
	received := make(chan []byte, 1)
	c := dialTLS(t, func(s *tls.Conn) {
		s.Handshake()
		<-start
		all, _ := io.ReadAll(s)
		received <- all
	})
	handshake(t, c)
	data := make([]byte, 8<<20)
	for i := range data {
		data[i] = byte(i * 7)
	}
	n, err := c.Write(data, 50*time.Millisecond)
	if !errors.Is(err, os.ErrDeadlineExceeded) || n == 0 || n == len(data) || n%maxPlaintext != 0 {
		t.Fatalf("%d of %d, %v", n, len(data), err)
	}
	k, err := c.TryWrite(data[n:])
	if !errors.Is(err, wire.ErrWouldBlock) {
		t.Fatalf("no room, but %v", err)
	}
	n += k
	_, short := c.TryWrite([]byte("something else"))
	_, other := c.TryWrite(make([]byte, maxPlaintext))
	close(start)
	if short != errShortRetry || other != ErrBadRetry {
		t.Fatalf("other bytes in the middle of a record: %v, %v", short, other)
	}
	m, err := c.Write(data[n:], bound)
	if n+m != len(data) || err != nil {
		t.Fatalf("%d + %d of %d, %v", n, m, len(data), err)
	}
	c.CloseNotify()
	select {
	case all := <-received:
		if !bytes.Equal(all, data) {
			t.Fatalf("the peer got %d bytes of %d, or others", len(all), len(data))
		}
	case <-time.After(bound):
		t.Fatal("the peer is still waiting")
	}
}

func TestBackgroundHandshakeWakesPollers(t *testing.T) {
	begin := make(chan struct{})
	c := dialTLS(t, func(s *tls.Conn) {
		<-begin
		s.Handshake()
		io.Copy(io.Discard, s)
	})
	if err := c.TryHandshake(); !errors.Is(err, wire.ErrWouldBlock) {
		t.Fatalf("got %v", err)
	}
	if under, over := c.InFlight(); !under || over {
		t.Fatal(under, over)
	}
	w, err := wire.NewWaker()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	c.Notify(w)
	defer c.Forget(w)
	close(begin)
	if n, err := wire.Poll([]wire.PollItem{w.Item()}, bound); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if err := c.TryHandshake(); err != nil {
		t.Fatal(err)
	}
	if !c.State().HandshakeComplete {
		t.Fatal("not complete")
	}
}

func TestHandshakeTimeoutAndCancel(t *testing.T) {
	for name, ctx := range map[string]func() (context.Context, context.CancelFunc){
		"timeout": func() (context.Context, context.CancelFunc) {
			return context.WithCancel(context.Background())
		},
		"cancel": func() (context.Context, context.CancelFunc) {
			return context.WithTimeout(context.Background(), 20*time.Millisecond)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, peer := dialPlain(t)
			defer w.Close()
			defer peer.Close()
			x, cancel := ctx()
			defer cancel()
			c := newClient(w, &tls.Config{InsecureSkipVerify: true})
			limit := bound
			want := context.DeadlineExceeded
			if name == "timeout" {
				limit, want = 20*time.Millisecond, os.ErrDeadlineExceeded
			}
			if err := c.Handshake(x, limit); !errors.Is(err, want) {
				t.Fatalf("got %v", err)
			}
		})
	}
}

func TestReceivedAfterSwitchingOff(t *testing.T) {
	w, peer := dialPlain(t)
	defer w.Close()
	defer peer.Close()
	go func() {
		s := tls.Server(peer, &tls.Config{Certificates: []tls.Certificate{serverCert(t)}})
		s.Handshake()
		s.Write([]byte("over"))
		s.CloseWrite()
		peer.SetWriteDeadline(time.Time{}) // crypto/tls leaves one behind
		peer.Write([]byte("in clear"))
	}()
	c := newClient(w, &tls.Config{InsecureSkipVerify: true})
	handshake(t, c)
	var got []byte
	p := make([]byte, 100)
	for {
		n, err := c.Read(p, deadline())
		got = append(got, p[:n]...)
		if IsEOF(err) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	rest := c.Received()
	for len(rest) < len("in clear") {
		n, err := w.Read(p, deadline())
		if err != nil {
			t.Fatal(err)
		}
		rest = append(rest, p[:n]...)
	}
	if string(got) != "over" || string(rest) != "in clear" {
		t.Fatalf("%q then %q", got, rest)
	}
}

func serverCert(t *testing.T) tls.Certificate {
	t.Helper()
	return testcert.SelfSigned(testcert.Spec{CN: "test"}).TLS()
}
