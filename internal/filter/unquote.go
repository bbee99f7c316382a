package filter

import (
	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

// unquoter decodes quoted-printable. Without line-break-chars a soft line break
// may end in "\r\n", "\n" or "\r".
type unquoter struct {
	text    []byte // the line break; nil: any
	state   unquoting
	matched int // how much of the line break has been seen
	value   uint32
	facts   *phpfacts.Facts
}

type unquoting int

const (
	unquotePlain  unquoting = iota
	unquoteEquals           // behind "="
	unquoteDigit            // behind its first digit
	unquoteSpace            // behind "=" and white space
	unquoteBreak            // in a line break
)

func newUnquoter(o options, facts *phpfacts.Facts) coder {
	u := &unquoter{facts: facts}
	if v, ok := o.get("line-break-chars"); ok {
		s, _ := phpvalue.String(v)
		u.text = append([]byte{}, s...)
	}
	return u
}

func (u *unquoter) convert(src []byte) ([]byte, bool) {
	dst := make([]byte, 0, len(src))
	for i := 0; i < len(src); {
		c := src[i]
		switch u.state {
		case unquotePlain:
			if c == '=' {
				u.state = unquoteEquals
			} else {
				dst = append(dst, c)
			}
			i++
		case unquoteEquals:
			switch {
			case c == ' ' || c == '\t':
				u.state = unquoteSpace
				i++
			case u.text == nil && c == '\r', u.begins(c):
				u.matched = 1
				u.state = unquoteBreak
				i++
			case u.text == nil && c == '\n':
				u.state = unquotePlain
				i++
			case !u.digit(c):
				return nil, false
			default:
				u.state = unquoteDigit
				i++
			}
		case unquoteDigit:
			if !u.digit(c) {
				return nil, false
			}
			dst = append(dst, byte(u.value))
			u.state = unquotePlain
			i++
		case unquoteSpace:
			switch {
			case u.begins(c):
				u.matched = 1
				u.state = unquoteBreak
			case c != '\t' && c != ' ':
				return nil, false
			}
			i++
		case unquoteBreak:
			switch {
			case u.text == nil:
				if c == '\n' {
					i++
				}
				u.state = unquotePlain
			case u.matched == len(u.text):
				u.state = unquotePlain
			case c == u.text[u.matched]:
				u.matched++
				i++
			default: // no line break after all: what looked like one is data
				dst = append(dst, u.text[:u.matched]...)
				u.state = unquotePlain
			}
		}
	}
	if u.state == unquoteBreak && u.text == nil && u.facts.CRIsBreak {
		u.state = unquotePlain
	}
	return dst, true
}

func (u *unquoter) begins(c byte) bool { return len(u.text) > 0 && c == u.text[0] }

// digit takes a hexadecimal digit. Before 8.4 PHP read small letters by the
// distance of large ones, which leaves a bit of theirs in the digit before.
func (u *unquoter) digit(c byte) bool {
	v, ok := hexDigit(c)
	if ok && c >= 'a' && u.facts.SmallHexIsOff {
		v += 'a' - 'A'
	}
	if ok {
		u.value = u.value<<4 | uint32(v)
	}
	return ok
}

func (u *unquoter) flush() []byte { return nil }

func (u *unquoter) holds() bool { return u.state != unquotePlain }
