//go:build unix

package wire

import (
	"net"
	"net/netip"

	"golang.org/x/sys/unix"
)

func (c *Conn) sendMessage(p []byte, flags int, addr netip.AddrPort, wait bool) (n int, err error) {
	var to unix.Sockaddr
	if addr.IsValid() {
		to = sockaddr(addr)
	}
	var result error
	try := func(fd uintptr) bool {
		for {
			n, result = unix.SendmsgN(int(fd), p, nil, to, flags)
			if result != unix.EINTR {
				return result != unix.EAGAIN
			}
		}
	}
	if wait {
		err = c.raw.Write(try)
	} else {
		err = c.raw.Control(func(fd uintptr) { try(fd) })
	}
	if err == nil {
		err = result
	}
	return n, err
}

func (c *Conn) recvMessage(p []byte, flags int, wait bool) (n int, addr net.Addr, err error) {
	var from unix.Sockaddr
	var result error
	try := func(fd uintptr) bool {
		for {
			n, from, result = unix.Recvfrom(int(fd), p, flags)
			if result != unix.EINTR {
				return result != unix.EAGAIN
			}
		}
	}
	if wait {
		err = c.raw.Read(try)
	} else {
		err = c.raw.Control(func(fd uintptr) { try(fd) })
	}
	if err == nil {
		err = result
	}
	if err != nil {
		return 0, nil, err
	}
	if from != nil {
		addr = addrOf(from, c.network)
	}
	return n, addr, nil
}
