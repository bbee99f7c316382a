package phpstream

import (
	"errors"
	"io"
	"os"
	"strings"

	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

// zipped is what opens compress.zlib:// URLs: what another URL has, unpacked where
// it is gzip, and packed where it is written.
//
// php-src: ext/zlib/zlib_fopen_wrapper.c.
var zipped = &wrapper{kind: zippedKind}

const zippedKind = "ZLIB"

func init() { zipped.open = openZipped } // which opens URLs in its turn

var errZipMode = errors.New("phpstream: compress.zlib:// is read or written")

func openZipped(o *urlOpening) *Stream {
	mode, ok := readZipMode(o.mode)
	if !ok && strings.Contains(o.mode, "+") {
		o.c.fail(errZipMode)
		return nil
	}
	path, _ := cutPrefixFold(o.path, "compress.zlib://")
	const willCast = 32
	inner := (&urlOpening{c: o.c, url: path, mode: o.mode, ctx: o.ctx, options: o.options | STREAM_MUST_SEEK | willCast, quiet: true}).inIncludePath().open()
	if inner == nil {
		return nil // PHP does not tell why
	}
	if !mode.writes {
		inner = inner.seekableCopy(o.c)
	}
	if inner == nil {
		return nil
	}
	if !ok { // only now: "x" has made the file
		o.c.fail(errZipMode)
	}
	if !inner.hasDescriptor(o.c) || !ok {
		inner.shut(o.c)
		return nil
	}
	if level, ok := o.ctx.option("zlib", "level"); ok {
		if mode.writes {
			mode.level = int(phpvalue.Int(level))
		} else {
			o.c.bare(E_WARNING, "failed setting compression level")
		}
	}
	s := o.c.rt.newBodyStream(zippedKind, o.mode, nil)
	if mode.writes {
		s.body = newZipper(s, inner, mode)
	} else {
		s.body = newUnzipper(s, inner)
	}
	s.seekable, s.unbuffed = true, true
	return s
}

// seekableCopy is a stream itself where it can seek, or else a temporary file with
// all that it has: reading may go back to the start.
func (s *Stream) seekableCopy(c *call) *Stream {
	if _, ok := s.body.(seeker); ok {
		return s
	}
	defer s.shut(c)
	f, err := os.CreateTemp("", "php")
	if err != nil {
		c.fail(err)
		return nil
	}
	os.Remove(f.Name()) // where that can be done with an open file
	t := s.rt.newBodyStream("STDIO", "r+", &file{f: f, facts: s.rt.facts, temporary: true})
	t.greedy = true
	copyStream(c, s, t, -1)
	t.moveTo(c, 0, io.SeekStart)
	return t
}

// hasDescriptor tells whether PHP would have a descriptor to read from or to write
// to, and says what it would say otherwise. What is written to a stream that can't
// seek goes there; PHP has a temporary file in its place, and forgets it.
func (s *Stream) hasDescriptor(c *call) bool {
	if !s.filtered() {
		switch b := s.body.(type) {
		case *temp, dataBody:
			if t := s.tempBody(); t.memory != nil {
				c.fail(t.toFile(t.place))
			}
			return true
		case nil, *file, output:
			return true
		case *userBody:
			c.tell(b.asks("stream_cast", func() { b.StreamCast(STREAM_CAST_AS_STREAM) }))
		}
	}
	c.warning(s.noCast(c.rt.facts.Cannot, "File Descriptor"))
	return false
}

// zipMode is what zlib reads out of a mode.
type zipMode struct {
	writes bool
	plain  bool // nothing is packed
	level  int
}

func readZipMode(mode string) (m zipMode, ok bool) {
	m.level = -1
	for _, char := range mode {
		switch {
		case char >= '0' && char <= '9':
			m.level = int(char - '0')
		case char == '+':
			return m, false
		case char == 'r':
			m.writes, ok = false, true
		case char == 'w' || char == 'a':
			m.writes, ok = true, true
		case char == 'T':
			m.plain = true
		}
	}
	return m, ok && (m.writes || !m.plain)
}
