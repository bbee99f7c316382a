//go:build unix

package wire

import (
	"time"

	"golang.org/x/sys/unix"
)

// pollFD is what poll(2) takes for a descriptor.
type pollFD = unix.PollFd

func newPollFD(fd uintptr, want Readiness) pollFD {
	p := pollFD{Fd: int32(fd)}
	if want&Readable != 0 {
		p.Events |= unix.POLLIN
	}
	if want&Writable != 0 {
		p.Events |= unix.POLLOUT
	}
	if want&Urgent != 0 {
		p.Events |= unix.POLLPRI
	}
	return p
}

// gotOf is what the descriptor is ready for, asked for or not.
func gotOf(p *pollFD) (r Readiness) {
	if p.Revents == 0 {
		return 0
	}
	if p.Revents&(unix.POLLIN|unix.POLLHUP|unix.POLLERR|unix.POLLNVAL) != 0 {
		r |= Readable
	}
	if p.Revents&(unix.POLLOUT|unix.POLLERR|unix.POLLNVAL) != 0 {
		r |= Writable
	}
	if p.Revents&unix.POLLPRI != 0 {
		r |= Urgent
	}
	return r
}

// pollFDs waits. signals says whether one of these ends it, with EINTR: in a Go
// program they are the runtime's own, most of them.
func pollFDs(fds []pollFD, wait time.Duration, signals bool) (int, error) {
	var limit time.Time
	if wait > 0 {
		limit = time.Now().Add(wait)
	}
	for {
		n, err := sysPoll(fds, wait, signals)
		if err != unix.EINTR || signals {
			return n, err
		}
		if wait > 0 {
			wait = max(0, time.Until(limit))
		}
	}
}
