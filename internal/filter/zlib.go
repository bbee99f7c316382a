package filter

import (
	"fmt"
	"strings"

	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

// PHP's filters work with buffers of this size, which shows in where pieces
// begin and end.
const zlibBuffer = 1 << 15

const maxWindow = 15

func newZlib(r Request) (Filter, []Trouble) {
	switch strings.ToLower(r.Name) {
	case "zlib.inflate":
		return newInflate(r)
	case "zlib.deflate":
		return newDeflate(r)
	}
	return nil, nil
}

// windowOf reads the parameter window: how large the window is, log-2; negative
// for raw data, 16 more for gzip, 32 more to find out.
func windowOf(r Request, most int64, say *[]Trouble) int {
	o, _ := optionsOf(r.Params)
	window := int64(-maxWindow)
	if v, ok := o.get("window"); ok {
		if n := phpvalue.Int(v); n < -maxWindow || n > most {
			*say = append(*say, Trouble{Text: fmt.Sprintf(r.Facts.ZlibParameter, "window size", n)})
		} else {
			window = n
		}
	}
	return int(window)
}

func newInflate(r Request) (Filter, []Trouble) {
	var say []Trouble
	window := windowOf(r, maxWindow+32, &say)
	z := new(inflater)
	switch {
	case window < 0:
		window = -window
	default:
		z.wrap = [...]wrapping{wrapZlib, wrapGzip, wrapEither}[window>>4]
		window &= 15
		z.maxWin = window
	}
	if window < 8 && (window != 0 || z.wrap == wrapNone) {
		return nil, say
	}
	return &inflate{z: z, silent: r.Facts.ZlibIsSilent}, say
}

// inflate is zlib.inflate.
type inflate struct {
	z      *inflater
	begun  bool
	ended  bool // what follows is dropped
	silent bool
	stuck  []byte // made by a call that failed: passed on at the end
}

// Run is [Filter]'s.
func (f *inflate) Run(in *Brigade, mode Mode) Result {
	r := Result{Status: FeedMe}
	made := 0
	for len(*in) > 0 {
		piece := (*in)[0]
		size := len(piece)
		for len(piece) > 0 && !f.ended {
			if made >= Limit {
				(*in)[0] = piece
				r.Used += size - len(piece)
				return r
			}
			n := min(len(piece), zlibBuffer)
			rest, ok := f.step(piece[:n], &r)
			if !ok {
				*in = nil
				return r
			}
			piece = piece[n-len(rest):]
			made += len(f.z.out)
		}
		r.Used += size
		*in = (*in)[1:]
	}
	for more := f.begun && !f.ended && mode == FlushClose; more; {
		r.pass(f.stuck)
		f.stuck = nil
		_, _, err := f.z.run(nil, zlibBuffer)
		r.pass(f.z.out)
		more = err == nil && len(f.z.out) == zlibBuffer
	}
	return r
}

// step unpacks a part of a piece.
func (f *inflate) step(p []byte, r *Result) (rest []byte, ok bool) {
	f.begun = true
	rest, end, err := f.z.run(p, zlibBuffer)
	if err != nil {
		f.stuck = append(f.stuck, f.z.out...)
		*r = Result{}
		if !f.silent {
			r.Trouble = &Trouble{Notice: true, Text: "zlib: " + err.Error()}
		}
		return nil, false
	}
	r.pass(f.z.out)
	if end {
		f.ended = true
		r.Status = PassOn
	}
	return rest, true
}

// pass adds a copy of what has been made, and says to pass it on.
func (r *Result) pass(made []byte) {
	if len(made) > 0 {
		r.Out = append(r.Out, append([]byte{}, made...))
		r.Status = PassOn
	}
}

// Holds is [Filter]'s.
func (f *inflate) Holds() bool { return f.begun && !f.ended }
