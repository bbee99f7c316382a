package phpstream

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"
	"syscall"

	"github.com/phpstream-go/phpstream/internal/localfile"
	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/wire"
)

// plainFiles is what opens paths and file:// URLs.
//
// php-src: main/streams/plain_wrapper.c.
var plainFiles = &wrapper{kind: plainKind, open: openFile, opendir: openFileDir,
	stat: statFile, unlink: unlinkFile, rename: renameFile, mkdir: mkdirFile, rmdir: rmdirFile}

const plainKind = "plainfile"

func openFile(o *urlOpening) *Stream {
	flags, ok := fileFlags(o.mode)
	if !ok {
		o.c.fail(fs.ErrInvalid)
		return o.fail("`" + o.mode + "' is not a valid mode for fopen")
	}
	path, err := localfile.Expand(o.path)
	if err != nil {
		return o.failErr(err)
	}
	f, err := os.OpenFile(path, flags, 0o666)
	if errors.Is(err, syscall.ENOTDIR) {
		err = &fs.PathError{Op: "open", Path: path, Err: syscall.ENOENT} // which is what PHP says
	}
	if err != nil {
		return o.failErr(err)
	}
	s := o.c.rt.newFileStream(f, o.mode)
	s.sock.blocked.Store(flags&syscall.O_NONBLOCK == 0)
	return s
}

// fileFlags are the flags of open(2) for a mode of fopen.
func fileFlags(mode string) (flags int, ok bool) {
	if mode == "" {
		return 0, false
	}
	flags, ok = map[byte]int{
		'r': 0,
		'w': os.O_TRUNC | os.O_CREATE,
		'a': os.O_CREATE | os.O_APPEND,
		'x': os.O_CREATE | os.O_EXCL,
		'c': os.O_CREATE,
	}[mode[0]]
	switch {
	case strings.Contains(mode, "+"):
		flags |= os.O_RDWR
	case mode[0] != 'r':
		flags |= os.O_WRONLY
	}
	if strings.Contains(mode, "n") {
		flags |= syscall.O_NONBLOCK
	}
	return flags, ok
}

// newFileStream makes a stream of an open file.
func (rt *Runtime) newFileStream(f *os.File, mode string) *Stream {
	s := rt.newBodyStream("STDIO", mode, &file{f: f, facts: rt.facts})
	info, err := f.Stat()
	s.seekable = err == nil && info.Mode()&(fs.ModeNamedPipe|fs.ModeCharDevice) == 0
	return s
}

// file is an open file as a body.
type file struct {
	f         *os.File
	facts     *phpfacts.Facts
	temporary bool // it goes when it is closed

	mu   sync.Mutex
	conn *wire.Conn // nil: nobody has waited for it
}

func (b *file) read(p []byte) (got, error) {
	n, err := b.f.Read(p)
	switch {
	case err == nil:
		return got{n: n}, nil
	case err == io.EOF:
		return got{end: true}, nil
	case errors.Is(err, syscall.EAGAIN):
		return got{}, nil
	}
	return got{end: !errors.Is(err, syscall.EBADF), minus: true}, b.failed(b.facts.Read, len(p), err)
}

func (b *file) write(p []byte) (int, bool, error) {
	n, err := b.f.Write(p)
	switch {
	case err == nil:
		return n, true, nil
	case errors.Is(err, syscall.EAGAIN):
		return n, true, nil
	}
	return n, n > 0, b.failed(b.facts.Write, len(p), err)
}

// failed is PHP's notice that a file could not be read or written.
func (b *file) failed(verb string, n int, err error) error {
	errno, _ := phpfacts.Errno(err)
	return &trouble{level: E_NOTICE, err: err,
		text: fmt.Sprintf("%s of %d bytes failed with errno=%d %s", verb, n, errno, phpfacts.Strerror(errno))}
}

func (b *file) seek(offset int64, whence int) (int64, error) {
	at, err := b.f.Seek(offset, whence)
	if err != nil {
		at = samePlace
	}
	return at, err
}

func (b *file) lock(how int) error { return localfile.Lock(b.f, how) }

func (b *file) truncate(size int64) error { return b.f.Truncate(size) }

func (b *file) stat() (FileStat, error) {
	info, err := b.f.Stat()
	if err != nil {
		return FileStat{}, err
	}
	return FileStat(localfile.InfoOf(info)), nil
}

func (b *file) close() error {
	err := b.closeFile()
	if b.temporary {
		os.Remove(b.f.Name())
	}
	return err
}
