package filter

import (
	"strings"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

// coder is one of the codes of convert.*.
type coder interface {
	// convert answers what becomes of src, false where it can't be read.
	convert(src []byte) ([]byte, bool)
	// flush answers what was held back.
	flush() []byte
	holds() bool
}

// convert is a filter of the family convert.*.
type convert struct {
	coder   coder
	facts   *phpfacts.Facts
	invalid string // what PHP says of data that can't be read
}

var coders = map[string]func(options, *phpfacts.Facts) coder{
	"base64-encode":           newBase64Encoder,
	"base64-decode":           func(options, *phpfacts.Facts) coder { return new(base64Decoder) },
	"quoted-printable-encode": newQuoter,
	"quoted-printable-decode": newUnquoter,
}

func newConvert(r Request) (Filter, []Trouble) {
	says := r.Facts.StreamFilter + " (" + r.Name + "): "
	o, isArray := optionsOf(r.Params)
	if r.Given && !isArray {
		return nil, []Trouble{{Text: says + "invalid filter parameter"}}
	}
	_, code, _ := strings.Cut(r.Name, ".")
	make, ok := coders[strings.ToLower(code)]
	if !ok {
		return nil, nil
	}
	return &convert{make(o, r.Facts), r.Facts, says + "invalid byte sequence"}, nil
}

// Run is [Filter]'s. Each piece becomes one piece, unless nothing comes of it.
func (f *convert) Run(in *Brigade, mode Mode) Result {
	r := Result{Status: PassOn}
	pieces := *in
	*in = nil
	for _, piece := range pieces {
		out, ok := f.coder.convert(piece)
		if !ok {
			return Result{Trouble: &Trouble{Text: f.invalid}}
		}
		r.add(out)
		r.Used += len(piece)
	}
	if mode == FlushClose || mode == FlushInc && f.facts.FlushEndsBase64 {
		r.add(f.coder.flush())
	}
	return r
}

// Holds is [Filter]'s.
func (f *convert) Holds() bool { return f.coder.holds() }

func (r *Result) add(piece []byte) {
	if len(piece) > 0 {
		r.Out = append(r.Out, piece)
	}
}

// breaks are the line breaks that an encoder puts in: nil for none.
type breaks struct {
	text []byte // nil: no lines
	line uint32 // how many bytes a line has
	left uint32 // how many more this one takes
}

// breaksOf reads line-length and line-break-chars. A line of less than four
// bytes has no room for anything: then there are no lines.
func breaksOf(o options) breaks {
	text := []byte("\r\n")
	if v, ok := o.get("line-break-chars"); ok {
		s, _ := phpvalue.String(v)
		text = append([]byte{}, s...)
	}
	var line uint32
	if v, ok := o.get("line-length"); ok {
		line = uint32(max(phpvalue.Int(v), 0))
	}
	if line < 4 {
		return breaks{}
	}
	return breaks{text, line, line}
}
