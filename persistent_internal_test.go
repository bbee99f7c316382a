package phpstream

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"testing"
	"time"

	"github.com/phpstream-go/phpstream/internal/testcert"
)

// IdleStreams is how many streams wait for a Runtime.
func IdleStreams() int { return idleStreams.Len() }

// DropIdleStreams closes them.
func DropIdleStreams() {
	for {
		p, ok := idleStreams.Take(func(*parked) bool { return true })
		if !ok {
			return
		}
		p.sock.discard()
	}
}

// The limits, for the tests.
const (
	MaxIdleStreams = maxIdleStreams
	MaxIdleTime    = maxIdleTime
)

// TestOldStreamReachesNothing: a goroutine that was already past the look
// whether the stream is closed when its Runtime ended gets nothing of what is
// another one's now, neither in clear nor over TLS.
func TestOldStreamReachesNothing(t *testing.T) {
	ca := testcert.NewCA(testcert.Spec{CN: "test"})
	cafile := testcert.WriteCAs(t.TempDir(), "ca.pem", ca)
	cert := ca.Issue(testcert.Spec{CN: "localhost", DNS: []string{"localhost"}}).TLS()
	for _, scheme := range []string{"tcp", "tls"} {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		heard := make(chan string, 1)
		go func() {
			defer ln.Close()
			c, err := ln.Accept()
			if err != nil {
				return
			}
			defer c.Close()
			c.SetDeadline(time.Now().Add(10 * time.Second))
			if scheme == "tls" {
				c = tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}})
			}
			line, _ := bufio.NewReader(c).ReadString('\n')
			io.WriteString(c, "answer\n")
			heard <- line
		}()
		rt := NewRuntime()
		x := rt.StreamContextCreate(Options{"ssl": {"cafile": cafile, "peer_name": "localhost"}})
		flags := STREAM_CLIENT_CONNECT | STREAM_CLIENT_PERSISTENT
		old, _, _ := rt.StreamSocketClient(scheme+"://"+ln.Addr().String(), Timeout(5), flags, x)
		if old == nil {
			t.Fatal(rt.LastError())
		}
		rt.Close()
		fp, _, _ := rt.StreamSocketClient(scheme+"://"+ln.Addr().String(), Timeout(5), flags, x)
		if fp == nil || fp == old || fp.sock.wire == old.sock.wire {
			t.Fatal("not handed on")
		}
		c := rt.call("fwrite")
		if n, _ := old.sock.send(&c, []byte("old\n"), 4); n != 0 {
			t.Errorf("%s: the old one sends", scheme)
		}
		Fwrite(fp, "new\n")
		if line := <-heard; line != "new\n" {
			t.Errorf("%s: the peer heard %q", scheme, line)
		}
		p := make([]byte, 8)
		if g := old.sock.receive(&c, p, true); g.n != 0 {
			t.Errorf("%s: the old one reads %q", scheme, p[:g.n])
		}
		if line, _ := Fgets(fp); line != "answer\n" {
			t.Errorf("%s: the new one reads %q", scheme, line)
		}
		Fclose(fp)
	}
}
