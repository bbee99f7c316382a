package phpstream

import (
	"bytes"
	"sync"

	"github.com/phpstream-go/phpstream/internal/secure"
)

// This file is the part of main/streams/streams.c that every read and write
// goes through: one buffer for each stream, filled by single reads of PHP's
// chunk size. Its states are visible to programs (unread_bytes, how much one
// fread answers, stream_select on buffered data), so it follows PHP's step by
// step. Callers hold the reader's or the writer's lock.

var chunks = sync.Pool{New: func() any { return new([defaultChunk]byte) }}

// dropBuffer gives the memory of an empty buffer back: an idle stream has none,
// unless it has grown past the usual size.
func (s *Stream) dropBuffer() {
	switch n := len(s.buf); {
	case n == defaultChunk:
		chunks.Put((*[defaultChunk]byte)(s.buf))
		s.buf = nil
	case n > maxKept:
		s.buf = nil
	}
	s.ahead += s.w
	s.r, s.w = 0, 0
}

// maxKept is how large a buffer an idle stream may keep: one that a program has
// asked for, but not what a single long record has made of it.
const maxKept = 64 << 10

// maxRead is the most that one read asks the socket for, whatever the chunk size
// and the buffer's: memory is taken for what comes, not for what may come.
const maxRead = 1 << 20

// fill makes sure that size bytes are buffered, with one read at most. It
// answers false where PHP's read answers -1.
func (s *Stream) fill(c *call, size int) bool {
	if s.w-s.r >= size {
		return true
	}
	if s.lost || s.exhausted(c, s.w-s.r) {
		return false
	}
	if s.readers.Load() != nil {
		return s.fillFiltered(c, size)
	}
	n, ok := s.receive(c, s.room())
	s.w += n
	return ok
}

// makeSpace makes room for size bytes as PHP does: it moves what is buffered to
// the front, and grows where that is not enough.
func (s *Stream) makeSpace(size int) {
	if s.bufSize-s.w-s.ahead >= size {
		return
	}
	if s.r > 0 {
		s.w = copy(s.buf, s.buf[s.r:s.w])
		s.r = 0
	}
	s.ahead = 0
	if s.bufSize-s.w < size {
		s.bufSize += size
	}
}

// space makes room for a chunk, and answers how much there is.
func (s *Stream) space() int {
	s.makeSpace(s.chunk)
	return min(s.bufSize-s.w-s.ahead, maxRead)
}

// room is the free part of the buffer.
func (s *Stream) room() []byte {
	end := s.w + s.space()
	if len(s.buf) < end {
		s.growBuffer(end)
	}
	return s.buf[s.w:end]
}

// growBuffer makes the buffer size bytes long. PHP grows by a chunk at a time;
// here the memory is doubled, so that a long record is not copied over and over.
func (s *Stream) growBuffer(size int) {
	if s.buf == nil && size == defaultChunk {
		s.buf = chunks.Get().(*[defaultChunk]byte)[:]
		return
	}
	buf := make([]byte, max(size, 2*len(s.buf)))
	r, w, ahead := s.r, s.w, s.ahead
	copy(buf[r:], s.buf[r:w])
	s.dropBuffer()
	s.buf, s.r, s.w, s.ahead = buf, r, w, ahead
}

// took moves on by n buffered bytes.
func (s *Stream) took(n int) {
	s.r += n
	s.passed += n
	if s.r == s.w {
		s.dropBuffer()
	}
}

// settle brings tell up to date. The reader's lock is held.
func (s *Stream) settle() {
	s.tell.Add(int64(s.passed))
	s.passed = 0
}

// position is PHP's position. While somebody else reads it is the one at their
// last read of the socket.
func (s *Stream) position() int {
	if s.rmu.TryLock() {
		s.settle()
		s.rmu.Unlock()
	}
	return int(s.tell.Load())
}

// takeBuffered copies out what is buffered.
func (s *Stream) takeBuffered(p []byte) int {
	n := copy(p, s.buf[s.r:s.w])
	if n > 0 {
		s.took(n)
	}
	return n
}

// fetch is a read past the buffer: once, or through the filters until want bytes
// have come.
func (s *Stream) fetch(c *call, p []byte, want int) (n int, ok bool) {
	if s.readers.Load() != nil {
		if !s.fillFiltered(c, want) {
			return 0, false // what has come through stays for the next read
		}
		return s.takeBuffered(p), true
	}
	n, ok = s.receive(c, p)
	s.tell.Add(int64(n))
	return n, ok
}

// receive reads once from the socket or the body. ok is false where PHP's own
// read answers -1.
func (s *Stream) receive(c *call, p []byte) (n int, ok bool) {
	s.settle()
	if s.lost {
		return 0, true
	}
	var g got
	if s.body != nil {
		g = s.receiveBody(c, p)
	} else {
		g = s.sock.receive(c, p, !s.atOnce)
	}
	s.owe(g.n)
	// Behind filters PHP tells of a failure's end alone.
	if g.end && !s.eof.Swap(true) && s.rt.facts.NotifiesEnd && (s.readers.Load() == nil || g.minus && s.w == s.r) {
		s.owe(metEnd)
	}
	return g.n, !g.minus
}

// fillReceived buffers what is left of the TLS record that was read last.
func (s *Stream) fillReceived(t *secure.Conn) {
	if !t.Left() {
		return
	}
	size, ahead := s.bufSize, s.ahead
	n, _ := t.ReadReceived(s.room())
	s.w = n
	if n == 0 {
		s.bufSize, s.ahead = size, ahead
		s.dropBuffer()
	}
}

// bufferedLine answers the next line where all of it is buffered, which is
// nearly always: nothing can fail then, and there is no call to keep account of.
func (s *Stream) bufferedLine(length []int) (string, bool) {
	if s.gone() {
		return "", false
	}
	if !s.rmu.TryLock() { // unlocked without defer, which would be an eighth of the whole
		return "", false
	}
	n := 0
	if s.ends == endsLF {
		n = bytes.IndexByte(s.buf[s.r:s.w], '\n') + 1
	}
	if n == 0 || len(length) > 0 && n >= length[0] {
		s.rmu.Unlock()
		return "", false
	}
	line := string(s.buf[s.r : s.r+n])
	s.took(n)
	s.rmu.Unlock()
	return line, true
}

// send writes p in the pieces that PHP writes it in. ok is false where PHP's
// fwrite answers false.
func (s *Stream) send(c *call, p []byte) (n int, ok bool) {
	if s.body != nil {
		return s.sendBody(c, p)
	}
	if !c.rt.facts.WritesChunks {
		n, ok = s.sock.send(c, p, len(p))
		s.tell.Add(int64(n))
		s.owe(n)
		return n, ok
	}
	for {
		piece := p[n:min(n+int(s.piece.Load()), len(p))]
		m, sent := s.sock.send(c, piece, len(p)-n)
		s.tell.Add(int64(m))
		s.owe(m)
		n += m
		if m < len(piece) || n == len(p) {
			return n, sent || n > 0
		}
	}
}

// line answers the next line with its end, at most limit bytes of it (negative:
// all), or what there is when no more comes.
func (s *Stream) line(c *call, limit int) (string, bool) {
	// A line that goes on in the next read is put together here; most fit.
	var scratch [512]byte
	long := scratch[:0]
	for {
		if avail := s.buf[s.r:s.w]; len(avail) > 0 {
			n := len(avail)
			done := false
			if i := s.lineEnd(avail); i >= 0 {
				n, done = i+1, true
			}
			if limit >= 0 && n >= limit-len(long) {
				n, done = limit-len(long), true
			}
			if done && len(long) == 0 {
				line := string(avail[:n])
				s.took(n)
				return line, true
			}
			if s.exhausted(c, len(long)+n) {
				return "", false
			}
			long = append(long, avail[:n]...)
			s.took(n)
			if done {
				break
			}
		} else if s.eof.Load() {
			break
		} else {
			want := s.chunk
			if limit >= 0 {
				want = min(want, limit-len(long))
			}
			if s.lineFails(c, want) {
				return "", false
			}
			if s.w == s.r {
				s.dropBuffer()
				break
			}
		}
	}
	return string(long), len(long) > 0
}

// lineFails fills the buffer for a line, and tells whether PHP gives the line up.
func (s *Stream) lineFails(c *call, size int) bool {
	s.refused = false
	s.fill(c, size)
	return s.refused && s.rt.facts.RefusalIsNoLine
}

// direct tells whether PHP reads past its buffer.
func (s *Stream) direct() bool { return s.unbuffed || s.chunk == 1 }

// once is the most that one read brings.
func (s *Stream) once() int {
	if s.direct() {
		return maxRead
	}
	return min(max(s.bufSize, s.chunk)+s.chunk, maxRead)
}

// alive is feof's look at what is behind the stream: false when it knows that
// nothing more comes.
func (s *Stream) alive(c *call) bool {
	switch b := s.body.(type) {
	case nil:
		return s.sock.alive()
	case *userBody:
		return !b.ended(c)
	}
	return true
}

// read is PHP's fread: what is buffered, and one read of the socket. A greedy
// stream is read until p is full.
func (s *Stream) read(c *call, p []byte) (n int, ok bool) {
	n, ok = s.readOnce(c, p)
	for s.greedy && 0 < n && n < len(p) {
		m, _ := s.readOnce(c, p[n:])
		if m == 0 {
			break
		}
		n += m
	}
	return n, ok
}

func (s *Stream) readOnce(c *call, p []byte) (n int, ok bool) {
	n = s.takeBuffered(p)
	if n == len(p) {
		return n, true
	}
	s.atOnce = n > 0 && s.rt.facts.BufferedAtOnce
	var m int
	if s.readers.Load() != nil || s.direct() {
		m, ok = s.fetch(c, p[n:], len(p)-n)
	} else if space := s.space(); len(p)-n >= space {
		// What the buffer would hold goes straight to the caller.
		m, ok = s.receive(c, p[n:n+space])
		s.ahead += m
		s.tell.Add(int64(m))
	} else {
		ok = s.fill(c, len(p)-n)
		if m = s.takeBuffered(p[n:]); m == 0 {
			s.dropBuffer()
		}
	}
	s.atOnce = false
	return n + m, ok || n > 0
}
