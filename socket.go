package phpstream

import (
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/secure"
	"github.com/phpstream-go/phpstream/internal/wire"
)

// socket is where the bytes of a stream come from and go to: a wire, with TLS on
// it or without, and what PHP keeps of it (php_netstream_data_t and
// php_openssl_netstream_data_t). It knows nothing of the stream's buffer. The
// stream's locks guard it: whoever reads holds the reader's, whoever writes the
// writer's.
//
// php-src: main/streams/xp_socket.c, ext/openssl/xp_ssl.c.
type socket struct {
	facts *phpfacts.Facts
	wire  *wire.Conn // nil: opened without connecting

	blocked atomic.Bool
	timeout atomic.Int64 // of reads and writes, nanoseconds; negative: none
	expired atomic.Bool  // "timed_out"

	crypto    atomic.Pointer[secure.Conn] // TLS, while it is on
	canCrypto bool                        // the transport can switch it on
	refuse    atomic.Bool                 // a handshake failed: nothing more is sent
	shutTLS   atomic.Bool                 // a read has met the end of TLS, or it was sent: nothing may be written
	clear     []byte                      // received with the last TLS record, but not over TLS; the reader's
	spent     atomic.Bool                 // crypto was on, and has been switched off
	tls       atomic.Pointer[secure.Conn] // set up, whether on, failed or switched off
	limit     time.Duration               // of the handshake: the connect timeout; not positive: none
	urlName   string                      // the target's host, for SNI and the name check
	serve     CryptoMethod                // of a tls:// server: what accepted streams begin with; 0: nothing

	settings atomic.Pointer[secure.Settings] // what tls was made from
}

// got is what one read of a socket came to.
type got struct {
	n     int  // bytes; 0 at the end and where a non-blocking socket has nothing
	end   bool // nothing more comes
	minus bool // PHP's own read answers -1 here: a timeout or an error
}

// receive reads once. Where it must not wait it takes what there is.
func (k *socket) receive(c *call, p []byte, mayWait bool) got {
	if k.wire == nil {
		return got{minus: true}
	}
	mayWait = mayWait && k.blocked.Load()
	if t := k.crypto.Load(); t != nil {
		return k.receiveTLS(c, t, p, mayWait)
	}
	if k.inHandshake() {
		return got{} // the bytes that come now are the handshake's
	}
	if len(k.clear) > 0 {
		n := copy(p, k.clear)
		k.clear = k.clear[n:]
		return got{n: n}
	}
	var n int
	var err error
	if timeout := time.Duration(k.timeout.Load()); mayWait && !(timeout == 0 && k.facts.BufferedAtOnce) {
		k.expired.Store(false)
		n, err = k.wire.Read(p, readDeadline(timeout))
	} else {
		n, err = k.wire.TryRead(p)
	}
	switch {
	case n > 0, err == nil, errors.Is(err, wire.ErrWouldBlock):
		return got{n: n}
	case timedOut(err):
		k.expired.Store(true)
		c.fail(err)
		return got{minus: !k.facts.TimeoutReadsNothing}
	case secure.IsEOF(err):
		return got{end: true}
	}
	c.fail(err)
	return got{end: true, minus: true}
}

func (k *socket) receiveTLS(c *call, t *secure.Conn, p []byte, mayWait bool) got {
	var n int
	var err error
	if mayWait {
		n, err = t.Read(p, readDeadline(k.tlsTimeout()))
	} else {
		n, err = t.TryRead(p)
	}
	switch {
	case n > 0, errors.Is(err, wire.ErrWouldBlock):
		return got{n: n}
	case timedOut(err):
		k.expired.Store(true)
		c.fail(err)
		return got{minus: true}
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		c.fail(err) // of which PHP says nothing
	}
	k.shutTLS.Store(k.spent.Load() || k.facts.ShutByEnd && t.End() == secure.CutOff)
	if !secure.IsEOF(err) && !errors.Is(err, net.ErrClosed) {
		c.fail(err)
		c.describe(err)
	}
	return got{end: true}
}

// fromSystem tells errors of the socket from those of TLS.
func fromSystem(err error) bool {
	var errno syscall.Errno
	return errors.As(err, &errno)
}

// tlsTimeout is the stream's timeout as PHP's TLS takes it: zero means none.
func (k *socket) tlsTimeout() time.Duration {
	if t := time.Duration(k.timeout.Load()); t > 0 {
		return t
	}
	return -1
}

// readDeadline is when PHP's timeout ends a read that starts now; zero: never.
// The wire keeps the deadlines of Go.
func readDeadline(timeout time.Duration) time.Time {
	if timeout < 0 {
		return time.Time{}
	}
	return time.Now().Add(timeout)
}

func timedOut(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }

// alive is feof's look at the socket: false when the peer is gone and nothing
// is left to read.
func (k *socket) alive() bool {
	if k.wire == nil {
		return false
	}
	if t := k.crypto.Load(); t != nil {
		return t.Alive()
	}
	if len(k.clear) > 0 || k.inHandshake() {
		return true
	}
	if k.facts.DeafIsEnd && k.blocked.Load() && k.wire.Deaf() {
		return false
	}
	err := k.wire.Look()
	return err == nil || err != io.EOF && k.facts.ResetIsAlive
}

// hides tells whether TLS records, or the beginning of one, came with the record
// that was read last, or whether there is something in clear that came with
// TLS's last. In PHP they would still be in the socket.
func (k *socket) hides() bool {
	if len(k.clear) > 0 {
		return true
	}
	t := k.crypto.Load()
	return t != nil && t.Waiting()
}

// atRest tells whether the socket stands between two messages: nothing that has
// come is unread, and the peer is there. After a no it is of no use.
func (k *socket) atRest() bool {
	if t := k.crypto.Load(); t != nil {
		return t.Quiet()
	}
	return k.wire.Quiet()
}

// move closes the socket and answers another one in its place, which whoever
// has the first does not reach; false where somebody waits for it, or it is in
// the middle of something. Both of the stream's locks are held.
func (k *socket) move() (*socket, bool) {
	t := k.crypto.Load()
	if k.wire == nil || k.refuse.Load() || k.spent.Load() || k.prepared() != t { // the last: under way, or failed
		return nil, false
	}
	w, err := k.wire.Move()
	if err != nil {
		return nil, false
	}
	to := &socket{facts: k.facts, wire: w, canCrypto: k.canCrypto, limit: k.limit, urlName: k.urlName}
	to.blocked.Store(k.blocked.Load())
	to.timeout.Store(k.timeout.Load())
	to.expired.Store(k.expired.Load())
	to.settings.Store(k.settings.Load())
	if t != nil {
		k.crypto.Store(nil)
		k.tls.Store(nil)
		t.Move(w)
		to.crypto.Store(t)
		to.tls.Store(t)
	}
	return to, true
}

// farewell tells the peer, under TLS, that nothing more comes. The writer's lock
// is held.
func (k *socket) farewell() {
	if t := k.crypto.Load(); t != nil {
		t.CloseNotify()
	}
}

func (k *socket) close() {
	if k.wire != nil {
		k.wire.Close()
	}
}

// discard closes a socket that nobody else has.
func (k *socket) discard() {
	k.farewell()
	k.close()
}
