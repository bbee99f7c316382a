package phpstream

import (
	"net"
	"sync"
	"time"
)

// Listener is a server stream as a net.Listener, for Go's own servers. It waits
// for ever, unless SetReadDeadline has set a limit, and reports no warnings. What
// it accepts are *Streams; on a server of TLS they are connections that shake
// hands when they are first read from or written to, as crypto/tls has it, so
// that a client who is slow keeps nobody else waiting.
func (s *Stream) Listener() net.Listener { return listener{s} }

type listener struct{ s *Stream }

func (l listener) Accept() (net.Conn, error) {
	if l.s.gone() {
		return nil, l.s.opError("accept", net.ErrClosed)
	}
	c := l.s.rt.call("stream_socket_accept")
	fp, _, err := l.s.take(&c, time.Time{})
	if err != nil {
		return nil, l.s.opError("accept", err)
	}
	if method := l.s.sock.serve; method != 0 {
		return &guest{Stream: fp, method: method}, nil
	}
	return fp, nil
}

func (l listener) Close() error   { return l.s.Close() }
func (l listener) Addr() net.Addr { return l.s.LocalAddr() }

// guest is an accepted connection that has yet to shake hands.
type guest struct {
	*Stream
	method CryptoMethod
	once   sync.Once
	failed error
}

func (g *guest) Read(p []byte) (int, error) {
	if err := g.welcomed("read"); err != nil {
		return 0, err
	}
	return g.Stream.Read(p)
}

func (g *guest) Write(p []byte) (int, error) {
	if err := g.welcomed("write"); err != nil {
		return 0, err
	}
	return g.Stream.Write(p)
}

func (g *guest) welcomed(op string) error {
	g.once.Do(func() {
		c := g.rt.call("stream_socket_accept")
		g.failed = g.welcome(&c, g.method)
	})
	if g.failed != nil {
		return g.opError(op, g.failed)
	}
	return nil
}
