//go:build unix && !linux

package wire

import "golang.org/x/sys/unix"

func bindPath(fd int, path string) error {
	return unix.Bind(fd, &unix.SockaddrUnix{Name: path})
}
