package wire

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"syscall"
	"time"

	"golang.org/x/sys/windows"
)

// How to shut down.
const (
	ShutRead  = windows.SHUT_RD
	ShutWrite = windows.SHUT_WR
	ShutBoth  = windows.SHUT_RDWR
)

const shutsUnconnected = false

// tryRecv and trySend poll first: the sockets of the net package are
// overlapped ones, on which a plain recv would wait.
func tryRecv(fd uintptr, p []byte) (int, error) { return recv(fd, p, 0) }

func recv(fd uintptr, p []byte, flags uint32) (int, error) {
	if !ready(fd, Readable) {
		return 0, ErrWouldBlock
	}
	var n uint32
	buf := windows.WSABuf{Len: uint32(len(p))}
	if len(p) > 0 {
		buf.Buf = &p[0]
	}
	err := windows.WSARecv(windows.Handle(fd), &buf, 1, &n, &flags, nil, nil)
	return int(n), err
}

func trySend(fd uintptr, p []byte) (int, error) {
	if !ready(fd, Writable) {
		return 0, ErrWouldBlock
	}
	p = p[:min(len(p), 8192)] // a larger piece could wait for room
	var n uint32
	buf := windows.WSABuf{Len: uint32(len(p))}
	if len(p) > 0 {
		buf.Buf = &p[0]
	}
	err := windows.WSASend(windows.Handle(fd), &buf, 1, &n, 0, nil, nil)
	return int(n), err
}

func ready(fd uintptr, want Readiness) bool {
	n, err := Poll([]PollItem{{FD: fd, Want: want}}, 0)
	return err == nil && n > 0
}

// DialPath connects to a UNIX socket.
func (d *Dialer) DialPath(ctx context.Context, network, path string) (*Conn, Connecting, error) {
	return d.dial(ctx, network, path, d.deadline(), nil)
}

// ErrBindAddress says that the local address is not one of the socket's
// family.
var ErrBindAddress = errors.New("invalid IP address")

func (d *Dialer) dialOne(ctx context.Context, network string, addr netip.AddrPort, bind string, limit time.Time) (*Conn, Connecting, error) {
	var local net.Addr
	if bind != "" {
		ip, err := netip.ParseAddr(bind)
		if err != nil || ip.Is4() != addr.Addr().Is4() {
			if d.Bound != nil {
				d.Bound(ErrBindAddress)
			}
		} else if ap := netip.AddrPortFrom(ip, uint16(d.BindPort)); network == "udp" {
			local = net.UDPAddrFromAddrPort(ap)
		} else {
			local = net.TCPAddrFromAddrPort(ap)
		}
	}
	return d.dial(ctx, network, addr.String(), limit, local)
}

func (d *Dialer) dial(ctx context.Context, network, address string, limit time.Time, local net.Addr) (*Conn, Connecting, error) {
	if d.Async {
		return nil, false, windows.WSAEOPNOTSUPP
	}
	nd := net.Dialer{Deadline: limit, LocalAddr: local, KeepAlive: -1, Control: d.control}
	nc, err := nd.DialContext(ctx, network, address)
	if err != nil {
		if ctx.Err() != nil {
			return nil, false, context.Cause(ctx)
		}
		return nil, false, plain(err)
	}
	if tc, ok := nc.(*net.TCPConn); ok {
		tc.SetNoDelay(!d.Delay)
	}
	c, err := newConn(nc.(sock), network)
	return c, false, err
}

func (d *Dialer) control(_, _ string, raw syscall.RawConn) error {
	return raw.Control(func(fd uintptr) {
		if d.Broadcast {
			windows.SetsockoptInt(windows.Handle(fd), windows.SOL_SOCKET, windows.SO_BROADCAST, 1)
		}
		if d.V6Only != nil {
			windows.SetsockoptInt(windows.Handle(fd), windows.IPPROTO_IPV6, windows.IPV6_V6ONLY, boolint(*d.V6Only))
		}
	})
}

// peek asks for a byte, and leaves it there.
func (c *Conn) peek() (n int, err error) {
	if c.raw.Control(func(fd uintptr) {
		var b [1]byte
		n, err = recv(fd, b[:], windows.MSG_PEEK)
	}) != nil {
		return 0, net.ErrClosed
	}
	return n, err
}

// tooLong tells whether a datagram did not fit.
func tooLong(err error) bool { return err == windows.WSAEMSGSIZE }

func (c *Conn) shutdown(how int) error {
	var err error
	if c.raw.Control(func(fd uintptr) { err = windows.Shutdown(windows.Handle(fd), how) }) != nil {
		return net.ErrClosed
	}
	return err
}

// named are sockets with names.
type named interface {
	LocalAddr() net.Addr
	RemoteAddr() net.Addr
}

// LocalAddr is the socket's own name, nil where it has none.
func (c *Conn) LocalAddr() net.Addr { return c.s.(named).LocalAddr() }

// RemoteAddr is the peer's name, nil where there is no peer.
func (c *Conn) RemoteAddr() net.Addr { return c.s.(named).RemoteAddr() }

// SetBroadcast allows sending to broadcast addresses.
func SetBroadcast(raw syscall.RawConn) error {
	return setOption(raw, windows.SOL_SOCKET, windows.SO_BROADCAST, true)
}

// SetV6Only says whether an IPv6 socket is for IPv6 alone. It must not be bound
// yet.
func SetV6Only(raw syscall.RawConn, only bool) error {
	return setOption(raw, windows.IPPROTO_IPV6, windows.IPV6_V6ONLY, only)
}

func setOption(raw syscall.RawConn, level, option int, on bool) error {
	var err error
	if e := raw.Control(func(fd uintptr) {
		err = windows.SetsockoptInt(windows.Handle(fd), level, option, boolint(on))
	}); e != nil {
		return e
	}
	return err
}
