package phpstream

import (
	"net"
	"syscall"
	"time"

	"github.com/phpstream-go/phpstream/internal/wire"
)

// This file, and [Runtime.Raise], are for code that stands between PHP programs
// and this library. A program that is written in Go needs none of it.

// Descriptor makes a stream of an open descriptor that belongs to somebody
// else, for [StreamSelect] to wait for beside its own. buffered says that its
// owner has data of it in memory, so that it counts as readable. It can't be
// read from or written to, and closing it leaves the descriptor open.
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
// after what they look at before.
func (rt *Runtime) NoStream() *Stream {
	s := &Stream{rt: rt}
	s.closed.Store(true)
	return s
}

// EnableCrypto is [StreamSocketEnableCrypto] with PHP's last argument, the
// session stream: nil is PHP's null, and a closed one is refused. A session is
// not taken up again.
func (s *Stream) EnableCrypto(session *Stream, method ...CryptoMethod) (ok bool, errno int, errstr string) {
	return enableCrypto(s, true, session, method)
}

// SignalsInterrupt says whether a signal ends a [StreamSelect] that waits, as it
// does in PHP: the answer is false, with the warning "Unable to select [4]:
// Interrupted system call (max_fd=N)". It is off at first, since the signals of
// a Go program are its runtime's own.
func (rt *Runtime) SignalsInterrupt(on bool) { rt.interrupts.Store(on) }

type pollFunc func(items []wire.PollItem, wait time.Duration) (int, error)

// poll is how this Runtime waits for descriptors.
func (rt *Runtime) poll() pollFunc {
	if rt.interrupts.Load() {
		return wire.PollUntilSignal
	}
	return wire.Poll
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
