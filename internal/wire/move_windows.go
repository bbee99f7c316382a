package wire

import "errors"

// move: the net package's sockets cannot be had a second time.
func (c *Conn) move() (*Conn, error) { return nil, errors.ErrUnsupported }
