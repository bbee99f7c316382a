package filter

import (
	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

// quoter encodes quoted-printable as PHP's filter does, oddities included: what
// it makes of white space, and of line breaks that two pieces share, depends on
// how the data is cut, and on when PHP's output buffer is full.
type quoter struct {
	breaks
	binary      bool // line breaks are data
	encodeFirst bool // the first byte of a line is encoded
	matched     int  // how much of a line break has been seen
	replayed    int  // how much of that has been encoded after all
	room        int  // what is left of the output buffer
	out         []byte
}

func newQuoter(o options, _ *phpfacts.Facts) coder {
	flag := func(name string) bool {
		v, _ := o.get(name)
		return phpvalue.Bool(v)
	}
	return &quoter{breaks: breaksOf(o), binary: flag("binary"), encodeFirst: flag("force-encode-first")}
}

func (q *quoter) convert(src []byte) ([]byte, bool) {
	q.out, q.room = make([]byte, 0, len(src)), len(src)
	for size := len(src); len(src) > 0; {
		var full bool
		if src, full = q.pass(src); full {
			q.room += size
			size *= 2
		}
	}
	out := q.out
	q.out = nil
	return out, true
}

// pass encodes until the output buffer is full or nothing is left. How much
// white space still has to be encoded is forgotten at the end of a pass.
func (q *quoter) pass(src []byte) (rest []byte, full bool) {
	spaces := 0
	for {
		if !q.binary && len(q.text) > 0 && len(src) > 0 && src[0] == q.text[q.matched] {
			q.matched++
			if q.matched == len(q.text) {
				if q.room < q.matched {
					q.matched--
					return src, true
				}
				q.put(q.text...)
				q.left = q.line
				q.matched, q.replayed = 0, 0
			}
			src = src[1:]
			continue
		}
		replay := q.replayed < q.matched
		if !replay && len(src) == 0 {
			return nil, false
		}
		c := byte(0)
		if replay {
			c = q.text[q.replayed]
		} else {
			c = src[0]
		}
		white := !q.binary && spaces == 0 && (c == '\t' || c == ' ')
		plain := (!q.encodeFirst || q.left < q.line) && '!' <= c && c <= '~' && c != '='
		switch {
		case white && q.text != nil && q.left < 2:
			if !q.softBreak() {
				return src, true
			}
			continue
		case white:
			if q.room < 1 {
				return src, true
			}
			if q.text != nil {
				spaces = q.spacesAhead(src)
			}
			if spaces > 0 {
				continue
			}
			q.put(c)
			q.left--
		case plain:
			if q.text != nil && q.left < 2 && !q.softBreak() || q.room < 1 {
				return src, true
			}
			q.put(c)
			q.left--
		default:
			if q.text != nil && q.left < 4 && !q.softBreak() || q.room < 3 {
				return src, true
			}
			const digits = "0123456789ABCDEF"
			q.put('=', digits[c>>4], digits[c&15])
			q.left -= 3
			spaces = max(spaces-1, 0)
		}
		if replay {
			q.replayed++
		} else {
			q.matched, q.replayed = 0, 0
			src = src[1:]
		}
	}
}

func (q *quoter) put(c ...byte) {
	q.out = append(q.out, c...)
	q.room -= len(c)
}

// softBreak ends a line; false where the output buffer has no room for that.
func (q *quoter) softBreak() bool {
	if q.room < len(q.text)+1 {
		return false
	}
	q.put('=')
	q.put(q.text...)
	q.left = q.line
	return true
}

// spacesAhead looks for a line break behind white space. PHP looks at all of the
// rest but its last byte, counts the first space twice, and answers 0 only where
// it has met something else.
func (q *quoter) spacesAhead(src []byte) int {
	spaces, seen := 1, 0
	for i := 0; i < len(src)-1; i++ {
		switch c := src[i]; {
		case c == q.breakByte(seen):
			if seen++; seen >= len(q.text) {
				return spaces
			}
		case seen != 0 || c != '\t' && c != ' ':
			return 0
		default:
			spaces++
		}
	}
	return spaces
}

// breakByte is a byte of the line break, and a NUL behind its end.
func (q *quoter) breakByte(i int) byte {
	if i < len(q.text) {
		return q.text[i]
	}
	return 0
}

func (q *quoter) flush() []byte { return nil }

func (q *quoter) holds() bool { return q.replayed < q.matched }
