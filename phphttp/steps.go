package phphttp

import (
	"errors"
	"net"
	"sync"
	"time"
)

// steps is a connection of which each read and each write may take the timeout,
// as in PHP. A read that waits for an answer has all of it from the last byte of
// the question on, however long it has waited before on a connection that was
// idle.
type steps struct {
	net.Conn
	timeout time.Duration // negative: none

	mu              sync.Mutex
	readBy, writeBy time.Time // deadlines from outside, which count, too
}

// maxStep is how much one step of a write is: a long body is not late as a whole.
const maxStep = 64 << 10

func (c *steps) Read(b []byte) (int, error) {
	c.begin(&c.readBy, c.Conn.SetReadDeadline)
	return c.Conn.Read(b)
}

func (c *steps) Write(b []byte) (n int, err error) {
	for err == nil && n < len(b) {
		c.begin(&c.writeBy, c.Conn.SetWriteDeadline)
		var m int
		m, err = c.Conn.Write(b[n:min(n+maxStep, len(b))])
		n += m
		c.begin(&c.readBy, c.Conn.SetReadDeadline)
	}
	return n, err
}

// begin gives a step that begins now its time.
func (c *steps) begin(outside *time.Time, set func(time.Time) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	by := *outside
	if c.timeout >= 0 {
		if end := time.Now().Add(c.timeout); by.IsZero() || end.Before(by) {
			by = end
		}
	}
	return set(by)
}

func (c *steps) SetReadDeadline(t time.Time) error {
	c.keep(&c.readBy, t)
	return c.begin(&c.readBy, c.Conn.SetReadDeadline)
}

func (c *steps) SetWriteDeadline(t time.Time) error {
	c.keep(&c.writeBy, t)
	return c.begin(&c.writeBy, c.Conn.SetWriteDeadline)
}

func (c *steps) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

func (c *steps) keep(outside *time.Time, t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	*outside = t
}
