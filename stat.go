package phpstream

import (
	"errors"
	"strings"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// The kinds of files in FileStat.Mode.
const (
	kindMask      = 0o170000
	kindRegular   = 0o100000
	kindDirectory = 0o040000
)

// FileStat is what PHP's stat functions answer, by the names in their array. What
// is not known is 0.
type FileStat struct {
	Dev, Ino        int64 // the device and the number of the file on it
	Mode            int64 // its kind and permissions: 0o100644 is a regular file, 0o040755 a directory
	Nlink           int64 // how many names it has
	Uid, Gid        int64 // whose it is
	Rdev            int64 // which device it is; -1 where there is no such thing
	Size            int64 // in bytes
	Atime           int64 // when it was last read, in seconds since 1970
	Mtime           int64 // when its contents were last changed
	Ctime           int64 // when anything about it was last changed
	Blksize, Blocks int64 // the size of its blocks in bytes, and how many of 512 bytes it takes; -1 where there are none
}

// Stat answers what there is to know of a file or of a URL whose wrapper can tell:
// of one on an FTP server the size, the time of its last change, and whether it is
// a directory. It is false, with the warning "stat failed for FILENAME", where
// there is nothing. As in PHP no context holds for it.
//
// Differences: nothing is kept for the next call, which asks again; so there is no
// clearstatcache.
//
//	PHP: stat(string $filename): array|false
//
// php-src: ext/standard/filestat.c.
func Stat(filename string) (FileStat, bool) { return defaultRuntime.Stat(filename) }

// Stat is [Stat] for this Runtime.
func (rt *Runtime) Stat(filename string) (FileStat, bool) { return rt.statFor("stat", filename, false) }

// Filesize answers how large a file is, as [Stat] does.
//
//	PHP: filesize(string $filename): int|false
//
// php-src: ext/standard/filestat.c, ext/standard/ftp_fopen_wrapper.c.
func Filesize(filename string) (int, bool) { return defaultRuntime.Filesize(filename) }

// Filesize is [Filesize] for this Runtime.
func (rt *Runtime) Filesize(filename string) (int, bool) {
	s, ok := rt.statFor("filesize", filename, false)
	return int(s.Size), ok
}

// FileExists tells whether there is a file or a directory, by [Stat], without its
// warning.
//
//	PHP: file_exists(string $filename): bool
//
// php-src: ext/standard/filestat.c, ext/standard/ftp_fopen_wrapper.c.
func FileExists(filename string) bool { return defaultRuntime.FileExists(filename) }

// FileExists is [FileExists] for this Runtime.
func (rt *Runtime) FileExists(filename string) bool {
	_, ok := rt.statFor("file_exists", filename, true)
	return ok
}

// IsFile tells whether there is a regular file, by [Stat], without its warning.
//
//	PHP: is_file(string $filename): bool
//
// php-src: ext/standard/filestat.c, ext/standard/ftp_fopen_wrapper.c.
func IsFile(filename string) bool { return defaultRuntime.IsFile(filename) }

// IsFile is [IsFile] for this Runtime.
func (rt *Runtime) IsFile(filename string) bool { return rt.isKind("is_file", filename, kindRegular) }

// IsDir tells whether there is a directory, by [Stat], without its warning.
//
//	PHP: is_dir(string $filename): bool
//
// php-src: ext/standard/filestat.c, ext/standard/ftp_fopen_wrapper.c.
func IsDir(filename string) bool { return defaultRuntime.IsDir(filename) }

// IsDir is [IsDir] for this Runtime.
func (rt *Runtime) IsDir(filename string) bool { return rt.isKind("is_dir", filename, kindDirectory) }

func (rt *Runtime) isKind(function, filename string, kind int64) bool {
	s, ok := rt.statFor(function, filename, true)
	return ok && s.Mode&kindMask == kind
}

// statFor is php_stat.
func (rt *Runtime) statFor(function, filename string, quiet bool) (s FileStat, ok bool) {
	c := rt.call(function)
	defer c.deliver()
	switch {
	case filename == "":
		return s, false
	case strings.IndexByte(filename, 0) < 0:
	case !rt.facts.Throws:
		c.complain(phpfacts.PathNUL(1, "filename"))
		return s, false
	default:
		if !quiet {
			c.warning("Filename contains null byte")
		}
		return s, false
	}
	w, path := c.locateWrapper(filename, false)
	flags := rt.facts.StatFlags
	if quiet {
		flags |= STREAM_URL_STAT_QUIET
	}
	s, err := c.statOf(w, path, flags, nil)
	if err == nil {
		return s, true
	}
	c.fail(err)
	if !quiet {
		shown := filename
		if w != nil && w.remote {
			shown = withoutPassword(filename)
		}
		c.warning("stat failed for " + shown)
	}
	return s, false
}

var errNoStat = errors.New("phpstream: the wrapper can't tell of a file")

func (c *call) statOf(w *wrapper, path string, flags int, ctx *Context) (FileStat, error) {
	if w == nil || w.stat == nil {
		return FileStat{}, errNoStat
	}
	return w.stat(c, path, flags, ctx)
}
