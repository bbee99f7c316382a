package hardworld

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"sync"
	"time"
)

// A peer is the server of the dialogues. What it is sent it takes line by line,
// whatever is in them.
type peer struct {
	listener *net.TCPListener
	tls      string
	config   *tls.Config
	calls    bool // and is the client of TLS
	wait     sync.WaitGroup

	seen, sent []byte // in clear
}

// bound is what no wait of a test exceeds.
const bound = 15 * time.Second

// startPeer serves one connection.
func startPeer(l *net.TCPListener, way string, config *tls.Config) *peer {
	p := &peer{listener: l, tls: way, config: config}
	l.SetDeadline(time.Now().Add(bound))
	p.wait.Go(func() {
		c, err := l.Accept()
		if err == nil {
			p.serve(c.(*net.TCPConn))
			c.Close()
		}
	})
	return p
}

// callPeer is the same one, where it is it that connects.
func callPeer(addr, way string, config *tls.Config) *peer {
	p := &peer{tls: way, config: config, calls: true}
	p.wait.Go(func() {
		c, err := net.DialTimeout("tcp4", addr, bound)
		if err == nil {
			p.serve(c.(*net.TCPConn))
			c.Close()
		}
	})
	return p
}

// stop waits for the end, and answers what was received and sent.
func (p *peer) stop() (seen, sent []byte) {
	if p.listener != nil {
		p.listener.SetDeadline(time.Unix(1, 0))
	}
	p.wait.Wait()
	return p.seen, p.sent
}

func (p *peer) serve(c *net.TCPConn) {
	c.SetDeadline(time.Now().Add(bound))
	var rw net.Conn = c
	r := bufio.NewReader(c)
	// Who breaks off doesn't throw away what the other side sends.
	defer func() {
		if t, ok := rw.(*tls.Conn); ok {
			t.CloseWrite()
			c.SetDeadline(time.Now().Add(bound)) // crypto/tls has just forbidden all writing
		}
		c.CloseWrite()
		for {
			line, err := r.ReadString('\n')
			p.seen = append(p.seen, line...)
			if err != nil {
				io.Copy(io.Discard, c)
				return
			}
		}
	}()
	say := func(text string) bool {
		n, err := io.WriteString(rw, text)
		p.sent = append(p.sent, text[:n]...)
		return err == nil
	}
	hear := func() bool {
		line, err := r.ReadString('\n')
		p.seen = append(p.seen, line...)
		return err == nil
	}
	encrypt := func() bool {
		t := tls.Server(clear{c, r}, p.config)
		if p.calls {
			t = tls.Client(clear{c, r}, p.config)
		}
		if t.Handshake() != nil {
			return false
		}
		rw, r = t, bufio.NewReader(t)
		return say("220 safe\r\n")
	}
	switch p.tls {
	case "":
		if !hear() || !say("220 one\r\n") {
			return
		}
	case "starttls":
		if !hear() || !say("220 one\r\n") || !hear() || !say("220 go\r\n") || p.calls && !hear() || !encrypt() {
			return
		}
	default:
		if !encrypt() {
			return
		}
	}
	_ = hear() && say("250-two\r\n250 three\r\n") && hear() && say("354 four\r\n")
}

// clear is the connection with what has been buffered of it.
type clear struct {
	net.Conn
	r io.Reader
}

func (c clear) Read(b []byte) (int, error) { return c.r.Read(b) }
