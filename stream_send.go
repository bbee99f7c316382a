package phpstream

import (
	"errors"
	"net"
	"time"

	"github.com/phpstream-go/phpstream/internal/secure"
	"github.com/phpstream-go/phpstream/internal/wire"
)

// send writes p. ok is false where PHP's fwrite answers false.
func (s *Stream) send(c *call, p []byte) (n int, ok bool) {
	if s.wire == nil {
		return 0, true
	}
	if s.refuse.Load() {
		c.fail(errRefused)
		c.warning("Refusing to send in clear after crypto could not be enabled on this stream")
		return 0, false
	}
	if !c.rt.facts.WritesChunks {
		return s.sendPiece(c, p, len(p))
	}
	for {
		piece := p[n:min(n+int(s.piece.Load()), len(p))]
		m, sent := s.sendPiece(c, piece, len(p)-n)
		n += m
		if m < len(piece) || n == len(p) {
			return n, sent || n > 0
		}
	}
}

// sendPiece writes what PHP hands over at once. rest is how much there is in all,
// p included.
func (s *Stream) sendPiece(c *call, p []byte, rest int) (n int, ok bool) {
	if t := s.crypto.Load(); t != nil {
		n, ok = s.sendTLS(c, t, p)
	} else if s.inHandshake() {
		return 0, true // nothing may come between
	} else {
		n, ok = s.sendPlain(c, p, rest)
	}
	s.tell.Add(int64(n))
	return n, ok
}

var errRefused = errors.New("phpstream: crypto could not be enabled on this stream, nothing is sent in clear")

func (s *Stream) sendPlain(c *call, p []byte, rest int) (n int, ok bool) {
	var err error
	if s.blocked.Load() {
		n, err = s.wire.Write(p, time.Duration(s.timeout.Load()))
	} else {
		for n < len(p) && err == nil {
			var m int
			m, err = s.wire.TryWrite(p[n:])
			n += m
		}
		if errors.Is(err, wire.ErrWouldBlock) {
			return n, true
		}
	}
	if err == nil {
		return n, true
	}
	c.fail(err)
	if timedOut(err) {
		s.expired.Store(true)
	}
	c.sendFailed(min(rest-n, len(p)), err) // a piece begins anew where the last one was cut short
	return n, n > 0
}

func (s *Stream) sendTLS(c *call, t *secure.Conn, p []byte) (n int, ok bool) {
	if s.broken.Load() {
		return 0, true // it has been told
	}
	if s.shutTLS.Load() {
		c.fail(secure.ErrShutdown)
		c.describe(secure.ErrShutdown)
		return 0, true
	}
	var err error
	if s.blocked.Load() {
		n, err = t.Write(p, s.tlsTimeout())
	} else {
		n, err = t.TryWrite(p)
	}
	switch {
	case err == nil, errors.Is(err, wire.ErrWouldBlock):
		return n, true
	case timedOut(err):
		s.expired.Store(true)
		c.fail(err)
		return n, n > 0
	}
	c.fail(err)
	if !errors.Is(err, net.ErrClosed) && !s.quiet(t, err) {
		c.describe(err)
	}
	return n, true
}

// quiet tells whether PHP is silent about a failed write. OpenSSL before 3.5 has
// no entry in its queue for an error of the system, and calls it the peer's end
// where it knows of one; 1.1.1 knows only those with a close_notify.
func (s *Stream) quiet(t *secure.Conn, err error) bool {
	end := t.End()
	known := end == secure.Notified || end == secure.CutOff && !s.rt.facts.ShutByEnd
	return s.rt.facts.QuietAfterEnd && known && fromSystem(err)
}
