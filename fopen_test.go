package phpstream_test

import (
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
