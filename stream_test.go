package phpstream_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/smtp"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	. "github.com/phpstream-go/phpstream"
)

// bound is the longest that any wait in these tests may take.
const bound = 10 * time.Second

// checkLeaks fails the test when it leaves goroutines or descriptors behind.
func checkLeaks(t *testing.T) {
	t.Helper()
	firstWait()
	goroutines, files := runtime.NumGoroutine(), openFiles()
	t.Cleanup(func() {
		for end := time.Now().Add(bound); ; time.Sleep(5 * time.Millisecond) {
			g, f := runtime.NumGoroutine(), openFiles()
			if g <= goroutines && len(f) <= len(files) {
				return
			}
			if time.Now().After(end) {
				stacks := make([]byte, 1<<16)
				t.Errorf("%d goroutines before, %d after; descriptors before: %q, after: %q\n%s",
					goroutines, g, files, f, stacks[:runtime.Stack(stacks, true)])
				return
			}
		}
	})
}

// firstWait waits for a stream once, after which the process has the one
// descriptor more that it keeps for waking those that wait.
var firstWait = sync.OnceFunc(func() {
	fp, _, _ := StreamSocketClient("udp://127.0.0.1:9")
	StreamSelect(&[]*Stream{fp}, nil, nil, 0, 1)
	fp.Close()
})

// openFiles lists the process's descriptors, where the system shows them.
func openFiles() []string {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return nil
	}
	var list []string
	for _, e := range entries {
		if name, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil {
			list = append(list, e.Name()+" "+name)
		}
	}
	return list
}

// serve runs a peer for each connection and answers its address.
func serve(t *testing.T, peer func(net.Conn)) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer c.Close()
				c.SetDeadline(time.Now().Add(bound))
				peer(c)
			})
		}
	})
	t.Cleanup(func() { ln.Close(); wg.Wait() })
	return ln.Addr().String()
}

// events collects what a Runtime reports.
type events struct {
	mu   sync.Mutex
	list []string
}

func (e *events) handler(level ErrorLevel, message, file string, line int) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.list = append(e.list, message)
	return true
}

func (e *events) all() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return strings.Join(e.list, "\n")
}

func newRuntime(profile ...Profile) (*Runtime, *events) {
	rt, e := NewRuntime(profile...), &events{}
	rt.SetErrorHandler(e.handler)
	return rt, e
}

func connect(t *testing.T, addr string, opts ...ClientOption) *Stream {
	t.Helper()
	rt, e := newRuntime()
	fp, errno, errstr := rt.StreamSocketClient("tcp://"+addr, append(opts, Timeout(5))...)
	if fp == nil {
		t.Fatalf("%d %s\n%s", errno, errstr, e.all())
	}
	t.Cleanup(func() { fp.Close() })
	return fp
}

func TestStreamServesGoPackages(t *testing.T) {
	t.Run("net/smtp", func(t *testing.T) {
		checkLeaks(t)
		addr := serve(t, func(c net.Conn) {
			r := bufio.NewReader(c)
			io.WriteString(c, "220 ready\r\n")
			for {
				line, err := r.ReadString('\n')
				if err != nil {
					return
				}
				if strings.HasPrefix(line, "QUIT") {
					io.WriteString(c, "221 bye\r\n")
					return
				}
				io.WriteString(c, "250 ok\r\n")
			}
		})
		client, err := smtp.NewClient(connect(t, addr), "localhost")
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{client.Hello("me"), client.Mail("a@example.com"), client.Quit()} {
			if err != nil {
				t.Fatal(err)
			}
		}
	})
	t.Run("bufio", func(t *testing.T) {
		checkLeaks(t)
		addr := serve(t, func(c net.Conn) { io.WriteString(c, "one\ntwo") })
		all, err := io.ReadAll(bufio.NewReader(connect(t, addr)))
		if string(all) != "one\ntwo" || err != nil {
			t.Fatalf("%q %v", all, err)
		}
	})
}

func TestFgetsAndReadShareTheBuffer(t *testing.T) {
	checkLeaks(t)
	fp := connect(t, serve(t, func(c net.Conn) { io.WriteString(c, "line\nrest"); io.Copy(io.Discard, c) }))
	if line, ok := Fgets(fp); line != "line\n" || !ok {
		t.Fatalf("%q %v", line, ok)
	}
	p := make([]byte, 10)
	if n, err := io.ReadAtLeast(fp, p, 4); string(p[:n]) != "rest" || err != nil {
		t.Fatalf("%q %v", p[:n], err)
	}
}

func TestGoDeadlines(t *testing.T) {
	checkLeaks(t)
	fp := connect(t, serve(t, func(c net.Conn) { io.Copy(io.Discard, c) }))
	fp.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	_, err := fp.Read(make([]byte, 1))
	var netErr net.Error
	if !errors.Is(err, os.ErrDeadlineExceeded) || !errors.As(err, &netErr) || !netErr.Timeout() {
		t.Fatalf("got %v", err)
	}
	if _, ok := Fgets(fp); ok || !StreamGetMetaData(fp).TimedOut {
		t.Fatal("the deadline does not hold for fgets")
	}
	fp.SetDeadline(time.Time{})
	go func() { time.Sleep(20 * time.Millisecond); fp.SetReadDeadline(time.Unix(1, 0)) }()
	if _, err := fp.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("a deadline set during the read: %v", err)
	}
	fp.SetWriteDeadline(time.Now().Add(20 * time.Millisecond))
	stalled := connect(t, serve(t, func(c net.Conn) { time.Sleep(200 * time.Millisecond) }))
	stalled.SetWriteDeadline(time.Now().Add(20 * time.Millisecond))
	if _, err := stalled.Write(make([]byte, 32<<20)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("write: %v", err)
	}
}

// TestCloseUnblocks holds that a third goroutine may end a reader and a writer.
func TestCloseUnblocks(t *testing.T) {
	checkLeaks(t)
	release := make(chan struct{})
	fp := connect(t, serve(t, func(c net.Conn) { <-release }))
	defer close(release)
	var wg sync.WaitGroup
	var readErr, writeErr error
	wg.Go(func() { _, readErr = fp.Read(make([]byte, 1)) })
	wg.Go(func() { _, writeErr = fp.Write(make([]byte, 64<<20)) })
	wg.Go(func() {
		r := []*Stream{fp}
		for IsResource(fp) {
			StreamSelect(&r, nil, nil, 1)
			r = []*Stream{fp}
		}
	})
	time.Sleep(50 * time.Millisecond)
	if !Fclose(fp) {
		t.Error("fclose answered false")
	}
	wg.Wait()
	if !errors.Is(readErr, net.ErrClosed) || !errors.Is(writeErr, net.ErrClosed) {
		t.Fatalf("read: %v, write: %v", readErr, writeErr)
	}
}

func TestCausesAreReachable(t *testing.T) {
	checkLeaks(t)
	rt, _ := newRuntime()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	if fp, errno, _ := rt.StreamSocketClient(ln.Addr().String(), Timeout(2)); fp != nil || errno != 111 {
		t.Fatal(fp, errno)
	}
	if err := rt.LastError(); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Fatalf("got %v", err)
	}
	rt.RestoreErrorHandler()
	rt.Silence(func() { rt.StreamSocketClient(ln.Addr().String(), Timeout(2)) })
	if last := rt.ErrorGetLast(); last == nil || !errors.Is(last, syscall.ECONNREFUSED) || last.Type != E_WARNING {
		t.Fatalf("got %+v", last)
	}
	rt.ErrorClearLast()
	if rt.ErrorGetLast() != nil || rt.LastError() != nil {
		t.Error("error_clear_last leaves something")
	}
}

func TestContextCancelsConnect(t *testing.T) {
	checkLeaks(t)
	rt, _ := newRuntime()
	// The handshake is part of opening; a peer that says nothing holds it up.
	addr := serve(t, func(c net.Conn) { io.Copy(io.Discard, c) })
	ctx, cancel := context.WithCancelCause(context.Background())
	cause := errors.New("enough")
	time.AfterFunc(50*time.Millisecond, func() { cancel(cause) })
	start := time.Now()
	if fp, _, _ := rt.StreamSocketClient("tls://"+addr, WithContext(ctx), Timeout(30)); fp != nil {
		t.Fatal("connected")
	}
	if err := rt.LastError(); !errors.Is(err, cause) || time.Since(start) > bound {
		t.Fatalf("got %v after %v", err, time.Since(start))
	}
}

func TestHandlers(t *testing.T) {
	rt, e := newRuntime()
	rt.SetErrorHandler(func(level ErrorLevel, message, file string, line int) bool {
		if level != E_WARNING || !strings.HasSuffix(file, "stream_test.go") || line == 0 {
			t.Errorf("level %d at %s:%d", level, file, line)
		}
		// A warning inside a handler goes past the handlers.
		rt.StreamSocketClient("nonsense")
		return false
	})
	rt.Silence(func() {
		if got := rt.ErrorReporting(); got != 4437 {
			t.Errorf("error_reporting() under @ is %d", got)
		}
		rt.StreamSocketClient("nonsense2")
	})
	if last := rt.ErrorGetLast(); last == nil || !strings.Contains(last.Message, "nonsense2") {
		t.Errorf("a handler that answered false: %+v", last)
	}
	if previous := rt.SetErrorHandler(nil); previous == nil {
		t.Error("no previous handler")
	}
	rt.RestoreErrorHandler()
	rt.RestoreErrorHandler()
	rt.StreamSocketClient("nonsense3")
	if !strings.Contains(e.all(), "nonsense3") {
		t.Error("the first handler was not restored")
	}
}

func TestRuntimesAreApart(t *testing.T) {
	a, seenA := newRuntime()
	b, seenB := newRuntime(PHP74)
	a.StreamSocketClient("a")
	b.StreamSocketClient("b")
	if got := seenA.all(); got != `stream_socket_client(): Unable to connect to a (Failed to parse address "a")` {
		t.Error(got)
	}
	if got := seenB.all(); got != `stream_socket_client(): unable to connect to b (Failed to parse address "b")` {
		t.Error(got)
	}
}

func TestNilStreams(t *testing.T) {
	var seen events
	previous := SetErrorHandler(seen.handler)
	defer RestoreErrorHandler()
	_ = previous
	if _, ok := Fgets(nil); ok {
		t.Error("fgets(false) answers something")
	}
	Fwrite(nil, "x")
	StreamGetMetaData(nil)
	StreamContextGetOptions(nil)
	StreamContextGetOptions((*Stream)(nil))
	var nobody *Stream
	for name, err := range map[string]error{
		"read":     func() error { _, err := nobody.Read(make([]byte, 1)); return err }(),
		"write":    func() error { _, err := nobody.Write([]byte("x")); return err }(),
		"close":    nobody.Close(),
		"deadline": nobody.SetDeadline(time.Now()),
	} {
		if !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if nobody.LocalAddr() == nil || nobody.RemoteAddr() == nil {
		t.Error("no address")
	}
	want := "Uncaught TypeError: fgets(): Argument #1 ($stream) must be of type resource, false given"
	if got := seen.all(); !strings.HasPrefix(got, want) {
		t.Errorf("got %s", got)
	}
}

// TestStreamsThatNobodyOpened holds that a Stream of the caller's own making
// counts as closed.
func TestStreamsThatNobodyOpened(t *testing.T) {
	var seen events
	SetErrorHandler(seen.handler)
	defer RestoreErrorHandler()
	fp := &Stream{}
	read := []*Stream{fp}
	Fgets(fp)
	Fread(fp, 1)
	Fwrite(fp, "x")
	StreamGetContents(fp, -2)
	StreamGetLine(fp, -1)
	StreamSetChunkSize(fp, 0)
	StreamCopyToStream(fp, fp)
	StreamGetMetaData(fp)
	StreamSocketEnableCrypto(fp, true)
	StreamSelect(&read, nil, nil, 0)
	StreamContextSetOption(fp, "ssl", "peer_name", "x")
	if _, err := fp.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
	if IsResource(fp) || GetResourceType(fp) != "Unknown" || Fclose(fp) {
		t.Error("it counts as open")
	}
	want := "Uncaught TypeError: fgets(): supplied resource is not a valid stream resource"
	if got := seen.all(); !strings.HasPrefix(got, want) {
		t.Errorf("got %s", got)
	}
	Silence(nil)
}

// TestOptionsThatHoldThemselves: a Go map can, a PHP array cannot.
func TestOptionsThatHoldThemselves(t *testing.T) {
	loop := map[string]any{}
	loop["loop"] = loop
	list := []any{nil}
	list[0] = list
	x := StreamContextCreate(Options{"ssl": {"peer_fingerprint": loop, "peer_name": list}})
	if got := StreamContextGetOptions(x)["ssl"]["peer_fingerprint"]; got == nil {
		t.Error("the option is lost")
	}
}

func TestSelectRewritesSlices(t *testing.T) {
	checkLeaks(t)
	addr := serve(t, func(c net.Conn) {
		b := make([]byte, 1)
		c.Read(b)
		c.Write(b)
		io.Copy(io.Discard, c)
	})
	quiet, busy := connect(t, addr), connect(t, addr)
	Fwrite(busy, "x")
	r, w := []*Stream{quiet, busy, busy}, []*Stream{quiet}
	e := []*Stream{quiet}
	rr := []*Stream{quiet, busy}
	if n, ok := StreamSelect(&rr, nil, nil, 5); n != 1 || !ok || len(rr) != 1 || rr[0] != busy {
		t.Fatalf("%d %v %v", n, ok, rr)
	}
	if n, ok := StreamSelect(&r, &w, &e, 5); n != 2 || !ok || len(r) != 2 || len(w) != 1 || len(e) != 0 {
		t.Fatalf("%d %v: %d readable, %d writable, %d urgent", n, ok, len(r), len(w), len(e))
	}
	r = []*Stream{quiet}
	if n, ok := StreamSelect(&r, nil, nil, 0, 1000); n != 0 || !ok || len(r) != 0 {
		t.Fatalf("after the timeout: %d %v %v", n, ok, r)
	}
	// The same slice in two places holds what the last of them found.
	both := []*Stream{quiet}
	if n, ok := StreamSelect(nil, &both, &both, 1); n != 1 || !ok || len(both) != 0 {
		t.Fatalf("%d %v %v", n, ok, both)
	}
	r = nil
	if _, ok := StreamSelect(&r, nil, nil, 0); ok {
		t.Fatal("nothing to wait for")
	}
}

func TestOneReaderOneWriterOneCloser(t *testing.T) {
	checkLeaks(t)
	// Without the disguise io.Copy would splice, over pipes that it keeps.
	addr := serve(t, func(c net.Conn) { io.Copy(struct{ io.Writer }{c}, struct{ io.Reader }{c}) })
	for range 20 {
		fp := connect(t, addr)
		var wg sync.WaitGroup
		wg.Go(func() {
			for {
				if s, ok := Fread(fp, 100); !ok || s == "" {
					return
				}
			}
		})
		wg.Go(func() {
			for {
				if n, ok := Fwrite(fp, "0123456789"); !ok || n == 0 {
					return
				}
			}
		})
		wg.Go(func() {
			for IsResource(fp) {
				StreamGetMetaData(fp)
				Feof(fp)
				StreamSetTimeout(fp, 1)
				StreamSocketGetName(fp, true)
			}
		})
		time.Sleep(3 * time.Millisecond)
		fp.Close()
		wg.Wait()
	}
}

func TestFgetsAllocatesTheLineAlone(t *testing.T) {
	line := strings.Repeat("x", 60) + "\n"
	stop := make(chan struct{})
	fp := connect(t, serve(t, func(c net.Conn) {
		block := bytes.Repeat([]byte(line), 1000)
		for {
			select {
			case <-stop:
				return
			default:
			}
			if _, err := c.Write(block); err != nil {
				return
			}
		}
	}))
	defer close(stop)
	Fgets(fp)
	got := testing.AllocsPerRun(2000, func() {
		if s, ok := Fgets(fp); !ok || s != line {
			t.Fatalf("%q %v", s, ok)
		}
	})
	if got > 1 {
		t.Errorf("%v allocations for a line", got)
	}
}
