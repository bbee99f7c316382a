package wire

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"time"
)

// Message flags, which are the same on every platform.
const (
	MsgOOB  = 1
	MsgPeek = 2
)

// Sendto sends p as one message, to an address other than the socket's peer if
// addr is valid. With wait it waits until all is handed over, else it sends what
// there is room for, or answers ErrWouldBlock.
func (c *Conn) Sendto(p []byte, flags int, addr netip.AddrPort, wait bool) (int, error) {
	if c.WriteExpired() {
		return 0, os.ErrDeadlineExceeded
	}
	if wait {
		if err := c.writeLimit.begin(time.Time{}, c.s.SetWriteDeadline); err != nil {
			return 0, err
		}
	}
	done := 0
	for {
		n, err := c.sendMessage(p[done:], flags, addr, wait)
		done += max(n, 0)
		switch {
		case err != nil && c.closed():
			return done, net.ErrClosed
		case err != nil:
			return done, plain(err)
		case !wait || done >= len(p):
			return done, nil
		}
	}
}

// Recvfrom receives one message, or what the socket has. The address is the
// sender's, nil where there is none to tell. With wait it waits for something to
// come, unless out-of-band data are asked for: these are there or not.
func (c *Conn) Recvfrom(p []byte, flags int, wait bool) (int, net.Addr, error) {
	if wait && c.deaf.Load() {
		n, addr, err := c.recvMessage(p, flags, false)
		if err == ErrWouldBlock {
			err = nil // nothing comes, and never will
		}
		return n, addr, err
	}
	if wait && flags&MsgOOB == 0 {
		if err := c.readLimit.begin(time.Time{}, c.s.SetReadDeadline); err != nil {
			return 0, nil, err
		}
		n, addr, err := c.recvMessage(p, flags, true)
		if errors.Is(err, os.ErrDeadlineExceeded) || err == nil {
			return n, addr, plain(err)
		}
		if c.closed() {
			err = net.ErrClosed
		}
		return 0, nil, plain(err)
	}
	return c.recvMessage(p, flags, false)
}
