//go:build unix

package localfile

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Duplicate opens a descriptor once more.
func Duplicate(fd uintptr, name string) (*os.File, error) {
	twin, err := unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(twin), name), nil
}

// MaxDescriptors is how many descriptors the process may have.
func MaxDescriptors() int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil || limit.Cur > 1<<31-1 {
		return 1<<31 - 1
	}
	return int(limit.Cur)
}
