package phpstream_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	. "github.com/phpstream-go/phpstream"
)

// TestUseIncludePath: each function that takes the option, with it and without.
func TestUseIncludePath(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "only-here"), []byte("hello"), 0o666); err != nil {
		t.Fatal(err)
	}
	rt := NewRuntime()
	rt.SetErrorHandler(func(ErrorLevel, string, string, int) bool { return true })
	rt.IniSet("include_path", folder)
	var out bytes.Buffer
	rt.SetOutput(&out)
	for _, use := range []bool{true, false} {
		want := ""
		if use {
			want = "hello"
		}
		text, ok := rt.FileGetContents("only-here", UseIncludePath(use))
		if text != want || ok != use {
			t.Errorf("FileGetContents(%v) = %q, %v", use, text, ok)
		}
		out.Reset()
		if n, ok := rt.Readfile("only-here", UseIncludePath(use)); out.String() != want || n != len(want) || ok != use {
			t.Errorf("Readfile(%v) = %d, %v, and writes %q", use, n, ok, out.String())
		}
		fp := rt.Fopen("only-here", "r", UseIncludePath(use))
		if (fp != nil) != use {
			t.Errorf("Fopen(%v) = %v", use, fp)
		}
		if fp != nil {
			Fclose(fp)
		}
	}
	if got, ok := rt.StreamResolveIncludePath("only-here"); !ok || filepath.Base(got) != "only-here" {
		t.Errorf("it is %q, %v", got, ok)
	}
	if _, ok := rt.StreamResolveIncludePath("nowhere"); ok {
		t.Error("there is a file nowhere")
	}
}

// TestNothingIsLookedForBesideTheProgram: a file of the folder that this test stands in
// is not found by its name alone.
func TestNothingIsLookedForBesideTheProgram(t *testing.T) {
	const here = "include_path_test.go"
	if _, err := os.Stat(here); err != nil {
		t.Fatal(err)
	}
	rt := NewRuntime()
	rt.IniSet("include_path", t.TempDir())
	if path, ok := rt.StreamResolveIncludePath(here); ok {
		t.Errorf("it is %s", path)
	}
	rt.IniSet("include_path", ".")
	if _, ok := rt.StreamResolveIncludePath(here); !ok {
		t.Error("it is not even found in .")
	}
}

// TestNoURLs: a Runtime whose program may open no URLs opens none, whatever the
// program sets; its sockets and files are not concerned.
func TestNoURLs(t *testing.T) {
	asked := make(chan bool, 10)
	url := "ftp://" + listFTP(t, func() { asked <- true }, nil) + "/f"
	rt := NewRuntime()
	rt.SetErrorHandler(func(ErrorLevel, string, string, int) bool { return true })
	if !rt.SetPHPIni("allow_url_fopen", "off") || rt.SetPHPIni("no.such", "1") {
		t.Error("SetPHPIni does not know its options")
	}
	if _, ok := rt.IniSet("allow_url_fopen", "1"); ok {
		t.Error("the program has set allow_url_fopen")
	}
	for name, opens := range map[string]bool{
		"Fopen":           rt.Fopen(url, "r") != nil,
		"FilePutContents": second(rt.FilePutContents(url, "x")),
		"Opendir":         rt.Opendir(url) != nil,
		"Scandir":         second(rt.Scandir(url)),
		"Stat":            second(rt.Stat(url)),
		"Unlink":          rt.Unlink(url),
		"Rename":          rt.Rename(url, url+"2"),
		"Mkdir":           rt.Mkdir(url),
		"Rmdir":           rt.Rmdir(url),
		"Copy":            rt.Copy(url, os.DevNull),
		"GetHeaders":      second(rt.GetHeaders(url)),
		"a filter":        rt.Fopen("php://filter/read=string.rot13/resource="+url, "r") != nil,
		"data":            rt.Fopen("data:,x", "r") != nil,
	} {
		if opens {
			t.Errorf("%s opens", name)
		}
	}
	if len(asked) > 0 {
		t.Error("the server has been asked")
	}
	if rt.Fopen("php://memory", "r") == nil || !rt.FileExists(".") {
		t.Error("memory or files are not there")
	}
	d := NewRuntime().Opendir(url)
	if d == nil || len(asked) == 0 {
		t.Fatal("nobody else can ask the server either")
	}
	Closedir(d)
}

func second[T any](_ T, ok bool) bool { return ok }
