//go:build unix

package localfile

import (
	"os"

	"golang.org/x/sys/unix"
)

// What Lock does with a file.
const (
	Shared    = unix.LOCK_SH
	Exclusive = unix.LOCK_EX
	Unlock    = unix.LOCK_UN
	AtOnce    = unix.LOCK_NB // or not at all
)

// WouldBlock is what Lock answers where another holds the lock, with AtOnce.
var WouldBlock error = unix.EWOULDBLOCK

// Lock locks a file for this open of it, or unlocks it.
func Lock(f *os.File, how int) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var locked error
	if err := raw.Control(func(fd uintptr) {
		for {
			if locked = unix.Flock(int(fd), how); locked != unix.EINTR {
				return
			}
		}
	}); err != nil {
		return err
	}
	return locked
}
