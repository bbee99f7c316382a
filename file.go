package phpstream

import (
	"io"
	"os"
	"strings"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// FileFlag is a mask of what [File], [FilePutContents] and [Flock] do.
type FileFlag int

// The values of FileFlag. LOCK_* are for [Flock]; FilePutContents takes LOCK_EX.
const (
	FILE_USE_INCLUDE_PATH   FileFlag = 1
	FILE_IGNORE_NEW_LINES   FileFlag = 2
	FILE_SKIP_EMPTY_LINES   FileFlag = 4
	FILE_APPEND             FileFlag = 8
	FILE_NO_DEFAULT_CONTEXT FileFlag = 16

	LOCK_SH FileFlag = 1
	LOCK_EX FileFlag = 2
	LOCK_UN FileFlag = 3
	LOCK_NB FileFlag = 4
)

// FileOption is an optional argument of [File]: a [FileFlag], a *[Context].
type FileOption interface{ file(*putArgs) }

func (x *Context) file(a *putArgs) { a.ctx = x }
func (f FileFlag) file(a *putArgs) { a.flags |= f }

// File reads a file or a URL, and answers its lines: with their ends, or without
// them ([FILE_IGNORE_NEW_LINES]), and then without the empty ones
// ([FILE_SKIP_EMPTY_LINES]). It is false where the file can't be opened, with the
// warnings of [Fopen]. Other flags are the ValueError "Argument #2 ($flags) must
// be a valid flag value".
//
//	PHP: file(string $filename, int $flags = 0, ?resource $context = null): array|false
//
// php-src: ext/standard/file.c.
func File(filename string, opts ...FileOption) (lines []string, ok bool) {
	return defaultRuntime.File(filename, opts...)
}

// File is [File] for this Runtime.
func (rt *Runtime) File(filename string, opts ...FileOption) (lines []string, ok bool) {
	c := rt.call("file")
	defer c.deliver()
	if !c.path(1, "filename", filename) {
		return nil, false
	}
	var a putArgs
	for _, o := range opts {
		if o != nil {
			o.file(&a)
		}
	}
	const valid = FILE_USE_INCLUDE_PATH | FILE_IGNORE_NEW_LINES | FILE_SKIP_EMPTY_LINES | FILE_NO_DEFAULT_CONTEXT
	if a.flags < 0 || a.flags > valid || rt.facts.ExactFlags && a.flags&^valid != 0 {
		c.complain(phpfacts.FileFlags(int(a.flags)))
		return nil, false
	}
	s := c.openName(filename, "rb", openArgs{rt.contextFor(a), a.flags&FILE_USE_INCLUDE_PATH != 0})
	if s == nil {
		return nil, false
	}
	defer s.shut(&c)
	text, ok := s.allContents(&c)
	if !ok {
		return nil, false
	}
	end := "\n"
	if s.ends != endsLF {
		if s.otherLineEnd([]byte(text)); s.ends == endsCR {
			end = "\r"
		}
	}
	return fileLines(text, end, a.flags), true
}

// allContents is contents for a stream that nobody else has.
func (s *Stream) allContents(c *call) (string, bool) {
	s.rmu.Lock()
	defer s.rmu.Unlock()
	return s.contents(c, -1)
}

func fileLines(text, end string, flags FileFlag) []string {
	lines := []string{}
	for line := range strings.SplitAfterSeq(text, end) {
		bare, whole := strings.CutSuffix(line, end)
		switch {
		case line == "":
			continue // behind the last end
		case flags&FILE_IGNORE_NEW_LINES == 0:
		case whole:
			if line = bare; end == "\n" {
				line = strings.TrimSuffix(bare, "\r")
			}
			if line == "" && flags&FILE_SKIP_EMPTY_LINES != 0 {
				continue
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// Readfile writes a file or a URL to the output ([Runtime.SetOutput]), and answers
// how many bytes that were; -1 where the first read fails, as that of a directory.
// It is false where the file can't be opened, with the warnings of [Fopen].
//
//	PHP: readfile(string $filename, bool $use_include_path = false, ?resource $context = null): int|false
//
// php-src: ext/standard/file.c.
func Readfile(filename string, opts ...FopenOption) (int, bool) {
	return defaultRuntime.Readfile(filename, opts...)
}

// Readfile is [Readfile] for this Runtime.
func (rt *Runtime) Readfile(filename string, opts ...FopenOption) (int, bool) {
	c := rt.call("readfile")
	defer c.deliver()
	if !c.path(1, "filename", filename) {
		return 0, false
	}
	a := openArgsOf(rt, opts)
	s := c.openName(filename, "rb", a)
	if s == nil {
		return 0, false
	}
	defer s.shut(&c)
	return s.passThrough(&c), true
}

// Fpassthru writes the rest of a stream to the output ([Runtime.SetOutput]), and
// answers how many bytes that were; -1 where the first read fails.
//
//	PHP: fpassthru(resource $stream): int
//
// php-src: ext/standard/file.c, main/streams/streams.c.
func Fpassthru(fp *Stream) int {
	c, ok := fp.begin("fpassthru")
	if !ok {
		return 0
	}
	defer c.deliver()
	return fp.passThrough(&c)
}

func (s *Stream) passThrough(c *call) (sum int) {
	out := s.rt.output()
	if f, at, n := s.mapped(-1); n > 0 {
		io.Copy(out, io.NewSectionReader(f, at, n))
		s.moveTo(c, n, io.SeekCurrent)
		return int(n)
	}
	p := chunks.Get().(*[defaultChunk]byte)
	defer chunks.Put(p)
	for {
		n, ok := s.readLocked(c, p[:])
		s.tellProgress()
		switch {
		case n > 0:
		case sum == 0 && !ok:
			return -1
		default:
			return sum
		}
		sum += n
		out.Write(p[:n]) // PHP does not look at what becomes of its output either
	}
}

// SetOutput says where output goes: that of [Readfile], [Fpassthru] and
// php://output. It is os.Stdout at first; nil makes it that again.
func (rt *Runtime) SetOutput(w io.Writer) {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	rt.out = w
}

func (rt *Runtime) output() io.Writer {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if rt.out == nil {
		return os.Stdout
	}
	return rt.out
}

// Copy copies a file or a URL to another. It is false where one of them can't be
// opened, with the warnings of [Fopen], and where not all can be written.
//
//	PHP: copy(string $from, string $to, ?resource $context = null): bool
//
// php-src: ext/standard/file.c, php_copy_file_ctx.
func Copy(from, to string, opts ...OpenOption) bool { return defaultRuntime.Copy(from, to, opts...) }

// Copy is [Copy] for this Runtime.
func (rt *Runtime) Copy(from, to string, opts ...OpenOption) bool {
	c := rt.call("copy")
	defer c.deliver()
	if !c.path(1, "from", from) || !c.path(2, "to", to) {
		return false
	}
	ctx := openArgsOf(rt, opts).ctx
	c.locateWrapper(from, false) // PHP looks for it once more than there is need: what is unknown is told each time
	return c.mayCopy(from, to, ctx) && c.copyFile(from, to, ctx)
}

func (c *call) copyFile(from, to string, ctx *Context) bool {
	source := c.openURL(from, "rb", ctx)
	if source == nil {
		return false
	}
	var target *Stream
	defer func() {
		if target != nil {
			defer target.shut(c)
		}
		source.shut(c)
	}()
	if target = c.openURL(to, "wb", ctx); target == nil {
		return false
	}
	_, ok := copyStream(c, source, target, -1)
	return ok
}

// mayCopy tells whether from is no directory, and not the file that to is.
func (c *call) mayCopy(from, to string, ctx *Context) bool {
	source, err := c.statURL(from, 0, ctx)
	if err != nil {
		return true // opening it says why
	}
	if source.Mode&kindMask == kindDirectory {
		c.warning("The first argument to copy() function cannot be a directory")
		return false
	}
	target, err := c.statURL(to, c.rt.facts.CopyStatFlags, ctx)
	if err != nil {
		return true
	}
	if target.Mode&kindMask == kindDirectory {
		c.warning("The second argument to copy() function cannot be a directory")
		return false
	}
	if source.Ino == 0 || target.Ino == 0 { // nothing to tell them apart by but their names
		return from != to
	}
	return source.Ino != target.Ino || source.Dev != target.Dev
}

func (c *call) statURL(url string, flags int, ctx *Context) (FileStat, error) {
	w, path := c.locateWrapper(url, false)
	return c.statOf(w, path, flags, ctx)
}

// isFilePath tells whether a name has no scheme but file://.
func isFilePath(name string) bool {
	const scheme = "file://"
	return !strings.Contains(name, "://") || len(name) >= len(scheme) && strings.EqualFold(name[:len(scheme)], scheme)
}
