package phpstream

import (
	"cmp"
	"errors"
	"net"
	"strings"
	"syscall"

	"github.com/phpstream-go/phpstream/internal/filter"
	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// OpenOption is an optional argument of functions that take URLs: a *[Context].
type OpenOption interface {
	FopenOption
	open() // [UseIncludePath] is not for all of them
}

type openArgs struct {
	ctx         *Context
	includePath bool
}

func (*Context) open() {}

// openArgsOf are the arguments of one of the functions that open.
func openArgsOf[O FopenOption](rt *Runtime, opts []O) openArgs {
	a := openArgs{}
	for _, o := range opts {
		if any(o) != nil {
			o.fopen(&a)
		}
	}
	a.ctx = rt.contextOrDefault(a.ctx)
	return a
}

func (rt *Runtime) contextOrDefault(x *Context) *Context {
	if x == nil {
		return rt.StreamContextGetDefault()
	}
	return x
}

// Fopen opens a file or a URL. The modes are PHP's: "r", "w", "a", "x" and "c",
// each with or without "+"; "b" and "t" change nothing, "n" opens without
// blocking. Without a context the default one is used.
//
// On failure it is nil, and the last warning is "Failed to open stream: " with
// the reason: "No such file or directory", "`q' is not a valid mode for fopen",
// what the wrapper of the URL says. User and password in a URL are not shown. An
// empty filename is the ValueError "Path must not be empty".
//
//	PHP: fopen(string $filename, string $mode, bool $use_include_path = false,
//	     ?resource $context = null): resource|false
//
// php-src: ext/standard/file.c, main/streams/streams.c.
func Fopen(filename, mode string, opts ...FopenOption) *Stream {
	return defaultRuntime.Fopen(filename, mode, opts...)
}

// Fopen is [Fopen] for this Runtime.
func (rt *Runtime) Fopen(filename, mode string, opts ...FopenOption) *Stream {
	c := rt.call("fopen")
	defer c.deliver()
	if !c.path(1, "filename", filename) {
		return nil
	}
	a := openArgsOf(rt, opts)
	return c.openName(filename, mode, a)
}

// path looks at a parameter that names a file or a URL.
func (c *call) path(number int, parameter, path string) bool {
	if strings.IndexByte(path, 0) < 0 {
		return true
	}
	c.complain(phpfacts.PathNUL(number, parameter))
	return false
}

// SeekWhence says what the offset of [Fseek] counts from.
type SeekWhence int

// What [Fseek] counts from: the start, the position, the end.
const (
	SEEK_SET SeekWhence = 0
	SEEK_CUR SeekWhence = 1
	SEEK_END SeekWhence = 2
)

// Fseek moves the position: to an offset from the start, or from what whence
// says. It answers 0, or -1 where that can't be done; a socket warns "Stream does
// not support seeking", but can be moved forward from [SEEK_CUR], by reading.
//
//	PHP: fseek(resource $stream, int $offset, int $whence = SEEK_SET): int
//
// php-src: ext/standard/file.c, main/streams/streams.c.
func Fseek(fp *Stream, offset int, whence ...SeekWhence) int {
	c, ok := fp.begin("fseek")
	if !ok {
		return -1
	}
	defer c.deliver()
	from := SEEK_SET
	if len(whence) > 0 {
		from = whence[0]
	}
	if !fp.moveTo(&c, int64(offset), int(from)) {
		return -1
	}
	return 0
}

// Rewind moves the position to the start. It is false where that can't be done; a
// socket warns "Stream does not support seeking".
//
//	PHP: rewind(resource $stream): bool
//
// php-src: ext/standard/file.c, main/streams/streams.c.
func Rewind(fp *Stream) bool {
	c, ok := fp.begin("rewind")
	if !ok {
		return false
	}
	defer c.deliver()
	return fp.moveTo(&c, 0, int(SEEK_SET))
}

// Seek is [Fseek] as [io.Seeker] has it, for what can seek: the meta data of
// [StreamGetMetaData] say so. It answers the position. On any other stream it is
// [errors.ErrUnsupported], and nothing moves.
func (s *Stream) Seek(offset int64, whence int) (int64, error) {
	switch {
	case s.gone():
		return 0, s.opError("seek", net.ErrClosed)
	case !s.canSeek():
		return 0, s.opError("seek", errors.ErrUnsupported)
	}
	c := s.rt.call("fseek")
	if !s.moveTo(&c, offset, whence) {
		return 0, s.opError("seek", cmp.Or(c.failed, error(syscall.EINVAL)))
	}
	return s.tell.Load(), nil
}

func (s *Stream) moveTo(c *call, offset int64, whence int) bool {
	if s.canSeek() && s.writers.Load() != nil { // they hear of a move past what is buffered
		s.rmu.Lock()
		_, inside := s.aheadBy(offset, whence)
		s.rmu.Unlock()
		if !inside {
			s.flush(c, filter.FlushInc)
		}
	}
	s.rmu.Lock()
	defer s.rmu.Unlock()
	return s.seek(c, offset, whence)
}
