package phpstream

import (
	"fmt"
	"strconv"
	"sync/atomic"
	"syscall"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

// Socket is PHP's Socket object (a resource before PHP 8): what
// [SocketImportStream] makes of a stream, for [SocketSetOption] and
// [SocketGetOption].
type Socket struct {
	stream *Stream
	error  atomic.Int64 // the last errno, for SocketLastError
}

// SocketImportStream answers the socket below a stream, whose options can be
// set then. The stream stays what it was, but for its read buffer, which is
// switched off as [StreamSetReadBuffer] does. Each call answers a new Socket.
//
// It answers nil with the warning "Cannot represent a stream of type
// tcp_socket/ssl as a Socket Descriptor" while TLS is on, with "Cannot cast a
// filtered stream on this system" where the stream has filters, and with "Unable
// to obtain socket family [9]: Bad file descriptor" for a stream that was opened
// without connecting. "N bytes of buffered data lost during stream conversion!"
// says that bytes are buffered; they are still there for the stream's readers.
//
//	PHP: socket_import_stream(resource $stream): Socket|false
//
// php-src: ext/sockets/sockets.c, main/streams/cast.c.
func SocketImportStream(stream *Stream) *Socket {
	c, ok := stream.begin("socket_import_stream")
	if !ok {
		return nil
	}
	defer c.deliver()
	if stream.filtered() {
		c.warning(c.rt.facts.Cannot + " cast a filtered stream on this system")
		return nil
	}
	if stream.body != nil || stream.sock.crypto.Load() != nil {
		switch stream.body.(type) {
		case *temp, dataBody: // PHP makes a file of it, and asks that
			c.warning(c.rt.facts.Cannot + " represent a stream of type STDIO as a Socket Descriptor")
		}
		c.warning(c.rt.facts.Cannot + " represent a stream of type " + stream.label + " as a Socket Descriptor")
		return nil
	}
	// A reader that waits has nothing buffered, and keeps its lock.
	if stream.rmu.TryLock() {
		if n := stream.w - stream.r; n > 0 {
			c.warning(strconv.Itoa(n) + " bytes of buffered data lost during stream conversion!")
		}
		stream.unbuffed = stream.sock.wire != nil
		stream.rmu.Unlock()
	}
	k := &Socket{stream: stream}
	if stream.sock.wire == nil {
		c.socketFailed(k, "obtain socket family", syscall.EBADF)
		return nil
	}
	return k
}

// SocketExportStream answers the stream that a Socket was made of, closed or
// not.
//
//	PHP: socket_export_stream(Socket $socket): resource|false
//
// php-src: ext/sockets/sockets.c.
func SocketExportStream(socket *Socket) *Stream {
	c, ok := socket.begin("socket_export_stream")
	if !ok {
		c.deliver()
		return nil
	}
	return socket.stream
}

// begin starts a call that takes a Socket: it answers false, having reported
// PHP's TypeError, where there is none.
func (k *Socket) begin(function string) (call, bool) {
	if k != nil && k.stream != nil {
		return k.stream.rt.call(function), true
	}
	c := defaultRuntime.call(function)
	if !c.rt.facts.Throws {
		c.notResource(1, "socket")
		return c, false
	}
	c.throw(phpfacts.TypeError, fmt.Sprintf("%s(): Argument #1 ($socket) must be of type Socket, %s given",
		function, phpvalue.TypeName(false, c.rt.version)))
	return c, false
}

// socketFailed keeps the errno of a failed system call, and warns of it as the
// sockets extension does.
func (c *call) socketFailed(k *Socket, what string, err error) {
	errno, _ := phpfacts.Errno(err)
	k.error.Store(int64(errno))
	c.rt.socketError.Store(int64(errno))
	c.fail(err)
	if errno != eagain && errno != einprogress {
		c.warning(c.rt.facts.Unable + " to " + what + " [" + strconv.Itoa(errno) + "]: " + phpfacts.Strerror(errno))
	}
}

// einprogress is Linux's number.
const einprogress = 115
