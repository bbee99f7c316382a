package realtest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	. "github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/servertest"
)

// onServer reads and writes files on a vsftpd.
func onServer(t *testing.T, v *servertest.Vsftpd, base string, ssl map[string]any) {
	t.Helper()
	var events []string
	rt := NewRuntime(PHP84)
	rt.SetErrorHandler(func(_ ErrorLevel, text, _ string, _ int) bool {
		events = append(events, text)
		return true
	})
	if ca, ok := ssl["cafile"].(string); ok {
		rt.IniSet("openssl.cafile", ca) // for stat, which no context holds for
	}
	ctx := func(ftp map[string]any) *Context { return rt.StreamContextCreate(Options{"ssl": ssl, "ftp": ftp}) }
	large := strings.Repeat("one line of many\r\n", 200000)
	must(t, os.WriteFile(filepath.Join(v.Root, "large file"), []byte(large), 0o644))

	if got, ok := rt.FileGetContents(base+"/large file", ctx(nil)); !ok || got != large {
		t.Fatalf("reading: %d bytes of %d, %v; %q", len(got), len(large), ok, events)
	}
	const from = 1000000
	if got, ok := rt.FileGetContents(base+"/large file", ctx(map[string]any{"resume_pos": from})); !ok || got != large[from:] {
		t.Errorf("resuming: %d bytes of %d, %v", len(got), len(large)-from, ok)
	}
	stored := func(want string) {
		t.Helper()
		data, err := os.ReadFile(filepath.Join(v.Root, "in", "f"))
		must(t, err)
		if string(data) != want {
			t.Errorf("stored are %d bytes, not %d", len(data), len(want))
		}
	}
	if n, ok := rt.FilePutContents(base+"/in/f", large, ctx(nil)); !ok || n != len(large) {
		t.Errorf("writing: %d, %v", n, ok)
	}
	stored(large)
	if len(events) > 0 {
		t.Errorf("events: %q", events)
	}
	events = nil
	if _, ok := rt.FilePutContents(base+"/in/f", "x", ctx(nil)); ok || len(events) != 1 || !strings.Contains(events[0], "Remote file already exists") {
		t.Errorf("overwriting unasked: %v, %q", ok, events)
	}
	stored(large)
	events = nil
	rt.FilePutContents(base+"/in/f", "one,", ctx(map[string]any{"overwrite": true}))
	rt.FilePutContents(base+"/in/f", "two", FILE_APPEND, ctx(nil))
	stored("one,two")
	if len(events) > 0 {
		t.Errorf("events: %q", events)
	}
	onPaths(t, rt, v, base, ctx(nil), &events)
	events = nil
	if _, ok := rt.FileGetContents(base+"/none", ctx(nil)); ok || len(events) != 1 || !strings.Contains(events[0], "FTP server reports 550 ") {
		t.Errorf("reading what is not there: %v, %q", ok, events)
	}
	events = nil
	// The server minds that nobody reads on. No buffer holds all of it.
	huge, err := os.Create(filepath.Join(v.Root, "huge"))
	must(t, err)
	must(t, huge.Truncate(64<<20))
	must(t, huge.Close())
	fp := rt.Fopen(base+"/huge", "r", ctx(nil))
	Fread(fp, 10)
	if !Fclose(fp) || len(events) != 1 || !strings.Contains(events[0], "FTP server error 426:") {
		t.Errorf("closing early: %q", events)
	}
}

// onPaths makes, finds, renames and removes.
func onPaths(t *testing.T, rt *Runtime, v *servertest.Vsftpd, base string, ctx *Context, events *[]string) {
	t.Helper()
	must(t, os.WriteFile(filepath.Join(v.Root, "in", "g"), []byte("hello"), 0o666))
	size, sized := rt.Filesize(base + "/in/g")
	info, err := os.Stat(filepath.Join(v.Root, "in", "g"))
	must(t, err)
	stat, found := rt.Stat(base + "/in/g")
	for what, ok := range map[string]bool{
		"the size":           sized && size == 5,
		"the time":           found && stat.Mtime == info.ModTime().Unix(),
		"a file":             rt.IsFile(base+"/in/g") && !rt.IsDir(base+"/in/g"),
		"a directory":        rt.IsDir(base+"/in") && !rt.IsFile(base+"/in"),
		"nothing":            !rt.FileExists(base + "/in/none"),
		"making three":       rt.Mkdir(base+"/in/a/b/c", Recursive(true), ctx) && isDir(v, "in/a/b/c"),
		"making it again":    !rt.Mkdir(base+"/in", ctx),
		"renaming":           rt.Rename(base+"/in/g", base+"/in/h", ctx),
		"renaming the wrong": !rt.Rename(base+"/in/none", base+"/in/x", ctx),
		"copying":            rt.Copy("data:,copied", base+"/in/copy", ctx),
	} {
		if !ok {
			t.Errorf("%s: not so; %q", what, *events)
		}
	}
	names, listed := rt.Scandir(base+"/in", ctx)
	var read []string
	d := rt.Opendir(base+"/in/a", ctx)
	for name, ok := rt.Readdir(d); ok; name, ok = rt.Readdir(d) {
		read = append(read, name)
	}
	rt.Closedir(d)
	if !listed || !slices.Equal(names, []string{"a", "copy", "f", "h"}) || !slices.Equal(read, []string{"b"}) {
		t.Errorf("the directories have %q and %q; %q", names, read, *events)
	}
	for _, ok := range []bool{
		rt.Unlink(base+"/in/h", ctx), rt.Unlink(base+"/in/copy", ctx), rt.Rmdir(base+"/in/a/b/c", ctx), !isDir(v, "in/a/b/c"),
	} {
		if !ok {
			t.Errorf("removing: not so; %q", *events)
		}
	}
	if len(*events) > 0 {
		t.Errorf("events: %q", *events)
	}
	if rt.Rmdir(base+"/in/a", ctx) || rt.Unlink(base+"/in/h", ctx) || len(*events) != 2 || !strings.Contains((*events)[1], "Error Deleting file: 550 ") {
		t.Errorf("removing what can't be: %q", *events)
	}
}

func isDir(v *servertest.Vsftpd, path string) bool {
	info, err := os.Stat(filepath.Join(v.Root, path))
	return err == nil && info.IsDir()
}

func TestVsftpd(t *testing.T) {
	v := servertest.StartVsftpd(t, "", "")
	onServer(t, v, "ftp://127.0.0.1:"+v.Port, nil)
}

// TestVsftpdTLS: over TLS the server insists on the session of the control
// connection for each data connection.
func TestVsftpdTLS(t *testing.T) {
	f := makeFiles(t)
	v := servertest.StartVsftpd(t, f.path("rsa.pem"), f.path("rsa.key"))
	base := "ftps://localhost:" + v.Port
	trust := map[string]any{"cafile": f.path("ca.pem")}
	onServer(t, v, base, trust)

	for name, tt := range map[string]struct {
		url  string
		ssl  map[string]any
		says string
	}{
		"another CA":   {base, map[string]any{"cafile": f.path("other-ca.pem")}, "certificate verify failed"},
		"another name": {base, map[string]any{"cafile": f.path("ca.pem"), "peer_name": "other.example"}, "did not match expected name"},
		"in clear":     {"ftp://localhost:" + v.Port, trust, "operation failed"},
	} {
		before := wentOn(v)
		if before == 0 {
			t.Fatal("the log does not tell of those that went on")
		}
		var events []string
		rt := NewRuntime(PHP84)
		rt.SetErrorHandler(func(_ ErrorLevel, text, _ string, _ int) bool { events = append(events, text); return true })
		got, ok := rt.FileGetContents(tt.url+"/large file", rt.StreamContextCreate(Options{"ssl": tt.ssl}))
		if ok || got != "" || !strings.Contains(strings.Join(events, "\n"), tt.says) {
			t.Errorf("%s: %v, %d bytes, %q", name, ok, len(got), events)
		}
		if wentOn(v) != before {
			t.Errorf("%s: the client went on", name)
		}
	}
}

// wentOn is how many passwords and requests for files the server has seen.
func wentOn(v *servertest.Vsftpd) int {
	log := v.Log()
	return strings.Count(log, `"PASS `) + strings.Count(log, `"RETR `)
}
