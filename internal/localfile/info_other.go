//go:build !linux && !darwin

package localfile

import (
	"errors"
	"io/fs"
	"syscall"
)

// infoOf fills in what every system has; PHP on Windows has no more either.
func infoOf(info fs.FileInfo) Info {
	const regular, directory = 0o100000, 0o040000
	mode := int64(info.Mode().Perm()) | regular
	if info.IsDir() {
		mode = int64(info.Mode().Perm()) | directory
	}
	at := info.ModTime().Unix()
	return Info{Mode: mode, Nlink: 1, Size: info.Size(), Atime: at, Mtime: at, Ctime: at, Blksize: -1, Blocks: -1}
}

// InfoOfDescriptor asks for what a socket's descriptor has.
func InfoOfDescriptor(syscall.RawConn) (Info, error) { return Info{}, errors.ErrUnsupported }
