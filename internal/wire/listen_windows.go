package wire

import (
	"context"
	"net"
	"net/netip"
	"syscall"
	"time"

	"golang.org/x/sys/windows"
)

// listener is a socket of the net package that accepts, as a sock.
type listener struct {
	net.Listener
	syscall.Conn
	limit func(time.Time) error
}

func (l listener) Read([]byte) (int, error)           { return 0, windows.WSAENOTCONN }
func (l listener) Write([]byte) (int, error)          { return 0, windows.WSAENOTCONN }
func (l listener) SetReadDeadline(t time.Time) error  { return l.limit(t) }
func (l listener) SetWriteDeadline(t time.Time) error { return nil }
func (l listener) LocalAddr() net.Addr                { return l.Addr() }
func (l listener) RemoteAddr() net.Addr               { return nil }

// BindPath binds to a UNIX socket's path, which must not be there yet.
func (b *Binder) BindPath(network, path string) (*Conn, error) {
	l, err := net.Listen(network, path)
	if err != nil {
		return nil, plain(err)
	}
	ul := l.(*net.UnixListener)
	ul.SetUnlinkOnClose(false)
	return newConn(listener{ul, ul, ul.SetDeadline}, network)
}

// bindOne binds, and listens where the network has connections: the net package
// does both at once.
func (b *Binder) bindOne(network string, addr netip.AddrPort) (*Conn, error) {
	lc := net.ListenConfig{KeepAlive: -1, Control: b.control}
	version := network + "4"
	if !addr.Addr().Is4() && (b.V6Only == nil || *b.V6Only) {
		version = network + "6"
	} else if !addr.Addr().Is4() {
		version = network
	}
	if network == "udp" {
		pc, err := lc.ListenPacket(context.Background(), version, addr.String())
		if err != nil {
			return nil, plain(err)
		}
		return newConn(pc.(*net.UDPConn), network)
	}
	l, err := lc.Listen(context.Background(), version, addr.String())
	if err != nil {
		return nil, plain(err)
	}
	tl := l.(*net.TCPListener)
	return newConn(listener{tl, tl, tl.SetDeadline}, network)
}

func (b *Binder) control(_, _ string, raw syscall.RawConn) error {
	if !b.Broadcast {
		return nil
	}
	return SetBroadcast(raw)
}

// Listen makes a bound socket one that accepts. The backlog is the system's.
func (c *Conn) Listen(int) error {
	if _, ok := c.s.(listener); !ok {
		return windows.WSAEOPNOTSUPP
	}
	c.listens()
	return nil
}

// acceptAtOnce leaves it to those who have the turn: a look without waiting takes
// the listener's one timer here.
func (c *Conn) acceptAtOnce(bool) (*Conn, net.Addr, error) { return nil, nil, ErrWouldBlock }

// accept takes the next connection.
func (c *Conn) accept(delay, wait bool) (*Conn, net.Addr, error) {
	l, ok := c.s.(listener)
	switch {
	case !ok:
		return nil, nil, windows.WSAEINVAL
	case !wait && !c.waiting():
		return nil, nil, ErrWouldBlock
	case !wait:
		l.limit(time.Now().Add(time.Second))
	}
	nc, err := l.Accept()
	if err != nil {
		return nil, nil, plain(err)
	}
	if tc, ok := nc.(*net.TCPConn); ok {
		tc.SetNoDelay(!delay)
		tc.SetKeepAlive(false)
	}
	peer, err := newConn(nc.(sock), c.network)
	return peer, nc.RemoteAddr(), err
}

// Pair makes two sockets that are connected to each other: over loopback, and
// streams only.
func Pair(domain, typ, protocol int) (pair [2]*Conn, err error) {
	if domain != windows.AF_INET || typ != windows.SOCK_STREAM {
		return pair, windows.WSAEOPNOTSUPP
	}
	l, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return pair, plain(err)
	}
	defer l.Close()
	l.SetDeadline(time.Now().Add(10 * time.Second))
	one, err := net.DialTCP("tcp4", nil, l.Addr().(*net.TCPAddr))
	if err != nil {
		return pair, plain(err)
	}
	for {
		two, err := l.AcceptTCP()
		if err != nil {
			one.Close()
			return pair, plain(err)
		}
		// Nobody else may come in between.
		if two.RemoteAddr().String() != one.LocalAddr().String() {
			two.Close()
			continue
		}
		if pair[0], err = newConn(one, "tcp"); err == nil {
			pair[1], err = newConn(two, "tcp")
		}
		return pair, err
	}
}

// awaitPending does not wait: the net package's listeners cannot be asked.
func (c *Conn) awaitPending(time.Time) error { return nil }
