package filter

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"hash"
	"hash/adler32"
	"hash/crc32"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

// deflate is zlib.deflate. What compress/flate makes of data is not what zlib
// makes of it, byte by byte, but it unpacks to the same.
type deflate struct {
	w      *flate.Writer
	made   bytes.Buffer
	wrap   wrapping
	window int // log-2
	level  int
	filled int // bytes since the window was emptied
	begun  bool
	ended  bool
	still  bool // everything that came in has come out
	sum    hash.Hash32
	total  uint32
}

const memoryMost = 9

func newDeflate(r Request) (Filter, []Trouble) {
	f := &deflate{level: flate.DefaultCompression, window: maxWindow, still: true}
	var say []Trouble
	warn := func(format string, args ...any) { say = append(say, Trouble{Text: fmt.Sprintf(format, args...)}) }
	level := func(v any) {
		if n := phpvalue.Int(v); n < -1 || n > 9 {
			warn("Invalid compression level specified. (%d)", n)
		} else {
			f.level = int(n)
		}
	}
	window := -maxWindow
	if o, isArray := optionsOf(r.Params); isArray {
		if v, ok := o.get("memory"); ok {
			if n := phpvalue.Int(v); n < 1 || n > memoryMost {
				warn(r.Facts.ZlibParameter, "memory level", n)
			}
		}
		window = windowOf(r, maxWindow+16, &say)
		if v, ok := o.get("level"); ok {
			level(v)
		}
	} else if r.Given {
		switch phpvalue.TypeName(r.Params, phpfacts.PHP82) {
		case "int", "float", "string":
			level(r.Params)
		default:
			warn("Invalid filter parameter, ignored")
		}
	}
	switch {
	case window < 0:
		f.window = -window
	case window > maxWindow:
		f.wrap, f.window, f.sum = wrapGzip, window-16, crc32.NewIEEE()
	default:
		f.wrap, f.window, f.sum = wrapZlib, window, adler32.New()
	}
	if f.window < 8 || f.window == 8 && f.wrap != wrapZlib {
		return nil, say
	}
	f.window = max(f.window, 9)
	f.w, _ = flate.NewWriter(&f.made, f.level)
	return f, say
}

// Run is [Filter]'s.
func (f *deflate) Run(in *Brigade, mode Mode) Result {
	r := Result{Status: FeedMe}
	for _, piece := range *in {
		r.Used += len(piece)
		for len(piece) > 0 {
			if f.ended {
				*in = nil
				return Result{}
			}
			n := min(len(piece), zlibBuffer)
			f.write(piece[:n])
			piece = piece[n:]
			if f.still = mode != Normal; f.still {
				f.w.Flush()
			}
			f.pass(&r)
		}
	}
	*in = nil
	switch {
	case mode == FlushClose && !f.ended:
		f.begin()
		f.w.Close()
		f.trailer()
		f.ended = true
	case mode == FlushInc && !f.still && !f.ended:
		f.w.Flush()
		f.still = true
	}
	f.pass(&r)
	return r
}

// write packs p. compress/flate knows one size of window: a smaller one is kept
// to by beginning anew whenever it is full.
func (f *deflate) write(p []byte) {
	f.begin()
	if f.sum != nil {
		f.sum.Write(p)
		f.total += uint32(len(p))
	}
	for size := 1 << f.window; len(p) > 0; {
		if f.window < maxWindow && f.filled == size {
			f.w.Flush()
			f.w.Reset(&f.made)
			f.filled = 0
		}
		n := len(p)
		if f.window < maxWindow {
			n = min(n, size-f.filled)
		}
		f.w.Write(p[:n])
		f.filled += n
		p = p[n:]
	}
}

// pass puts what has been made into the result, in pieces of PHP's size.
func (f *deflate) pass(r *Result) {
	for f.made.Len() > 0 {
		r.pass(f.made.Next(zlibBuffer))
	}
}

// begin writes the header.
func (f *deflate) begin() {
	if f.begun {
		return
	}
	f.begun = true
	level := f.level
	if level < 0 {
		level = 6
	}
	switch f.wrap {
	case wrapZlib:
		strength := 3
		switch {
		case level < 2:
			strength = 0
		case level < 6:
			strength = 1
		case level == 6:
			strength = 2
		}
		head := (f.window-8)<<12 | 8<<8 | strength<<6
		head += 31 - head%31
		f.made.Write(binary.BigEndian.AppendUint16(nil, uint16(head)))
	case wrapGzip:
		how := byte(0)
		switch {
		case level == 9:
			how = 2
		case level < 2:
			how = 4
		}
		const unix = 3
		f.made.Write([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, how, unix})
	}
}

func (f *deflate) trailer() {
	switch f.wrap {
	case wrapZlib:
		f.made.Write(binary.BigEndian.AppendUint32(nil, f.sum.Sum32()))
	case wrapGzip:
		f.made.Write(binary.LittleEndian.AppendUint32(nil, f.sum.Sum32()))
		f.made.Write(binary.LittleEndian.AppendUint32(nil, f.total))
	}
}

// Holds is [Filter]'s.
func (f *deflate) Holds() bool { return !f.still }
