package filter

import (
	"bytes"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// dechunk takes HTTP's chunks apart. What is no chunk is passed on as it is, and
// so is all that follows it; what follows the last chunk is dropped.
type dechunk struct {
	state dechunking
	left  uint64 // of the chunk
	facts *phpfacts.Facts
}

type dechunking int

const (
	chunkStart dechunking = iota
	chunkSize
	chunkExtension
	chunkLF
	chunkBody
	chunkBodyCR
	chunkBodyLF
	chunkTrailer
	chunkBroken
)

// Run is [Filter]'s.
func (d *dechunk) Run(in *Brigade, _ Mode) Result {
	r := Result{Status: PassOn, Used: in.Size()}
	for _, piece := range *in {
		r.Out = append(r.Out, d.convert(make([]byte, 0, len(piece)), piece))
	}
	*in = nil
	return r
}

// InPlace is [InPlace]'s.
func (d *dechunk) InPlace(p []byte) []byte { return d.convert(p[:0], p) }

// convert appends to out, which may be the beginning of p: it is never longer than
// what has been read of it.
func (d *dechunk) convert(out, p []byte) []byte {
	for len(p) > 0 {
		c := p[0]
		switch d.state {
		case chunkStart, chunkSize:
			v, ok := hexDigit(c)
			switch {
			case ok && d.state == chunkStart:
				d.left, d.state = v, chunkSize
				p = p[1:]
			case ok && d.left>>60 != 0 && d.facts.HugeChunkIsNone:
				d.state = chunkBroken
			case ok:
				d.left = d.left<<4 + v
				p = p[1:]
			case d.state == chunkStart:
				d.state = chunkBroken
			default:
				d.state = chunkExtension
			}
		case chunkExtension:
			i := bytes.IndexAny(p, "\r\n")
			if i < 0 {
				return out
			}
			p = p[i:]
			if p[0] == '\r' {
				p = p[1:]
			}
			d.state = chunkLF
		case chunkLF:
			switch {
			case c != '\n':
				d.state = chunkBroken
				continue
			case d.left == 0:
				d.state = chunkTrailer
			default:
				d.state = chunkBody
			}
			p = p[1:]
		case chunkBody:
			n := int(min(d.left, uint64(len(p))))
			out = append(out, p[:n]...)
			p = p[n:]
			if d.left -= uint64(n); d.left == 0 {
				d.state = chunkBodyCR
			}
		case chunkBodyCR:
			if c == '\r' {
				p = p[1:]
			}
			d.state = chunkBodyLF
		case chunkBodyLF:
			if c != '\n' {
				d.state = chunkBroken
				continue
			}
			p = p[1:]
			d.state = chunkStart
		case chunkTrailer:
			return out
		case chunkBroken:
			return append(out, p...)
		}
	}
	return out
}

func hexDigit(c byte) (uint64, bool) {
	switch {
	case '0' <= c && c <= '9':
		return uint64(c - '0'), true
	case 'a' <= c && c <= 'f':
		return uint64(c-'a') + 10, true
	case 'A' <= c && c <= 'F':
		return uint64(c-'A') + 10, true
	}
	return 0, false
}

// Holds is [Filter]'s.
func (d *dechunk) Holds() bool { return d.state != chunkStart }
