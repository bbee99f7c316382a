package wire

import (
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

var wsaPoll = windows.NewLazySystemDLL("ws2_32.dll").NewProc("WSAPoll")

// pollFD is what WSAPoll takes for a socket.
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

func newPollFD(fd uintptr, want Readiness) pollFD {
	p := pollFD{fd: fd}
	if want&Readable != 0 {
		p.events |= pollIn
	}
	if want&Writable != 0 {
		p.events |= pollOut
	}
	return p
}

// gotOf is what the socket is ready for, asked for or not.
func gotOf(p *pollFD) (r Readiness) {
	if p.revents&(pollIn|pollBad) != 0 {
		r |= Readable
	}
	if p.revents&(pollOut|pollBad) != 0 {
		r |= Writable
	}
	return r
}

// pollFDs waits. There are no signals here.
func pollFDs(fds []pollFD, wait time.Duration, _ bool) (int, error) {
	if len(fds) == 0 {
		time.Sleep(wait) // which WSAPoll refuses
		return 0, nil
	}
	ms := int32(-1)
	if wait >= 0 {
		ms = int32(min((wait+time.Millisecond-1)/time.Millisecond, 1<<31-1))
	}
	ret, _, err := wsaPoll.Call(uintptr(unsafe.Pointer(&fds[0])), uintptr(len(fds)), uintptr(ms))
	if int32(ret) < 0 {
		return 0, err
	}
	return int(int32(ret)), nil
}
