package wire

import (
	"net"
	"net/netip"
	"strconv"
	"time"

	"golang.org/x/sys/windows"
)

func (c *Conn) sendMessage(p []byte, flags int, addr netip.AddrPort, wait bool) (int, error) {
	for {
		fd, ok := c.Hold()
		if !ok {
			return 0, net.ErrClosed
		}
		room, err := Poll([]PollItem{{FD: fd, Want: Writable}}, 0)
		if err == nil && room > 0 {
			err = c.sendNow(fd, p, flags, addr)
			c.Release()
			if err != nil {
				return 0, err
			}
			return len(p), nil
		}
		c.Release()
		switch {
		case err != nil:
			return 0, err
		case !wait:
			return 0, ErrWouldBlock
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (c *Conn) sendNow(fd uintptr, p []byte, flags int, addr netip.AddrPort) error {
	if addr.IsValid() {
		return windows.Sendto(windows.Handle(fd), p, flags, sockaddr(addr))
	}
	var n uint32
	buf := windows.WSABuf{Len: uint32(len(p))}
	if len(p) > 0 {
		buf.Buf = &p[0]
	}
	return windows.WSASend(windows.Handle(fd), &buf, 1, &n, uint32(flags), nil, nil)
}

func sockaddr(addr netip.AddrPort) windows.Sockaddr {
	ip := addr.Addr()
	if ip.Is4() {
		return &windows.SockaddrInet4{Addr: ip.As4(), Port: int(addr.Port())}
	}
	zone, _ := strconv.Atoi(ip.Zone())
	return &windows.SockaddrInet6{Addr: ip.As16(), Port: int(addr.Port()), ZoneId: uint32(zone)}
}

func (c *Conn) recvMessage(p []byte, flags int, wait bool) (n int, addr net.Addr, err error) {
	var from windows.Sockaddr
	var result error
	try := func(fd uintptr) bool {
		if flags&MsgOOB == 0 && !ready(fd, Readable) {
			result = ErrWouldBlock
			return false
		}
		n, from, result = windows.Recvfrom(windows.Handle(fd), p, flags)
		return true
	}
	if wait {
		err = c.raw.Read(try)
	} else {
		err = c.raw.Control(func(fd uintptr) { try(fd) })
	}
	if err == nil {
		err = result
	}
	if tooLong(err) {
		n, err = len(p), nil // what does not fit is lost, as everywhere else
	}
	if err != nil || c.network != "udp" {
		return max(n, 0), nil, err
	}
	switch sa := from.(type) {
	case *windows.SockaddrInet4:
		addr = net.UDPAddrFromAddrPort(netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port)))
	case *windows.SockaddrInet6:
		addr = net.UDPAddrFromAddrPort(netip.AddrPortFrom(netip.AddrFrom16(sa.Addr), uint16(sa.Port)))
	}
	return n, addr, nil
}
