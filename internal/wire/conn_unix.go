//go:build unix

package wire

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// How to shut down.
const (
	ShutRead  = unix.SHUT_RD
	ShutWrite = unix.SHUT_WR
	ShutBoth  = unix.SHUT_RDWR
)

func tryRecv(fd uintptr, p []byte) (int, error) {
	for {
		n, err := unix.Read(int(fd), p)
		if err != unix.EINTR {
			return n, err
		}
	}
}

func trySend(fd uintptr, p []byte) (int, error) {
	for {
		n, err := unix.Write(int(fd), p)
		if err != unix.EINTR {
			return n, err
		}
	}
}

// DialPath connects to a UNIX socket. A path that begins with a NUL byte is an
// abstract name.
func (d *Dialer) DialPath(ctx context.Context, network, path string) (*Conn, Connecting, error) {
	typ := unix.SOCK_STREAM
	if network == "unixgram" {
		typ = unix.SOCK_DGRAM
	}
	fd, err := newSocket(unix.AF_UNIX, typ)
	if err != nil {
		return nil, false, err
	}
	return d.connect(ctx, fd, network, &unix.SockaddrUnix{Name: path}, d.deadline())
}

func (d *Dialer) dialOne(ctx context.Context, network string, addr netip.AddrPort, bind string, limit time.Time) (*Conn, Connecting, error) {
	typ := unix.SOCK_STREAM
	if network == "udp" {
		typ = unix.SOCK_DGRAM
	}
	family := unix.AF_INET6
	if addr.Addr().Is4() {
		family = unix.AF_INET
	}
	fd, err := newSocket(family, typ)
	if err != nil {
		return nil, false, err
	}
	if d.V6Only != nil && family == unix.AF_INET6 {
		unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, boolint(*d.V6Only))
	}
	if bind != "" {
		if err := bindTo(fd, family, bind, d.BindPort); err != nil && d.Bound != nil {
			d.Bound(err)
		}
	}
	if d.Broadcast {
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_BROADCAST, 1)
	}
	if !d.Delay && typ == unix.SOCK_STREAM {
		unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	}
	return d.connect(ctx, fd, network, sockaddr(addr), limit)
}

// ErrBindAddress says that the local address is not one of the socket's
// family.
var ErrBindAddress = errors.New("invalid IP address")

func bindTo(fd, family int, host string, port int) error {
	ip, err := netip.ParseAddr(host)
	if err != nil || ip.Is4() != (family == unix.AF_INET) || ip.Zone() != "" {
		return ErrBindAddress
	}
	bindLate(fd)
	return unix.Bind(fd, sockaddr(netip.AddrPortFrom(ip, uint16(port))))
}

// connect takes over fd.
func (d *Dialer) connect(ctx context.Context, fd int, network string, sa unix.Sockaddr, limit time.Time) (*Conn, Connecting, error) {
	err := unix.Connect(fd, sa)
	if err != nil && err != unix.EINPROGRESS && err != unix.EINTR {
		unix.Close(fd)
		return nil, false, err
	}
	pending := err != nil
	c, err := own(fd, network)
	if err != nil {
		return nil, false, err
	}
	c.near = !pending && network == "unix"
	if !pending || d.Async {
		return c, Connecting(pending), nil
	}
	if err := c.awaitConnect(ctx, sa, limit); err != nil {
		c.Close()
		return nil, false, err
	}
	return c, false, nil
}

// awaitConnect waits on the runtime's poller, so that a connect that takes
// long costs no thread.
func (c *Conn) awaitConnect(ctx context.Context, sa unix.Sockaddr, limit time.Time) error {
	// With a timeout of 0 only what is there at once counts.
	var result error
	done := false
	look := func(fd uintptr) { done, result = connected(int(fd), sa) }
	if c.raw.Control(look); done {
		c.near = result == nil && c.network == "tcp" // nobody farther away has answered by now
		return result
	}
	if c.s.SetWriteDeadline(limit) != nil {
		return net.ErrClosed
	}
	if ctx.Done() != nil {
		stop := context.AfterFunc(ctx, func() { c.s.SetWriteDeadline(time.Unix(1, 0)) })
		defer stop()
	}
	err := c.raw.Write(func(fd uintptr) bool {
		look(fd)
		return done
	})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return syscall.ETIMEDOUT
		}
		return plain(err)
	}
	c.s.SetWriteDeadline(time.Time{})
	return result
}

// peek asks for a byte, and leaves it there.
func (c *Conn) peek() (n int, err error) {
	if c.raw.Control(func(fd uintptr) {
		var b [1]byte
		for {
			n, _, err = unix.Recvfrom(int(fd), b[:], unix.MSG_PEEK|unix.MSG_DONTWAIT)
			if err != unix.EINTR {
				return
			}
		}
	}) != nil {
		return 0, net.ErrClosed
	}
	return n, err
}

// tooLong tells whether a datagram did not fit.
func tooLong(err error) bool { return err == unix.EMSGSIZE }

func (c *Conn) shutdown(how int) error {
	var err error
	if c.raw.Control(func(fd uintptr) { err = unix.Shutdown(int(fd), how) }) != nil {
		return net.ErrClosed
	}
	return err
}

// LocalAddr is the socket's own name, nil where it has none.
func (c *Conn) LocalAddr() net.Addr { return c.name(syscall.Getsockname) }

// RemoteAddr is the peer's name, nil where there is no peer.
func (c *Conn) RemoteAddr() net.Addr { return c.name(syscall.Getpeername) }

func (c *Conn) name(get func(fd int) (syscall.Sockaddr, error)) net.Addr {
	var sa syscall.Sockaddr
	var err error
	if e := c.raw.Control(func(fd uintptr) { sa, err = get(int(fd)) }); e != nil || err != nil {
		return nil
	}
	return addrOf(sa, c.network)
}

// addrOf is a socket's name for Go, nil where it is of no family that is known
// here. Names are read by package syscall: x/sys asks the socket for its protocol
// each time.
func addrOf(sa syscall.Sockaddr, network string) net.Addr {
	var ap netip.AddrPort
	switch sa := sa.(type) {
	case *syscall.SockaddrInet4:
		ap = netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port))
	case *syscall.SockaddrInet6:
		ip := netip.AddrFrom16(sa.Addr)
		if sa.ZoneId != 0 {
			ip = ip.WithZone(zoneName(int(sa.ZoneId)))
		}
		ap = netip.AddrPortFrom(ip, uint16(sa.Port))
	case *syscall.SockaddrUnix:
		name := sa.Name
		if name == "@" {
			name = "" // the system package's reading of no name at all
		}
		return &net.UnixAddr{Name: name, Net: network}
	default:
		return nil
	}
	if network == "udp" {
		return net.UDPAddrFromAddrPort(ap)
	}
	return net.TCPAddrFromAddrPort(ap)
}

func sockaddr(addr netip.AddrPort) unix.Sockaddr {
	ip := addr.Addr()
	if ip.Is4() {
		return &unix.SockaddrInet4{Addr: ip.As4(), Port: int(addr.Port())}
	}
	return &unix.SockaddrInet6{Addr: ip.As16(), Port: int(addr.Port()), ZoneId: zoneID(ip.Zone())}
}

func zoneID(zone string) uint32 {
	if zone == "" {
		return 0
	}
	if ifi, err := net.InterfaceByName(zone); err == nil {
		return uint32(ifi.Index)
	}
	n, _ := strconv.ParseUint(zone, 10, 32)
	return uint32(n)
}

func zoneName(id int) string {
	if ifi, err := net.InterfaceByIndex(id); err == nil {
		return ifi.Name
	}
	return strconv.Itoa(id)
}

// SetBroadcast allows sending to broadcast addresses.
func SetBroadcast(raw syscall.RawConn) error {
	return setOption(raw, unix.SOL_SOCKET, unix.SO_BROADCAST, true)
}

// SetV6Only says whether an IPv6 socket is for IPv6 alone. It must not be bound
// yet.
func SetV6Only(raw syscall.RawConn, only bool) error {
	return setOption(raw, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, only)
}

func setOption(raw syscall.RawConn, level, option int, on bool) error {
	var err error
	if e := raw.Control(func(fd uintptr) {
		err = unix.SetsockoptInt(int(fd), level, option, boolint(on))
	}); e != nil {
		return e
	}
	return err
}
