// Package wire is one socket: connecting under a deadline, reading, writing,
// readiness and names. It knows neither TLS nor PHP: it hands out errno values
// and lets the callers find the words.
//
// A Conn has one reader and one writer at a time (the callers' locks see to
// that); Close may come from anywhere and unblocks both.
package wire

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// ErrWouldBlock is what TryRead and TryWrite answer when the socket has
// nothing to give or no room.
var ErrWouldBlock error = syscall.EAGAIN

// sock is what the platform gives us: an *os.File on the runtime's poller, or
// a net.Conn on Windows.
type sock interface {
	io.ReadWriteCloser
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
	SyscallConn() (syscall.RawConn, error)
}

// Conn is one socket.
type Conn struct {
	s       sock
	raw     syscall.RawConn
	network string
	fd      uintptr // valid until closing, and under a Hold
	read    tryOp
	write   tryOp
	more    bool        // the last Read filled what it was given
	near    bool        // the peer is on this machine and has not kept us waiting: see soon.go
	deaf    atomic.Bool // for datagrams, and shut down for reading
	turn    chan bool   // one Accept at a time; nil: not listening

	readLimit  limit
	writeLimit limit

	state atomic.Int32         // closing, and the number of holds
	seat  atomic.Pointer[seat] // in a set of descriptors that the system watches
}

// limit is when a direction's operations end: the earlier of what the one under
// way allows itself and what SetReadDeadline or SetWriteDeadline has set. Both
// go through one lock, so that neither undoes the other.
type limit struct {
	isSet atomic.Bool // that of SetReadDeadline, SetWriteDeadline

	mu  sync.Mutex
	own time.Time // of the operation under way; zero: none
	set time.Time
}

// begin sets the timer for an operation.
func (l *limit) begin(own time.Time, timer func(time.Time) error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.own = own
	return l.apply(timer)
}

// end takes the timer away after an operation. As long as any runs, each event on
// any socket wakes a thread of Go's.
func (l *limit) end(timer func(time.Time) error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.own.IsZero() {
		l.own = time.Time{}
		l.apply(timer)
	}
}

// change moves the limit from outside.
func (l *limit) change(t time.Time, timer func(time.Time) error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.set = t
	l.isSet.Store(!t.IsZero())
	return l.apply(timer)
}

func (l *limit) apply(timer func(time.Time) error) error {
	t := l.own
	if !l.set.IsZero() && (t.IsZero() || l.set.Before(t)) {
		t = l.set
	}
	if timer(t) != nil {
		return net.ErrClosed
	}
	return nil
}

// passed tells whether the limit that was set from outside is over.
func (l *limit) passed() bool {
	if !l.isSet.Load() {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.set.IsZero() && !time.Now().Before(l.set)
}

// tryOp carries the arguments and the answer of one non-blocking call through
// RawConn.Control. It lives in the Conn so that such a call allocates nothing.
type tryOp struct {
	p    []byte
	n    int
	err  error
	call func(fd uintptr)
}

func newConn(s sock, network string) (*Conn, error) {
	raw, err := s.SyscallConn()
	if err != nil {
		return nil, err
	}
	c := &Conn{s: s, raw: raw, network: network}
	if err := raw.Control(func(fd uintptr) { c.fd = fd }); err != nil {
		return nil, err
	}
	c.read.call = func(fd uintptr) { c.read.n, c.read.err = tryRecv(fd, c.read.p) }
	c.write.call = func(fd uintptr) { c.write.n, c.write.err = trySend(fd, c.write.p) }
	return c, nil
}

// Network is "tcp", "udp", "unix", "unixgram" or "unixpacket".
func (c *Conn) Network() string { return c.network }

// SyscallConn gives access to the descriptor.
func (c *Conn) SyscallConn() syscall.RawConn { return c.raw }

// Read reads once, waiting until the deadline (zero: for ever). What is there
// is read even after the deadline, as with poll(2). A shutdown by the peer is
// io.EOF, a passed deadline os.ErrDeadlineExceeded, anything else an errno or
// net.ErrClosed. On a socket for datagrams that is shut down for reading it does
// not wait: poll(2) calls that readable, and there is ErrWouldBlock to read. On
// one that listens it waits until there is somebody to accept, and fails.
func (c *Conn) Read(p []byte, deadline time.Time) (int, error) {
	if c.turn != nil {
		if err := c.awaitPending(deadline); err != nil {
			return 0, err
		}
		return c.TryRead(p)
	}
	n, err := 0, ErrWouldBlock
	deaf := c.deaf.Load()
	if deaf || c.more && !c.readLimit.isSet.Load() {
		// The last read left something behind, most likely: no timer is needed.
		n, err = c.TryRead(p)
	}
	if err == ErrWouldBlock && c.near && !c.readLimit.isSet.Load() {
		n, err = c.readSoon(p)
	}
	if err == ErrWouldBlock && !deaf {
		if err := c.readLimit.begin(deadline, c.s.SetReadDeadline); err != nil {
			return 0, err
		}
		if c.deaf.Load() { // just now
			return c.TryRead(p)
		}
		if n, err = c.s.Read(p); n == 0 && err == nil && len(p) > 0 {
			err = io.EOF // an empty datagram
		}
		c.readLimit.end(c.s.SetReadDeadline)
		if errors.Is(err, os.ErrDeadlineExceeded) && !c.readLimit.passed() {
			// The timer looks at the clock alone: what has come may still be taken.
			// And it is what wakes the reader of a socket that turns deaf.
			if m, again := c.TryRead(p); again != ErrWouldBlock || c.deaf.Load() {
				n, err = m, again
			}
		}
	}
	c.more = n == len(p)
	return n, plain(err)
}

// TryRead reads what is there, or answers ErrWouldBlock.
func (c *Conn) TryRead(p []byte) (int, error) {
	n, err := c.try(&c.read, p)
	if n == 0 && err == nil && len(p) > 0 {
		err = io.EOF
	}
	return n, err
}

// Write writes all of p. The timeout (negative: none) counts from the last
// byte that went out, so that a slow but living peer is not cut off. The count
// is what was handed to the kernel.
func (c *Conn) Write(p []byte, timeout time.Duration) (int, error) {
	if c.WriteExpired() {
		return 0, os.ErrDeadlineExceeded
	}
	// Nearly always the kernel has room, and no timer needs to be set.
	done, err := c.TryWrite(p)
	for done < len(p) && (err == nil || errors.Is(err, ErrWouldBlock)) {
		var deadline time.Time
		if timeout >= 0 {
			deadline = time.Now().Add(timeout)
		}
		if err := c.writeLimit.begin(deadline, c.s.SetWriteDeadline); err != nil {
			return done, err
		}
		var n int
		n, err = c.s.Write(p[done:])
		c.writeLimit.end(c.s.SetWriteDeadline)
		done += n
		if n > 0 && errors.Is(err, os.ErrDeadlineExceeded) {
			err = nil
		}
	}
	return done, plain(err)
}

// TryWrite writes what the kernel takes now, which may be less than all of p,
// or answers ErrWouldBlock.
func (c *Conn) TryWrite(p []byte) (int, error) { return c.try(&c.write, p) }

func (c *Conn) try(op *tryOp, p []byte) (int, error) {
	op.p, op.n, op.err = p, 0, nil
	if c.raw.Control(op.call) != nil {
		return 0, net.ErrClosed
	}
	op.p = nil
	return max(op.n, 0), op.err
}

// Shutdown closes one direction or both.
func (c *Conn) Shutdown(how int) error {
	err := c.shutdown(how)
	done := err == nil || shutsUnconnected && err == syscall.ENOTCONN
	if done && how != ShutWrite && (c.network == "udp" || c.network == "unixgram") {
		c.deaf.Store(true)
		c.readLimit.begin(time.Unix(1, 0), c.s.SetReadDeadline) // ends the read under way
	}
	return err
}

// Deaf tells whether nothing comes, and never will, since the socket is for
// datagrams and shut down for reading. Such a socket has no end.
func (c *Conn) Deaf() bool {
	if !c.deaf.Load() {
		return false
	}
	_, err := c.peek()
	return err == ErrWouldBlock
}

// Look asks the socket without reading anything away: nil while the peer still
// holds its end or something is left to read, io.EOF after its FIN, an errno
// after an error.
//
// A socket that listens has nothing to read, and is at its end as soon as
// somebody waits to be accepted: so PHP's look has it.
func (c *Conn) Look() error {
	if c.turn != nil && !c.waiting() {
		return nil
	}
	n, err := c.peek()
	switch {
	case err == ErrWouldBlock, tooLong(err):
		return nil
	case err == nil && n == 0:
		return io.EOF
	}
	return err
}

// SetReadDeadline limits all Reads, one that is under way too; zero: no more.
// The deadline of each Read counts as well.
func (c *Conn) SetReadDeadline(t time.Time) error {
	return c.readLimit.change(t, c.s.SetReadDeadline)
}

// SetWriteDeadline does the same for Writes.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	return c.writeLimit.change(t, c.s.SetWriteDeadline)
}

// WriteExpired tells whether the time that SetWriteDeadline set is over.
func (c *Conn) WriteExpired() bool { return c.writeLimit.passed() }

// waiting tells whether somebody waits to be accepted.
func (c *Conn) waiting() bool {
	fd, ok := c.Hold()
	if !ok {
		return false
	}
	defer c.Release()
	n, err := Poll([]PollItem{{FD: fd, Want: Readable}}, 0)
	return err == nil && n > 0
}

// closed tells whether Close has been called.
func (c *Conn) closed() bool { return c.state.Load()&closing != 0 }

// plain takes the operating system's error out of what os and net wrap around
// it.
func plain(err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	return unwrapped(err) // apart, so that success allocates nothing
}

func unwrapped(err error) error {
	var errno syscall.Errno
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return os.ErrDeadlineExceeded
	case errors.Is(err, net.ErrClosed), errors.Is(err, os.ErrClosed):
		return net.ErrClosed
	case errors.As(err, &errno):
		return errno
	}
	return err
}
