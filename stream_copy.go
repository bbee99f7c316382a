package phpstream

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"sync"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// StreamGetContents reads to the end, or until a timeout or nothing more on a
// non-blocking stream. The optional arguments are the most bytes to read (-1:
// all) and the offset to read from: on a socket a later one is reached by
// reading, an earlier one fails with "Failed to seek to position N in the
// stream". A length below -1 is a ValueError.
//
//	PHP: stream_get_contents(resource $stream, ?int $length = null, int $offset = -1): string|false
//
// php-src: ext/standard/streamsfuncs.c, main/streams/streams.c.
func StreamGetContents(fp *Stream, lengthOffset ...int) (string, bool) {
	length, offset := lengthAndOffset(lengthOffset, -1)
	if length < -1 && fp != nil {
		c := fp.runtime().call("stream_get_contents")
		c.complain(phpfacts.ContentsLength)
		c.deliver()
		return "", false
	}
	c, ok := fp.begin("stream_get_contents")
	if !ok {
		return "", false
	}
	defer c.deliver()
	defer fp.tellProgress()
	if offset >= 0 && !fp.reach(&c, offset) {
		c.warning("Failed to seek to position " + strconv.Itoa(offset) + " in the stream")
		return "", false
	}
	fp.rmu.Lock()
	defer fp.rmu.Unlock()
	return fp.contents(&c, length)
}

// contents reads to the end, or length bytes where that is not negative; it is
// not ok past the memory limit. The reader's lock is held, but for the moments
// when the context's callback runs.
func (s *Stream) contents(c *call, length int) (text string, ok bool) {
	if length == 0 {
		return "", true
	}
	var ask asking
	_, isUser := s.body.(*userBody)
	if length < 0 && isUser {
		ask = s.asking(c)
	}
	block := blocks.Get().(*[blockSize]byte)
	defer blocks.Put(block)
	data := gathered{last: block[:0], expected: s.expected(length)}
	for length < 0 || data.n < length {
		if s.readers.Load() != nil {
			s.catchUp(c)
		}
		if length > 0 && s.w == s.r && (s.eof.Load() || !s.alive(c)) {
			s.eof.Store(true)
			break
		}
		p := data.room()
		if s.direct() && s.body != nil { // how much is asked for shows in what is lost where data are broken
			p = p[:min(len(p), s.atFirst(length, data.n))]
		}
		if length > 0 {
			p = p[:min(len(p), length-data.n)]
		} else if isUser {
			p = data.roomFor(min(ask.next(data.n), s.w-s.r+s.once()))
		}
		var n int
		if length > 0 || isUser || s.notifies.Load() { // a callback counts chunks
			n, _ = s.read(c, p)
		} else {
			n, _ = s.readBlock(c, p)
		}
		if s.notifies.Load() {
			s.tellUnlocked()
		}
		if n == 0 {
			break
		}
		if data.took(n); s.exhausted(c, data.n) {
			return "", false
		}
	}
	return data.String(), true
}

// atFirst is how much contents asks a stream for that has no buffer, and that has
// answered n bytes.
func (s *Stream) atFirst(length, n int) int {
	f, isFile := s.body.(*file)
	switch {
	case !isFile:
		return defaultChunk
	case n > 0 || length > 0:
		return blockSize
	}
	info, err := f.f.Stat()
	if err != nil {
		return defaultChunk
	}
	return int(min(max(info.Size()-s.tell.Load(), 0), blockSize)) + defaultChunk
}

// expected is how many bytes contents may find, as far as somebody has said so; 0
// where nobody has, or a block is enough. It is no more than memory_limit allows.
func (s *Stream) expected(length int) int {
	if s.size <= blockSize || s.readers.Load() != nil {
		return 0
	}
	s.settle()
	n := s.size - s.tell.Load()
	if length > 0 {
		n = min(n, int64(length))
	}
	if limit := s.rt.memoryLimit(); limit >= 0 {
		n = min(n, limit)
	}
	return int(max(n, 0))
}

// reach moves to a position, on a socket by reading.
func (s *Stream) reach(c *call, position int) bool {
	switch at := s.position(); {
	case at < 0 || position == at: // where PHP does not know where it is it does not move
		return true
	case position > at:
		return s.moveTo(c, int64(position-at), io.SeekCurrent)
	}
	return s.moveTo(c, int64(position), io.SeekStart)
}

// What is read to the end is read in large blocks: nothing shows afterwards that
// PHP reads chunks. Datagrams do show it, by where they are cut off.
const blockSize = 64 << 10

var blocks = sync.Pool{New: func() any { return new([blockSize]byte) }}

// readBlock is read without the limit of a chunk.
func (s *Stream) readBlock(c *call, p []byte) (n int, ok bool) {
	f := s.inPlace()
	if s.readers.Load() != nil && f == nil { // how often it is called a filter sees
		return s.read(c, p)
	}
	if n := s.takeBuffered(p); n > 0 {
		return n, true
	}
	if !s.sock.canCrypto {
		return s.read(c, p)
	}
	s.space() // PHP's buffer is there afterwards
	n, ok = s.receive(c, p)
	for f != nil && n > 0 {
		if m := len(f.InPlace(p[:n])); m > 0 {
			n = m
			break
		}
		n, ok = s.receive(c, p)
	}
	s.tell.Add(int64(n))
	return n, ok
}

func lengthAndOffset(args []int, offset int) (int, int) {
	length := -1
	if len(args) > 0 {
		length = args[0]
	}
	if len(args) > 1 {
		offset = args[1]
	}
	return length, offset
}

// StreamGetLine reads up to length bytes (0: 8192), or up to an ending, which
// is taken off. It answers false where neither the ending nor length bytes nor
// the end of the stream has come yet: what did come stays buffered. A negative
// length is a ValueError.
//
//	PHP: stream_get_line(resource $stream, int $length, string $ending = ""): string|false
//
// php-src: ext/standard/streamsfuncs.c, main/streams/streams.c.
func StreamGetLine(fp *Stream, length int, ending ...string) (string, bool) {
	if length < 0 && fp != nil {
		c := fp.runtime().call("stream_get_line")
		c.complain(phpfacts.LineLength)
		c.deliver()
		return "", false
	}
	c, ok := fp.begin("stream_get_line")
	if !ok {
		return "", false
	}
	defer c.deliver()
	if length == 0 {
		length = defaultChunk
	}
	delim := strings.Join(ending, "")
	defer fp.tellProgress()
	fp.rmu.Lock()
	defer fp.rmu.Unlock()
	return fp.record(&c, length, []byte(delim))
}

// record is php_stream_get_record.
func (s *Stream) record(c *call, most int, delim []byte) (string, bool) {
	find := func(from int) int {
		have := s.buf[s.r : s.r+min(s.w-s.r, most)]
		if len(delim) == 0 || from >= len(have) {
			return -1
		}
		if i := bytes.Index(have[from:], delim); i >= 0 {
			return from + i
		}
		return -1
	}
	at := find(0)
	for have := s.w - s.r; at < 0 && have < most; have = s.w - s.r {
		if s.lineFails(c, have+min(most-have, s.chunk)) {
			if s.w == s.r {
				s.dropBuffer()
			}
			return "", false
		}
		if s.w-s.r == have {
			break
		}
		at = find(max(0, have-len(delim)+1))
	}
	have := s.w - s.r
	n := at
	switch {
	case at >= 0:
	case have >= most:
		n = most
	case !s.eof.Load() || have == 0:
		if have == 0 {
			s.dropBuffer()
		}
		return "", false
	default:
		n = have
	}
	line := string(s.buf[s.r : s.r+n])
	if at >= 0 {
		n += len(delim)
	}
	s.took(n)
	return line, true
}

// StreamCopyToStream copies what from has, to its end, and answers how many
// bytes that were. The optional arguments are the most bytes to copy (-1: all)
// and the position to begin at, which fails on a socket unless it is in what is
// buffered. It answers false where writing, or the first read, fails.
//
//	PHP: stream_copy_to_stream(resource $from, resource $to, ?int $length = null, int $offset = 0): int|false
//
// php-src: ext/standard/streamsfuncs.c, main/streams/streams.c.
func StreamCopyToStream(from, to *Stream, lengthOffset ...int) (int, bool) {
	if from != nil && to == nil { // types come before states
		c := from.runtime().call("stream_copy_to_stream")
		c.notResource(2, "to")
		c.deliver()
		return 0, false
	}
	c, ok := from.beginAs("stream_copy_to_stream", "from")
	if !ok {
		return 0, false
	}
	defer c.deliver()
	if to.gone() {
		c.complain(phpfacts.NotAStream)
		return 0, false
	}
	length, offset := lengthAndOffset(lengthOffset, 0)
	if offset > 0 && !from.moveTo(&c, int64(offset), io.SeekStart) {
		c.warning("Failed to seek to position " + strconv.Itoa(offset) + " in the stream")
		return 0, false
	}
	return copyStream(&c, from, to, length)
}

// copyStream copies to the end, or length bytes where that is not negative.
func copyStream(c *call, from, to *Stream, length int) (int, bool) {
	if c.rt.facts.CopyStats && length != 0 && from.isEmpty(c) {
		return 0, true
	}
	if length == 0 {
		return 0, true
	}
	copied, done, ok := copyRange(c, from, to, length)
	if done {
		return copied, ok
	}
	rest := length
	if length > 0 {
		rest -= copied
	}
	n, done, ok := copyMapped(c, from, to, rest)
	if copied += n; done {
		return copied, ok
	}
	buf := chunks.Get().(*[defaultChunk]byte)
	defer chunks.Put(buf)
	for length < 0 || copied < length {
		p := buf[:]
		if length > 0 {
			p = p[:min(len(p), length-copied)]
		}
		n, ok := from.readLocked(c, p)
		from.tellProgress()
		if n == 0 {
			return copied, ok
		}
		for done := 0; done < n; {
			m := to.writeLocked(c, p[done:n])
			to.tellProgress()
			if m <= 0 {
				return 0, false
			}
			done += m
		}
		copied += n
	}
	return copied, true
}

// look asks how large a stream is, as PHP does before it reads all: a program's
// wrapper sees that.
func (s *Stream) look(c *call) (stat FileStat, ok bool) {
	b, ok := s.body.(statter)
	if !ok {
		return stat, false
	}
	stat, err := b.stat()
	c.tell(err)
	return stat, err == nil
}

func (s *Stream) isEmpty(c *call) bool {
	stat, ok := s.look(c)
	return ok && stat.Size == 0 && stat.Mode&kindMask == kindRegular
}

func (s *Stream) readLocked(c *call, p []byte) (int, bool) {
	s.rmu.Lock()
	defer s.rmu.Unlock()
	return s.read(c, p)
}

func (s *Stream) writeLocked(c *call, p []byte) int {
	s.wmu.Lock()
	defer s.wmu.Unlock()
	n, ok := s.write(c, p)
	if !ok {
		return 0
	}
	return n
}
