// Package secure puts TLS on a wire: from PHP's ssl context options to a
// policy, from the policy to a handshake, and to what was negotiated. It knows
// no streams.
package secure

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/phpstream-go/phpstream/internal/wire"
)

// maxPlaintext is the most that one TLS record carries.
const maxPlaintext = 16384

// ErrBadRetry says that a write did not repeat the bytes of the write before
// it, which had been cut short for lack of room: a part of their record is
// already on its way.
var ErrBadRetry error = &opensslError{reason: reasonBadRetry}

// errShortRetry says that it was even shorter.
var errShortRetry = &opensslError{reason: reasonBadLength}

// Conn is TLS on a wire. Like the wire it has one reader and one writer at a
// time.
type Conn struct {
	tls    *tls.Conn
	feed   feed
	policy *Policy

	session sessionBox // of a client

	// Decrypted, but not handed out: what a look at the connection found.
	// Used by the reader alone.
	peeked []byte
	more   bool // the record that was read last may have more; the reader's, too

	// What the last write could not get out. A write that was cut short must be
	// repeated with the same bytes, as with SSL_write; they are kept to check.
	retry []byte

	fate    atomic.Int32 // a fate
	refused int          // how long the part of a write was that the system refused; the writer's

	end atomic.Int32 // an End: what the reader met

	mu      sync.Mutex
	flight  chan struct{} // closed when a handshake in the background is over
	outcome error         // of that handshake; written before flight is closed
	onDone  map[*wire.Waker]struct{}
}

// Client prepares the client's side of TLS on w; nothing is sent yet.
func Client(w *wire.Conn, p *Policy) *Conn {
	config := p.Config()
	c := newClient(w, config)
	c.policy = p
	if !p.noTicket {
		config.ClientSessionCache = &c.session
	}
	return c
}

func newClient(w *wire.Conn, config *tls.Config) *Conn {
	c := &Conn{}
	c.feed.w = w
	c.tls = tls.Client(&c.feed, config)
	return c
}

// Handshake waits for the handshake, at most timeout (zero or negative: without
// a limit, as PHP takes it). If one is under way in the background it waits for
// that. A passed limit is os.ErrDeadlineExceeded.
func (c *Conn) Handshake(ctx context.Context, timeout time.Duration) error {
	c.mu.Lock()
	flight := c.flight
	c.mu.Unlock()
	if flight != nil {
		var limit <-chan time.Time
		if timeout > 0 {
			t := time.NewTimer(timeout)
			defer t.Stop()
			limit = t.C
		}
		select {
		case <-flight:
			return c.outcome
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-limit:
			return os.ErrDeadlineExceeded
		}
	}
	var limit time.Time
	if timeout > 0 {
		limit = time.Now().Add(timeout)
	}
	err := c.handshake(ctx, limit)
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// handshake is the handshake itself, with all that is to be sent for it.
func (c *Conn) handshake(ctx context.Context, limit time.Time) error {
	c.feed.mode, c.feed.deadline = wait, limit
	c.feed.handshaking = true
	defer func() { c.feed.handshaking = false }()
	if err := c.tls.HandshakeContext(ctx); err != nil {
		if c.feed.server {
			return c.explainedToServer(err)
		}
		return c.explained(err)
	}
	return c.feed.flush(true, c.feed.left())
}

// TryHandshake starts the handshake in the background, or asks how it stands:
// wire.ErrWouldBlock while it is under way. It ends when the wire is closed.
func (c *Conn) TryHandshake() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	first := false
	if c.flight == nil {
		c.flight = make(chan struct{})
		c.feed.hello = make(chan struct{})
		go c.background()
		// As with OpenSSL the first flight is out when the first call answers; a
		// server has looked for the client's.
		select {
		case <-c.feed.hello:
		case <-c.flight:
		}
		first = true
	}
	select {
	case <-c.flight:
		if first && c.outcome == nil {
			return wire.ErrWouldBlock // OpenSSL has always to wait for the peer once
		}
		return c.outcome
	default:
		return wire.ErrWouldBlock
	}
}

func (c *Conn) background() {
	c.outcome = c.handshake(context.Background(), time.Time{})
	close(c.flight)
	c.mu.Lock()
	defer c.mu.Unlock()
	for w := range c.onDone {
		w.Wake()
	}
}

// InFlight tells whether a handshake is under way in the background, and whether
// one is over.
func (c *Conn) InFlight() (under, over bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.flight == nil {
		return false, false
	}
	select {
	case <-c.flight:
		return false, true
	default:
		return true, false
	}
}

// Notify wakes w when the handshake in the background is over, until Forget.
func (c *Conn) Notify(w *wire.Waker) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.onDone == nil {
		c.onDone = make(map[*wire.Waker]struct{})
	}
	c.onDone[w] = struct{}{}
	select {
	case <-c.flight:
		w.Wake()
	default:
	}
}

// Forget undoes Notify.
func (c *Conn) Forget(w *wire.Waker) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.onDone, w)
}

// PeerCertificates are what the peer has shown, its own first; also after a
// handshake that failed because of them.
func (c *Conn) PeerCertificates() []*x509.Certificate { return c.State().PeerCertificates }

// State is what was negotiated.
func (c *Conn) State() tls.ConnectionState { return c.tls.ConnectionState() }

// Check holds the peer's certificate against what the policy asks for beyond
// its chain, after the handshake: fingerprint and name.
func (c *Conn) Check() ([]Warning, error) { return c.policy.Check(c.State()) }

// Untrusted is what there may be to say of a handshake that failed.
func (c *Conn) Untrusted(err error) []Warning { return c.policy.Untrusted(err) }

// Read reads once, waiting until the deadline (zero: for ever).
func (c *Conn) Read(p []byte, deadline time.Time) (int, error) {
	c.feed.deadline = deadline
	return c.read(p, wait)
}

// TryRead reads what the socket has, or answers wire.ErrWouldBlock.
func (c *Conn) TryRead(p []byte) (int, error) { return c.read(p, once) }

// ReadReceived reads the rest of the record that was read last, or answers
// wire.ErrWouldBlock.
func (c *Conn) ReadReceived(p []byte) (int, error) { return c.read(p, offline) }

// Left tells whether that may be any. It is for the reader to ask.
func (c *Conn) Left() bool { return c.more || len(c.peeked) > 0 }

// Waiting tells whether something past that record has been received with it:
// the socket no longer shows it. It is for the reader to ask.
func (c *Conn) Waiting() bool { return len(c.feed.extra) > 0 }

// Alive tells whether the peer may still send, or has sent, something. It reads
// nothing away.
func (c *Conn) Alive() bool {
	if len(c.peeked) > 0 {
		return true
	}
	var b [1]byte
	n, err := c.read(b[:], once)
	c.peeked = append(c.peeked, b[:n]...)
	return n > 0 || errors.Is(err, wire.ErrWouldBlock)
}

func (c *Conn) read(p []byte, mode readMode) (int, error) {
	if len(c.peeked) > 0 {
		n := copy(p, c.peeked)
		c.peeked = c.peeked[n:]
		if n < len(p) {
			// The rest of the record that the look has opened. An error comes
			// again with the next read.
			c.feed.mode = offline
			m, _ := c.tls.Read(p[n:])
			n += m
		}
		c.more = n == len(p)
		return n, nil
	}
	switch state := c.fate.Load(); {
	case state != fine && mode == offline:
		return 0, wire.ErrWouldBlock // this is no read
	case state == cut:
		c.end.Store(int32(CutOff))
		return 0, io.EOF
	case state == alerted, state == spent && c.End() != NoEnd:
		return 0, io.EOF
	case state == spent:
		return 0, errSpent
	}
	c.feed.mode = mode
	n, err := c.tls.Read(p)
	c.more = n == len(p)
	if n > 0 {
		return n, nil
	}
	c.met(err)
	switch {
	case err == nil:
		err = wire.ErrWouldBlock // an empty record
	case IsEOF(err) && c.feed.ended:
		c.end.Store(int32(CutOff))
	case IsEOF(err):
		c.end.Store(int32(Notified))
	}
	return 0, err
}

// End is how the peer's side has ended.
type End int32

// The ends: none so far, one without a close_notify, and one with it.
const (
	NoEnd End = iota
	CutOff
	Notified
)

// End tells how the peer's side has ended, as far as a read or Alive has met
// it. Unlike those it may be asked by anybody.
func (c *Conn) End() End { return End(c.end.Load()) }

// Write writes p. The timeout (negative: none) counts from the last byte that
// went out. The count is what was sent for certain; after a write cut short the
// caller must repeat what was not counted.
func (c *Conn) Write(p []byte, timeout time.Duration) (int, error) {
	if c.feed.w.WriteExpired() {
		return 0, os.ErrDeadlineExceeded // before a record is made, which would have to go out
	}
	return c.writeRecords(p, true, timeout)
}

// TryWrite writes as much as there is room for, in whole records.
func (c *Conn) TryWrite(p []byte) (int, error) { return c.writeRecords(p, false, 0) }

func (c *Conn) writeRecords(p []byte, wait bool, timeout time.Duration) (n int, err error) {
	if err := c.mayWrite(p); err != nil {
		return 0, err
	}
	switch {
	case len(p) < len(c.retry):
		return 0, errShortRetry
	case !bytes.HasPrefix(p, c.retry):
		return 0, ErrBadRetry
	}
	if err := c.feed.flush(wait, timeout); err != nil {
		return 0, err
	}
	n, c.retry = len(c.retry), nil
	for n < len(p) {
		chunk := p[n:min(n+maxPlaintext, len(p))]
		if _, err := c.tls.Write(chunk); err != nil {
			c.refused = len(chunk)
			return n, err
		}
		if err := c.feed.flush(wait, timeout); err != nil {
			if temporary(err) {
				c.retry = bytes.Clone(chunk)
			} else {
				c.refused = len(chunk)
			}
			return n, err
		}
		n += len(chunk)
	}
	return n, nil
}

// CloseNotify tells the peer that nothing more comes over TLS. It does not
// wait.
func (c *Conn) CloseNotify() error { return c.tls.CloseWrite() }

// Received hands out what was received past the last record that crypto/tls has
// seen; it belongs to whoever reads the wire next.
func (c *Conn) Received() []byte {
	rest := c.feed.extra
	c.feed.extra = nil
	return rest
}

// IsEOF tells whether a read error means that the peer is done: its close_notify,
// or its end of the connection with or without one.
func IsEOF(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
