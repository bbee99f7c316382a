//go:build unix

package wire

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// BindPath binds to a UNIX socket's path, which must not be there yet. A path
// that begins with a NUL byte is an abstract name.
func (b *Binder) BindPath(network, path string) (*Conn, error) {
	fd, err := newSocket(unix.AF_UNIX, typeOf(network))
	if err != nil {
		return nil, err
	}
	if err := bindPath(fd, path); err != nil {
		unix.Close(fd)
		return nil, err
	}
	return own(fd, network)
}

func (b *Binder) bindOne(network string, addr netip.AddrPort) (*Conn, error) {
	family := unix.AF_INET6
	if addr.Addr().Is4() {
		family = unix.AF_INET
	}
	fd, err := newSocket(family, typeOf(network))
	if err != nil {
		return nil, err
	}
	// With it the system may choose a port for datagrams that is somebody's already.
	late := network == "udp" && addr.Port() == 0
	if !late {
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	}
	if b.V6Only != nil && family == unix.AF_INET6 {
		unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, boolint(*b.V6Only))
	}
	if b.ReusePort {
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
	}
	if b.Broadcast {
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_BROADCAST, 1)
	}
	c, err := bindSocket(fd, network, sockaddr(addr))
	if err == nil && late {
		setOption(c.raw, unix.SOL_SOCKET, unix.SO_REUSEADDR, true)
	}
	return c, err
}

func typeOf(network string) int {
	if network == "udp" || network == "unixgram" {
		return unix.SOCK_DGRAM
	}
	return unix.SOCK_STREAM
}

// bindSocket takes over fd.
func bindSocket(fd int, network string, sa unix.Sockaddr) (*Conn, error) {
	if err := unix.Bind(fd, sa); err != nil {
		unix.Close(fd)
		return nil, err
	}
	return own(fd, network)
}

// own takes over fd.
func own(fd int, network string) (*Conn, error) {
	f := os.NewFile(uintptr(fd), network)
	c, err := newConn(f, network)
	if err != nil {
		f.Close()
	}
	return c, err
}

// Listen makes a bound socket one that accepts. It must not be in use yet.
func (c *Conn) Listen(backlog int) error {
	var err error
	if c.raw.Control(func(fd uintptr) { err = unix.Listen(int(fd), backlog) }) != nil {
		return net.ErrClosed
	}
	if err == nil {
		c.listens()
	}
	return err
}

// accept takes the next connection. It waits on the runtime's poller, so that
// an accept that takes long costs no thread.
func (c *Conn) accept(delay, wait bool) (peer *Conn, addr net.Addr, err error) {
	fd := -1
	var sa syscall.Sockaddr
	err = c.attempt(wait, c.raw.Read, func(s int) (err error) {
		if c.turn == nil && !readyNow(uintptr(s)) {
			return ErrWouldBlock
		}
		for err = unix.ECONNABORTED; err == unix.ECONNABORTED; { // one that is gone already is nobody's
			fd, sa, err = acceptSocket(s)
		}
		return err
	})
	if err != nil {
		return nil, nil, plain(err)
	}
	if c.network == "tcp" && !delay {
		unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	}
	peer, err = own(fd, c.network)
	if err == nil && sa != nil {
		addr = addrOf(sa, c.network)
	}
	return peer, addr, err
}

// acceptAtOnce takes a connection if there is one.
func (c *Conn) acceptAtOnce(delay bool) (*Conn, net.Addr, error) { return c.accept(delay, false) }

// awaitPending waits until somebody can be accepted.
func (c *Conn) awaitPending(deadline time.Time) error {
	if err := c.readLimit.begin(deadline, c.s.SetReadDeadline); err != nil {
		return err
	}
	defer c.readLimit.end(c.s.SetReadDeadline)
	err := c.raw.Read(readyNow)
	if err != nil && c.closed() {
		return net.ErrClosed
	}
	return plain(err)
}

func readyNow(fd uintptr) bool {
	n, err := Poll([]PollItem{{FD: fd, Want: Readable}}, 0)
	return err == nil && n > 0
}

// Pair makes two sockets that are connected to each other.
func Pair(domain, typ, protocol int) (pair [2]*Conn, err error) {
	fds, err := socketPair(domain, typ, protocol)
	if err != nil {
		return pair, err
	}
	network := "unix"
	switch typ {
	case unix.SOCK_STREAM:
	case unix.SOCK_SEQPACKET:
		network = "unixpacket"
	default:
		network = "unixgram"
	}
	var errs [2]error
	for i, fd := range fds {
		pair[i], errs[i] = own(fd, network)
	}
	if err := errors.Join(errs[:]...); err != nil {
		for _, c := range pair {
			if c != nil {
				c.Close()
			}
		}
		return [2]*Conn{}, err
	}
	return pair, nil
}
