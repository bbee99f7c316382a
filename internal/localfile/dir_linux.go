package localfile

import (
	"bytes"
	"encoding/binary"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// unread is what the system has told and nobody has read.
type unread struct {
	buf  [8192]byte
	left []byte
}

func openDir(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_DIRECTORY|syscall.O_NONBLOCK, 0)
}

// Next is the name of the next entry in the order of the system, with "." and "..",
// which package os leaves out; false at the end.
func (d *Dir) Next() (name string, ok bool) {
	// An entry: 8 bytes inode, 8 bytes position, 2 bytes length, 1 byte type, name.
	const inode, length, header = 8, 16, 19
	for {
		if len(d.left) == 0 && !d.fill() {
			return "", false
		}
		size := int(binary.NativeEndian.Uint16(d.left[length:]))
		entry := d.left[:size]
		d.left = d.left[size:]
		if binary.NativeEndian.Uint64(entry[:inode]) == 0 {
			continue // it has been removed
		}
		text, _, _ := bytes.Cut(entry[header:], []byte{0})
		return string(text), true
	}
}

func (d *Dir) fill() bool {
	raw, err := d.f.SyscallConn()
	if err != nil {
		return false
	}
	n := 0
	err = raw.Control(func(fd uintptr) {
		for {
			var failed error
			if n, failed = unix.ReadDirent(int(fd), d.buf[:]); failed != unix.EINTR {
				return
			}
		}
	})
	if err != nil || n <= 0 {
		return false
	}
	d.left = d.buf[:n]
	return true
}
