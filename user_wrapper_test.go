package phpstream_test

import (
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	. "github.com/phpstream-go/phpstream"
)

// plan is a wrapper whose methods a test makes.
type plan struct {
	StreamWrapper
	open   func(p *plan) bool
	read   func(p *plan, count int) (string, bool)
	closed func(p *plan)
}

func (p *plan) StreamOpen(path, mode string, options int) bool { return p.open == nil || p.open(p) }
func (p *plan) StreamRead(count int) (string, bool)            { return p.read(p, count) }
func (p *plan) StreamEof() bool                                { return false }
func (p *plan) StreamWrite(data string) (int, bool)            { return len(data), true }
func (p *plan) StreamClose() {
	if p.closed != nil {
		p.closed(p)
	}
}

// planned is a Runtime that knows plan:// URLs, and what it has warned of.
func planned(t *testing.T, p plan) (rt *Runtime, said func() []string) {
	t.Helper()
	rt = NewRuntime()
	var mu sync.Mutex
	var list []string
	rt.SetErrorHandler(func(_ ErrorLevel, text, _ string, _ int) bool {
		mu.Lock()
		defer mu.Unlock()
		list = append(list, text)
		return true
	})
	if !rt.StreamWrapperRegister("plan", func() UserWrapper { q := p; return &q }) {
		t.Fatal("not registered")
	}
	return rt, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(list)
	}
}

// TestWrappersOfARuntime: another Runtime does not see what one registers or takes
// away.
func TestWrappersOfARuntime(t *testing.T) {
	rt, _ := planned(t, plan{})
	other := NewRuntime()
	other.SetErrorHandler(func(ErrorLevel, string, string, int) bool { return true })
	if !slices.Contains(rt.StreamGetWrappers(), "plan") || slices.Contains(other.StreamGetWrappers(), "plan") || slices.Contains(StreamGetWrappers(), "plan") {
		t.Error("plan is known where it should not be")
	}
	if other.Fopen("plan://a", "r") != nil {
		t.Error("another Runtime has opened it")
	}
	if !rt.StreamWrapperUnregister("data") || other.StreamWrapperUnregister("plan") {
		t.Error("unregister")
	}
	if text, ok := other.FileGetContents("data:,x"); text != "x" || !ok {
		t.Errorf("data is gone elsewhere: %q", text)
	}
	list := rt.StreamGetWrappers()
	list[0] = "changed"
	if slices.Contains(rt.StreamGetWrappers(), "changed") {
		t.Error("the list is the Runtime's own")
	}
}

// TestWrapperThatIsNone: what makes no wrapper is a failure.
func TestWrapperThatIsNone(t *testing.T) {
	rt, said := planned(t, plan{})
	if rt.StreamWrapperRegister("x", nil) {
		t.Error("nil is registered")
	}
	rt.StreamWrapperRegister("none", func() UserWrapper { return nil })
	if rt.Fopen("none://a", "r") != nil || rt.Unlink("none://a") {
		t.Error("nil is a wrapper")
	}
	if rt.StreamWrapperRegister("no scheme", func() UserWrapper { return nil }) {
		t.Error("no scheme is one")
	}
	if _, ok := rt.Stat("none://a"); ok {
		t.Error("nil tells of a file")
	}
	want := []string{
		"Uncaught TypeError: stream_wrapper_register(): Argument #2 ($class) must be a valid class name,  given",
		"fopen(none://a): Failed to open stream: operation failed",
	}
	if got := said(); !slices.Equal(got[:2], want) {
		t.Errorf("%q", got)
	}
}

// TestWrapperUsesItsOwnStream: functions that would wait for the method that calls
// them fail; so do those that would call it again.
func TestWrapperUsesItsOwnStream(t *testing.T) {
	var fp *Stream
	var got []any
	rt, said := planned(t, plan{read: func(_ *plan, count int) (string, bool) {
		text, ok := Fread(fp, 10)
		n, wrote := Fwrite(fp, "x")
		_, stat := Fstat(fp)
		got = []any{text, ok, n, wrote, Fseek(fp, 0), Fclose(fp), stat, Feof(fp), StreamGetMetaData(fp).Mode}
		return "data", true
	}})
	fp = rt.Fopen("plan://a", "r+")
	done := make(chan string)
	go func() {
		text, _ := Fread(fp, 10)
		done <- text
	}()
	select {
	case text := <-done:
		if text != "data" {
			t.Errorf("%q", text)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("the method waits for itself")
	}
	if want := []any{"", false, 0, false, -1, false, false, false, "r+"}; !slices.Equal(got, want) {
		t.Errorf("%v, not %v", got, want)
	}
	for _, text := range said() {
		if !strings.Contains(text, "own stream") && !strings.Contains(text, "not a valid stream resource") {
			t.Error(text)
		}
	}
}

// TestWrapperPanics: a panic comes out where the function was called, and the
// stream can still be used and closed.
func TestWrapperPanics(t *testing.T) {
	boom := errors.New("boom")
	closed := 0
	rt, _ := planned(t, plan{
		read:   func(*plan, int) (string, bool) { panic(boom) },
		closed: func(*plan) { closed++ },
	})
	fp := rt.Fopen("plan://a", "r+")
	panics := func(f func()) (v any) {
		defer func() { v = recover() }()
		f()
		return nil
	}
	for name, f := range map[string]func(){
		"fread":               func() { Fread(fp, 10) },
		"fgets":               func() { Fgets(fp) },
		"Read":                func() { fp.Read(make([]byte, 10)) },
		"stream_get_contents": func() { StreamGetContents(fp) },
		"file_get_contents":   func() { rt.FileGetContents("plan://b") },
		"copy":                func() { rt.Copy("plan://c", "plan://d") },
	} {
		if v := panics(f); v != boom {
			t.Errorf("%s: %v", name, v)
		}
	}
	if n, ok := Fwrite(fp, "x"); n != 1 || !ok {
		t.Error("nothing can be written any more")
	}
	closed = 0
	if !Fclose(fp) || closed != 1 {
		t.Errorf("closed %d times", closed)
	}
}

// TestWrapperThatWaits: closing does not wait for a method that waits.
func TestWrapperThatWaits(t *testing.T) {
	pr, pw := io.Pipe()
	waiting := make(chan struct{})
	rt, _ := planned(t, plan{
		read: func(_ *plan, count int) (string, bool) {
			close(waiting)
			_, err := pr.Read(make([]byte, count))
			return "", err == nil
		},
		closed: func(*plan) { pw.Close() },
	})
	fp := rt.Fopen("plan://a", "r")
	done := make(chan bool)
	go func() {
		Fread(fp, 10)
		done <- true
	}()
	<-waiting
	fp.Close()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Fatal("the read goes on")
	}
}

// TestWrapperOneMethodAtATime: whatever goroutines use a stream.
func TestWrapperOneMethodAtATime(t *testing.T) {
	var at int // no lock: the race detector looks
	rt, _ := planned(t, plan{read: func(*plan, int) (string, bool) { at++; return "x", true }})
	fp := rt.Fopen("plan://a", "r+")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				Fgetc(fp)
				Fwrite(fp, "y")
				Feof(fp)
				Fflush(fp)
				Fseek(fp, 1)
				StreamGetMetaData(fp)
				StreamSetTimeout(fp, 1)
				Fstat(fp)
			}
		})
	}
	wg.Wait()
	if at == 0 {
		t.Error("nothing was read")
	}
	fp.Close()
}

// TestSameURLFromManyGoroutines: only a wrapper that opens its own URL is stopped.
func TestSameURLFromManyGoroutines(t *testing.T) {
	rt, said := planned(t, plan{open: func(*plan) bool { time.Sleep(5 * time.Millisecond); return true }})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if fp := rt.Fopen("plan://a", "r"); fp == nil {
				t.Error("not opened")
			}
		})
	}
	wg.Wait()
	if got := said(); len(got) > 0 {
		t.Error(got)
	}
}
