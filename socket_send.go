package phpstream

import (
	"errors"
	"net"
	"time"

	"github.com/phpstream-go/phpstream/internal/secure"
	"github.com/phpstream-go/phpstream/internal/wire"
)

// send writes p, which is what PHP hands over at once. rest is how much there is
// in all, p included. ok is false where PHP's fwrite answers false.
func (k *socket) send(c *call, p []byte, rest int) (n int, ok bool) {
	switch t := k.crypto.Load(); {
	case k.wire == nil:
		return 0, true
	case k.refuse.Load():
		c.fail(errRefused)
		c.warning("Refusing to send in clear after crypto could not be enabled on this stream")
		return 0, false
	case t != nil:
		return k.sendTLS(c, t, p)
	case k.inHandshake():
		return 0, true // nothing may come between
	}
	return k.sendPlain(c, p, rest)
}

var errRefused = errors.New("phpstream: crypto could not be enabled on this stream, nothing is sent in clear")

func (k *socket) sendPlain(c *call, p []byte, rest int) (n int, ok bool) {
	var err error
	if k.blocked.Load() {
		n, err = k.wire.Write(p, time.Duration(k.timeout.Load()))
	} else {
		for n < len(p) && err == nil {
			var m int
			m, err = k.wire.TryWrite(p[n:])
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
		k.expired.Store(true)
	}
	c.sendFailed(min(rest-n, len(p)), err) // a piece begins anew where the last one was cut short
	return n, n > 0
}

func (k *socket) sendTLS(c *call, t *secure.Conn, p []byte) (n int, ok bool) {
	if k.shutTLS.Load() {
		c.fail(secure.ErrShutdown)
		c.describe(secure.ErrShutdown)
		return 0, true
	}
	var err error
	if k.blocked.Load() {
		n, err = t.Write(p, k.tlsTimeout())
	} else {
		n, err = t.TryWrite(p)
	}
	switch {
	case err == nil, errors.Is(err, wire.ErrWouldBlock):
		return n, true
	case timedOut(err):
		k.expired.Store(true)
		c.fail(err)
		return n, n > 0
	}
	c.fail(err)
	if !errors.Is(err, net.ErrClosed) && !k.quiet(t, err) {
		c.describe(err)
	}
	return n, true
}

// quiet tells whether PHP is silent about a failed write. OpenSSL before 3.5 has
// no entry in its queue for an error of the system, and calls it the peer's end
// where it knows of one; 1.1.1 knows only those with a close_notify.
func (k *socket) quiet(t *secure.Conn, err error) bool {
	end := t.End()
	known := end == secure.Notified || end == secure.CutOff && !k.facts.ShutByEnd
	return k.facts.QuietAfterEnd && known && fromSystem(err)
}
