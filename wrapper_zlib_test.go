package phpstream

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestZippedByGo: what is written is what compress/gzip reads, and the other way
// round.
func TestZippedByGo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.gz")
	text := strings.Repeat("some text\n", 5000)
	for _, mode := range []string{"w", "wb1", "wb9", "w0"} {
		fp := Fopen("compress.zlib://"+path, mode)
		for part := range strings.SplitSeq(text, "e") {
			Fwrite(fp, part+"e")
		}
		if !Fclose(fp) {
			t.Fatal(mode)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(mode, err)
		}
		if got, err := io.ReadAll(r); string(got) != text+"e" || err != nil {
			t.Errorf("%s: %d bytes, %v", mode, len(got), err)
		}
		if got, ok := FileGetContents("compress.zlib://" + path); got != text+"e" || !ok {
			t.Errorf("%s: read %d bytes", mode, len(got))
		}
		if packed := len(data) < len(text)/10; packed != (mode != "w0") {
			t.Errorf("%s: %d bytes", mode, len(data))
		}
	}
}

// TestZippedBomb: what unpacks to very much is read in pieces.
func TestZippedBomb(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bomb.gz")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	const size = 24 << 20
	w := gzip.NewWriter(f)
	zeros := make([]byte, 1<<20)
	for range size / len(zeros) {
		w.Write(zeros)
	}
	if err := errors.Join(w.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	rt := NewRuntime()
	heard := heardBy(rt)
	rt.IniSet("memory_limit", "8M")
	fp := rt.Fopen("compress.zlib://"+path, "r")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if Fseek(fp, size-3) != 0 {
		t.Fatal("no seek")
	}
	if text, ok := Fread(fp, 10); len(text) != 3 || !ok || !Feof(fp) {
		t.Errorf("at the end: %q %v", text, ok)
	}
	Rewind(fp)
	if text, ok := Fread(fp, 8192); len(text) != 8192 || !ok {
		t.Errorf("at the start: %d %v", len(text), ok)
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 4<<20 {
		t.Errorf("took %d bytes", took)
	}
	if _, ok := rt.FileGetContents("compress.zlib://" + path); ok || len(*heard) != 1 || !strings.Contains((*heard)[0], "Allowed memory size") {
		t.Errorf("all of it was read: %q", *heard)
	}
}

// TestZippedOverWhatCantSeek: it is packed on the way.
func TestZippedOverWhatCantSeek(t *testing.T) {
	rt := NewRuntime()
	var out bytes.Buffer
	rt.SetOutput(&out)
	if n, ok := rt.FilePutContents("compress.zlib://php://output", "hello"); n != 5 || !ok {
		t.Fatal(n, ok)
	}
	r, err := gzip.NewReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(r); string(text) != "hello" || err != nil {
		t.Errorf("%q %v", text, err)
	}
}

type full struct{}

func (full) Write(p []byte) (int, error) { return 0, errors.New("full") }

// TestZippedWriteFails: who closes in Go's way hears of it.
func TestZippedWriteFails(t *testing.T) {
	rt := NewRuntime()
	rt.SetOutput(full{})
	fp := rt.Fopen("compress.zlib://php://output", "w")
	for range 2 {
		if n, ok := Fwrite(fp, "hello"); n != 0 || !ok {
			t.Error(n, ok)
		}
		if Fflush(fp) {
			t.Error("flushed")
		}
	}
	if err := fp.Close(); err == nil {
		t.Error("closed well")
	}
}
