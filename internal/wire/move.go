package wire

import "errors"

// ErrInUse is what Move answers while somebody polls the socket.
var ErrInUse = errors.New("the socket is being waited for")

// Move closes c and answers a Conn with the same socket below it, which stays
// open. Nobody who still has c reaches the socket any more: what they were
// doing is over when Move answers. Deadlines that were set on c are gone. On an
// error c is what it was.
func (c *Conn) Move() (*Conn, error) {
	if c.deaf.Load() {
		return nil, ErrInUse
	}
	return c.move()
}

// Quiet tells whether the peer still holds its end, and nothing has come that is
// not read.
func (c *Conn) Quiet() bool {
	_, err := c.peek()
	return err == ErrWouldBlock
}
