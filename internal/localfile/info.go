// Package localfile is what PHP asks of files that package os does not have.
package localfile

import "io/fs"

// Info is what stat(2) tells of a file.
type Info struct {
	Dev, Ino, Mode, Nlink, Uid, Gid, Rdev int64
	Size, Atime, Mtime, Ctime             int64
	Blksize, Blocks                       int64
}

// InfoOf is what package os has found out about a file.
func InfoOf(info fs.FileInfo) Info { return infoOf(info) }
