package phpstream_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"net"
	"runtime"
	"strconv"
	"strings"
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

// TestPromisedSizes: memory for a body is taken once where its size is known, and
// never for what a server only promises.
func TestPromisedSizes(t *testing.T) {
	checkLeaks(t)
	const large = 15 << 20
	length := func(n int) string { return "Content-Length: " + strconv.Itoa(n) }
	plain := func(n int) []byte { return bytes.Repeat([]byte("x"), n) }
	var chunked bytes.Buffer
	for range large >> 15 {
		fmt.Fprintf(&chunked, "8000\r\n%s\r\n", plain(0x8000))
	}
	for _, c := range []struct {
		name, header string
		body         []byte
		limit        string // memory_limit
		comes        int    // -1: file_get_contents is false
		most         int    // bytes that are allocated
	}{
		{"as promised", length(large), plain(large), "128M", large, large * 5 / 4},
		{"chunked", "Transfer-Encoding: chunked", append(chunked.Bytes(), "0\r\n\r\n"...), "128M", large, large * 9 / 4},
		{"nothing is said", "X: y", plain(large), "128M", large, large * 9 / 4},
		{"far less", length(1 << 50), plain(100_000), "128M", 100_000, 4 << 20},
		{"a little less", length(large), plain(large - 1), "128M", large - 1, large * 5 / 4},
		{"more", length(1000), plain(large), "128M", large, large * 9 / 4},
		{"more than is allowed", length(large), plain(large), "2M", -1, 4 << 20},
		{"less than nothing", length(-1), plain(100_000), "128M", 100_000, 4 << 20},
	} {
		addr := serve(t, func(conn net.Conn) {
			bufio.NewReader(conn).ReadString('\n')
			io.WriteString(conn, "HTTP/1.1 200 OK\r\n"+c.header+"\r\n\r\n")
			conn.Write(c.body)
			conn.Close()
		})
		rt, _ := newRuntime()
		rt.IniSet("memory_limit", c.limit)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		text, ok := rt.FileGetContents("http://" + addr)
		runtime.ReadMemStats(&after)
		if ok != (c.comes >= 0) || ok && (len(text) != c.comes || strings.Trim(text, "x") != "") {
			t.Errorf("%s: %d bytes, %v", c.name, len(text), ok)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > uint64(c.most) {
			t.Errorf("%s: %d bytes are allocated, at most %d should be", c.name, took, c.most)
		}
	}
}

// TestMemoryIsLimited: what is kept in memory stays within memory_limit, however far
// away a program moves before it writes.
func TestMemoryIsLimited(t *testing.T) {
	const allowed, tooMuch = 3 << 20, 5 << 20
	for _, url := range []string{"php://memory", "php://temp/maxmemory:4611686018427387904"} {
		rt, e := newRuntime()
		rt.IniSet("memory_limit", "4M")
		fp := rt.Fopen(url, "w+")
		refused := func(what string, done bool) {
			t.Helper()
			last := rt.LastError()
			if done || last == nil || !strings.Contains(last.Error(), "memory_limit") {
				t.Errorf("%s: %s: %v, %v", url, what, done, last)
			}
		}
		refused("truncated", Ftruncate(fp, tooMuch))
		refused("truncated far", Ftruncate(fp, 1<<61))
		if !Ftruncate(fp, allowed) {
			t.Error(url, "can't be truncated")
		}
		for _, far := range []int{tooMuch, 1 << 40, 1 << 61} {
			if Fseek(fp, far) != 0 {
				t.Error(url, far, "can't be reached")
			}
			_, ok := Fwrite(fp, "x")
			refused(strconv.Itoa(far), ok)
		}
		if got := e.all(); strings.Count(got, "Allowed memory size of 4194304 bytes exhausted (tried to allocate ") != 5 {
			t.Error(got)
		}
		Rewind(fp)
		if n, ok := Fwrite(fp, "x"); !ok || n != 1 {
			t.Error(url, "is spoilt")
		}
		if text, ok := StreamGetContents(fp, -1, 0); !ok || len(text) != allowed {
			t.Error(url, "has", len(text))
		}
		Fclose(fp)
	}
	rt, _ := newRuntime()
	fp := rt.Fopen("php://memory", "w+")
	if Fseek(fp, math.MaxInt) != 0 {
		t.Error("the last position can't be reached")
	}
	if _, ok := Fwrite(fp, "x"); ok {
		t.Error("something is written at the last position")
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
