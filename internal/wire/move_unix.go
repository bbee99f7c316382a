//go:build unix

package wire

import (
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// move gives the socket a second descriptor, and closes the first. The close
// waits for whoever is using it.
func (c *Conn) move() (*Conn, error) {
	fd, err := -1, error(nil)
	if c.raw.Control(func(old uintptr) { fd, err = unix.FcntlInt(old, unix.F_DUPFD_CLOEXEC, 0) }) != nil {
		return nil, net.ErrClosed
	}
	if err != nil {
		return nil, err
	}
	// Close shuts the socket down while a poller holds it; here it is only to go.
	if !c.state.CompareAndSwap(0, closing|1) {
		unix.Close(fd)
		return nil, ErrInUse
	}
	c.leaveSet()
	c.state.Store(closing)
	c.s.Close()
	moved, err := newConn(os.NewFile(uintptr(fd), c.network), c.network)
	if err != nil {
		unix.Close(fd)
	}
	return moved, err
}
