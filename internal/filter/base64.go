package filter

import (
	"encoding/base64"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// base64Encoder keeps what is not three bytes yet, and where in a line it is.
type base64Encoder struct {
	breaks
	rest  [3]byte
	nrest int
}

func newBase64Encoder(o options, _ *phpfacts.Facts) coder { return &base64Encoder{breaks: breaksOf(o)} }

func (e *base64Encoder) convert(src []byte) ([]byte, bool) {
	dst := make([]byte, 0, base64.StdEncoding.EncodedLen(e.nrest+len(src)))
	if e.nrest > 0 && e.nrest+len(src) >= 3 {
		n := copy(e.rest[e.nrest:], src)
		src = src[n:]
		dst = e.quads(dst, e.rest[:])
		e.nrest = 0
	}
	if e.nrest == 0 {
		whole := len(src) / 3 * 3
		dst = e.quads(dst, src[:whole])
		src = src[whole:]
	}
	e.nrest += copy(e.rest[e.nrest:], src)
	return dst, true
}

// quads encodes whole groups, each line's first behind a line break.
func (e *base64Encoder) quads(dst, src []byte) []byte {
	if e.text == nil {
		return base64.StdEncoding.AppendEncode(dst, src)
	}
	for len(src) > 0 {
		if e.left < 4 {
			dst = append(dst, e.text...)
			e.left = e.line
		}
		n := min(int(e.left/4), (len(src)+2)/3)
		part := src[:min(3*n, len(src))]
		dst = base64.StdEncoding.AppendEncode(dst, part)
		src = src[len(part):]
		e.left -= uint32(4 * n)
	}
	return dst
}

func (e *base64Encoder) flush() []byte {
	n := e.nrest
	e.nrest = 0
	return e.quads(nil, e.rest[:n])
}

func (e *base64Encoder) holds() bool { return e.nrest > 0 }

// base64Decoder collects bits. What is no letter of the code is passed over;
// after padding no letter may follow, and padding has its place.
type base64Decoder struct {
	bits   uint32
	n      uint // how many bits there are: 0, 2, 4 or 6
	padded bool
}

const (
	isStranger = 64
	isPadding  = 128
)

// sextets says what each byte stands for.
var sextets = func() (t [256]byte) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for i := range t {
		t[i] = isStranger
	}
	for i, c := range []byte(alphabet) {
		t[c] = byte(i)
	}
	t['='] = isPadding
	return t
}()

func (d *base64Decoder) convert(src []byte) ([]byte, bool) {
	dst := make([]byte, 0, base64.StdEncoding.DecodedLen(len(src)+3))
	for _, c := range src {
		v := sextets[c]
		d.padded = d.padded || v == isPadding
		switch {
		case v < isStranger && d.padded:
			return nil, false
		case v < isStranger:
			d.bits = d.bits<<6 | uint32(v)
			if d.n += 6; d.n >= 8 {
				d.n -= 8
				dst = append(dst, byte(d.bits>>d.n))
			}
		case d.padded && (d.n == 0 || d.n == 6):
			return nil, false
		}
	}
	return dst, true
}

func (d *base64Decoder) flush() []byte { return nil }

func (d *base64Decoder) holds() bool { return d.n > 0 }
