package localfile

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// CopyRange is copy_file_range(2): it copies up to n bytes from where one open file is
// to where another is, and moves both. It is ErrNotCopied where that has to be done
// in another way.
func CopyRange(to, from *os.File, n int64) (copied int, err error) {
	const most = 1 << 30 // the system's own limit is near 1<<31
	source, err := from.SyscallConn()
	if err != nil {
		return 0, err
	}
	target, err := to.SyscallConn()
	if err != nil {
		return 0, err
	}
	var refused error
	err = source.Control(func(r uintptr) {
		err := target.Control(func(w uintptr) {
			copied, refused = unix.CopyFileRange(int(r), nil, int(w), nil, int(min(n, most)), 0)
		})
		refused = errors.Join(refused, err)
	})
	err = errors.Join(err, refused)
	for _, other := range []error{unix.EINVAL, unix.EXDEV, unix.ENOSYS, unix.EIO} {
		if errors.Is(err, other) {
			err = ErrNotCopied
		}
	}
	return max(copied, 0), err
}
