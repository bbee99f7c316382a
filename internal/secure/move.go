package secure

import "github.com/phpstream-go/phpstream/internal/wire"

// Quiet tells whether TLS stands between two messages: all that was written is
// out, nothing that has come is unread, and the peer has not ended. What it
// finds to read it takes away, so that the connection is of no use after a no.
// It is for whoever holds both the reader's and the writer's lock.
func (c *Conn) Quiet() bool {
	if under, _ := c.InFlight(); under || len(c.peeked) > 0 || len(c.retry) > 0 {
		return false
	}
	var b [1]byte
	_, err := c.read(b[:], once)
	return err == wire.ErrWouldBlock && c.feed.quiet()
}

// quiet tells whether no record is cut in two, on either way.
func (f *feed) quiet() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.extra) == 0 && f.record.have == 0 && f.record.left == 0 && !f.ended &&
		len(f.pending) == 0 && !f.sending && f.failed == nil && !f.aborted.Load()
}

// Move puts TLS on another wire, which must lead to the same peer: see
// [wire.Conn.Move].
func (c *Conn) Move(w *wire.Conn) { c.feed.w = w }
