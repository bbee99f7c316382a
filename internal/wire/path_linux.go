package wire

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// bindPath binds to a path. An abstract name may fill all of the address, for
// which the system package leaves no room.
func bindPath(fd int, path string) error {
	raw := unix.RawSockaddrUnix{Family: unix.AF_UNIX}
	if len(path) < len(raw.Path) || path[0] != 0 {
		return unix.Bind(fd, &unix.SockaddrUnix{Name: path})
	}
	if len(path) > len(raw.Path) {
		return unix.EINVAL
	}
	for i := range len(path) {
		raw.Path[i] = int8(path[i])
	}
	_, _, errno := unix.Syscall(unix.SYS_BIND, uintptr(fd), uintptr(unsafe.Pointer(&raw)), unsafe.Sizeof(raw))
	if errno != 0 {
		return errno
	}
	return nil
}
