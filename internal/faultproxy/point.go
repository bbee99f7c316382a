package faultproxy

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// A Point is a place in what a side sends: each part of it is looked for behind
// the one before.
type Point []part

type part struct {
	kind   string
	n      int // of bytes, of the read, of the record
	offset int // into the record, into the text
	text   string
}

// Byte is behind the first n bytes. It is reached when they have passed.
func Byte(n int) Point { return Point{{kind: "byte", n: n}} }

// Read is in front of what the n-th read from the side brings, counted from 1.
func Read(n int) Point { return Point{{kind: "read", n: n}} }

// Record is a number of bytes into the n-th TLS record, counted from 1. A
// negative number counts from the record's end.
func Record(n, offset int) Point { return Point{{kind: "record", n: n, offset: offset}} }

// Before is in front of the first occurrence of a text. What may be the beginning
// of it waits for the rest.
func Before(text string) Point { return Within(text, 0) }

// Within is n bytes into the text.
func Within(text string, n int) Point { return Point{{kind: "text", text: text, offset: n}} }

// After is behind the text.
func After(text string) Point { return Within(text, len(text)) }

// Then looks for another point behind this one.
func (p Point) Then(next Point) Point { return append(p[:len(p):len(p)], next...) }

func (p Point) String() string {
	var names []string
	for _, part := range p {
		names = append(names, part.String())
	}
	return strings.Join(names, " then ")
}

func (p part) String() string {
	switch p.kind {
	case "text":
		switch p.offset {
		case 0:
			return "before " + strconv.Quote(p.text)
		case len(p.text):
			return "after " + strconv.Quote(p.text)
		}
		return fmt.Sprintf("%d bytes into %q", p.offset, p.text)
	case "record":
		return fmt.Sprintf("record %d%+d", p.n, p.offset)
	}
	return fmt.Sprintf("%s %d", p.kind, p.n)
}

// finder looks for one part of a point.
type finder struct {
	part
	header []byte // of the record under way, as far as it has come
	record int    // records that have begun
	body   int    // bytes of it to come
	past   int    // bytes of it that have passed, the header's too
}

const recordHeader = 5

// look answers how many of the bytes pass before the place, and whether that is
// where it is. What doesn't pass is shown again with what comes next. reads is
// how many reads there have been.
func (f *finder) look(b []byte, reads int) (pass int, found bool) {
	switch f.kind {
	case "byte":
		pass = min(f.n, len(b))
		f.n -= pass
		return pass, f.n == 0
	case "read":
		if reads >= f.n {
			return 0, true
		}
		return len(b), false
	case "record":
		return f.lookRecord(b)
	}
	if i := bytes.Index(b, []byte(f.text)); i >= 0 {
		return i + f.offset, true
	}
	for keep := min(len(f.text)-1, len(b)); keep > 0; keep-- {
		if strings.HasPrefix(f.text, string(b[len(b)-keep:])) {
			return len(b) - keep, false
		}
	}
	return len(b), false
}

func (f *finder) lookRecord(b []byte) (pass int, found bool) {
	for {
		within := f.record == f.n
		switch {
		case f.offset == 0 && f.record == f.n-1 && len(f.header) == 0,
			within && f.offset > 0 && f.past == f.offset,
			within && f.offset < 0 && len(f.header) == recordHeader && f.body <= -f.offset,
			within && len(f.header) == 0: // it was shorter
			return pass, true
		case pass == len(b):
			return pass, false
		}
		f.take(b[pass])
		pass++
	}
}

// take follows the records by a byte.
func (f *finder) take(b byte) {
	if len(f.header) == 0 {
		f.record++
		f.past = 0
	}
	f.past++
	if len(f.header) < recordHeader {
		if f.header = append(f.header, b); len(f.header) == recordHeader {
			f.body = int(f.header[3])<<8 | int(f.header[4])
		}
	} else {
		f.body--
	}
	if len(f.header) == recordHeader && f.body == 0 {
		f.header = nil
	}
}
