package filter

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phptest"
)

func made(t testing.TB, name string, p any) Filter {
	t.Helper()
	f, say := find(Request{Name: name, Given: p != nil, Params: p, Facts: phpfacts.Of(phpfacts.PHP84)})
	if f == nil || len(say) > 0 {
		t.Fatalf("no %s: %v", name, say)
	}
	return f
}

// through sends data through a filter in pieces of n bytes, and closes it.
func through(f Filter, data []byte, n int) (out []byte, ok bool) {
	run := func(in Brigade, mode Mode) bool {
		for first := true; first || len(in) > 0; first = false {
			r := f.Run(&in, mode)
			for _, p := range r.Out {
				out = append(out, p...)
			}
			if r.Status == Fatal {
				return false
			}
		}
		return true
	}
	for len(data) > 0 {
		p := data[:min(n, len(data))]
		if !run(Brigade{p}, Normal) {
			return out, false
		}
		data = data[len(p):]
	}
	return out, run(nil, FlushClose)
}

// TestInflateIsBounded: a bomb is unpacked step by step.
func TestInflateIsBounded(t *testing.T) {
	const size = 64 << 20
	var bomb bytes.Buffer
	w, _ := flate.NewWriter(&bomb, 9)
	zeros := make([]byte, 1<<20)
	for range size / len(zeros) {
		w.Write(zeros)
	}
	w.Close()
	f := made(t, "zlib.inflate", nil)
	total := 0
	for in := (Brigade{bomb.Bytes()}); len(in) > 0; {
		r := f.Run(&in, Normal)
		if n := r.Out.Size(); n > Limit+zlibBuffer {
			t.Fatalf("%d bytes at once", n)
		}
		total += r.Out.Size()
	}
	if total != size {
		t.Errorf("%d bytes of %d", total, size)
	}
}

// TestDeflateUnpacks: what is packed unpacks to the same, here, with Go's own
// packages, and in a window no larger than what was asked for.
func TestDeflateUnpacks(t *testing.T) {
	text := []byte(strings.Repeat(prose+"The quick brown fox. ", 600))
	text = append(text, bytes.Repeat([]byte{0}, 40000)...)
	for _, window := range []int{-15, -9, -12, 8, 9, 15, 25, 31} {
		for level := -1; level <= 9; level++ {
			f := made(t, "zlib.deflate", params{"window": window, "level": level, "memory": 1})
			packed, ok := through(f, text, 5000)
			if !ok {
				t.Fatalf("window %d, level %d: it fails", window, level)
			}
			var r io.Reader
			var err error
			switch {
			case window < 0:
				r = flate.NewReader(bytes.NewReader(packed))
			case window <= 15:
				r, err = zlib.NewReader(bytes.NewReader(packed))
			default:
				r, err = gzip.NewReader(bytes.NewReader(packed))
			}
			if err != nil {
				t.Fatalf("window %d, level %d: %v", window, level, err)
			}
			if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, text) {
				t.Errorf("window %d, level %d: Go reads %d bytes of %d: %v", window, level, len(got), len(text), err)
			}
			if window == 8 {
				window = 9 // zlib knows no such window, and says 9 in the header
			}
			back := made(t, "zlib.inflate", params{"window": window})
			if got, ok := through(back, packed, 333); !ok || !bytes.Equal(got, text) {
				t.Errorf("window %d, level %d: %d bytes of %d come back", window, level, len(got), len(text))
			}
		}
	}
}

// TestPHPUnpacks: PHP reads what is packed here, in a window of that size.
func TestPHPUnpacks(t *testing.T) {
	text := []byte(strings.Repeat(prose+"The quick brown fox. ", 600))
	for _, php := range phptest.All(t) {
		for _, window := range []int{-15, -9, 9, 31} {
			packed, _ := through(made(t, "zlib.deflate", params{"window": window}), text, 5000)
			encoding := map[bool]string{true: "ZLIB_ENCODING_RAW", false: "ZLIB_ENCODING_DEFLATE"}[window < 0]
			bits := max(window, -window)
			if bits > 15 {
				encoding, bits = "ZLIB_ENCODING_GZIP", bits-16
			}
			script := fmt.Sprintf(`<?php $z = inflate_init(%s, ["window" => %d]);`, encoding, bits)
			script += ` echo base64_encode(inflate_add($z, $input, ZLIB_FINISH));`
			got, err := base64.StdEncoding.DecodeString(php.Run(t, script, string(packed)))
			if err != nil || !bytes.Equal(got, text) {
				t.Errorf("PHP %s, window %d: %d bytes of %d: %v", php.Version, window, len(got), len(text), err)
			}
		}
	}
}

// TestHolds: what has come in, and still counts, is known.
func TestHolds(t *testing.T) {
	for _, c := range []struct {
		filter, in string
		holds      bool
	}{
		{"string.rot13", "abc", false},
		{"convert.base64-encode", "abc", false}, {"convert.base64-encode", "abcd", true},
		{"convert.base64-decode", "QUJD", false}, {"convert.base64-decode", "QUJDR", true},
		{"convert.quoted-printable-encode", "a\r\n", false},
		{"convert.quoted-printable-decode", "a=41", false}, {"convert.quoted-printable-decode", "a=4", true}, {"convert.quoted-printable-decode", "a=\r", true},
		{"dechunk", "1\r\na\r\n", false}, {"dechunk", "1\r\na", true}, {"dechunk", "2", true},
		{"zlib.inflate", deflated("abc", 6), false}, {"zlib.inflate", deflated("abc", 6)[:3], true},
		{"zlib.deflate", "abc", true},
	} {
		f := made(t, c.filter, nil)
		if f.Holds() {
			t.Errorf("a new %s holds something", c.filter)
		}
		f.Run(&Brigade{[]byte(c.in)}, Normal)
		if f.Holds() != c.holds {
			t.Errorf("%s after %q: holds is %v", c.filter, c.in, f.Holds())
		}
	}
}

// FuzzInflate holds the inflater against compress/flate, whole and in pieces.
func FuzzInflate(f *testing.F) {
	for level := -2; level <= 9; level++ {
		f.Add([]byte(deflated(prose+strings.Repeat("abc", 200), level)), 3)
	}
	f.Add([]byte("\x05\xc1\x01\x0d\x00\x00\x00\x80\x10\xff\xd5\x08"), 1)
	f.Fuzz(func(t *testing.T, data []byte, n int) {
		n = n&0xffff + 1
		const most = 1 << 22
		want, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(data)), most))
		if len(want) == most {
			return
		}
		got, ok := through(made(t, "zlib.inflate", nil), data, n)
		switch {
		case err == nil && (!ok || !bytes.Equal(got, want)):
			t.Errorf("%d bytes, ok is %v, want %d", len(got), ok, len(want))
		case err != nil && !bytes.HasPrefix(want, got) && !bytes.HasPrefix(got, want):
			t.Errorf("%q, want %q", got, want)
		}
	})
}

// FuzzRoundTrips: what is encoded comes back, however it is cut.
func FuzzRoundTrips(f *testing.F) {
	f.Add([]byte(prose), 5, 3, 76)
	f.Add([]byte("\x00\xff \t\r\n="), 1, 1, 4)
	f.Fuzz(func(t *testing.T, data []byte, n, m, line int) {
		n, m = n&0xfff+1, m&0xfff+1
		for _, c := range []struct {
			out, in string
			params  any
		}{
			{"string.rot13", "string.rot13", nil},
			{"convert.base64-encode", "convert.base64-decode", params{"line-length": line}},
			{"convert.quoted-printable-encode", "convert.quoted-printable-decode", params{"binary": true, "line-length": line}},
			{"zlib.deflate", "zlib.inflate", params{"level": line & 7}},
		} {
			there, ok := through(made(t, c.out, c.params), data, n)
			back, ok2 := through(made(t, c.in, nil), there, m)
			if !ok || !ok2 || !bytes.Equal(back, data) {
				t.Errorf("%s of %q is %q, which %s makes %q", c.out, data, there, c.in, back)
			}
		}
		encoded, _ := through(made(t, "convert.base64-encode", nil), data, n)
		if want := base64.StdEncoding.EncodeToString(data); string(encoded) != want {
			t.Errorf("%q, want %q", encoded, want)
		}
	})
}

// FuzzHostile: whatever comes in, nothing breaks, and nothing is made of it that
// is out of all proportion.
func FuzzHostile(f *testing.F) {
	f.Add([]byte("=3D=\r\n4\r\nAAAA\r\n0\r\n"), 2, "\r\n", 10)
	f.Add([]byte(" \t \r\n"), 1, " ", 4)
	f.Add([]byte("3;x=y\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\n\r\nrest"), 7, " ", 4)
	f.Add([]byte("2\nab\n1\r\nc\r\nno chunk"), 100, " ", 4)
	f.Fuzz(func(t *testing.T, data []byte, n int, breaks string, line int) {
		n = n&0xfff + 1
		if len(breaks) > 100 || len(data) > 1<<16 {
			return
		}
		p := params{"line-break-chars": breaks, "line-length": line}
		for _, name := range []string{"convert.base64-encode", "convert.base64-decode", "convert.quoted-printable-encode", "convert.quoted-printable-decode"} {
			if out, _ := through(made(t, name, p), data, n); len(out) > (len(data)+4)*(4+len(breaks)) {
				t.Errorf("%s makes %d bytes of %d", name, len(out), len(data))
			}
		}
		out, _ := through(made(t, "dechunk", nil), data, n)
		if len(out) > len(data) {
			t.Errorf("dechunk makes %d bytes of %d", len(out), len(data))
		}
		var inPlace []byte
		f := made(t, "dechunk", nil).(InPlace)
		for piece := range slices.Chunk(slices.Clone(data), n) {
			inPlace = append(inPlace, f.InPlace(piece)...)
		}
		if !bytes.Equal(inPlace, out) {
			t.Errorf("dechunk makes %q of %q, and in place %q", out, data, inPlace)
		}
		through(made(t, "zlib.inflate", params{"window": 47}), data, n)
	})
}
