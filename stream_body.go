package phpstream

import "io"

// body is where the bytes of a stream that is not a socket come from and go to: a
// file, memory, a program's own wrapper. The reader's lock guards it, for writing
// too: both move the same position.
//
// php-src: main/php_streams.h, php_stream_ops.
type body interface {
	// read reads once. An error says why it answered less than it could have; one
	// that is a *trouble has words, too.
	read(p []byte) (got, error)
	// write writes what it can of p. ok is false where PHP's write answers -1.
	write(p []byte) (n int, ok bool, err error)
	close() error
}

// What only some bodies can do.
type (
	seeker interface {
		// seek answers the position from the start, after a failure -1 where PHP does
		// not know any more, or samePlace. whence is io.SeekStart and so on.
		seek(offset int64, whence int) (int64, error)
	}
	locker    interface{ lock(how int) error }
	truncater interface{ truncate(size int64) error }
	statter   interface{ stat() (FileStat, error) }
	flusher   interface{ flush() bool }
)

// samePlace is where a stream is that has not been moved.
const samePlace = -2

// trouble is a body's failure in PHP's words.
type trouble struct {
	level ErrorLevel
	text  string // what follows "function(): "
	err   error  // behind it
}

func (t *trouble) Error() string { return t.text }
func (t *trouble) Unwrap() error { return t.err }

// tell reports what a body has to say.
func (c *call) tell(err error) {
	if err == nil || err == io.EOF {
		return
	}
	switch t := err.(type) {
	case *excess:
		c.fail(errExhausted)
		c.bare(E_ERROR, t.Error())
	case *trouble:
		c.fail(t.err)
		c.raise(t.level, t.text)
	case interface{ Unwrap() []error }: // several
		for _, one := range t.Unwrap() {
			c.tell(one)
		}
	default:
		c.fail(err)
	}
}

// newBodyStream makes a stream that is not a socket. It has the place of one that
// is not connected: what only sockets can do fails there in PHP's words.
func (rt *Runtime) newBodyStream(label, mode string, b body) *Stream {
	s := rt.newStream(label)
	s.mode = mode
	s.body = b
	_, s.seekable = b.(seeker)
	return s
}

func (s *Stream) receiveBody(c *call, p []byte) got {
	g, err := s.body.read(p)
	c.tell(err)
	if t := s.tempBody(); t != nil {
		s.eof.Store(t.ended)
	}
	return g
}

// sendBody writes at the stream's position: what has been read ahead is given
// back first. What of a file PHP 7.4 writes at once shows where it can't.
func (s *Stream) sendBody(c *call, p []byte) (n int, ok bool) {
	if s.unwritable {
		return 0, false // it is a filter's, and has been refused
	}
	s.rmu.Lock()
	defer s.rmu.Unlock()
	if s.canSeek() && s.r != s.w {
		s.settle()
		s.forgetBuffered()
		at, err := s.body.(seeker).seek(s.tell.Load(), io.SeekStart)
		if err == nil {
			s.tell.Store(at)
			if s.isMemory() || s.tempBody() != nil { // whose own seek forgets the end
				s.eof.Store(false)
			}
		} else if t, isTrouble := err.(*trouble); isTrouble {
			c.tell(t)
		}
	}
	if len(p) == 0 {
		return 0, true
	}
	piece := len(p)
	if _, isFile := s.body.(*file); isFile && c.rt.facts.WritesChunks {
		piece = s.chunk // which a failure tells
	}
	for {
		part := p[n:min(n+piece, len(p))]
		m, sent, err := s.body.write(part)
		c.tell(err)
		s.tell.Add(int64(m))
		if n += m; !sent || m < len(part) || n == len(p) {
			return n, sent || n > 0
		}
	}
}

// forgetBuffered drops what has been read ahead.
func (s *Stream) forgetBuffered() {
	s.r = s.w
	s.dropBuffer()
	s.ahead = 0
	s.readers.Load().forget()
}

// canSeek tells whether PHP asks the body to seek: a program's own wrapper only until
// it has turned out that it can't.
func (s *Stream) canSeek() bool {
	b, isUser := s.body.(*userBody)
	return s.seekable && !(isUser && b.noSeek.Load())
}

// seek is PHP's seek: within what is buffered where that is possible, else
// with the body, else forward by reading. The reader's lock is held.
//
// php-src: main/streams/streams.c, _php_stream_seek.
func (s *Stream) seek(c *call, offset int64, whence int) bool {
	if ahead, inside := s.aheadBy(offset, whence); inside {
		s.took(ahead)
		s.eof.Store(false)
		return true
	}
	at := s.tell.Load()
	if s.canSeek() {
		if s.rt.facts.RefusesNegative && whence == io.SeekStart && offset < 0 {
			return false
		}
		if whence == io.SeekCurrent {
			to := addSaturated(at, offset)
			if at < 0 && !s.rt.facts.Throws {
				to = at + offset
			}
			whence, offset = io.SeekStart, to
		}
		to, err := s.body.(seeker).seek(offset, whence)
		if err != errCannotSeek {
			c.tell(err)
			s.forgetBuffered()
			if to != samePlace {
				s.tell.Store(to)
			}
			if err != nil {
				if t := s.tempBody(); t != nil {
					s.eof.Store(t.ended)
				}
				return false
			}
			s.eof.Store(false)
			return true
		}
	}
	if whence == io.SeekCurrent && offset >= 0 {
		if !s.skip(c, offset) {
			return false
		}
		s.eof.Store(false)
		return true
	}
	c.warning(s.rt.facts.Seek)
	return false
}

// aheadBy tells whether a position is in what is buffered, and how far. The
// reader's lock is held.
func (s *Stream) aheadBy(offset int64, whence int) (n int, inside bool) {
	s.settle()
	if whence == io.SeekStart {
		offset -= s.tell.Load()
	}
	inside = !s.unbuffed && (whence == io.SeekStart || whence == io.SeekCurrent) && offset > 0 && offset <= int64(s.w-s.r)
	return int(offset), inside
}

// addSaturated adds, and stops at the largest number; so it does at once where a is
// negative, a position that is not known, as PHP comes to it.
func addSaturated(a, b int64) int64 {
	if sum := a + b; a >= 0 && (b < 0 || sum >= a) {
		return sum
	}
	return 1<<63 - 1
}

// skip reads n bytes away.
func (s *Stream) skip(c *call, n int64) bool {
	var away [1024]byte
	for n > 0 {
		m, _ := s.read(c, away[:min(n, int64(len(away)))])
		if m == 0 {
			return false
		}
		n -= int64(m)
	}
	return true
}
