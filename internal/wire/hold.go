package wire

import (
	"net"
	"time"
)

// closing is set in a Conn's state once it is being closed; below it is the
// number of holds.
const closing = 1 << 30

// Hold hands out the descriptor for polling and keeps it from being closed,
// and its number from being reused, until Release.
func (c *Conn) Hold() (fd uintptr, ok bool) {
	for {
		v := c.state.Load()
		if v&closing != 0 {
			return 0, false
		}
		if c.state.CompareAndSwap(v, v+1) {
			return c.fd, true
		}
	}
}

// Release ends a Hold.
func (c *Conn) Release() {
	if c.state.Add(-1) == closing {
		c.s.Close()
	}
}

// Close closes the socket; readers, writers and pollers wake up. Where a poller
// has the number, the last Release closes.
func (c *Conn) Close() error {
	for {
		v := c.state.Load()
		if v&closing != 0 {
			return net.ErrClosed
		}
		// A hold of its own, so that nobody's Release closes the descriptor while
		// it is being taken out of the system's sets by its number.
		if c.state.CompareAndSwap(v, (v+1)|closing) {
			break
		}
	}
	c.leaveSet()
	if c.state.CompareAndSwap(closing|1, closing) {
		return plain(c.s.Close())
	}
	past := time.Unix(1, 0)
	c.SetReadDeadline(past)
	c.SetWriteDeadline(past)
	ringBell()
	c.Release()
	return nil
}
