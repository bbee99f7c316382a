//go:build unix

package wire

import (
	"time"

	"golang.org/x/sys/unix"
)

// Poll waits until one of the descriptors is ready, at most wait (negative:
// for ever), and fills in what each is ready for. A descriptor that failed or
// was hung up counts as readable and, where asked, as writable, as with
// select(2). It answers the number of items that are ready for something.
func Poll(items []PollItem, wait time.Duration) (int, error) { return poll(items, wait, false) }

// PollUntilSignal is Poll that a signal ends with EINTR.
func PollUntilSignal(items []PollItem, wait time.Duration) (int, error) {
	return poll(items, wait, true)
}

func poll(items []PollItem, wait time.Duration, signals bool) (int, error) {
	fds := make([]unix.PollFd, len(items))
	for i, it := range items {
		fds[i].Fd = int32(it.FD)
		if it.Want&Readable != 0 {
			fds[i].Events |= unix.POLLIN
		}
		if it.Want&Writable != 0 {
			fds[i].Events |= unix.POLLOUT
		}
		if it.Want&Urgent != 0 {
			fds[i].Events |= unix.POLLPRI
		}
	}
	var limit time.Time
	if wait >= 0 {
		limit = time.Now().Add(wait)
	}
	for {
		n, err := sysPoll(fds, wait, signals)
		if err == unix.EINTR && !signals {
			// In a Go program these are the runtime's own: no news to PHP.
			if wait >= 0 {
				wait = max(0, time.Until(limit))
			}
			continue
		}
		if err != nil {
			return 0, err
		}
		if n == 0 {
			return 0, nil
		}
		break
	}
	n := 0
	for i := range items {
		got := fds[i].Revents
		var r Readiness
		if got&(unix.POLLIN|unix.POLLHUP|unix.POLLERR|unix.POLLNVAL) != 0 {
			r |= Readable
		}
		if got&(unix.POLLOUT|unix.POLLERR|unix.POLLNVAL) != 0 {
			r |= Writable
		}
		if got&unix.POLLPRI != 0 {
			r |= Urgent
		}
		items[i].Got = r & items[i].Want
		if items[i].Got != 0 {
			n++
		}
	}
	return n, nil
}
