package wire

import (
	"net"
	"time"
)

// Waker ends a Poll from another goroutine: its descriptor becomes readable.
// Windows polls nothing but sockets, so it is one that writes to itself.
type Waker struct{ c *net.UDPConn }

// NewWaker makes a Waker; it must be closed.
func NewWaker() (*Waker, error) {
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	return &Waker{c}, nil
}

// Wake makes the Waker's descriptor readable, until clear.
func (w *Waker) Wake() { w.c.WriteTo([]byte{0}, w.c.LocalAddr()) }

// clear takes all Wakes back.
func (w *Waker) clear() {
	w.c.SetReadDeadline(time.Now().Add(time.Millisecond))
	for {
		if _, _, err := w.c.ReadFrom(make([]byte, 1)); err != nil {
			return
		}
	}
}

// Close frees the descriptor. A Wake that comes later does nothing.
func (w *Waker) Close() { w.c.Close() }

// Item is the Waker's place in a Poll.
func (w *Waker) Item() PollItem {
	item := PollItem{Want: Readable}
	if raw, err := w.c.SyscallConn(); err == nil {
		raw.Control(func(fd uintptr) { item.FD = fd })
	}
	return item
}
