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
	code     *code
	config   *tls.Config
	calls    bool // and is the client of TLS
	wait     sync.WaitGroup

	seen, sent []byte // in clear
}

// bound is what no wait of a test exceeds.
const bound = 15 * time.Second

// startPeer serves one connection.
func startPeer(l *net.TCPListener, w way, config *tls.Config) *peer {
	p := &peer{listener: l, tls: w.TLS, code: w.code, config: config}
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
func callPeer(addr string, w way, config *tls.Config) *peer {
	p := &peer{tls: w.TLS, code: w.code, config: config, calls: true}
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
	if p.tls == "" {
		r = p.reader(c)
	}
	var encode func(string) string
	if p.code != nil {
		encode = p.code.sends()
	}
	// Who breaks off doesn't throw away what the other side sends.
	defer func() {
		if t, ok := rw.(*tls.Conn); ok {
			t.CloseWrite()
			c.SetDeadline(time.Now().Add(bound)) // crypto/tls has just forbidden all writing
		}
		c.CloseWrite()
		for {
			if !p.hear(r) {
				io.Copy(io.Discard, p.recorded(rw))
				io.Copy(io.Discard, c)
				return
			}
		}
	}()
	say := func(text string) bool {
		if encode != nil {
			_, err := io.WriteString(rw, encode(text))
			p.sent = append(p.sent, text...) // perhaps not all of it has arrived
			return err == nil
		}
		n, err := io.WriteString(rw, text)
		p.sent = append(p.sent, text[:n]...)
		return err == nil
	}
	hear := func() bool { return p.hear(r) }
	encrypt := func() bool {
		t := tls.Server(clear{c, r}, p.config)
		if p.calls {
			t = tls.Client(clear{c, r}, p.config)
		}
		if t.Handshake() != nil {
			return false
		}
		rw, r = t, p.reader(t)
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
	_ = hear() && say("250-two\r\n250 thirty\r\n") && hear() && say("354 twelve\r\n")
}

// reader reads lines, which may be in a code.
func (p *peer) reader(c io.Reader) *bufio.Reader {
	c = p.recorded(c)
	if p.code != nil && p.code.hears != nil {
		c = p.code.hears(c)
	}
	return bufio.NewReader(c)
}

// recorded notes what is read of a wire with a code: as it is there.
func (p *peer) recorded(c io.Reader) io.Reader {
	if p.code == nil {
		return c
	}
	return io.TeeReader(c, (*wireSeen)(p))
}

type wireSeen peer

func (w *wireSeen) Write(b []byte) (int, error) {
	w.seen = append(w.seen, b...)
	return len(b), nil
}

// hear reads a line.
func (p *peer) hear(r *bufio.Reader) bool {
	line, err := r.ReadString('\n')
	if p.code == nil {
		p.seen = append(p.seen, line...)
	}
	return err == nil
}

// clear is the connection with what has been buffered of it.
type clear struct {
	net.Conn
	r io.Reader
}

func (c clear) Read(b []byte) (int, error) { return c.r.Read(b) }
