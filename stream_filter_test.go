package phpstream

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// peerOf runs a server for one connection, and answers a stream to it.
func peerOf(t *testing.T, rt *Runtime, serve func(net.Conn)) *Stream {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	wait.Go(func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(20 * time.Second))
		serve(c)
	})
	fp, errno, errstr := rt.StreamSocketClient("tcp://"+l.Addr().String(), Timeout(5))
	if fp == nil {
		t.Fatal(errno, errstr)
	}
	StreamSetTimeout(fp, 10)
	t.Cleanup(func() {
		fp.Close()
		l.Close()
		wait.Wait()
	})
	return fp
}

// heardBy collects what a Runtime says.
func heardBy(rt *Runtime) *[]string {
	var list []string
	rt.SetErrorHandler(func(_ ErrorLevel, message, _ string, _ int) bool {
		list = append(list, message)
		return true
	})
	return &list
}

func deflatedZeros(t *testing.T, size int) []byte {
	t.Helper()
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, 9)
	zeros := make([]byte, 1<<20)
	for size > 0 {
		n := min(size, len(zeros))
		w.Write(zeros[:n])
		size -= n
	}
	w.Close()
	return b.Bytes()
}

// TestInflateIsReadInSteps: a bomb, and one packed twice, never stands unpacked
// in memory, and nothing of it is lost.
func TestInflateIsReadInSteps(t *testing.T) {
	const size, most = 16 << 20, 1<<20 + 64<<10
	once := deflatedZeros(t, size)
	var twice bytes.Buffer
	w, _ := flate.NewWriter(&twice, 9)
	w.Write(once)
	w.Close()
	for name, data := range map[string][]byte{"once": once, "twice": twice.Bytes()} {
		t.Run(name, func(t *testing.T) {
			fp := peerOf(t, NewRuntime(), func(c net.Conn) { c.Write(data) })
			StreamFilterAppend(fp, "zlib.inflate", STREAM_FILTER_READ)
			if name == "twice" {
				StreamFilterAppend(fp, "zlib.inflate", STREAM_FILTER_READ)
			}
			total := 0
			for !Feof(fp) {
				text, ok := Fread(fp, 8192)
				if !ok {
					t.Fatalf("a read fails after %d bytes", total)
				}
				if strings.Trim(text, "\x00") != "" {
					t.Fatal("not all are zeros")
				}
				total += len(text)
				if n := StreamGetMetaData(fp).UnreadBytes; n > most {
					t.Fatalf("%d bytes unpacked", n)
				}
			}
			if total != size {
				t.Errorf("%d bytes of %d", total, size)
			}
		})
	}
	t.Run("contents", func(t *testing.T) {
		fp := peerOf(t, NewRuntime(), func(c net.Conn) { c.Write(once) })
		StreamFilterAppend(fp, "zlib.inflate", STREAM_FILTER_READ)
		if text, _ := StreamGetContents(fp); len(text) != size {
			t.Errorf("%d bytes of %d", len(text), size)
		}
	})
	t.Run("written", func(t *testing.T) {
		got := make(chan int64, 1)
		fp := peerOf(t, NewRuntime(), func(c net.Conn) {
			n, _ := io.Copy(io.Discard, c)
			got <- n
		})
		StreamFilterAppend(fp, "zlib.inflate", STREAM_FILTER_WRITE)
		if n, ok := Fwrite(fp, string(once)); n != len(once) || !ok {
			t.Errorf("%d bytes of %d taken, %v", n, len(once), ok)
		}
		Fclose(fp)
		if n := <-got; n != size {
			t.Errorf("%d bytes of %d sent", n, size)
		}
	})
}

// TestCryptoBehindAFilter: what a filter holds from before the handshake is no
// TLS data, whoever holds it. A filter that holds nothing does not matter: see
// the scenarios filters/starttls.
func TestCryptoBehindAFilter(t *testing.T) {
	for name, c := range map[string]struct{ filter, sent string }{
		"bits":        {"convert.base64-decode", "QU"},
		"half a code": {"convert.quoted-printable-decode", "=4"},
		"packed":      {"zlib.inflate", "\xcbH\xcd"},
		"a chunk":     {"dechunk", "5\r\n"},
		"a program's": {"test.lines", "half a line"},
	} {
		t.Run(name, func(t *testing.T) {
			rt := NewRuntime()
			heard := heardBy(rt)
			rt.StreamFilterRegister("test.lines", func() UserFilter { return new(lineFilter) })
			sent := make(chan bool)
			fp := peerOf(t, rt, func(conn net.Conn) {
				io.WriteString(conn, c.sent)
				close(sent)
				io.Copy(io.Discard, conn)
			})
			StreamFilterAppend(fp, c.filter, STREAM_FILTER_READ)
			StreamSetBlocking(fp, false)
			<-sent
			for end := time.Now().Add(5 * time.Second); !fp.readers.Load().holds() && time.Now().Before(end); time.Sleep(time.Millisecond) {
				Fread(fp, 100)
			}
			StreamSetBlocking(fp, true)
			ok, _, errstr := StreamSocketEnableCrypto(fp, true, STREAM_CRYPTO_METHOD_TLS_CLIENT)
			if ok || !strings.Contains(errstr, "held by a filter") {
				t.Errorf("crypto on: %v, %q; heard %q", ok, errstr, *heard)
			}
			if _, ok := Fwrite(fp, "secret"); ok {
				t.Error("it still sends in clear")
			}
		})
	}
}

// lineFilter passes whole lines on.
type lineFilter struct {
	PhpUserFilter
	rest string
}

func (f *lineFilter) Filter(in, out *BucketBrigade, consumed *int, closing bool) FilterStatus {
	for b := StreamBucketMakeWriteable(in); b != nil; b = StreamBucketMakeWriteable(in) {
		f.rest += b.Data
		*consumed += b.Datalen
	}
	end := strings.LastIndex(f.rest, "\n") + 1
	if closing {
		end = len(f.rest)
	}
	if end == 0 {
		return PSFS_FEED_ME
	}
	StreamBucketAppend(out, StreamBucketNew(f.Stream, f.rest[:end]))
	f.rest = f.rest[end:]
	return PSFS_PASS_ON
}

// doing is a filter that does something, and passes on.
type doing struct {
	PhpUserFilter
	do func(f *doing)
}

func (f *doing) Filter(in, out *BucketBrigade, consumed *int, closing bool) FilterStatus {
	if !closing {
		f.do(f)
	}
	for b := StreamBucketMakeWriteable(in); b != nil; b = StreamBucketMakeWriteable(in) {
		*consumed += b.Datalen
		StreamBucketAppend(out, b)
	}
	return PSFS_PASS_ON
}

// TestFilterOnItsOwnStream: a filter that uses its own stream in its own
// direction is told that it can't, and nobody waits for ever. In the other
// direction it can.
func TestFilterOnItsOwnStream(t *testing.T) {
	rt := NewRuntime()
	heard := heardBy(rt)
	fp := peerOf(t, rt, func(c net.Conn) { io.Copy(c, c) })
	var answers []bool
	rt.StreamFilterRegister("writes", func() UserFilter {
		return &doing{do: func(f *doing) {
			_, ok := Fwrite(f.Stream, "again")
			answers = append(answers, ok, StreamFilterAppend(f.Stream, "string.rot13") != nil, Fflush(f.Stream))
		}}
	})
	f := StreamFilterAppend(fp, "writes", STREAM_FILTER_WRITE)
	if n, ok := Fwrite(fp, "hello"); n != 5 || !ok {
		t.Errorf("fwrite: %d, %v", n, ok)
	}
	if want := []bool{false, false, false}; !slices.Equal(answers, want) {
		t.Errorf("in the filter: %v", answers)
	}
	if n := len(*heard); n != 3 || !strings.Contains((*heard)[0], "can't use its own stream") {
		t.Errorf("heard %q", *heard)
	}
	StreamFilterRemove(f)
	*heard = nil
	StreamSetChunkSize(fp, 5)
	rt.StreamFilterRegister("both", func() UserFilter {
		return &doing{do: func(f *doing) {
			_, read := Fgets(f.Stream)
			n, wrote := Fwrite(f.Stream, "12345")
			answers = append(answers, read, wrote && n == 5)
		}}
	})
	answers = nil
	StreamFilterAppend(fp, "both", STREAM_FILTER_READ)
	text, _ := Fread(fp, 5)
	if want := []bool{false, true}; text != "hello" || !slices.Equal(answers, want) {
		t.Errorf("%q, in the filter: %v; heard %q", text, answers, *heard)
	}
}

// TestFilterPanics: a panic of the program's goes to the program, and leaves
// nothing locked.
func TestFilterPanics(t *testing.T) {
	rt := NewRuntime()
	fp := peerOf(t, rt, func(c net.Conn) { io.Copy(c, c) })
	boom := errors.New("boom")
	rt.StreamFilterRegister("panics", func() UserFilter { return &doing{do: func(*doing) { panic(boom) }} })
	caught := func(f func()) (v any) {
		defer func() { v = recover() }()
		f()
		return nil
	}
	f := StreamFilterAppend(fp, "panics", STREAM_FILTER_WRITE)
	if v := caught(func() { Fwrite(fp, "x") }); v != boom {
		t.Errorf("fwrite: %v", v)
	}
	if v := caught(func() { fp.Write([]byte("x")) }); v != boom {
		t.Errorf("Write: %v", v)
	}
	if !StreamFilterRemove(f) {
		t.Error("it can't be removed")
	}
	if n, _ := Fwrite(fp, "line\nmore\nlast\n"); n != 15 {
		t.Errorf("then %d bytes are written", n)
	}
	if line, _ := Fgets(fp); line != "line\n" {
		t.Errorf("then %q is read", line)
	}
	if v := caught(func() { StreamFilterAppend(fp, "panics", STREAM_FILTER_READ) }); v != boom {
		t.Errorf("stream_filter_append: %v", v)
	}
	for name, read := range map[string]func(){
		"fgets": func() { Fgets(fp) }, "fread": func() { Fread(fp, 3) }, "fgetc": func() { Fgetc(fp) },
		"stream_get_contents": func() { StreamGetContents(fp) }, "feof": func() { Feof(fp) },
	} {
		if v := caught(read); v != nil {
			t.Errorf("%s: %v", name, v) // the panic has ended the stream
		}
	}
}

// TestFilteredStreamIsAConn: Go's readers and writers go through filters, too.
func TestFilteredStreamIsAConn(t *testing.T) {
	fp := peerOf(t, NewRuntime(), func(c net.Conn) {
		io.CopyN(c, c, 8)
	})
	StreamFilterAppend(fp, "convert.base64-encode", STREAM_FILTER_WRITE)
	StreamFilterAppend(fp, "convert.base64-decode", STREAM_FILTER_READ)
	if n, err := fp.Write([]byte("Hello!")); n != 6 || err != nil {
		t.Errorf("Write: %d, %v", n, err)
	}
	if got, err := io.ReadAll(fp); string(got) != "Hello!" || err != nil {
		t.Errorf("ReadAll: %q, %v", got, err)
	}
}

// TestFiltersThatAreNotThere are reported, not swallowed.
func TestFiltersThatAreNotThere(t *testing.T) {
	rt := NewRuntime(PHP74)
	heard := heardBy(rt)
	fp := peerOf(t, rt, func(net.Conn) {})
	for _, name := range []string{"convert.iconv.UTF-8/ISO-8859-1", "convert.iconv.utf-8.latin1", "string.strip_tags"} {
		*heard = nil
		if StreamFilterAppend(fp, name) != nil || len(*heard) != 1 || !strings.Contains((*heard)[0], name) {
			t.Errorf("%s: heard %q", name, *heard)
		}
	}
	if list := rt.StreamGetFilters(); slices.Contains(list, "convert.iconv.*") || slices.Contains(list, "string.strip_tags") {
		t.Errorf("%v", list)
	}
}

// TestFilterNothing: nil arguments and zero values fail, and do not crash.
func TestFilterNothing(t *testing.T) {
	heard := heardBy(defaultRuntime)
	defer RestoreErrorHandler()
	if StreamFilterAppend(nil, "string.rot13") != nil || StreamFilterPrepend(new(Stream), "string.rot13") != nil {
		t.Error("a filter stands in no stream")
	}
	if StreamFilterRemove(nil) || StreamFilterRemove(new(StreamFilter)) || StreamFilterRegister("x", nil) {
		t.Error("true")
	}
	if StreamBucketMakeWriteable(nil) != nil || StreamBucketNew(nil, "x") != nil {
		t.Error("a bucket of nothing")
	}
	StreamBucketAppend(nil, nil)
	StreamBucketPrepend(new(BucketBrigade), nil)
	if len(*heard) < 8 {
		t.Errorf("heard %q", *heard)
	}
	rt := NewRuntime()
	rt.SetErrorHandler(func(ErrorLevel, string, string, int) bool { return true })
	rt.StreamFilterRegister("nil", func() UserFilter { return nil })
	if fp := peerOf(t, rt, func(net.Conn) {}); StreamFilterAppend(fp, "nil", nil) != nil {
		t.Error("nil is a filter")
	}
}

// TestFilteredFromThreeSides: one reads, one writes, one puts filters in and
// takes them out, and closes.
func TestFilteredFromThreeSides(t *testing.T) {
	rt := NewRuntime()
	rt.SetErrorHandler(func(ErrorLevel, string, string, int) bool { return true })
	fp := peerOf(t, rt, func(c net.Conn) { io.Copy(c, c) })
	rt.StreamFilterRegister("lines", func() UserFilter { return new(lineFilter) })
	var wait sync.WaitGroup
	wait.Go(func() {
		for IsResource(fp) {
			Fwrite(fp, "some text, and more of it\n")
		}
	})
	wait.Go(func() {
		for IsResource(fp) {
			Fgets(fp)
		}
	})
	end := time.Now().Add(200 * time.Millisecond)
	for time.Now().Before(end) {
		f := StreamFilterAppend(fp, "lines", STREAM_FILTER_WRITE)
		Fflush(fp)
		StreamFilterRemove(f)
	}
	StreamFilterAppend(fp, "lines")
	Fclose(fp)
	done := make(chan bool)
	go func() { wait.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("somebody still waits")
	}
}

// TestUnfilteredPaysNothing: without filters reading and writing allocate what
// they are asked for, and nothing else.
func TestUnfilteredPaysNothing(t *testing.T) {
	fp := peerOf(t, NewRuntime(), func(c net.Conn) { io.Copy(c, c) })
	if n := testing.AllocsPerRun(100, func() {
		Fwrite(fp, "a line of some length\n")
		Fgets(fp)
	}); n > 1 {
		t.Errorf("%v allocations for a line", n)
	}
}
