package wire

import (
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

var wsaPoll = windows.NewLazySystemDLL("ws2_32.dll").NewProc("WSAPoll")

type pollFD struct {
	fd      uintptr
	events  int16
	revents int16
}

const (
	pollIn  = 0x0100 | 0x0200
	pollOut = 0x0010
	pollBad = 0x0001 | 0x0002 | 0x0004 // error, hang-up, invalid
)

// PollUntilSignal is Poll: there are no signals here.
func PollUntilSignal(items []PollItem, wait time.Duration) (int, error) { return Poll(items, wait) }

// Poll waits until one of the descriptors is ready, at most wait (negative:
// for ever), and fills in what each is ready for.
func Poll(items []PollItem, wait time.Duration) (int, error) {
	fds := make([]pollFD, len(items))
	for i, it := range items {
		fds[i].fd = it.FD
		if it.Want&Readable != 0 {
			fds[i].events |= pollIn
		}
		if it.Want&Writable != 0 {
			fds[i].events |= pollOut
		}
	}
	ms := int32(-1)
	if wait >= 0 {
		ms = int32((wait + time.Millisecond - 1) / time.Millisecond)
	}
	ret, _, err := wsaPoll.Call(uintptr(unsafe.Pointer(&fds[0])), uintptr(len(fds)), uintptr(ms))
	if int32(ret) < 0 {
		return 0, err
	}
	n := 0
	for i := range items {
		got := fds[i].revents
		var r Readiness
		if got&(pollIn|pollBad) != 0 {
			r |= Readable
		}
		if got&(pollOut|pollBad) != 0 {
			r |= Writable
		}
		items[i].Got = r & items[i].Want
		if items[i].Got != 0 {
			n++
		}
	}
	return n, nil
}
