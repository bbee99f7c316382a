package phpstream

import (
	"strconv"
	"unsafe"

	"github.com/phpstream-go/phpstream/internal/filter"
	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// Fgets reads a line with its newline, at most length-1 bytes of it. It answers
// false at the end, on a timeout with nothing read (StreamGetMetaData then says
// TimedOut), and on a non-blocking stream that has nothing; a line that a
// timeout or the end cuts short is answered as far as it came. A length below 1
// is the ValueError "Argument #2 ($length) must be greater than 0". A line that
// is longer than memory_limit ([IniSet]) ends the stream, and is reported at
// E_ERROR, which ends the request in PHP.
//
//	PHP: fgets(resource $stream, ?int $length = null): string|false
//
// php-src: ext/standard/file.c, main/streams/streams.c.
func Fgets(fp *Stream, length ...int) (string, bool) {
	if line, ok := fp.bufferedLine(length); ok {
		return line, true
	}
	c, ok := fp.begin("fgets")
	if !ok {
		return "", false
	}
	limit := -1
	if len(length) > 0 {
		limit = length[0] - 1
		if length[0] < 1 {
			c.complain(phpfacts.LengthPositive)
			c.deliver()
			return "", false
		}
		if limit == 0 && fp.emptyLine(&c) {
			c.deliver()
			return "", false
		}
	}
	defer c.deliver()
	defer fp.tellProgress()
	fp.rmu.Lock()
	defer fp.rmu.Unlock()
	return fp.line(&c, limit)
}

// emptyLine is fgets with room for nothing: PHP fills its buffer all the same
// and answers false.
func (s *Stream) emptyLine(c *call) bool {
	s.rmu.Lock()
	defer s.rmu.Unlock()
	if s.w == s.r && !s.eof.Load() {
		s.fill(c, 0)
	}
	return true
}

// Fgetc reads one byte; false at the end, on a timeout, and where a
// non-blocking stream has nothing.
//
//	PHP: fgetc(resource $stream): string|false
//
// php-src: ext/standard/file.c.
func Fgetc(fp *Stream) (string, bool) {
	c, ok := fp.begin("fgetc")
	if !ok {
		return "", false
	}
	defer c.deliver()
	var b [1]byte
	defer fp.tellProgress()
	fp.rmu.Lock()
	defer fp.rmu.Unlock()
	n, _ := fp.read(&c, b[:])
	return string(b[:n]), n > 0
}

// Fread reads up to length bytes: what is buffered and what one read of the
// socket brings, at most a chunk of 8192 bytes (see [StreamSetChunkSize]). It
// answers "" at the end and on a non-blocking stream that has nothing, false on
// a timeout. A length below 1 is the ValueError "Argument #2 ($length) must be
// greater than 0".
//
//	PHP: fread(resource $stream, int $length): string|false
//
// php-src: ext/standard/file.c, main/streams/streams.c.
func Fread(fp *Stream, length int) (string, bool) {
	c, ok := fp.begin("fread")
	if !ok {
		return "", false
	}
	defer c.deliver()
	if length <= 0 {
		c.complain(phpfacts.LengthPositive)
		return "", false
	}
	defer fp.tellProgress()
	fp.rmu.Lock()
	defer fp.rmu.Unlock()
	if fp.greedy {
		return fp.readGreedy(&c, length)
	}
	if fp.readers.Load() != nil {
		return fp.readFiltered(&c, length)
	}
	// One call never answers more than is buffered and one read brings.
	length = min(length, fp.w-fp.r+fp.once())
	if length <= defaultChunk {
		// Most answers are shorter than what was asked for: they are copied out.
		p := chunks.Get().(*[defaultChunk]byte)
		defer chunks.Put(p)
		n, ok := fp.read(&c, p[:length])
		return string(p[:n]), ok
	}
	p := make([]byte, length)
	n, ok := fp.read(&c, p)
	if n < length/2 {
		return string(p[:n]), ok // do not keep the large buffer alive
	}
	return unsafe.String(unsafe.SliceData(p), n), ok
}

// readGreedy is fread on a file: memory is taken for what comes, not for what may
// come.
func (s *Stream) readGreedy(c *call, length int) (string, bool) {
	block := blocks.Get().(*[blockSize]byte)
	defer blocks.Put(block)
	data := gathered{last: block[:0]}
	for data.n < length {
		p := data.room()
		p = p[:min(len(p), length-data.n)]
		n, ok := s.read(c, p)
		data.took(n)
		if data.n == 0 && !ok {
			return "", false
		}
		if n < len(p) {
			break
		}
	}
	return data.String(), true
}

// Fwrite writes data, or its first length bytes, and answers how many bytes
// went out: all of them on a blocking stream, 0 or a part on a non-blocking one
// that is full. It answers false with the notice "Send of N bytes failed with
// errno=E text" when the peer is gone, and when it takes nothing for the time of
// [StreamSetTimeout] (errno 11, and TimedOut in the meta data); a part that went
// out before is answered instead. Under TLS a broken connection is 0 and a
// warning, as in PHP.
//
// Differences: after a failed [StreamSocketEnableCrypto] it answers false with
// the warning "Refusing to send in clear ..."; PHP would send.
//
//	PHP: fwrite(resource $stream, string $data, ?int $length = null): int|false
//
// php-src: ext/standard/file.c, main/streams/xp_socket.c, ext/openssl/xp_ssl.c.
func Fwrite(fp *Stream, data string, length ...int) (int, bool) {
	return fwrite(fp, "fwrite", data, length)
}

// Fputs is [Fwrite] under its other name.
//
//	PHP: fputs(resource $stream, string $data, ?int $length = null): int|false
func Fputs(fp *Stream, data string, length ...int) (int, bool) {
	return fwrite(fp, "fputs", data, length)
}

func fwrite(fp *Stream, function, data string, length []int) (int, bool) {
	if len(length) > 0 {
		data = data[:min(max(length[0], 0), len(data))]
	}
	if fp != nil && data == "" {
		return 0, true // PHP does not look at the stream then
	}
	c, ok := fp.begin(function)
	if !ok {
		return 0, false
	}
	defer c.deliver()
	defer fp.tellProgress()
	fp.wmu.Lock()
	defer fp.wmu.Unlock()
	// Nobody below changes the bytes.
	return fp.write(&c, unsafe.Slice(unsafe.StringData(data), len(data)))
}

// sendFailed is the notice that programs parse for the errno.
func (c *call) sendFailed(left int, err error) {
	errno, _ := phpfacts.Errno(err)
	if timedOut(err) {
		errno = eagain
	}
	c.notice(c.rt.facts.Send + " of " + strconv.Itoa(left) + " bytes failed with errno=" +
		strconv.Itoa(errno) + " " + phpfacts.Strerror(errno))
}

// eagain is Linux's number: programs compare with it on every platform.
const eagain = 11

// eInProgress is Linux's, too.
const eInProgress = 115

// Feof tells whether the end has been reached. Unlike the Eof of
// [StreamGetMetaData] it looks at the socket: it is true right after the peer
// closed, if nothing is left to read.
//
// It is true, too, for a stream that is closed or nil, where PHP 8 throws: a loop
// that reads until the end ends. In the profile of PHP 7.4 it is false, as there.
//
//	PHP: feof(resource $stream): bool
//
// php-src: ext/standard/file.c, main/streams/streams.c, main/streams/xp_socket.c.
func Feof(fp *Stream) bool {
	c, ok := fp.begin("feof")
	if !ok {
		return c.rt.facts.Throws
	}
	defer c.deliver()
	return fp.atEnd(&c)
}

func (s *Stream) atEnd(c *call) bool {
	if !s.rmu.TryLock() {
		return s.eof.Load() // somebody reads: the socket is theirs
	}
	defer s.rmu.Unlock()
	if s.readers.Load() != nil {
		s.catchUp(c)
	}
	if s.w > s.r {
		return false
	}
	if !s.eof.Load() && !s.alive(c) {
		s.eof.Store(true)
	}
	return s.eof.Load()
}

// Fflush answers true. Nothing that was written is held back, but by filters,
// which are told, and by a wrapper of the program's own, whose StreamFlush
// answers. It is false for php://input and for what is read of compress.zlib://.
//
//	PHP: fflush(resource $stream): bool
//
// php-src: ext/standard/file.c.
func Fflush(fp *Stream) bool {
	c, ok := fp.begin("fflush")
	if !ok {
		return false
	}
	defer c.deliver()
	return fp.flush(&c, filter.FlushInc)
}

// Ftell answers the position; on a socket that is how many bytes have been read
// and written. It is false for no open stream alone.
//
//	PHP: ftell(resource $stream): int|false
//
// php-src: ext/standard/file.c, main/streams/streams.c.
func Ftell(fp *Stream) (int, bool) {
	_, ok := fp.begin("ftell")
	if !ok {
		return 0, false
	}
	at := fp.position()
	return at, at != -1
}
