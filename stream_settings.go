package phpstream

import (
	"fmt"
	"math"
	"time"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// MetaData is what [StreamGetMetaData] answers: PHP's array, by its keys.
type MetaData struct {
	TimedOut    bool            // "timed_out": the last read or write ran into the timeout
	Blocked     bool            // "blocked"
	Eof         bool            // "eof": a read met the end; the socket is not asked, a wrapper of the program's own is
	Crypto      *CryptoMetaData // "crypto": nil while TLS is off
	StreamType  string          // "stream_type": "tcp_socket/ssl", "udp_socket", "unix_socket", "udg_socket", "generic_socket" of a pair, "STDIO" of a file
	WrapperType string          // "wrapper_type": what opened it ("http", "plainfile"); "" where PHP has no such key
	WrapperData any             // "wrapper_data": what the wrapper has to say, as the lines of HTTP's answer; nil where PHP has no such key
	Data        *DataMetaData   // of a data: URL; nil for others
	Mode        string          // "mode": "r+" on sockets, else as it was opened
	UnreadBytes int             // "unread_bytes": what is buffered
	Seekable    bool            // "seekable": never, on a socket
	URI         string          // "uri": the name of what was opened, the target of a socket since PHP 8.4; "" where PHP has no such key
}

// CryptoMetaData is the "crypto" part of [MetaData]. The names are OpenSSL's.
type CryptoMetaData struct {
	Protocol      string // "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"
	CipherName    string
	CipherBits    int
	CipherVersion string
	AlpnProtocol  string // "" where none was negotiated
}

// StreamGetMetaData answers what PHP knows of a stream. Of one that is closed or
// nil, where PHP 8 throws, it is the zero value but for Eof, as with [Feof].
//
//	PHP: stream_get_meta_data(resource $stream): array
//
// php-src: ext/standard/streamsfuncs.c, main/streams/xp_socket.c, ext/openssl/xp_ssl.c.
func StreamGetMetaData(fp *Stream) MetaData { return metaData(fp, "stream_get_meta_data") }

// SocketGetStatus is [StreamGetMetaData] under its old name.
//
//	PHP: socket_get_status(resource $stream): array
func SocketGetStatus(fp *Stream) MetaData { return metaData(fp, "socket_get_status") }

func metaData(fp *Stream, function string) MetaData {
	c, ok := fp.begin(function)
	if !ok {
		return MetaData{Eof: c.rt.facts.Throws}
	}
	defer c.deliver()
	m := MetaData{
		TimedOut:   fp.sock.expired.Load(),
		Blocked:    fp.sock.blocked.Load(),
		Eof:        fp.eof.Load(),
		StreamType: fp.label,
		Mode:       fp.mode,
		Seekable:   fp.canSeek(),
		URI:        fp.uri,

		WrapperType: fp.wrapperType,
		WrapperData: fp.wrapperData,
		Data:        fp.dataMeta,
	}
	switch fp.body.(type) {
	case nil, *file:
	default:
		m.Eof = fp.atEnd(&c)
	}
	if t := fp.sock.crypto.Load(); t != nil {
		m.Crypto = cryptoMeta(t.State())
	}
	if fp.rmu.TryLock() { // a reader that waits has nothing buffered
		m.UnreadBytes = fp.w - fp.r
		fp.rmu.Unlock()
	}
	return m
}

// StreamSetTimeout sets how long a read or a write may wait: seconds and
// microseconds; below zero is for ever. It does not bound connecting or the TLS
// handshake. It is false on what is no socket, unless a wrapper of the program's own
// answers otherwise.
//
//	PHP: stream_set_timeout(resource $stream, int $seconds, int $microseconds = 0): bool
//
// php-src: ext/standard/streamsfuncs.c, main/streams/xp_socket.c.
func StreamSetTimeout(fp *Stream, seconds int, microseconds ...int) bool {
	return setTimeout(fp, "stream_set_timeout", seconds, microseconds)
}

// SocketSetTimeout is [StreamSetTimeout] under its old name.
//
//	PHP: socket_set_timeout(resource $stream, int $seconds, int $microseconds = 0): bool
func SocketSetTimeout(fp *Stream, seconds int, microseconds ...int) bool {
	return setTimeout(fp, "socket_set_timeout", seconds, microseconds)
}

func setTimeout(fp *Stream, function string, secs int, microseconds []int) bool {
	c, ok := fp.begin(function)
	if !ok {
		return false
	}
	defer c.deliver()
	if fp.body != nil {
		const second = 1000000
		usec := 0
		if len(microseconds) > 0 {
			usec = microseconds[0]
		}
		done, _ := fp.userOption(&c, STREAM_OPTION_READ_TIMEOUT, secs+usec/second, usec%second)
		return done
	}
	t := seconds(int64(secs))
	if len(microseconds) > 0 {
		t += time.Duration(microseconds[0]) * time.Microsecond
		if secs >= 0 && t < 0 && microseconds[0] > 0 {
			t = math.MaxInt64
		}
	}
	if t > math.MaxInt64/2 {
		t = -1 // past what a clock can count to
	}
	fp.sock.timeout.Store(int64(t))
	fp.sock.expired.Store(false)
	return true
}

// StreamSetBlocking says whether reads and writes wait. It answers false on a
// stream that was opened without connecting.
//
//	PHP: stream_set_blocking(resource $stream, bool $enable): bool
//
// php-src: ext/standard/streamsfuncs.c, main/streams/xp_socket.c.
func StreamSetBlocking(fp *Stream, enable bool) bool {
	return setBlocking(fp, "stream_set_blocking", enable)
}

// SocketSetBlocking is [StreamSetBlocking] under its old name.
//
//	PHP: socket_set_blocking(resource $stream, bool $enable): bool
func SocketSetBlocking(fp *Stream, enable bool) bool {
	return setBlocking(fp, "socket_set_blocking", enable)
}

func setBlocking(fp *Stream, function string, enable bool) bool {
	c, ok := fp.begin(function)
	if !ok {
		return false
	}
	defer c.deliver()
	if fp.body != nil {
		done, isUser := fp.userOption(&c, STREAM_OPTION_BLOCKING, phpBool(enable), 0)
		done = done || !isUser && (enable || fp.neverWaits())
		if _, isFile := fp.body.(*file); isFile && done {
			fp.sock.blocked.Store(enable)
		}
		return done
	}
	if fp.sock.wire == nil {
		return false
	}
	fp.sock.blocked.Store(enable)
	return true
}

// neverWaits tells whether reads of what is no socket have an answer at once: of
// regular files, and of memory.
func (s *Stream) neverWaits() bool {
	_, isFile := s.body.(*file)
	return !isFile || s.seekable
}

// phpBool is a bool as C has it.
func phpBool(b bool) int {
	if b {
		return 1
	}
	return 0
}

// userBuffer tells a program's wrapper of a buffer: what it gets is the kind of
// buffering and the size, which is C's own where there is no buffer.
func (s *Stream) userBuffer(c *call, option, size int) (done, isUser bool) {
	if size == 0 {
		return s.userOption(c, option, STREAM_BUFFER_NONE, defaultChunk)
	}
	return s.userOption(c, option, STREAM_BUFFER_FULL, size)
}

// StreamSetReadBuffer switches the read buffer of [Fread] off (size 0) or on
// again (any other size). It answers 0. A wrapper of the program's own is told, and
// nothing else happens; it is -1 then where that answers false.
//
//	PHP: stream_set_read_buffer(resource $stream, int $size): int
//
// php-src: ext/standard/streamsfuncs.c, main/streams/streams.c.
func StreamSetReadBuffer(fp *Stream, size int) int {
	c, ok := fp.begin("stream_set_read_buffer")
	if !ok {
		return 0
	}
	defer c.deliver()
	if done, isUser := fp.userBuffer(&c, STREAM_OPTION_READ_BUFFER, size); isUser {
		return phpBool(done) - 1
	}
	if fp.tempBody() == nil {
		fp.rmu.Lock()
		fp.unbuffed = size == 0
		fp.rmu.Unlock()
	}
	return 0
}

// StreamSetWriteBuffer answers -1: streams have no write buffer. It is 0 where a
// wrapper of the program's own says so.
//
//	PHP: stream_set_write_buffer(resource $stream, int $size): int
//
// php-src: ext/standard/streamsfuncs.c.
func StreamSetWriteBuffer(fp *Stream, size int) int {
	c, ok := fp.begin("stream_set_write_buffer")
	if !ok {
		return 0
	}
	defer c.deliver()
	done, _ := fp.userBuffer(&c, STREAM_OPTION_WRITE_BUFFER, size)
	return phpBool(done) - 1
}

// StreamSetChunkSize sets how many bytes a read asks the socket for, and answers
// the old number. A size below 1 is the ValueError "Argument #2 ($size) must be
// greater than 0", one over 2147483647 "Argument #2 ($size) is too large".
//
//	PHP: stream_set_chunk_size(resource $stream, int $size): int
//
// php-src: ext/standard/streamsfuncs.c, main/streams/streams.c.
func StreamSetChunkSize(fp *Stream, size int) int {
	if fp != nil && (size <= 0 || size > math.MaxInt32) { // PHP looks at the size first
		c := fp.runtime().call("stream_set_chunk_size")
		wrong := phpfacts.ChunkTooLarge
		if size <= 0 {
			wrong = phpfacts.ChunkPositive
			wrong.Old = fmt.Sprintf(wrong.Old, size)
		}
		c.complain(wrong)
		c.deliver()
		return 0
	}
	c, ok := fp.begin("stream_set_chunk_size")
	if !ok {
		return 0
	}
	defer c.deliver()
	fp.rmu.Lock()
	defer fp.rmu.Unlock()
	if t := fp.tempBody(); t != nil {
		return t.setChunk(size)
	}
	old := fp.chunk
	fp.chunk = size
	fp.piece.Store(int64(size))
	return old
}

// StreamGetTransports lists the transports that the openers know.
//
//	PHP: stream_get_transports(): array
//
// php-src: ext/standard/streamsfuncs.c, main/streams/transports.c.
func StreamGetTransports() []string { return defaultRuntime.StreamGetTransports() }
