package wire

import (
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// shutsUnconnected: shutting down a socket for datagrams that has no peer says
// that it has none, and does it.
const shutsUnconnected = true

func newSocket(family, typ int) (int, error) {
	return unix.Socket(family, typ|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
}

func acceptSocket(fd int) (int, syscall.Sockaddr, error) {
	return syscall.Accept4(fd, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
}

func socketPair(domain, typ, protocol int) ([2]int, error) {
	return unix.Socketpair(domain, typ|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, protocol)
}

// bindLate leaves the choice of the local port to connect, which can reuse
// ports that bind alone could not.
func bindLate(fd int) { unix.SetsockoptInt(fd, unix.SOL_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1) }

// sysPoll waits. Where signals are to end that, those by which Go's runtime
// preempts its threads wait until it is over.
func sysPoll(fds []pollFD, wait time.Duration, signals bool) (int, error) {
	var limit *unix.Timespec
	if wait >= 0 {
		ts := unix.NsecToTimespec(int64(wait))
		limit = &ts
	}
	if !signals {
		return unix.Ppoll(fds, limit, nil)
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var preempt, before unix.Sigset_t
	preempt.Val[0] = 1 << (unix.SIGURG - 1)
	if err := unix.PthreadSigmask(unix.SIG_BLOCK, &preempt, &before); err != nil {
		return 0, err
	}
	defer unix.PthreadSigmask(unix.SIG_SETMASK, &before, nil)
	return unix.Ppoll(fds, limit, nil)
}

// signalPair is a descriptor that is readable once it was written to.
func signalPair() (r, w int, err error) {
	r, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	return r, r, err
}

// connected tells whether a connect that was under way is over, and how it
// ended. To connect again tells all of that at once, and begins nothing: the
// socket is either connected, or has its failure still to tell.
func connected(fd int, sa unix.Sockaddr) (done bool, err error) {
	switch err := unix.Connect(fd, sa); err {
	case unix.EALREADY, unix.EINPROGRESS, unix.EINTR:
		return false, nil
	case nil, unix.EISCONN:
		return true, nil
	default:
		return true, err
	}
}
