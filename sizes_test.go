package phpstream_test

import (
	"bytes"
	"context"
	"io"
	"math"
	"net"
	"runtime"
	"testing"

	. "github.com/phpstream-go/phpstream"
)

// TestHugeSizes: a length says how much is wanted at most, not how much memory
// there is.
func TestHugeSizes(t *testing.T) {
	checkLeaks(t)
	addr := serve(t, func(c net.Conn) { io.WriteString(c, "abc\ndef\n"); io.Copy(io.Discard, c) })
	for name, read := range map[string]func(*Stream) (string, bool){
		"stream_get_line": func(fp *Stream) (string, bool) { return StreamGetLine(fp, math.MaxInt, "\nd") },
		"fgets":           func(fp *Stream) (string, bool) { s, ok := Fgets(fp, math.MaxInt); return s[:len(s)-1], ok },
		"fread":           func(fp *Stream) (string, bool) { s, ok := Fread(fp, math.MaxInt); return s[:2], ok },
		"fread without a buffer": func(fp *Stream) (string, bool) {
			StreamSetReadBuffer(fp, 0)
			s, ok := Fread(fp, math.MaxInt)
			return s[:2], ok
		},
		"stream_get_contents": func(fp *Stream) (string, bool) {
			StreamSetTimeout(fp, 0, 100000)
			s, ok := StreamGetContents(fp, math.MaxInt, 1)
			return s[:2], ok
		},
		"largest chunk": func(fp *Stream) (string, bool) {
			StreamSetChunkSize(fp, math.MaxInt32)
			s, ok := Fgets(fp)
			return s[:len(s)-1], ok
		},
	} {
		fp := connect(t, addr)
		if first, _ := Fgetc(fp); first != "a" {
			t.Fatal(first)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if s, ok := read(fp); s != "bc" || !ok {
			t.Errorf("%s: %q %v", name, s, ok)
		}
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > 8<<20 {
			t.Errorf("%s took %d bytes", name, took)
		}
		fp.Close()
	}
}

// TestLongRecordIsCheap: what a record costs grows with its length, not with
// the square of it.
func TestLongRecordIsCheap(t *testing.T) {
	checkLeaks(t)
	const size = 16 << 20
	fp := connect(t, serve(t, func(c net.Conn) {
		c.Write(bytes.Repeat([]byte("x"), size))
		io.WriteString(c, "\nnext\n")
		io.Copy(io.Discard, c)
	}))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if s, ok := StreamGetLine(fp, 1<<40, "\n"); len(s) != size || !ok {
		t.Fatal(len(s), ok)
	}
	if s, _ := Fgets(fp); s != "next\n" {
		t.Fatal(s)
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 8*size {
		t.Errorf("%d bytes for a record of %d", took, size)
	}
}

// TestNothingGiven: what a caller may leave out, or have forgotten, is no reason
// to crash.
func TestNothingGiven(t *testing.T) {
	checkLeaks(t)
	rt, _ := newRuntime()
	var noContext context.Context
	for _, target := range []string{"tls://127.0.0.1:1", "tcp://localhost:1"} {
		if fp, _, _ := rt.StreamSocketClient(target, nil, (*Context)(nil), WithContext(noContext), Timeout(1)); fp != nil {
			t.Error(target)
		}
	}
	var x Context
	if !StreamContextSetOption(&x, "ssl", "verify_peer", true) || !StreamContextSetOptions(&x, Options{"ssl": {"verify_depth": 1}}) {
		t.Error("a Context without StreamContextCreate takes no options")
	}
	if _, err := x.TLSConfig("localhost"); err != nil {
		t.Error(err)
	}
	fp := connect(t, serve(t, func(c net.Conn) { io.Copy(io.Discard, c) }))
	for _, n := range []int{math.MaxInt, math.MinInt, 0, -1} {
		for _, m := range []int{math.MaxInt, math.MinInt, 0, -1} {
			StreamSetTimeout(fp, n, m)
			StreamSetChunkSize(fp, n)
			StreamCopyToStream(fp, fp, 0, m)
		}
	}
}
