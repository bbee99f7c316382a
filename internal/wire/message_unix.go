//go:build unix

package wire

import (
	"net"
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"
)

// attempt makes a system call on the descriptor: until it finds something, where
// it may wait, or else once. wait is the waiting of the call's direction.
func (c *Conn) attempt(mayWait bool, wait func(func(fd uintptr) bool) error, call func(fd int) error) error {
	var result error
	try := func(fd uintptr) bool {
		for {
			if result = call(int(fd)); result != unix.EINTR {
				return result != unix.EAGAIN
			}
		}
	}
	var err error
	if mayWait {
		err = wait(try)
	} else {
		err = c.raw.Control(func(fd uintptr) { try(fd) })
	}
	if err == nil {
		err = result
	}
	return err
}

func (c *Conn) sendMessage(p []byte, flags int, addr netip.AddrPort, wait bool) (n int, err error) {
	var to unix.Sockaddr
	if addr.IsValid() {
		to = sockaddr(addr)
	}
	err = c.attempt(wait, c.raw.Write, func(fd int) (err error) {
		n, err = unix.SendmsgN(fd, p, nil, to, flags)
		return err
	})
	return n, err
}

func (c *Conn) recvMessage(p []byte, flags int, wait bool) (n int, addr net.Addr, err error) {
	var from syscall.Sockaddr
	err = c.attempt(wait, c.raw.Read, func(fd int) (err error) {
		n, from, err = syscall.Recvfrom(fd, p, flags)
		return err
	})
	if err != nil {
		return 0, nil, err
	}
	if from != nil {
		addr = addrOf(from, c.network)
	}
	return n, addr, nil
}
