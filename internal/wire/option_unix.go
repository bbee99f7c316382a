//go:build unix

package wire

import "golang.org/x/sys/unix"

const errClosedSocket = unix.EBADF

// errNoOption is what Linux says of an option that it does not know.
const errNoOption = unix.ENOPROTOOPT

func getInt(fd uintptr, level, name int) (int, error) {
	n, err := unix.GetsockoptInt(int(fd), level, name)
	return int(int32(n)), err
}

func setInt(fd uintptr, level, name, value int) error {
	return unix.SetsockoptInt(int(fd), level, name, value)
}

func getLinger(fd uintptr, level, name int) (on, seconds int, err error) {
	l, err := unix.GetsockoptLinger(int(fd), level, name)
	if err != nil {
		return 0, 0, err
	}
	return int(l.Onoff), int(l.Linger), nil
}

func setLinger(fd uintptr, level, name, on, seconds int) error {
	return unix.SetsockoptLinger(int(fd), level, name, &unix.Linger{Onoff: int32(on), Linger: int32(seconds)})
}

func getTime(fd uintptr, level, name int) (seconds, micros int64, err error) {
	tv, err := unix.GetsockoptTimeval(int(fd), level, name)
	if err != nil {
		return 0, 0, err
	}
	return int64(tv.Sec), int64(tv.Usec), nil
}

func setTime(fd uintptr, level, name int, seconds, micros int64) error {
	var tv unix.Timeval
	put(&tv.Sec, seconds)
	put(&tv.Usec, micros)
	return unix.SetsockoptTimeval(int(fd), level, name, &tv)
}

// put sets a field whose size depends on the system.
func put[T ~int32 | ~int64](field *T, value int64) { *field = T(value) }

func getText(fd uintptr, level, name int) (string, error) {
	return unix.GetsockoptString(int(fd), level, name)
}

func setText(fd uintptr, level, name int, value string) error {
	return unix.SetsockoptString(int(fd), level, name, value)
}
