package phpstream

import (
	"bytes"

	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

// lineEnds is what ends a stream's lines.
type lineEnds int

const (
	endsLF      lineEnds = iota // "\n", and so "\r\n"
	endsUnknown                 // what the first end will be
	endsCR                      // "\r"
)

// lineEnds are those of a stream that is opened now.
func (rt *Runtime) lineEnds() lineEnds {
	if v, _ := rt.IniGet("auto_detect_line_endings"); phpvalue.IniBool(v) {
		return endsUnknown
	}
	return endsLF
}

// lineEnd finds the end of the first line, -1 where there is none. The reader's lock
// is held.
func (s *Stream) lineEnd(p []byte) int {
	if s.ends != endsLF {
		return s.otherLineEnd(p)
	}
	return bytes.IndexByte(p, '\n')
}

// otherLineEnd is lineEnd with auto_detect_line_endings: the first end that is seen
// decides of all.
//
// php-src: main/streams/streams.c, php_stream_locate_eol.
func (s *Stream) otherLineEnd(p []byte) int {
	cr := bytes.IndexByte(p, '\r')
	if s.ends == endsCR {
		return cr
	}
	lf := bytes.IndexByte(p, '\n')
	switch {
	case cr >= 0 && (lf < 0 || lf > cr+1):
		s.ends = endsCR
		return cr
	case lf >= 0:
		s.ends = endsLF
	}
	return lf
}
