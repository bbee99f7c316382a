package phpstream

import (
	"net"
	"syscall"
	"time"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/wire"
)

// This file, and [Runtime.Raise], are for code that stands between PHP programs
// and this library, such as the bridge. A program that is written in Go needs none
// of it, and each comment says so.

// Descriptor makes a stream of an open descriptor that belongs to somebody else, for
// [StreamSelect] to wait for beside its own. buffered says that its owner has data
// of it in memory, so that it counts as readable. It can't be read from or written
// to, and closing it leaves the descriptor open. For code between PHP and this
// library.
func (rt *Runtime) Descriptor(fd uintptr, buffered bool) *Stream {
	s := rt.newStream("descriptor")
	s.sock.wire = wire.Borrow(fd)
	if buffered {
		s.buf, s.w = []byte{0}, 1
	}
	return s
}

// NoStream answers a stream that is closed. It stands for a resource that is no
// stream, which PHP's functions refuse in the same words, and like a closed one
// after what they look at before. For code between PHP and this library.
func (rt *Runtime) NoStream() *Stream {
	s := &Stream{rt: rt}
	s.closed.Store(true)
	return s
}

// NoFilter answers a filter that has been removed: like [Runtime.NoStream], for a
// resource that is no filter. For code between PHP and this library.
func (rt *Runtime) NoFilter() *StreamFilter {
	f := &StreamFilter{stream: rt.NoStream()}
	f.removed.Store(true)
	return f
}

// SignalsInterrupt says whether a signal ends a [StreamSelect] that waits, as it
// does in PHP: the answer is false, with the warning "Unable to select [4]:
// Interrupted system call (max_fd=N)". It is off at first, since the signals of
// a Go program are its runtime's own.
func (rt *Runtime) SignalsInterrupt(on bool) { rt.interrupts.Store(on) }

// ReadOnce is a read of PHP's own code, which has a buffer of its own: what is
// buffered here, or else one read of the socket. atOnce doesn't wait. ok is false
// where PHP's own read answers -1. For code between PHP and this library.
func (s *Stream) ReadOnce(p []byte, atOnce bool) (n int, ok bool) {
	if s.gone() {
		return 0, false
	}
	defer s.tellProgress()
	s.rmu.Lock()
	defer s.rmu.Unlock()
	if n := s.takeBuffered(p); n > 0 {
		return n, true
	}
	c := s.rt.call("fread")
	s.atOnce = atOnce
	n, ok = s.fetch(&c, p, len(p))
	s.atOnce = false
	return n, ok
}

// ReadsFiltered tells whether filters stand between the socket and what is read, as
// they do where a body comes in chunks. PHP notifies nobody of such a stream's end.
// For code between PHP and this library.
func (s *Stream) ReadsFiltered() bool { return s.readers.Load() != nil }

// OpenURL is PHP's own code that opens a URL, and warns by itself: complaints are
// what it is to say. headersOnly asks for the header of an answer, whatever the
// answer is. The events are fopen's. For code between PHP and this library.
func (rt *Runtime) OpenURL(url, mode string, x *Context, headersOnly bool) (fp *Stream, complaints []string) {
	c := rt.call("fopen")
	defer c.deliver()
	o := urlOpening{c: &c, url: url, mode: mode, ctx: x, headersOnly: headersOnly}
	return o.open(), o.complaints
}

// OpenDirURL is OpenURL for a directory; the events are opendir's. errno is what
// scandir says of a failure. For code between PHP and this library.
func (rt *Runtime) OpenDirURL(url string, x *Context) (dir *Stream, complaints []string, errno int) {
	c := rt.call("opendir")
	defer c.deliver()
	o := urlOpening{c: &c, url: url, mode: "r", ctx: x}
	dir = o.openDir()
	errno, _ = phpfacts.Errno(c.failed)
	return dir, o.complaints, errno
}

// StatURL is [Runtime.Stat] for PHP's own code, which warns by itself, and has a
// context for what it copies. For code between PHP and this library.
func (rt *Runtime) StatURL(url string, x *Context) (FileStat, bool) {
	c := rt.call("stat")
	defer c.deliver()
	s, err := c.statURL(url, 0, x)
	c.fail(err)
	return s, err == nil
}

// ResumeProgress has a context's callback hear of bytes as it would after a body
// that had come so far. For code between PHP and this library.
func (x *Context) ResumeProgress(done, max int) {
	x.progress.mu.Lock()
	defer x.progress.mu.Unlock()
	x.progress.counts, x.progress.done, x.progress.max = true, done, max
}

// ReadTimeout is what [StreamSetTimeout] has set.
func (s *Stream) ReadTimeout() time.Duration { return time.Duration(s.sock.timeout.Load()) }

// OpenBasedir is PHP's open_basedir: certificates and keys are read from these
// folders alone, which are parted as in PATH. "" is all.
func (rt *Runtime) OpenBasedir(folders string) { rt.openBasedir = folders }

// Foreign says what the URL of a wrapper of PHP's own holds, which is the option
// cafile of what is opened next. For code between PHP and this library.
func (rt *Runtime) Foreign(url, data string) { rt.foreign = map[string]string{url: data} }

// SetPosition says where [Ftell] is, after PHP has worked on the stream by itself.
// For code between PHP and this library.
func (s *Stream) SetPosition(position int) {
	s.rmu.Lock()
	defer s.rmu.Unlock()
	s.passed = 0
	s.tell.Store(int64(position))
}

// SyscallConn gives access to the socket, for options that PHP sets through
// socket_import_stream. Reading and writing through it passes by the stream's
// buffer, and by TLS.
func (s *Stream) SyscallConn() (syscall.RawConn, error) {
	if s.gone() || s.sock.wire == nil {
		return nil, s.opError("raw", net.ErrClosed)
	}
	return s.sock.wire.SyscallConn(), nil
}

var _ syscall.Conn = (*Stream)(nil)
