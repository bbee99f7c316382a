package realtest

import (
	"os"
	"path/filepath"
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
