package wire

import "syscall"

// Readiness is what a descriptor is asked for, or ready for.
type Readiness uint8

const (
	Readable Readiness = 1 << iota
	Writable
	Urgent // out-of-band data
)

// PollItem is one descriptor in a Poll.
type PollItem struct {
	FD   uintptr
	Want Readiness
	Got  Readiness
}

func readableItem(c syscall.Conn) PollItem {
	item := PollItem{Want: Readable}
	if raw, err := c.SyscallConn(); err == nil {
		raw.Control(func(fd uintptr) { item.FD = fd })
	}
	return item
}
