package phpstream_test

import (
	"errors"
	"io"
	"net"
	"path/filepath"
	"testing"

	. "github.com/phpstream-go/phpstream"
)

// What one stream does to a file: reading ahead, writing at the position, seeking.
func TestFopenPlainFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "f")
	rt := NewRuntime()
	f := rt.Fopen(name, "w+")
	if f == nil {
		t.Fatal(rt.ErrorGetLast())
	}
	Fwrite(f, "one\ntwo\nthree\n")
	if at, _ := Ftell(f); at != 14 || Fseek(f, -6, SEEK_END) != 0 {
		t.Fatal("position", at)
	}
	if line, _ := Fgets(f); line != "three\n" || Feof(f) {
		t.Fatalf("%q", line)
	}
	if line, ok := Fgets(f); ok || !Feof(f) {
		t.Fatalf("%q past the end", line)
	}
	Rewind(f)
	Fgets(f)
	Fwrite(f, "TWO")
	if rest, _ := StreamGetContents(f, -1, 0); rest != "one\nTWO\nthree\n" {
		t.Fatalf("%q", rest)
	}
	if Fseek(f, -1) != -1 {
		t.Fatal("before the start")
	}
	m := StreamGetMetaData(f)
	if !m.Seekable || m.Mode != "w+" || m.WrapperType != "plainfile" || m.StreamType != "STDIO" || m.URI != name {
		t.Fatalf("%+v", m)
	}
	if !Fclose(f) {
		t.Fatal("close")
	}
	for mode, want := range map[string]string{
		"x": "fopen(" + name + "): Failed to open stream: File exists",
		"q": "fopen(" + name + "): Failed to open stream: `q' is not a valid mode for fopen",
	} {
		if fp := rt.Fopen(name, mode); fp != nil || rt.ErrorGetLast().Message != want {
			t.Error(rt.ErrorGetLast())
		}
	}
}

// TestSeeker: a stream is an io.Seeker where PHP's can seek, and moves nothing where
// it can't.
func TestSeeker(t *testing.T) {
	rt := NewRuntime()
	name := filepath.Join(t.TempDir(), "f")
	for _, url := range []string{name, "php://memory", "php://temp", "data:,unused"} {
		mode := "w+"
		if url == "data:,unused" {
			url, mode = "data:,one%0Atwo%0A", "r"
		}
		f := rt.Fopen(url, mode)
		if mode != "r" {
			Fwrite(f, "one\ntwo\n")
		}
		for _, step := range []struct {
			offset int64
			whence int
			want   int64
		}{{0, io.SeekStart, 0}, {4, io.SeekStart, 4}, {-2, io.SeekCurrent, 2}, {-4, io.SeekEnd, 4}} {
			if at, err := f.Seek(step.offset, step.whence); at != step.want || err != nil {
				t.Errorf("%s: %+v: %d, %v", url, step, at, err)
			}
		}
		if rest, err := io.ReadAll(f); string(rest) != "two\n" || err != nil {
			t.Errorf("%s: %q, %v", url, rest, err)
		}
		if _, err := f.Seek(-1, io.SeekStart); err == nil {
			t.Errorf("%s: it went before the start", url)
		}
		f.Close()
		if _, err := f.Seek(0, io.SeekStart); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s, closed: %v", url, err)
		}
	}
	server, _, _ := rt.StreamSocketServer("tcp://127.0.0.1:0")
	place, _ := StreamSocketGetName(server, false)
	client, _, _ := rt.StreamSocketClient("tcp://"+place, Timeout(10))
	guest, _ := StreamSocketAccept(server, 10)
	if client == nil || guest == nil {
		t.Fatal(rt.ErrorGetLast())
	}
	defer server.Close()
	defer client.Close()
	defer guest.Close()
	Fwrite(client, "left")
	if _, err := guest.Seek(1, io.SeekCurrent); !errors.Is(err, errors.ErrUnsupported) {
		t.Error(err)
	}
	if text, _ := Fread(guest, 10); text != "left" {
		t.Errorf("%q is left", text)
	}
	if _, err := (*Stream)(nil).Seek(0, io.SeekStart); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
}
