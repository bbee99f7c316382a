package phpstream

import (
	"fmt"
	"strconv"

	"github.com/phpstream-go/phpstream/internal/localfile"
	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

// ContentsOption is an optional argument of [FileGetContents]: a *[Context], an
// [Offset], a [Length], [UseIncludePath].
type ContentsOption interface{ contents(*contentsArgs) }

type contentsArgs struct {
	openArgs
	offset int64
	length int
}

// Offset is where to begin, in bytes from the start; a negative one counts from
// the end.
type Offset int

// Length is the most bytes to read.
type Length int

func (x *Context) contents(a *contentsArgs) { a.ctx = x }
func (o Offset) contents(a *contentsArgs)   { a.offset = int64(o) }
func (l Length) contents(a *contentsArgs)   { a.length = int(l) }

// FileGetContents reads a file or a URL, all of it or from an offset. What comes
// before a timeout or the end of a connection is answered. It is false where the
// file can't be opened, with the warnings of [Fopen], and where the offset can't
// be reached. A negative length is the ValueError "Argument #5 ($length) must be
// greater than or equal to 0".
//
//	PHP: file_get_contents(string $filename, bool $use_include_path = false,
//	     ?resource $context = null, int $offset = 0, ?int $length = null): string|false
//
// php-src: ext/standard/file.c.
func FileGetContents(filename string, opts ...ContentsOption) (string, bool) {
	return defaultRuntime.FileGetContents(filename, opts...)
}

// FileGetContents is [FileGetContents] for this Runtime.
func (rt *Runtime) FileGetContents(filename string, opts ...ContentsOption) (string, bool) {
	c := rt.call("file_get_contents")
	defer c.deliver()
	if !c.path(1, "filename", filename) {
		return "", false
	}
	const noLength = -1 << 31
	a := contentsArgs{length: noLength}
	for _, o := range opts {
		if o != nil {
			o.contents(&a)
		}
	}
	if a.length == noLength {
		a.length = -1
	} else if a.length < 0 {
		c.complain(phpfacts.FileLength)
		return "", false
	}
	s := c.openName(filename, "rb", openArgs{rt.contextOrDefault(a.ctx), a.includePath})
	if s == nil {
		return "", false
	}
	defer s.shut(&c)
	s.rmu.Lock()
	defer s.rmu.Unlock()
	if _, isFile := s.body.(*file); isFile && rt.facts.Throws {
		s.unbuffed = true
	}
	if a.offset != 0 && !s.seek(&c, a.offset, whenceOf(a.offset)) {
		c.warning("Failed to seek to position " + strconv.FormatInt(a.offset, 10) + " in the stream")
		return "", false
	}
	return s.contents(&c, a.length)
}

func whenceOf(offset int64) int {
	if offset < 0 {
		return int(SEEK_END)
	}
	return int(SEEK_SET)
}

// PutOption is an optional argument of [FilePutContents]: a [FileFlag], a
// *[Context].
type PutOption interface{ put(*putArgs) }

type putArgs struct {
	openArgs
	flags FileFlag
}

func (x *Context) put(a *putArgs) { a.ctx = x }
func (f FileFlag) put(a *putArgs) { a.flags |= f }

// contextFor is the context that a function with flags opens in.
func (rt *Runtime) contextFor(a putArgs) *Context {
	if a.flags&FILE_NO_DEFAULT_CONTEXT != 0 {
		return a.ctx
	}
	return rt.contextOrDefault(a.ctx)
}

// FilePutContents writes data to a file or a URL: a string, the elements of a
// slice, what is left of a *[Stream]. The file begins anew, or is appended to with
// [FILE_APPEND]. It answers the number of bytes, and false where the file can't
// be opened or not all can be written ("Only N of M bytes written, possibly out
// of free disk space").
//
// With [LOCK_EX] the file is locked while it is written; anything but a file
// refuses that: "Exclusive locks may only be set for regular files".
//
//	PHP: file_put_contents(string $filename, mixed $data, int $flags = 0,
//	     ?resource $context = null): int|false
//
// php-src: ext/standard/file.c.
func FilePutContents(filename string, data any, opts ...PutOption) (int, bool) {
	return defaultRuntime.FilePutContents(filename, data, opts...)
}

// FilePutContents is [FilePutContents] for this Runtime.
func (rt *Runtime) FilePutContents(filename string, data any, opts ...PutOption) (n int, ok bool) {
	c := rt.call("file_put_contents")
	defer c.deliver()
	if !c.path(1, "filename", filename) {
		return 0, false
	}
	var a putArgs
	for _, o := range opts {
		if o != nil {
			o.put(&a)
		}
	}
	from, isStream := data.(*Stream)
	if isStream && from.gone() {
		c.complain(phpfacts.NotAStream)
		return 0, false
	}
	mode := "wb"
	switch {
	case a.flags&FILE_APPEND != 0:
		mode = "ab"
	case a.flags&LOCK_EX != 0:
		if !isFilePath(filename) {
			c.warning("Exclusive locks may only be set for regular files")
			return 0, false
		}
		mode = "cb"
	}
	s := c.openName(filename, mode, openArgs{rt.contextFor(a), a.flags&FILE_USE_INCLUDE_PATH != 0})
	if s == nil {
		return 0, false
	}
	defer s.shut(&c)
	if a.flags&LOCK_EX != 0 {
		if !s.lockForWriting(&c) {
			c.warning("Exclusive locks are not supported for this stream")
			return 0, false
		}
	}
	if t, ok := s.body.(truncater); ok && mode == "cb" {
		t.truncate(0)
	}
	if isStream {
		return copyStream(&c, from, s, -1)
	}
	return c.putData(s, filename, data)
}

func (s *Stream) lockForWriting(c *call) bool {
	b, isUser := s.body.(*userBody)
	return (!isUser || b.locks()) && s.lock(c, localfile.Exclusive) == nil
}

// putData writes what PHP makes of a value: the texts of an array's elements one
// by one.
func (c *call) putData(s *Stream, filename string, data any) (n int, ok bool) {
	defer s.tellProgress()
	s.wmu.Lock()
	defer s.wmu.Unlock()
	text, ok := phpvalue.String(data)
	if ok {
		if text == "" {
			return 0, true
		}
		n, sent := s.write(c, []byte(text))
		if !sent && c.rt.facts.TellsMinusOne {
			n, sent = -1, true
		}
		if sent && n != len(text) {
			c.warning(fmt.Sprintf("Only %d of %d bytes written, possibly out of free disk space", n, len(text)))
			return 0, false
		}
		return n, sent
	}
	if phpvalue.IsObject(data) {
		return 0, false
	}
	for _, e := range elements(data) {
		text, ok := phpvalue.String(e)
		if !ok && phpvalue.IsObject(e) {
			c.throw("Error", "Object of class "+phpvalue.ClassName(e)+" could not be converted to string")
			return 0, false
		}
		if text == "" {
			continue
		}
		if m, sent := s.write(c, []byte(text)); !sent || m != len(text) {
			c.warning(fmt.Sprintf("Failed to write %d bytes to %s", len(text), filename))
			return 0, false
		}
		n += len(text)
	}
	return n, true
}
