package phpstream

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

// directory is the body of a stream that lists a directory.
type directory interface {
	body
	// next is the name of the next entry, false where there are no more.
	next(c *call) (name string, ok bool)
}

// noBytes is what a directory has of a body: nothing can be read or written.
type noBytes struct{}

func (noBytes) read([]byte) (got, error) { return got{minus: true}, nil }

func (noBytes) write([]byte) (int, bool, error) { return 0, false, nil }

// newDirStream makes a stream that lists a directory.
func (rt *Runtime) newDirStream(label string, d directory) *Stream {
	s := rt.newBodyStream(label, "r", d)
	s.unbuffed, s.unwritable = true, true
	return s
}

// Opendir opens a directory, of this machine or of an FTP server, to list its
// entries with [Readdir]. What a server lists is read as it comes. On failure it is
// nil, with the warning "Failed to open directory: " and the reason: "No such file
// or directory", "not implemented" where the wrapper has no directories, what the
// server says; without one for "".
//
//	PHP: opendir(string $directory, ?resource $context = null): resource|false
//
// php-src: ext/standard/dir.c, main/streams/streams.c.
func Opendir(directory string, opts ...OpenOption) *Stream {
	return defaultRuntime.Opendir(directory, opts...)
}

// Opendir is [Opendir] for this Runtime.
func (rt *Runtime) Opendir(directory string, opts ...OpenOption) *Stream {
	c := rt.call("opendir")
	defer c.deliver()
	if !c.path(1, "directory", directory) {
		return nil
	}
	s := c.openDir(directory, openArgsOf(rt, opts).ctx)
	if s != nil {
		rt.mu.Lock()
		rt.lastDir = s
		rt.mu.Unlock()
	}
	return s
}

// openDir opens a directory. Of a failure it has warned.
//
// php-src: main/streams/streams.c, _php_stream_opendir.
func (c *call) openDir(url string, ctx *Context) *Stream {
	if url == "" {
		return nil
	}
	o := &urlOpening{c: c, url: url, mode: "r", ctx: ctx}
	s := o.openDir()
	if s == nil {
		o.tell(c.rt.facts.OpenDirFailed)
	}
	return s
}

// openDir finds the wrapper and has it open the directory. Of a failure complaints
// say why.
func (o *urlOpening) openDir() *Stream {
	switch w := o.find(); {
	case w == nil:
		return nil
	case w.opendir == nil:
		o.c.fail(errNoPathOp)
		return o.fail("not implemented")
	default:
		return o.opened(w, w.opendir(o))
	}
}

// Readdir answers the name of the next entry of a directory, in no order, with "."
// and ".." where the directory has them; false when there are no more. Without an
// argument it is the directory that this Runtime opened last, and the TypeError "No
// resource supplied" where there is none. A stream that lists no directory is the
// TypeError "Argument #1 ($dir_handle) must be a valid Directory resource".
//
//	PHP: readdir(?resource $dir_handle = null): string|false
//
// php-src: ext/standard/dir.c.
func Readdir(dir ...*Stream) (name string, ok bool) { return defaultRuntime.Readdir(dir...) }

// Readdir is [Readdir] for this Runtime.
func (rt *Runtime) Readdir(dir ...*Stream) (name string, ok bool) {
	c := rt.ofDir(dir).call("readdir")
	defer c.deliver()
	s, d := c.directory(dir)
	if s == nil {
		return "", false
	}
	s.rmu.Lock()
	defer s.rmu.Unlock()
	return s.entry(&c, d)
}

// entry is the next entry of a directory's stream. The reader's lock is held.
func (s *Stream) entry(c *call, d directory) (name string, ok bool) {
	if s.lost || s.readers.Load() != nil { // a filter does not know what to do with an entry
		return "", false
	}
	name, ok = d.next(c)
	if ok {
		s.tell.Add(int64(s.rt.facts.DirEntry))
	}
	return name, ok
}

// Rewinddir begins a directory anew, as far as its wrapper can: an FTP server's is
// the warning "Stream does not support seeking". Without an argument it is the
// directory that this Runtime opened last.
//
//	PHP: rewinddir(?resource $dir_handle = null): void
//
// php-src: ext/standard/dir.c.
func Rewinddir(dir ...*Stream) { defaultRuntime.Rewinddir(dir...) }

// Rewinddir is [Rewinddir] for this Runtime.
func (rt *Runtime) Rewinddir(dir ...*Stream) {
	c := rt.ofDir(dir).call("rewinddir")
	defer c.deliver()
	if s, _ := c.directory(dir); s != nil {
		s.moveTo(&c, 0, int(SEEK_SET))
	}
}

// Closedir closes a directory, without an argument the one that this Runtime opened
// last. [Fclose] does not close it.
//
//	PHP: closedir(?resource $dir_handle = null): void
//
// php-src: ext/standard/dir.c.
func Closedir(dir ...*Stream) { defaultRuntime.Closedir(dir...) }

// Closedir is [Closedir] for this Runtime.
func (rt *Runtime) Closedir(dir ...*Stream) {
	c := rt.ofDir(dir).call("closedir")
	defer c.deliver()
	s, _ := c.directory(dir)
	if s == nil {
		return
	}
	s.shut(&c)
	c.rt.mu.Lock()
	defer c.rt.mu.Unlock()
	if c.rt.lastDir == s {
		c.rt.lastDir = nil
	}
}

// ofDir is the Runtime that opened a directory, this one where none is given.
func (rt *Runtime) ofDir(dir []*Stream) *Runtime {
	if len(dir) == 0 || dir[0] == nil {
		return rt
	}
	return dir[0].runtime()
}

// directory is the directory that a function has been given, or else the last one;
// nil, having reported it, where that is none.
func (c *call) directory(dir []*Stream) (*Stream, directory) {
	var s *Stream
	if len(dir) > 0 {
		s = dir[0]
	} else {
		c.rt.mu.Lock()
		s = c.rt.lastDir
		c.rt.mu.Unlock()
	}
	if s != nil && !s.gone() {
		if d, ok := s.body.(directory); ok {
			return s, d
		}
	}
	c.fail(errors.New("phpstream: " + c.name + " has no open directory"))
	switch {
	case s == nil && len(dir) == 0:
		c.complain(phpfacts.NoDirectory)
	case s == nil && c.rt.facts.Throws:
		c.throw(phpfacts.TypeError, fmt.Sprintf("%s(): Argument #1 ($dir_handle) must be of type resource or null, %s given",
			c.name, phpvalue.TypeName(false, c.rt.version)))
	case s == nil:
		c.notResource(1, "dir_handle")
	case s.gone(), s.persistent != nil: // a persistent stream is another kind of resource
		c.complain(phpfacts.DirectoryClosed)
	case c.rt.facts.Throws:
		c.complain(phpfacts.NotADirectory)
	default:
		c.warning(strconv.Itoa(s.id) + " is not a valid Directory resource")
	}
	return nil, nil
}
