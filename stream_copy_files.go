package phpstream

import (
	"errors"
	"io"
	"os"
	"strings"

	"github.com/phpstream-go/phpstream/internal/filter"
	"github.com/phpstream-go/phpstream/internal/localfile"
)

// PHP copies files past its buffers where it can: within the system, or out of a
// mapping of the file. Neither meets the end of the file, which shows in feof.
//
// php-src: main/streams/streams.c, _php_stream_copy_to_stream_ex and
// _php_stream_passthru; main/streams/plain_wrapper.c.

// mapped is how many bytes PHP would map of a file at the stream's position, at most
// some (negative: all), and where they are; 0 where it reads.
func (s *Stream) mapped(most int64) (f *os.File, at, n int64) {
	b, isFile := s.body.(*file)
	if t := s.tempBody(); t != nil && t.memory == nil {
		b, isFile = t.inner.(*file)
	}
	if !isFile || s.filtered() {
		return nil, 0, 0
	}
	info, err := b.f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil, 0, 0
	}
	s.rmu.Lock()
	defer s.rmu.Unlock()
	s.settle()
	at = s.tell.Load()
	if at < 0 || at%int64(os.Getpagesize()) != 0 {
		return nil, 0, 0
	}
	if n = info.Size() - at; most >= 0 {
		n = min(n, most)
	}
	if _, err := b.f.ReadAt(make([]byte, 1), at); err != nil {
		return nil, 0, 0
	}
	return b.f, at, max(n, 0)
}

// maxMapped is as much as PHP maps at once.
const maxMapped = 512 << 20

// copyMapped copies what can be mapped, up to length bytes where that is not
// negative. It is done where nothing is left to be read.
func copyMapped(c *call, from, to *Stream, length int) (copied int, done, ok bool) {
	block := blocks.Get().(*[blockSize]byte)
	defer blocks.Put(block)
	for {
		chunk := int64(maxMapped)
		if length >= 0 {
			chunk = min(chunk, int64(length-copied))
		}
		f, at, n := from.mapped(chunk)
		if n == 0 || !from.moveTo(c, n, io.SeekCurrent) {
			return copied, false, true
		}
		for rest := n; rest > 0; {
			m, err := f.ReadAt(block[:min(rest, blockSize)], at)
			if m == 0 {
				c.fail(err)
				return 0, true, false
			}
			written := to.writeLocked(c, block[:m])
			to.tellProgress()
			if written != m {
				return 0, true, false
			}
			rest -= int64(m)
			at += int64(m)
		}
		if copied += int(n); n < chunk || copied == length {
			return copied, true, true
		}
	}
}

// copyRange copies from file to file within the system. It is done where nothing is
// left to be read.
func copyRange(c *call, from, to *Stream, length int) (copied int, done, ok bool) {
	source, ok1 := from.body.(*file)
	target, ok2 := to.body.(*file)
	if !c.rt.facts.CopiesRange || !ok1 || !ok2 || from.unreadBytes() > 0 || !from.toPosition(c) || !to.toPosition(c) || strings.HasPrefix(to.mode, "a") {
		return 0, false, true
	}
	n := int64(length)
	if length < 0 {
		n = 1<<63 - 1
	}
	copied, err := localfile.CopyRange(target.f, source.f, n)
	switch {
	case errors.Is(err, localfile.ErrNotCopied):
		return 0, false, true
	case err != nil:
		c.fail(err)
		return 0, true, false
	}
	from.tell.Add(int64(copied))
	to.tell.Add(int64(copied))
	return copied, copied == 0 || copied == length || from.atEnd(c), true
}

func (s *Stream) unreadBytes() int {
	s.rmu.Lock()
	defer s.rmu.Unlock()
	return s.w - s.r
}

// toPosition brings a file to where its stream is, and forgets what has been read
// ahead; false where there are filters.
func (s *Stream) toPosition(c *call) bool {
	s.flush(c, filter.FlushInc)
	s.rmu.Lock()
	defer s.rmu.Unlock()
	s.settle()
	if s.seekable {
		s.body.(seeker).seek(s.tell.Load(), io.SeekStart)
		s.forgetBuffered()
	}
	return !s.filtered()
}
