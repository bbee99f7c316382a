//go:build unix && !linux

package wire

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

func newSocket(family, typ int) (int, error) {
	// Without SOCK_CLOEXEC a fork could come between.
	syscall.ForkLock.RLock()
	fd, err := unix.Socket(family, typ, 0)
	if err == nil {
		unix.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return -1, err
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

func bindLate(int) {}

func sysPoll(fds []unix.PollFd, wait time.Duration, _ bool) (int, error) {
	ms := -1
	if wait >= 0 {
		ms = int((wait + time.Millisecond - 1) / time.Millisecond)
	}
	return unix.Poll(fds, ms)
}
