package phpstream

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
	"github.com/phpstream-go/phpstream/internal/wire"
)

// Stream is PHP's stream resource: a socket, a file, what a URL leads to, a
// directory. It is a [net.Conn]: a ported program can hand it to net/smtp, bufio
// or crypto/tls. A server's stream accepts, and is a [net.Listener] by
// [Stream.Listener]. A nil Stream is PHP's false: every function takes it, and
// fails as with a closed one.
//
// One goroutine may read while another writes; Fclose, Close and the deadline
// methods may come from any goroutine, and unblock both.
type Stream struct {
	rt    *Runtime
	id    int
	label string // stream_type of the meta data
	uri   string
	sock  *socket
	body  body // nil where sock is where the bytes are

	persistent *persistence // nil: it ends with its Runtime's job

	mode        string   // as fopen takes it
	wrapper     *wrapper // what opened it; nil for sockets
	wrapperType string   // its type: "http", "plainfile"; "" for sockets
	wrapperData any      // what the wrapper has to say: the lines of HTTP's answer
	dataMeta    *DataMetaData
	seekable    bool
	unwritable  bool
	size        int64       // of what can be read, as its sender says; 0: unknown
	greedy      bool        // fread goes on until it has all, or nothing more comes
	closer      func(*call) // what the wrapper does when the stream has been closed

	closed  atomic.Bool
	closing atomic.Bool
	eof     atomic.Bool
	tell    atomic.Int64 // PHP's position, but for what passed says
	piece   atomic.Int64 // chunk, for writers

	notifies atomic.Bool // the context's callback hears of what is read and written

	// Filters, and how many of the program's own are at work in each direction.
	readers          atomic.Pointer[filterChain] // the reader's
	writers          atomic.Pointer[filterChain] // the writer's
	reading, writing atomic.Int32

	mu   sync.Mutex // guards ctx and owed
	ctx  *Context
	owed []int // bytes moved that the callback has not heard of

	wmu sync.Mutex // one writer

	rmu      sync.Mutex // one reader; guards what follows
	buf      []byte     // nil while nothing is buffered
	r, w     int
	bufSize  int // what PHP's buffer has grown to
	ahead    int // how much further than w PHP writes: an emptied buffer begins anew here, and goes on there
	chunk    int
	ends     lineEnds
	unbuffed bool
	atOnce   bool // the read under way has an answer already, and does not wait for more
	lost     bool // memory_limit has ended it
	refused  bool // a filter has refused what the last fill brought
	passed   int  // bytes taken from buf that tell does not count yet: adding is dear
}

const defaultChunk = 8192

var _ net.Conn = (*Stream)(nil)

func (rt *Runtime) newStream(label string) *Stream {
	k := &socket{facts: rt.facts}
	k.blocked.Store(true)
	k.timeout.Store(int64(rt.socketTimeout()))
	s := &Stream{rt: rt, id: nextID(), label: label, mode: "r+", sock: k, chunk: defaultChunk, ends: rt.lineEnds()}
	s.piece.Store(defaultChunk)
	return s
}

// begin starts a call that takes a stream: it answers false, having reported
// PHP's TypeError, where the stream is nil or closed.
func (s *Stream) begin(function string) (call, bool) { return s.beginAs(function, "stream") }

// beginAs is begin for a parameter with a name of its own.
func (s *Stream) beginAs(function, parameter string) (call, bool) {
	c := s.runtime().call(function)
	if s == nil {
		c.notResource(1, parameter)
		c.deliver()
		return c, false
	}
	if s.gone() {
		c.complain(phpfacts.NotAStream)
		c.deliver()
		return c, false
	}
	if !s.mayUse(&c) {
		c.deliver()
		return c, false
	}
	return c, true
}

// notResource reports that a parameter got false, which is what nil stands for.
func (c *call) notResource(number int, parameter string) {
	given := phpvalue.TypeName(false, c.rt.version)
	if !c.rt.facts.Throws {
		c.bare(E_WARNING, fmt.Sprintf("%s() expects parameter %d to be resource, %s given", c.name, number, given))
		return
	}
	c.throw(phpfacts.TypeError, fmt.Sprintf("%s(): Argument #%d ($%s) must be of type resource, %s given", c.name, number, parameter, given))
}

func (s *Stream) runtime() *Runtime {
	if s == nil || s.rt == nil {
		return defaultRuntime
	}
	return s.rt
}

// streamContext answers the stream's context, making one where it has none.
func (s *Stream) streamContext() *Context {
	if s.gone() {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx == nil {
		s.ctx = s.rt.newContext()
	}
	return s.ctx
}

// Fclose closes a stream. Under TLS the peer is told first. A second Fclose is
// a TypeError, "supplied resource is not a valid stream resource". A directory's
// stream is not closed, with the warning "N is not a valid stream resource".
//
//	PHP: fclose(resource $stream): bool
//
// php-src: ext/standard/file.c.
func Fclose(fp *Stream) bool {
	c, ok := fp.begin("fclose")
	if !ok {
		return false
	}
	defer c.deliver()
	if _, ok := fp.body.(directory); ok {
		fp.keepsOpen(&c)
		return false
	}
	if fp.shut(&c) != nil {
		c.complain(phpfacts.NotAStream)
		return false
	}
	return true
}

// keepsOpen is the warning of fclose on a stream that it does not close.
func (s *Stream) keepsOpen(c *call) {
	c.warning(strconv.Itoa(s.id) + " is not a valid stream resource")
}

// shut closes the stream once.
func (s *Stream) shut(c *call) error {
	if s.gone() || !s.closing.CompareAndSwap(false, true) {
		return net.ErrClosed
	}
	defer func() { // whatever becomes of a filter
		c.fail(s.end())
		if s.closer != nil {
			s.closer(c)
		}
	}()
	s.endWriters(c)
	return nil
}

// end lets go of what a stream has. It answers why what was written to a body may
// not have arrived.
func (s *Stream) end() (err error) {
	s.closed.Store(true)
	defer s.closeFilters() // though a wrapper of the program's own may panic
	if s.persistent != nil {
		s.rt.persistent.forget(s)
	}
	if s.body != nil {
		err = s.body.close()
	} else {
		// Where somebody is stuck writing, there is no room for a farewell either.
		if s.wmu.TryLock() {
			s.sock.farewell()
			s.wmu.Unlock()
		}
		s.sock.close()
	}
	if s.rmu.TryLock() {
		s.dropBuffer()
		s.rmu.Unlock()
	}
	return err
}

// Close is [Fclose] for Go: it reports nothing, and answers net.ErrClosed the
// second time, and why what was written may not have arrived.
func (s *Stream) Close() error {
	c := s.runtime().call("fclose")
	if err := s.shut(&c); err != nil {
		return s.opError("close", err)
	}
	if c.failed != nil {
		return s.opError("close", c.failed)
	}
	return nil
}

// Read reads what is buffered, or else once from the socket, as io.Reader asks.
// It obeys [StreamSetTimeout] and [Stream.SetReadDeadline], whichever comes
// first (os.ErrDeadlineExceeded), and [StreamSetBlocking] (syscall.EAGAIN).
// It reports no warnings.
func (s *Stream) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if s.gone() {
		return 0, s.opError("read", net.ErrClosed)
	}
	s.rmu.Lock()
	defer s.rmu.Unlock()
	if n := s.takeBuffered(p); n > 0 {
		return n, nil
	}
	c := s.rt.call("fread")
	n, _ := s.fetch(&c, p, 1)
	switch {
	case n > 0:
		return n, nil
	case s.closed.Load():
		return 0, s.opError("read", net.ErrClosed)
	case c.failed != nil:
		return 0, s.opError("read", c.failed)
	case s.eof.Load():
		return 0, io.EOF
	}
	return 0, s.opError("read", wire.ErrWouldBlock)
}

// Write writes all of p, or answers why not. It obeys the timeouts as
// [Stream.Read] does, and reports no warnings.
func (s *Stream) Write(p []byte) (int, error) {
	if s.gone() {
		return 0, s.opError("write", net.ErrClosed)
	}
	s.wmu.Lock()
	defer s.wmu.Unlock()
	c := s.rt.call("fwrite")
	n, _ := s.write(&c, p)
	if n == len(p) {
		return n, nil
	}
	err := c.failed
	switch {
	case s.closed.Load():
		err = net.ErrClosed
	case err == nil && s.sock.blocked.Load():
		err = io.ErrClosedPipe
	case err == nil:
		err = wire.ErrWouldBlock
	}
	return n, s.opError("write", err)
}

// gone tells whether there is nothing to read from or write to any more. A nil
// Stream is PHP's false, and one that no opener made counts as closed: using
// them fails, and does not crash.
func (s *Stream) gone() bool { return s == nil || s.rt == nil || s.closed.Load() }

func (s *Stream) opError(op string, err error) error {
	var opErr *net.OpError
	if errors.As(err, &opErr) {
		return err
	}
	e := &net.OpError{Op: op, Err: err}
	if s == nil {
		return e
	}
	e.Net = s.label
	if s.wire() != nil && !s.closed.Load() {
		e.Source, e.Addr = s.sock.wire.LocalAddr(), s.sock.wire.RemoteAddr()
	}
	return e
}

// wire is nil for a stream without a socket.
func (s *Stream) wire() *wire.Conn {
	if s == nil || s.sock == nil {
		return nil
	}
	return s.sock.wire
}

// LocalAddr is the socket's own address.
func (s *Stream) LocalAddr() net.Addr {
	if s.wire() == nil {
		return noAddr("")
	}
	if a := s.sock.wire.LocalAddr(); a != nil {
		return a
	}
	return noAddr(s.label)
}

// RemoteAddr is the peer's address.
func (s *Stream) RemoteAddr() net.Addr {
	if s.wire() == nil {
		return noAddr("")
	}
	if a := s.sock.wire.RemoteAddr(); a != nil {
		return a
	}
	return noAddr(s.label)
}

// noAddr stands for the address of a socket that has none: net.Conn's callers
// do not expect nil.
type noAddr string

func (a noAddr) Network() string { return string(a) }
func (a noAddr) String() string  { return "" }

// SetDeadline sets both deadlines, as for any net.Conn. PHP's own timeout
// ([StreamSetTimeout]) counts as well: the earlier one holds.
func (s *Stream) SetDeadline(t time.Time) error {
	return errors.Join(s.SetReadDeadline(t), s.SetWriteDeadline(t))
}

// SetReadDeadline sets the deadline of reads, those under way too.
func (s *Stream) SetReadDeadline(t time.Time) error {
	if s.wire() == nil {
		return s.opError("set", net.ErrClosed)
	}
	return s.sock.wire.SetReadDeadline(t)
}

// SetWriteDeadline sets the deadline of writes, those under way too.
func (s *Stream) SetWriteDeadline(t time.Time) error {
	if s.wire() == nil {
		return s.opError("set", net.ErrClosed)
	}
	return s.sock.wire.SetWriteDeadline(t)
}
