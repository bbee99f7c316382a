package localfile

import (
	"os"

	"golang.org/x/sys/windows"
)

// What Lock does with a file.
const (
	Shared    = 1
	Exclusive = 2
	Unlock    = 8
	AtOnce    = 4 // or not at all
)

// WouldBlock is what Lock answers where another holds the lock, with AtOnce.
var WouldBlock error = windows.ERROR_LOCK_VIOLATION

const all = ^uint32(0)

// Lock locks a file for this open of it, or unlocks it.
func Lock(f *os.File, how int) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var locked error
	if err := raw.Control(func(fd uintptr) {
		h, over := windows.Handle(fd), new(windows.Overlapped)
		if how&^AtOnce == Unlock {
			locked = windows.UnlockFileEx(h, 0, all, all, over)
			return
		}
		var flags uint32
		if how&Exclusive != 0 {
			flags |= windows.LOCKFILE_EXCLUSIVE_LOCK
		}
		if how&AtOnce != 0 {
			flags |= windows.LOCKFILE_FAIL_IMMEDIATELY
		}
		locked = windows.LockFileEx(h, flags, 0, all, all, over)
	}); err != nil {
		return err
	}
	return locked
}
