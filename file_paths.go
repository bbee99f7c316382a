package phpstream

import (
	"errors"
	"os"

	"github.com/phpstream-go/phpstream/internal/localfile"
	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// What plainFiles does with paths.
//
// php-src: main/streams/plain_wrapper.c.

func statFile(_ *call, path string, _ int, _ *Context) (FileStat, error) {
	info, err := os.Stat(path)
	if err != nil {
		return FileStat{}, err
	}
	return FileStat(localfile.InfoOf(info)), nil
}

// pathFailed is the warning that names the path, and why the system refuses.
func (c *call) pathFailed(what string, err error) bool {
	if err == nil {
		return true
	}
	c.fail(err)
	text := err.Error()
	if errno, ok := phpfacts.Errno(err); ok {
		text = phpfacts.Strerror(errno)
	}
	if what == "" {
		c.warning(text)
	} else {
		c.about(what, text)
	}
	return false
}

func unlinkFile(c *call, path string, _ *Context) bool {
	return c.pathFailed(path, localfile.Unlink(path))
}

func rmdirFile(c *call, path string, _ *Context) bool {
	return c.pathFailed(path, localfile.Rmdir(path))
}

func mkdirFile(c *call, path string, a mkdirArgs) bool {
	if a.recursive {
		return c.pathFailed("", localfile.MkdirAll(path, uint32(a.mode)))
	}
	return c.pathFailed("", localfile.Mkdir(path, uint32(a.mode)))
}

// renameFile copies where the new name is on another device.
func renameFile(c *call, from, to string, ctx *Context) bool {
	err := localfile.Rename(from, to)
	if errors.Is(err, localfile.AcrossDevices) && c.copyFile(from, to, ctx) {
		err = localfile.Unlink(from)
	}
	return c.pathFailed(from+","+to, err)
}

// fileDir is a directory of this machine.
type fileDir struct {
	noBytes
	*localfile.Dir
	at   int64 // PHP's position
	size int64 // and how far an entry moves it
}

func openFileDir(o *urlOpening) *Stream {
	d, err := localfile.OpenDir(o.path)
	if err != nil {
		return o.failErr(err)
	}
	rt := o.c.rt
	return rt.newDirStream("dir", &fileDir{Dir: d, size: int64(rt.facts.DirEntry)})
}

func (d *fileDir) next(*call) (name string, ok bool) {
	if name, ok = d.Next(); ok {
		d.at += d.size
	}
	return name, ok
}

// seek begins anew, whatever it is asked for.
func (d *fileDir) seek(int64, int) (int64, error) { return d.at, d.Rewind() }

func (d *fileDir) close() error { return d.Close() }
