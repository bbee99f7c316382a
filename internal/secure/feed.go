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

// What is a record begins with the first half of a version that all of TLS has
// in common, and is not longer than this.
const (
	versionMajor  = 3
	maxCiphertext = 16384 + 2048
)

// maxPending is how much may wait for room before more is refused. A writer
// goes no further than one record; the rest are answers to the peer, which can
// ask for them without end, and read none of them.
const maxPending = 64 << 10

// errFlooded ends the connection then.
var errFlooded = &opensslError{reason: reasonKeyUpdates}

// feed is the net.Conn that crypto/tls reads from and writes to.
//
// Reading, it never hands over bytes past the end of the current TLS record:
// what came with the same system call stays here, where stream_select can see
// it and where it is still there when crypto is switched off again.
//
// Writing, it neither fails for lack of room nor waits for it: crypto/tls would
// refuse to go on after any failed write, and it writes under a lock that its
// reader needs, too, to answer the peer. What the kernel does not take is kept,
// and sent before anything else.
type feed struct {
	w *wire.Conn

	// Used by the reader alone.
	deadline time.Time
	mode     readMode
	record   recordScanner
	extra    []byte // received, but past the end of the current record
	store    []byte // its memory
	ended    bool   // the socket's end has been met

	server      bool
	refusal     *opensslError // why the client's hello was refused
	handshaking bool          // what is pending goes out before anything is read
	hello       chan struct{} // where set: closed once the first write has been tried; on a server, once there is something to wait for
	said        bool

	aborted atomic.Bool

	mu      sync.Mutex // guards what follows
	pending []byte     // encrypted, not sent yet
	sending bool       // what was pending is being sent
	failed  error      // nothing can be sent any more
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
	if f.handshaking {
		if f.first() && f.flush(false, 0) == wire.ErrWouldBlock {
			f.halt()
		}
		if err := f.flush(true, f.left()); err != nil {
			return 0, err
		}
	} else if f.flush(false, 0) == errFlooded { // an answer that still finds no room has time
		return 0, errFlooded
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
	if f.mode == once || f.first() {
		if n, err = f.w.TryRead(p); err == wire.ErrWouldBlock && f.first() {
			f.halt()
			n, err = f.w.Read(p, f.deadline)
		}
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

// first tells whether a server's first call is under way, which goes as far as it
// gets without waiting.
func (f *feed) first() bool { return f.server && f.handshaking && f.hello != nil && !f.said }

// halt lets that call answer.
func (f *feed) halt() {
	f.said = true
	close(f.hello)
}

// recordScanner follows the 5-byte record headers in a stream of bytes.
type recordScanner struct {
	header [recordHeader]byte
	have   int  // header bytes seen
	left   int  // body bytes to come
	first  byte // of the body
	last   byte // and the last one, so far
	begun  bool // a record of a handshake has come
}

// The types of records, and numbers of alerts, that are asked for.
const (
	recordChange    = 20
	recordAlert     = 21
	recordHandshake = 22

	alertCloseNotify       = 0
	alertUnexpectedMessage = 10
	alertDecode            = 50
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
			s.begun = s.begun || s.header[0] == recordHandshake
			if s.header[1] != versionMajor || s.left > maxCiphertext {
				// Nobody reads on behind such a header, neither OpenSSL nor crypto/tls.
				s.have, s.left = 0, 0
				break
			}
		}
		k := min(s.left, len(b)-n)
		if k > 0 && s.left == int(s.header[3])<<8|int(s.header[4]) {
			s.first = b[n]
		}
		if k > 0 {
			s.last = b[n+k-1]
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

// left is the time until the reader's deadline, as flush takes it.
func (f *feed) left() time.Duration {
	if f.deadline.IsZero() {
		return -1
	}
	return max(time.Until(f.deadline), 0)
}

// Write may come from a writer, and from a reader that answers the peer.
func (f *feed) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	switch {
	case f.failed != nil:
		return 0, f.failed
	case f.hello != nil && !f.said && !f.server:
		// Whoever waits for the hello is not to wait longer, whatever becomes of it.
		f.said = true
		var err error
		n, err = f.try(p)
		if err != nil && err != syscall.ENOTCONN { // that is a connection which is still being made
			return n, f.fail(err) // the handshake is over, and who waits hears of that
		}
		close(f.hello)
	case len(f.pending) > maxPending:
		f.pending, f.failed = nil, errFlooded
		return 0, errFlooded
	case len(f.pending) == 0 && !f.sending:
		var err error
		if n, err = f.try(p); err != nil {
			return n, f.fail(err)
		}
	}
	f.pending = append(f.pending, p[n:]...)
	return len(p), nil
}

// flush sends what is pending, waiting for room if asked to. It answers nil when
// that is out, also where more has come to be pending in the meantime.
func (f *feed) flush(wait bool, timeout time.Duration) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.failed != nil:
		return f.failed
	case f.aborted.Load():
		return net.ErrClosed
	case f.sending:
		return wire.ErrWouldBlock
	case len(f.pending) == 0:
		return nil
	}
	p := f.pending
	var n int
	var err error
	if wait {
		f.pending, f.sending = nil, true
		f.mu.Unlock()
		n, err = f.w.Write(p, timeout)
		f.mu.Lock()
		f.sending = false
	} else {
		f.pending = nil
		n, err = f.try(p)
	}
	switch {
	case n == len(p):
		return nil
	case err == nil:
		err = wire.ErrWouldBlock
	case !temporary(err):
		return f.fail(err)
	}
	f.pending = append(p[n:], f.pending...)
	return err
}

// try sends what there is room for now.
func (f *feed) try(p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		var m int
		m, err = f.w.TryWrite(p[n:])
		n += m
	}
	if err == wire.ErrWouldBlock {
		err = nil
	}
	return n, err
}

// fail keeps an error; the lock is held. OpenSSL has other words for a write
// that failed than for a read.
func (f *feed) fail(err error) error {
	op := "write"
	if f.handshaking {
		op = "handshake" // which OpenSSL writes through a buffer that has no words of its own
	}
	f.pending = nil
	f.failed = &net.OpError{Op: op, Net: f.w.Network(), Err: err}
	return f.failed
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
