package soak

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/phpstream-go/phpstream/internal/testcert"
)

// servers are the peers: they do what a line asks for.
type servers struct {
	plain, tls, udp, path string // addresses
	cafile                string

	config  *tls.Config
	closers []io.Closer
	wait    sync.WaitGroup
}

func startServers(t *testing.T) *servers {
	t.Helper()
	dir := t.TempDir()
	ca := testcert.NewCA(testcert.Spec{})
	testcert.WriteCAs(dir, "ca.pem", ca)
	cert := ca.Issue(testcert.Spec{CN: "localhost", DNS: []string{"localhost"}})
	s := &servers{cafile: filepath.Join(dir, "ca.pem"), path: filepath.Join(dir, "s"),
		config: &tls.Config{Certificates: []tls.Certificate{cert.TLS()}}}
	for _, l := range []struct {
		network, at string
		address     *string
		tls         bool
	}{{"tcp4", "127.0.0.1:0", &s.plain, false}, {"tcp4", "127.0.0.1:0", &s.tls, true}, {"unix", s.path, &s.path, false}} {
		listener, err := net.Listen(l.network, l.at)
		if err != nil {
			t.Fatal(err)
		}
		*l.address = listener.Addr().String()
		s.closers = append(s.closers, listener)
		s.wait.Go(func() { s.accept(listener, l.tls) })
	}
	packets, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.udp = packets.LocalAddr().String()
	s.closers = append(s.closers, packets)
	s.wait.Go(func() {
		buf := make([]byte, 1<<16)
		for {
			n, from, err := packets.ReadFrom(buf)
			if err != nil {
				return
			}
			packets.WriteTo(buf[:min(n, 1000)], from)
		}
	})
	return s
}

func (s *servers) stop() {
	for _, c := range s.closers {
		c.Close()
	}
	s.wait.Wait()
}

func (s *servers) accept(l net.Listener, withTLS bool) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		s.wait.Go(func() {
			defer c.Close()
			c.SetDeadline(time.Now().Add(5 * time.Second))
			s.serve(c, withTLS)
		})
	}
}

func (s *servers) serve(base net.Conn, withTLS bool) {
	c, r := base, bufio.NewReader(base)
	encrypt := func() bool {
		t := tls.Server(buffered{base, r}, s.config)
		c, r = t, bufio.NewReader(t)
		return t.Handshake() == nil
	}
	if withTLS && !encrypt() {
		return
	}
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		answer := "you said: " + line
		switch strings.TrimSpace(line) {
		case "LINE":
			answer = "220 line\r\n"
		case "LINES":
			answer = strings.Repeat("250-many lines\r\n", 200)
		case "BINARY":
			answer = strings.Repeat("\x00\xff", 5000)
		case "CLOSE":
			return
		case "RESET":
			if tcp, ok := base.(*net.TCPConn); ok {
				tcp.SetLinger(0)
			}
			return
		case "STARTTLS":
			if _, secure := c.(*tls.Conn); !secure {
				if _, err := io.WriteString(c, "220 go\r\n"); err != nil || !encrypt() {
					return
				}
				answer = "220 safe\r\n"
			}
		}
		if _, err := io.WriteString(c, answer); err != nil {
			return
		}
	}
}

// buffered is a connection with what has been read of it.
type buffered struct {
	net.Conn
	r io.Reader
}

func (b buffered) Read(p []byte) (int, error) { return b.r.Read(p) }
