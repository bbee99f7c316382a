package secure

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/phpstream-go/phpstream/internal/wire"
)

const recordHeader = 5

// feed is the net.Conn that crypto/tls reads from and writes to.
//
// Reading, it never hands over bytes past the end of the current TLS record:
// what came with the same system call stays here, where stream_select can see
// it and where it is still there when crypto is switched off again.
//
// Writing, it never fails for lack of room: crypto/tls would refuse to go on
// after any failed write, so what the kernel does not take is kept, and sent
// before anything else.
type feed struct {
	w *wire.Conn

	// Used by the reader alone.
	deadline time.Time
	mode     readMode
	record   recordScanner
	extra    []byte // received, but past the end of the current record
	store    []byte // its memory
	ended    bool   // the socket's end has been met

	writeTimeout atomic.Int64 // nanoseconds; negative: none
	writeAtOnce  atomic.Bool  // do not wait for room
	aborted      atomic.Bool
	hello        chan struct{} // where set: closed once the first write has been tried
	said         bool

	mu      sync.Mutex // guards what follows
	pending []byte     // encrypted, not sent yet
	stall   error      // why: no room in time, or no room now
}

// readMode is what Read may do to get bytes.
type readMode uint8

const (
	wait    readMode = iota // wait for the socket until the deadline
	once                    // ask the socket once
	offline                 // nothing: crypto/tls has what it may use
)

func (f *feed) Read(p []byte) (int, error) {
	if f.mode == offline {
		return 0, wire.ErrWouldBlock
	}
	if len(f.extra) > 0 {
		n := f.record.advance(f.extra[:min(len(p), len(f.extra))])
		copy(p, f.extra[:n])
		f.extra = f.extra[n:]
		return n, nil
	}
	if f.aborted.Load() {
		return 0, net.ErrClosed
	}
	var n int
	var err error
	if f.mode == once {
		n, err = f.w.TryRead(p)
	} else {
		n, err = f.w.Read(p, f.deadline)
	}
	if n <= 0 {
		f.ended = f.ended || err == io.EOF
		return 0, err
	}
	mine := f.record.advance(p[:n])
	if mine < n {
		f.store = append(f.store[:0], p[mine:n]...)
		f.extra = f.store
	}
	return mine, nil
}

// recordScanner follows the 5-byte record headers in a stream of bytes.
type recordScanner struct {
	header [recordHeader]byte
	have   int  // header bytes seen
	left   int  // body bytes to come
	first  byte // of the body
}

// The types of records, and numbers of alerts, that are asked for.
const (
	recordChange    = 20
	recordAlert     = 21
	recordHandshake = 22

	alertCloseNotify       = 0
	alertUnexpectedMessage = 10
)

// kind is the type of the current record, or of the last one.
func (s *recordScanner) kind() byte { return s.header[0] }

// fatalAlert tells whether the last record was a fatal alert in clear, which
// has two bytes.
func (s *recordScanner) fatalAlert() bool {
	const fatal = 2
	return s.header[0] == recordAlert && s.header[3] == 0 && s.header[4] == 2 && s.first == fatal
}

// advance consumes b up to the end of the current record and answers how many
// bytes that were.
func (s *recordScanner) advance(b []byte) int {
	n := 0
	for n < len(b) {
		if s.have < recordHeader {
			k := copy(s.header[s.have:], b[n:])
			s.have += k
			n += k
			if s.have < recordHeader {
				break
			}
			s.left = int(s.header[3])<<8 | int(s.header[4])
		}
		k := min(s.left, len(b)-n)
		if k > 0 && s.left == int(s.header[3])<<8|int(s.header[4]) {
			s.first = b[n]
		}
		s.left -= k
		n += k
		if s.left == 0 {
			s.have = 0
			break
		}
	}
	return n
}

func (f *feed) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.pending) > 0 {
		f.pending = append(f.pending, p...)
		return len(p), nil
	}
	var n int
	var err error
	if f.hello != nil && !f.said {
		// What there is room for now; on a connection that is still being made
		// there is none, and whoever waits for the hello is not to wait for that.
		f.said = true
		n, _ = f.w.TryWrite(p)
		close(f.hello)
	}
	if n < len(p) {
		var m int
		m, err = f.send(p[n:])
		n += m
	}
	if n == len(p) {
		return n, nil
	}
	if err != nil && !temporary(err) {
		// OpenSSL has other words for a write that failed than for a read.
		return n, &net.OpError{Op: "write", Net: f.w.Network(), Err: err}
	}
	f.pending = append(f.pending, p[n:]...)
	f.stall = err
	return len(p), nil
}

// flush sends what is pending. It answers nil when nothing is left.
func (f *feed) flush() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.pending) == 0 {
		return nil
	}
	n, err := f.send(f.pending)
	f.pending = f.pending[n:]
	if len(f.pending) > 0 {
		if err == nil {
			err = wire.ErrWouldBlock
		}
		f.stall = err
		return err
	}
	f.pending, f.stall = nil, nil
	return nil
}

// stalled is nil when all that was written has been sent.
func (f *feed) stalled() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.pending) == 0 {
		return nil
	}
	if f.stall == nil {
		return wire.ErrWouldBlock
	}
	return f.stall
}

func (f *feed) send(p []byte) (int, error) {
	if f.aborted.Load() {
		return 0, net.ErrClosed
	}
	if !f.writeAtOnce.Load() {
		return f.w.Write(p, time.Duration(f.writeTimeout.Load()))
	}
	n, err := f.w.TryWrite(p)
	if err == nil && n < len(p) {
		err = wire.ErrWouldBlock
	}
	return n, err
}

// temporary errors leave the connection usable.
func temporary(err error) bool {
	if err == wire.ErrWouldBlock {
		return true
	}
	if errno, ok := err.(syscall.Errno); ok {
		return errno == syscall.EAGAIN
	}
	te, ok := err.(net.Error)
	return ok && te.Timeout()
}

// Close is what crypto/tls calls when the context of a handshake ends. The
// socket itself belongs to the stream.
func (f *feed) Close() error {
	f.aborted.Store(true)
	past := time.Unix(1, 0)
	f.w.SetReadDeadline(past)
	f.w.SetWriteDeadline(past)
	return nil
}

func (f *feed) LocalAddr() net.Addr  { return f.w.LocalAddr() }
func (f *feed) RemoteAddr() net.Addr { return f.w.RemoteAddr() }

// The deadlines come with each operation.
func (f *feed) SetDeadline(time.Time) error      { return nil }
func (f *feed) SetReadDeadline(time.Time) error  { return nil }
func (f *feed) SetWriteDeadline(time.Time) error { return nil }
