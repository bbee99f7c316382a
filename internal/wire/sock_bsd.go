//go:build unix && !linux

package wire

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const shutsUnconnected = false

func newSocket(family, typ int) (int, error) {
	// Without SOCK_CLOEXEC a fork could come between.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fd, err := unix.Socket(family, typ, 0)
	if err != nil {
		return -1, err
	}
	return fd, prepare(fd)
}

func acceptSocket(fd int) (int, syscall.Sockaddr, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fd, sa, err := syscall.Accept(fd)
	if err != nil {
		return -1, nil, err
	}
	return fd, sa, prepare(fd)
}

func socketPair(domain, typ, protocol int) ([2]int, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	pair, err := unix.Socketpair(domain, typ, protocol)
	if err != nil {
		return pair, err
	}
	if err := prepare(pair[0]); err != nil {
		unix.Close(pair[1])
		return pair, err
	}
	err = prepare(pair[1])
	if err != nil {
		unix.Close(pair[0])
	}
	return pair, err
}

// prepare makes a new socket non-blocking, and keeps programs that are started
// from having it. It closes one that it cannot prepare.
func prepare(fd int) error {
	unix.CloseOnExec(fd)
	err := unix.SetNonblock(fd, true)
	if err != nil {
		unix.Close(fd)
	}
	return err
}

func bindLate(int) {}

func sysPoll(fds []pollFD, wait time.Duration, _ bool) (int, error) {
	ms := -1
	if wait >= 0 {
		ms = int(min((wait+time.Millisecond-1)/time.Millisecond, 1<<31-1))
	}
	return unix.Poll(fds, ms)
}

// signalPair is a pipe.
func signalPair() (r, w int, err error) {
	var fds [2]int
	syscall.ForkLock.RLock()
	err = unix.Pipe(fds[:])
	if err == nil {
		unix.CloseOnExec(fds[0])
		unix.CloseOnExec(fds[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return -1, -1, err
	}
	for _, fd := range fds {
		if err := unix.SetNonblock(fd, true); err != nil {
			unix.Close(fds[0])
			unix.Close(fds[1])
			return -1, -1, err
		}
	}
	return fds[0], fds[1], nil
}

// connected tells whether a connect that was under way is over, and how it
// ended.
func connected(fd int, _ unix.Sockaddr) (done bool, err error) {
	errno, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err != nil {
		return true, err
	}
	if errno != 0 {
		return true, syscall.Errno(errno)
	}
	_, err = unix.Getpeername(fd)
	return err == nil, nil
}
