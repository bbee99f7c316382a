package wire

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"time"
)

// Binder says how to bind a socket to a local address. Addresses of connections
// that have ended can always be bound again.
type Binder struct {
	ReusePort bool
	Broadcast bool
	V6Only    *bool // IPV6_V6ONLY, nil: leave it
}

// BindIP binds to the first of the addresses that can be bound, in their order.
// The error is the last one met.
func (b *Binder) BindIP(network string, addrs []netip.AddrPort) (*Conn, error) {
	var last error
	for _, addr := range addrs {
		c, err := b.bindOne(network, addr)
		if err == nil {
			return c, nil
		}
		last = err
	}
	return nil, last
}

// Accept waits for a connection until the deadline (zero: for ever), and takes
// one that is there even after it. delay leaves Nagle's algorithm on. The
// address is the peer's, nil where it has none. Many may wait; each connection
// goes to one of them. On a socket that does not listen it waits for something
// to read, and answers what the system has against accepting.
func (c *Conn) Accept(deadline time.Time, delay bool) (*Conn, net.Addr, error) {
	peer, addr, err := (*Conn)(nil), net.Addr(nil), ErrWouldBlock
	if !c.readLimit.passed() {
		// Who is there already needs no turn and no timer.
		peer, addr, err = c.acceptAtOnce(delay)
	}
	if err == ErrWouldBlock {
		peer, addr, err = c.awaitPeer(deadline, delay)
	}
	if err != nil && c.closed() {
		err = net.ErrClosed
	}
	return peer, addr, err
}

func (c *Conn) awaitPeer(deadline time.Time, delay bool) (*Conn, net.Addr, error) {
	if !c.queue(deadline) {
		return nil, nil, os.ErrDeadlineExceeded
	}
	if c.turn != nil {
		defer func() { c.turn <- true }()
	}
	if err := c.readLimit.begin(deadline, c.s.SetReadDeadline); err != nil {
		return nil, nil, err
	}
	defer c.readLimit.end(c.s.SetReadDeadline)
	peer, addr, err := c.accept(delay, true)
	if errors.Is(err, os.ErrDeadlineExceeded) && !c.readLimit.passed() {
		// The timer looks at the clock alone.
		if p, a, again := c.accept(delay, false); again != ErrWouldBlock {
			return p, a, again
		}
	}
	return peer, addr, err
}

// queue waits for the turn to accept.
func (c *Conn) queue(deadline time.Time) bool {
	if c.turn == nil {
		return true
	}
	select {
	case <-c.turn:
		return true
	default:
	}
	var over <-chan time.Time
	if !deadline.IsZero() {
		timer := time.NewTimer(time.Until(deadline))
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-c.turn:
		return true
	case <-over:
		return false
	}
}

// listens marks the Conn as one that accepts.
func (c *Conn) listens() {
	c.turn = make(chan bool, 1)
	c.turn <- true
}
