package faultproxy

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/phpstream-go/phpstream/internal/testcert"
)

const text = "220 one\r\n250-two\r\n250 three\r\n"

// through sends the text from a server through the faults, in pieces, and
// answers what the client gets until the end.
func through(t *testing.T, faults ...Fault) (string, error) {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(longest))
		io.ReadFull(c, make([]byte, 1))
		for i := range len(text) / 7 {
			io.WriteString(c, text[i*7:i*7+7])
		}
		io.WriteString(c, text[len(text)/7*7:])
		c.(*net.TCPConn).CloseWrite()
		io.Copy(io.Discard, c)
	}()
	p, err := New(l.Addr().String(), faults...)
	must(t, err)
	c, err := net.Dial("tcp4", p.Addr())
	must(t, err)
	c.SetDeadline(time.Now().Add(300 * time.Millisecond))
	io.WriteString(c, "!") // a connection that is reset too early was never there
	got, err := io.ReadAll(c)
	if string(got) != string(p.Passed(Server)) {
		t.Errorf("got %q, and %q has passed", got, p.Passed(Server))
	}
	if p.Happened() != len(faults) {
		t.Errorf("%d faults of %d have been done", p.Happened(), len(faults))
	}
	c.Close()
	p.Close()
	<-done
	return string(got), err
}

func TestPoints(t *testing.T) {
	for _, c := range []struct {
		at   Point
		want string
	}{
		{Byte(0), ""},
		{Byte(11), text[:11]},
		{Before("250-"), "220 one\r\n"},
		{After("250-"), "220 one\r\n250-"},
		{Within("two\r\n", 2), "220 one\r\n250-tw"},
		{After("\r\n").Then(After("\r\n")), "220 one\r\n250-two\r\n"},
		{After("one").Then(Byte(2)), "220 one\r\n"},
		{Read(1), ""},
		{Before("0 o").Then(Read(1)), "22"},
	} {
		got, err := through(t, Fault{Server, c.at, HalfClose()})
		if got != c.want || err != nil {
			t.Errorf("%v: %q %v, want %q", c.at, got, err, c.want)
		}
	}
}

func TestActions(t *testing.T) {
	at := After("220 one\r\n")
	for _, c := range []struct {
		do   Action
		want string
		err  error
	}{
		{Delay(10 * time.Millisecond), text, nil},
		{Dribble(), text, nil},
		{Stall(), "220 one\r\n", syscall.ETIMEDOUT},
		{Reset(), "220 one\r\n", syscall.ECONNRESET},
		{Close(), "220 one\r\n", nil},
		{HalfClose(), "220 one\r\n", nil},
		{Insert("x"), "220 one\r\nx" + text[9:], nil},
		{Repeat(5), "220 one\r\none\r\n" + text[9:], nil},
	} {
		got, err := through(t, Fault{Server, at, c.do})
		var timeout net.Error
		if errors.As(err, &timeout) && timeout.Timeout() {
			err = syscall.ETIMEDOUT
		}
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%v: %q %v, want %q %v", c.do, got, err, c.want, c.err)
		}
	}
	got, err := through(t, Fault{Server, at, Insert("a")}, Fault{Server, Before("250 "), Insert("b")}, Fault{Server, After("250 "), Close()})
	if want := "220 one\r\na250-two\r\nb250 "; got != want || err != nil {
		t.Errorf("three faults: %q %v, want %q", got, err, want)
	}
}

// TestRecords: what has passed at a place is whole records, and the part that
// was asked for.
func TestRecords(t *testing.T) {
	cert := testcert.SelfSigned(testcert.Spec{CN: "localhost", DNS: []string{"localhost"}})
	for _, c := range []struct {
		n, offset int
		whole     int // records that have passed
		rest      func(size int) int
	}{
		{1, 0, 0, nil},
		{1, 3, 0, func(int) int { return 3 }},
		{2, 0, 1, nil},
		{2, 6, 2, nil}, // the change of ciphers has 6 bytes
		{3, -1, 2, func(size int) int { return size - 1 }},
		{4, 10, 3, func(int) int { return 10 }},
	} {
		l, err := tls.Listen("tcp4", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert.TLS()}})
		must(t, err)
		go func() {
			c, err := l.Accept()
			if err == nil {
				c.(*tls.Conn).Handshake()
				c.Close()
			}
		}()
		p, err := New(l.Addr().String(), Fault{Server, Record(c.n, c.offset), HalfClose()})
		must(t, err)
		conn, err := net.Dial("tcp4", p.Addr())
		must(t, err)
		conn.SetDeadline(time.Now().Add(longest))
		if err := tls.Client(conn, &tls.Config{InsecureSkipVerify: true}).Handshake(); err == nil {
			t.Errorf("record %d%+d: the handshake has an end", c.n, c.offset)
		}
		rest := p.Passed(Server)
		for range c.whole {
			if len(rest) < recordHeader || len(rest) < recordHeader+int(rest[3])<<8+int(rest[4]) {
				t.Fatalf("record %d%+d: %x is no whole record", c.n, c.offset, rest)
			}
			rest = rest[recordHeader+int(rest[3])<<8+int(rest[4]):]
		}
		want := 0
		if c.rest != nil {
			size := 0
			if len(rest) >= recordHeader {
				size = recordHeader + int(rest[3])<<8 + int(rest[4])
			}
			want = c.rest(size)
		}
		if len(rest) != want {
			t.Errorf("record %d%+d: %d bytes behind the whole records, want %d", c.n, c.offset, len(rest), want)
		}
		conn.Close()
		p.Close()
		l.Close()
	}
}

// TestClientSide: what the client sends meets with its own faults.
func TestClientSide(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	p, err := New(l.Addr().String(), Fault{Client, After("HELO\r\n"), HalfClose()})
	must(t, err)
	defer p.Close()
	c, err := net.Dial("tcp4", p.Addr())
	must(t, err)
	defer c.Close()
	io.WriteString(c, "HELO\r\nQUIT\r\n")
	s, err := l.Accept()
	must(t, err)
	defer s.Close()
	s.SetDeadline(time.Now().Add(longest))
	got, err := io.ReadAll(s)
	if string(got) != "HELO\r\n" || err != nil {
		t.Errorf("%q %v", got, err)
	}
	io.WriteString(s, "still here\r\n")
	line := make([]byte, 10)
	c.SetDeadline(time.Now().Add(longest))
	if _, err := io.ReadFull(c, line); err != nil || !strings.HasPrefix("still here\r\n", string(line)) {
		t.Errorf("the other direction: %q %v", line, err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
