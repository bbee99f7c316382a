package hardworld

import (
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/phpstream-go/phpstream"
)

// serve gives each connection to a function, until the test ends.
func serve(t *testing.T, with func(c *net.TCPConn)) string {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { l.Close(); <-done })
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			c.SetDeadline(time.Now().Add(bound))
			t.Cleanup(func() { c.Close() })
			go with(c.(*net.TCPConn))
		}
	}()
	return l.Addr().String()
}

// flood sends a text over and over, for as long as somebody takes it.
func flood(text string) func(*net.TCPConn) {
	block := []byte(strings.Repeat(text, 1+1<<16/len(text)))
	return func(c *net.TCPConn) {
		for {
			if _, err := c.Write(block); err != nil {
				c.Close()
				return
			}
		}
	}
}

// A client is a Runtime with what it reports.
type client struct {
	*phpstream.Runtime
	events []string
}

func newClient() *client {
	c := &client{Runtime: phpstream.NewRuntime(phpstream.PHP82)}
	c.SetErrorHandler(func(level phpstream.ErrorLevel, message, _ string, _ int) bool {
		c.events = append(c.events, fmt.Sprintf("%d %s", level, message))
		return true
	})
	return c
}

func (c *client) dial(t *testing.T, target string) *phpstream.Stream {
	t.Helper()
	fp, _, errstr := c.StreamSocketClient(target, phpstream.Timeout(10))
	if fp == nil {
		t.Fatal(errstr, c.events)
	}
	t.Cleanup(func() { fp.Close() })
	return fp
}

// most answers how much the heap has grown at most while something is done.
func most(do func()) uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before, peak := m.HeapAlloc, m.HeapAlloc
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapAlloc)
			select {
			case <-stop:
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	}()
	do()
	close(stop)
	<-done
	return peak - before
}

const mega = 1 << 20

// TestEndlessLines: what one call gathers ends at memory_limit, as it does in
// PHP. There the request ends; here the stream does.
func TestEndlessLines(t *testing.T) {
	for name, read := range map[string]func(*phpstream.Stream) (string, bool){
		"fgets":               func(fp *phpstream.Stream) (string, bool) { return phpstream.Fgets(fp) },
		"stream_get_contents": func(fp *phpstream.Stream) (string, bool) { return phpstream.StreamGetContents(fp) },
		"stream_get_contents with a length": func(fp *phpstream.Stream) (string, bool) {
			return phpstream.StreamGetContents(fp, 1<<40)
		},
		"stream_get_line": func(fp *phpstream.Stream) (string, bool) { return phpstream.StreamGetLine(fp, 1<<40, "y") },
	} {
		t.Run(name, func(t *testing.T) {
			addr := serve(t, flood("x"))
			c := newClient()
			c.IniSet("memory_limit", "8M")
			fp := c.dial(t, "tcp://"+addr)
			grown := most(func() {
				if s, ok := read(fp); ok || s != "" {
					t.Errorf("%d bytes, %v", len(s), ok)
				}
			})
			if grown > figure(t, "memory that this takes")*8*mega {
				t.Errorf("it took %d MB", grown/mega)
			}
			t.Logf("%.1f MB", float64(grown)/mega)
			if got := strings.Join(c.events, "\n"); !strings.HasPrefix(got, "1 Allowed memory size of 8388608 bytes exhausted (tried to allocate ") || len(c.events) != 1 {
				t.Errorf("reported: %s", got)
			}
			if !phpstream.Feof(fp) {
				t.Error("the stream isn't at its end")
			}
			if s, ok := phpstream.Fgets(fp); ok {
				t.Errorf("the rest is taken for a line of %d bytes", len(s))
			}
			if s, _ := phpstream.Fread(fp, 100); s != "" {
				t.Errorf("%d bytes can still be read", len(s))
			}
			if n, err := fp.Read(make([]byte, 10)); n != 0 || !errors.Is(err, io.EOF) {
				t.Errorf("Read: %d %v", n, err)
			}
		})
	}
}

// TestEndlessLineUnpacked is one that zlib.inflate makes of a thousandth of it.
func TestEndlessLineUnpacked(t *testing.T) {
	block := make([]byte, mega) // once, or the server's own garbage is counted
	addr := serve(t, func(c *net.TCPConn) {
		defer c.Close()
		w, err := flate.NewWriter(c, flate.BestCompression)
		for err == nil {
			if _, err = w.Write(block); err == nil {
				err = w.Flush()
			}
		}
	})
	c := newClient()
	c.IniSet("memory_limit", "8M")
	fp := c.dial(t, "tcp://"+addr)
	if phpstream.StreamFilterAppend(fp, "zlib.inflate", phpstream.STREAM_FILTER_READ) == nil {
		t.Fatal(c.events)
	}
	grown := most(func() {
		if s, ok := phpstream.Fgets(fp); ok {
			t.Errorf("%d bytes", len(s))
		}
		if s, ok := phpstream.Fgets(fp); ok {
			t.Errorf("the rest is taken for a line of %d bytes", len(s))
		}
	})
	if grown > figure(t, "memory that this takes")*8*mega {
		t.Errorf("it took %d MB", grown/mega)
	}
	if len(c.events) != 1 || !phpstream.Feof(fp) {
		t.Errorf("%q", c.events)
	}
	t.Logf("%.1f MB", float64(grown)/mega)
}

// TestLongLines are those that memory_limit allows.
func TestLongLines(t *testing.T) {
	for limit, size := range map[string]int{"8M": 7 * mega, "-1": 20 * mega} {
		line := strings.Repeat("x", size) + "\n"
		addr := serve(t, func(c *net.TCPConn) { io.WriteString(c, line+"next\n"); c.Close() })
		c := newClient()
		c.IniSet("memory_limit", limit)
		fp := c.dial(t, "tcp://"+addr)
		if got, ok := phpstream.Fgets(fp); !ok || got != line {
			t.Errorf("%s: %d bytes of %d, %v %v", limit, len(got), len(line), ok, c.events)
		}
		if got, ok := phpstream.Fgets(fp); !ok || got != "next\n" {
			t.Errorf("%s: then %.20q, %v %v", limit, got, ok, c.events)
		}
	}
	c := newClient()
	if v, ok := c.IniGet("memory_limit"); v != fmt.Sprintf("%dM", figure(t, "what one call gathers")) || !ok {
		t.Errorf("memory_limit is %q", v)
	}
}

// TestBoundedReads: with a length, an endless line costs no memory.
func TestBoundedReads(t *testing.T) {
	for name, c := range map[string]struct {
		chunk int
		read  func(*phpstream.Stream) (string, bool)
	}{
		"fgets 512":            {8192, func(fp *phpstream.Stream) (string, bool) { return phpstream.Fgets(fp, 512) }},
		"fread 1<<40":          {8192, func(fp *phpstream.Stream) (string, bool) { return phpstream.Fread(fp, 1<<40) }},
		"stream_get_line":      {8192, func(fp *phpstream.Stream) (string, bool) { return phpstream.StreamGetLine(fp, 0, "\n") }},
		"fgets, a chunk of 1M": {mega, func(fp *phpstream.Stream) (string, bool) { return phpstream.Fgets(fp, 512) }},
	} {
		t.Run(name, func(t *testing.T) {
			fp := newClient().dial(t, "tcp://"+serve(t, flood("x")))
			phpstream.StreamSetChunkSize(fp, c.chunk)
			grown := most(func() {
				for got := 0; got < 32*mega; {
					text, _ := c.read(fp)
					if text == "" {
						t.Fatalf("nothing more after %d bytes", got)
					}
					got += len(text)
				}
			})
			if grown > figure(t, "memory that an endless stream takes")*mega {
				t.Errorf("it took %d MB", grown/mega)
			}
			t.Logf("%.1f MB", float64(grown)/mega)
		})
	}
}

// TestOneRead takes no more memory than may come.
func TestOneRead(t *testing.T) {
	fp := newClient().dial(t, "tcp://"+serve(t, flood("x")))
	phpstream.StreamSetChunkSize(fp, 1<<31-1)
	for range 20 {
		if s, ok := phpstream.Fread(fp, 1<<40); !ok || uint64(len(s)) > figure(t, "what one read brings") {
			t.Fatalf("%d bytes, %v", len(s), ok)
		}
		time.Sleep(time.Millisecond) // for more to come
	}
}

// TestFloodBeforeSTARTTLS: a server that sends without end before the handshake
// fills the stream's buffer and the system's, and gets no TLS.
func TestFloodBeforeSTARTTLS(t *testing.T) {
	var sent atomic.Int64
	addr := serve(t, func(c *net.TCPConn) {
		io.WriteString(c, "220 Go ahead\r\n")
		block := []byte(strings.Repeat("250 flood\r\n", 1000))
		for {
			n, err := c.Write(block)
			if sent.Add(int64(n)); err != nil {
				return
			}
		}
	})
	c := newClient()
	fp := c.dial(t, "tcp://"+addr)
	if line, _ := phpstream.Fgets(fp); line != "220 Go ahead\r\n" {
		t.Fatalf("%q", line)
	}
	grown := most(func() {
		for last := int64(-1); last != sent.Load(); time.Sleep(50 * time.Millisecond) {
			last = sent.Load() // until the system takes no more
		}
		if ok, _, _ := phpstream.StreamSocketEnableCrypto(fp, true, phpstream.STREAM_CRYPTO_METHOD_TLS_CLIENT); ok {
			t.Error("TLS is on")
		}
		if _, ok := phpstream.Fwrite(fp, "PASS secret\r\n"); ok {
			t.Error("the password goes out")
		}
	})
	if n := phpstream.StreamGetMetaData(fp).UnreadBytes; n > int(figure(t, "what is buffered of a peer")) {
		t.Errorf("%d bytes are buffered", n)
	}
	if grown > 2*mega {
		t.Errorf("it took %d MB", grown/mega)
	}
	t.Logf("%.1f MB; the server has sent %d MB; %q", float64(grown)/mega, sent.Load()/mega, c.events)
}

// TestManyOptions: a context with 100,000 options in each of its parts takes
// them, and a connection is made with it.
func TestManyOptions(t *testing.T) {
	addr := serve(t, func(c *net.TCPConn) { io.WriteString(c, "220 one\r\n") })
	c := newClient()
	options := phpstream.Options{}
	for _, wrapper := range []string{"ssl", "socket", "http", "nobody's"} {
		options[wrapper] = map[string]any{}
		for i := range 100000 {
			options[wrapper][fmt.Sprintf("option %d", i)] = i
		}
	}
	begin := time.Now()
	grown := most(func() {
		ctx := c.StreamContextCreate(options)
		for range 10 {
			fp, _, errstr := c.StreamSocketClient("tcp://"+addr, phpstream.Timeout(10), ctx)
			if fp == nil {
				t.Fatal(errstr)
			}
			if line, _ := phpstream.Fgets(fp); line != "220 one\r\n" {
				t.Errorf("%q", line)
			}
			phpstream.Fclose(fp)
		}
		if n := len(phpstream.StreamContextGetOptions(ctx)["ssl"]); n != 100000 {
			t.Errorf("%d options", n)
		}
	})
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
	if grown > figure(t, "memory for 400,000 options")*mega {
		t.Errorf("it took %d MB", grown/mega)
	}
	if len(c.events) > 0 {
		t.Errorf("%d events, %.300q", len(c.events), c.events[0])
	}
	t.Logf("%.1f MB in %v", float64(grown)/mega, time.Since(begin))
}

// TestOddBytes pass as they are, both ways.
func TestOddBytes(t *testing.T) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	text := strings.ReplaceAll(string(all), "\n", "") + "\xff\xfe\xc3\x28\xed\xa0\x80\x00\x00\n"
	addr := serve(t, func(c *net.TCPConn) { io.Copy(c, c) })
	fp := newClient().dial(t, "tcp://"+addr)
	if n, ok := phpstream.Fwrite(fp, text); n != len(text) || !ok {
		t.Error(n, ok)
	}
	if got, _ := phpstream.Fgets(fp); got != text {
		t.Errorf("%q, want %q", got, text)
	}
}

// TestOddTargets are refused with nothing sent: a NUL, or what is no UTF-8, ends
// no name.
func TestOddTargets(t *testing.T) {
	var came atomic.Int64
	addr := serve(t, func(c *net.TCPConn) { came.Add(1) })
	_, port, _ := net.SplitHostPort(addr)
	for _, target := range []string{
		"tcp://127.0.0.1\x00:" + port, "tcp://127.0.0.1\x00.example:" + port, "tcp://127.0.0.1:" + port + "\x00", "tcp\x00://127.0.0.1:" + port,
		"tcp://\xff\xfe:" + port, "tcp://127.0.0.1\xff:" + port, "tcp://" + strings.Repeat("a", 100000) + ":" + port,
		"tcp://127.0.0.1:" + strings.Repeat("9", 100000), strings.Repeat("t", 100000) + "://127.0.0.1:" + port, "tcp://[" + strings.Repeat(":", 10000) + "]:" + port,
		"unix://" + strings.Repeat("/x", 100000), "tls://127.0.0.1\n:" + port, "\x00", "", "://", "tcp://:" + port + ":" + port,
	} {
		c := newClient()
		fp, _, errstr := c.StreamSocketClient(target, phpstream.Timeout(1))
		if fp != nil {
			t.Errorf("%.60q is taken", target)
			fp.Close()
		}
		if errstr == "" && len(c.events) == 0 {
			t.Errorf("of %.60q nothing is told", target)
		}
		if fp, _, _ := c.Fsockopen(target, 1, 1); fp != nil {
			t.Errorf("fsockopen takes %.60q", target)
			fp.Close()
		}
	}
	if came.Load() != 0 {
		t.Errorf("%d connections came", came.Load())
	}
}
