package phpstream_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	. "github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

// checkIdle is checkLeaks for tests that leave streams waiting.
func checkIdle(t *testing.T) {
	t.Helper()
	DropIdleStreams()
	checkLeaks(t)
}

// numbered is a peer that greets each connection with its number, and sends back
// what it gets with that number before it.
func numbered(t *testing.T) (addr string, connections *atomic.Int32) {
	connections = &atomic.Int32{}
	return numberedOver(t, connections, func(c net.Conn) net.Conn { return c }), connections
}

func numberedOver(t *testing.T, connections *atomic.Int32, over func(net.Conn) net.Conn) string {
	addr := serve(t, func(c net.Conn) {
		c = over(c)
		n := connections.Add(1)
		fmt.Fprintf(c, "hello %d\n", n)
		in := bufio.NewScanner(c)
		for in.Scan() {
			fmt.Fprintf(c, "%d %s\n", n, in.Text())
		}
	})
	t.Cleanup(DropIdleStreams) // before the peer waits for its connections
	return addr
}

// open opens a persistent stream, and takes its greeting where it is new.
func open(t *testing.T, rt *Runtime, target string, ctx *Context) (fp *Stream, greeting string) {
	t.Helper()
	fp, errno, errstr := rt.StreamSocketClient(target, Timeout(5), STREAM_CLIENT_CONNECT|STREAM_CLIENT_PERSISTENT, ctx)
	if fp == nil {
		t.Fatalf("%d %s: %v", errno, errstr, rt.LastError())
	}
	if n, _ := Ftell(fp); n == 0 {
		greeting, _ = Fgets(fp)
	}
	return fp, greeting
}

func ask(t *testing.T, fp *Stream, question, want string) {
	t.Helper()
	Fwrite(fp, question+"\n")
	if line, _ := Fgets(fp); line != want+"\n" {
		t.Errorf("the answer to %q is %q, not %q", question, line, want)
	}
}

// TestPersistentAcrossRuntimes: the next Runtime gets what the last one left,
// with its position and settings; the last one has it no more.
func TestPersistentAcrossRuntimes(t *testing.T) {
	checkIdle(t)
	addr, connections := numbered(t)
	one, _ := newRuntime()
	two, said := newRuntime()
	a, _ := open(t, one, "tcp://"+addr, nil)
	ask(t, a, "x", "1 x")
	StreamSetChunkSize(a, 100)
	StreamSetTimeout(a, 3)
	a.SetReadDeadline(time.Now().Add(time.Hour))
	one.Close()
	if IsResource(a) || GetResourceType(a) != "Unknown" {
		t.Error("the old stream is still open")
	}
	if IdleStreams() != 1 {
		t.Fatalf("%d streams wait", IdleStreams())
	}
	x := two.StreamContextCreate(Options{"http": {"proxy": "x"}})
	b, greeting := open(t, two, "tcp://"+addr, x)
	if greeting != "" || IdleStreams() != 0 {
		t.Fatalf("it is a new one: %q, %d wait", greeting, IdleStreams())
	}
	if o := StreamContextGetOptions(b)["http"]["proxy"]; o != "x" {
		t.Errorf("its context is another one: %v", o)
	}
	if GetResourceType(b) != "persistent stream" || GetResourceId(a) == GetResourceId(b) {
		t.Error("it is no resource of its own")
	}
	if n, _ := Ftell(b); n != len("hello 1\nx\n1 x\n") {
		t.Errorf("position %d", n)
	}
	if old := StreamSetChunkSize(b, 8192); old != 100 {
		t.Errorf("chunk size %d", old)
	}
	ask(t, b, "y", "1 y")
	// Whoever still has the old one can do nothing with it.
	if _, ok := Fwrite(a, "z\n"); ok {
		t.Error("the old stream sends")
	}
	if _, err := a.Write([]byte("z\n")); err == nil {
		t.Error("the old stream writes")
	}
	if err := a.SetDeadline(time.Unix(1, 0)); err == nil {
		t.Error("the old stream has deadlines")
	}
	if StreamSocketShutdown(a, STREAM_SHUT_RDWR) || Fclose(a) {
		t.Error("the old stream can be shut down")
	}
	ask(t, b, "y", "1 y")
	Fclose(b)
	if c, _ := open(t, two, "tcp://"+addr, nil); connections.Load() != 2 {
		t.Error("what was closed was handed out again")
	} else {
		Fclose(c)
	}
	if said.all() != "" {
		t.Error(said.all())
	}
}

// TestPersistentInUse: while one Runtime has a stream no other gets it.
func TestPersistentInUse(t *testing.T) {
	checkIdle(t)
	addr, connections := numbered(t)
	one, two := NewRuntime(), NewRuntime()
	defer one.Close()
	defer two.Close()
	a, _ := open(t, one, "tcp://"+addr, nil)
	b, _ := open(t, two, "tcp://"+addr, nil)
	if again, _ := open(t, one, "tcp://"+addr, nil); again != a {
		t.Error("the same Runtime got another stream")
	}
	ask(t, a, "a", "1 a")
	ask(t, b, "b", "2 b")
	if connections.Load() != 2 {
		t.Errorf("%d connections", connections.Load())
	}
}

// TestPersistentKeys: what was opened by another name, in another way or by
// another PHP is another stream.
func TestPersistentKeys(t *testing.T) {
	checkIdle(t)
	addr, connections := numbered(t)
	host, port, _ := net.SplitHostPort(addr)
	var number int
	fmt.Sscan(port, &number)
	one := NewRuntime()
	open(t, one, "tcp://"+addr, nil)
	one.Close()
	two := NewRuntime()
	for _, target := range []string{addr, "tcp://" + addr + "/x"} {
		open(t, two, target, nil)
	}
	fp, _, _ := two.Pfsockopen(host, number, 5)
	Fgets(fp)
	old := NewRuntime(PHP74)
	open(t, old, "tcp://"+addr, nil)
	x := two.StreamContextCreate(Options{"socket": {"bindto": "127.0.0.2:0"}})
	bound, _ := open(t, NewRuntime(), "tcp://"+addr, x)
	Fclose(bound)
	if connections.Load() != 6 {
		t.Errorf("%d connections", connections.Load())
	}
	two.Close()
	old.Close()
	three := NewRuntime()
	fp, _, _ = three.Pfsockopen(host, number, 5)
	ask(t, fp, "x", "4 x")
	three.Close()
}

// TestPersistentUnread holds a difference: a stream with something left to read
// is not handed to another Runtime, whose next answer that would seem to be.
func TestPersistentUnread(t *testing.T) {
	checkIdle(t)
	addr, connections := numbered(t)
	for name, leave := range map[string]func(*Stream){
		"buffered":      func(fp *Stream) { Fwrite(fp, "x\ny\n"); time.Sleep(20 * time.Millisecond); Fgetc(fp) },
		"in the socket": func(fp *Stream) { Fwrite(fp, "x\n"); time.Sleep(50 * time.Millisecond) },
		"half read by a reader of Go": func(fp *Stream) {
			Fwrite(fp, "x\n")
			io.ReadFull(fp, make([]byte, 2))
		},
		"the end": func(fp *Stream) {
			StreamSocketShutdown(fp, STREAM_SHUT_WR)
			Fgets(fp)
		},
	} {
		DropIdleStreams()
		connections.Store(0)
		one, two := NewRuntime(), NewRuntime()
		a, _ := open(t, one, "tcp://"+addr, nil)
		leave(a)
		one.Close()
		b, _ := open(t, two, "tcp://"+addr, nil)
		ask(t, b, "z", "2 z")
		if IsResource(a) {
			t.Errorf("%s: the old stream is still open", name)
		}
		Fclose(b)
	}
}

// TestPersistentLate: what comes while a stream waits makes it useless, too.
func TestPersistentLate(t *testing.T) {
	checkIdle(t)
	speak := make(chan bool)
	var connections atomic.Int32
	addr := serve(t, func(c net.Conn) {
		fmt.Fprintf(c, "hello %d\n", connections.Add(1))
		if connections.Load() == 1 {
			if <-speak {
				io.WriteString(c, "500 too slow\n")
			} else {
				c.Close()
			}
		}
		io.Copy(io.Discard, c)
	})
	t.Cleanup(DropIdleStreams)
	for _, words := range []bool{true, false} {
		connections.Store(0)
		one, two := NewRuntime(), NewRuntime()
		open(t, one, "tcp://"+addr, nil)
		one.Close()
		if IdleStreams() != 1 {
			t.Fatal("the stream does not wait")
		}
		speak <- words
		time.Sleep(50 * time.Millisecond)
		b, greeting := open(t, two, "tcp://"+addr, nil)
		if greeting != "hello 2\n" || IdleStreams() != 0 {
			t.Errorf("%t: %q, %d wait", words, greeting, IdleStreams())
		}
		Fclose(b)
	}
}

// TestPersistentBusy: a stream that somebody reads or waits for when the job
// ends is closed, and they wake.
func TestPersistentBusy(t *testing.T) {
	checkIdle(t)
	addr, _ := numbered(t)
	for name, wait := range map[string]func(*Stream){
		"reads":   func(fp *Stream) { Fgets(fp) },
		"selects": func(fp *Stream) { r := []*Stream{fp}; StreamSelect(&r, nil, nil, 5) },
	} {
		rt := NewRuntime()
		fp, _ := open(t, rt, "tcp://"+addr, nil)
		StreamSetTimeout(fp, 30)
		done := make(chan struct{})
		go func() { wait(fp); close(done) }()
		time.Sleep(50 * time.Millisecond)
		rt.Close()
		select {
		case <-done:
		case <-time.After(bound):
			t.Fatalf("%s: still waits", name)
		}
		if IdleStreams() != 0 || IsResource(fp) {
			t.Errorf("%s: the stream waits for others", name)
		}
	}
}

// TestPersistentLimits: no more than so many wait. How long is held by the
// tests of internal/idle.
func TestPersistentLimits(t *testing.T) {
	if MaxIdleStreams != 100 || MaxIdleTime != 90*time.Second {
		t.Errorf("%d for %v: the doc comment of Close says otherwise", MaxIdleStreams, MaxIdleTime)
	}
	checkIdle(t)
	addr, connections := numbered(t)
	rt := NewRuntime()
	for n := range MaxIdleStreams + 20 {
		open(t, rt, fmt.Sprintf("tcp://%s/%d", addr, n), nil)
	}
	rt.Close()
	if IdleStreams() != MaxIdleStreams {
		t.Errorf("%d wait", IdleStreams())
	}
	before := connections.Load()
	open(t, rt, fmt.Sprintf("tcp://%s/%d", addr, MaxIdleStreams+19), nil)
	if connections.Load() != before {
		t.Error("the last one does not wait")
	}
	rt.Close()
}

// TestPersistentTLS: TLS goes along to who has the same ssl options, and to
// nobody else.
func TestPersistentTLS(t *testing.T) {
	checkIdle(t)
	cafile, cert := authority(t)
	stranger := testcert.WriteCAs(t.TempDir(), "other.pem", testcert.NewCA(testcert.Spec{CN: "Other CA"}))
	var connections atomic.Int32
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		addr := numberedOver(t, &connections, func(c net.Conn) net.Conn {
			return tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}, MaxVersion: version})
		})
		ssl := func(changes ...any) Options {
			o := map[string]any{"cafile": cafile, "peer_name": "localhost"}
			for i := 0; i < len(changes); i += 2 {
				o[changes[i].(string)] = changes[i+1]
			}
			return Options{"ssl": o}
		}
		for name, test := range map[string]struct {
			first, second Options
			same          bool
			refused       bool // the second handshake
		}{
			"equal":               {ssl(), ssl(), true, false},
			"equal, but captured": {ssl("capture_peer_cert", true), ssl("capture_peer_cert", true), true, false},
			"not verified before": {ssl("verify_peer", false, "cafile", stranger), ssl("cafile", stranger), false, true},
			"another name": {ssl("verify_peer_name", false, "peer_name", "other.example"),
				ssl("peer_name", "other.example"), false, true},
			"other authorities": {ssl(), ssl("cafile", stranger), false, true},
			"looser":            {ssl(), ssl("verify_peer", false), false, false},
			"another type":      {ssl("verify_peer", true), ssl("verify_peer", 1), false, false},
			"a client's key":    {ssl(), ssl("ciphers", "DEFAULT"), false, false},
			"none before":       {ssl("verify_peer", false), nil, false, true},
			"a fingerprint":     {ssl(), ssl("peer_fingerprint", strings.Repeat("0", 40)), false, true},
			"the protocol":      {ssl(), ssl("crypto_method", STREAM_CRYPTO_METHOD_TLS_CLIENT), false, false},
		} {
			t.Run(fmt.Sprintf("%x %s", version, name), func(t *testing.T) {
				DropIdleStreams()
				connections.Store(0)
				one, _ := newRuntime()
				two, said := newRuntime()
				a, greeting := open(t, one, "tls://"+addr, one.StreamContextCreate(test.first))
				if greeting != "hello 1\n" {
					t.Fatal(greeting)
				}
				one.Close()
				if IdleStreams() != 1 || IsResource(a) {
					t.Fatalf("%d wait", IdleStreams())
				}
				x := two.StreamContextCreate(test.second)
				b, _, _ := two.StreamSocketClient("tls://"+addr, Timeout(5), STREAM_CLIENT_CONNECT|STREAM_CLIENT_PERSISTENT, x)
				if (b == nil) != test.refused {
					t.Fatalf("opened: %t\n%s", b != nil, said.all())
				}
				if b == nil {
					return
				}
				defer Fclose(b)
				if n, _ := Ftell(b); (n > 0) != test.same {
					t.Fatalf("position %d", n)
				}
				if test.same {
					ask(t, b, "x", "1 x")
					if m := StreamGetMetaData(b); m.Crypto == nil {
						t.Error("TLS is off")
					}
				}
			})
		}
	}
}

// TestPersistentTerms is the same within one Runtime: nobody who wants a peer
// verified gets one that was not.
func TestPersistentTerms(t *testing.T) {
	checkIdle(t)
	cafile, cert := authority(t)
	var connections atomic.Int32
	addr := numberedOver(t, &connections, func(c net.Conn) net.Conn {
		return tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}})
	})
	rt, said := newRuntime()
	defer rt.Close()
	loose := rt.StreamContextCreate(Options{"ssl": {"verify_peer": false, "verify_peer_name": false}})
	a, _ := open(t, rt, "tls://"+addr, loose)
	if fp, _, _ := rt.StreamSocketClient("tls://"+addr, Timeout(5), STREAM_CLIENT_CONNECT|STREAM_CLIENT_PERSISTENT); fp != nil {
		t.Error("a peer that nobody vouches for was accepted")
	}
	if !strings.Contains(said.all(), "certificate verify failed") {
		t.Error(said.all())
	}
	b, _ := open(t, rt, "tls://"+addr, trusting(rt, cafile))
	if again, _ := open(t, rt, "tls://"+addr, loose); again != a {
		t.Error("the loose one is lost")
	}
	if again, _ := open(t, rt, "tls://"+addr, trusting(rt, cafile)); again != b {
		t.Error("the verified one is lost")
	}
	// Options that change after the handshake change nothing about it.
	StreamContextSetOption(a, "ssl", "verify_peer", true)
	StreamContextSetOption(a, "ssl", "verify_peer_name", true)
	strict := rt.StreamContextCreate(Options{"ssl": {"verify_peer": true, "verify_peer_name": true}})
	if fp, _, _ := rt.StreamSocketClient("tls://"+addr, Timeout(5), STREAM_CLIENT_CONNECT|STREAM_CLIENT_PERSISTENT, strict); fp != nil {
		t.Error("the loose one was handed out as a strict one")
	}
	// openssl.cafile counts as an option does.
	loose = rt.StreamContextCreate(Options{"ssl": {"verify_peer": false, "verify_peer_name": false}})
	if again, _ := open(t, rt, "tls://"+addr, loose); again != a {
		t.Error("the loose one is lost")
	}
	rt.IniSet("openssl.cafile", cafile)
	if again, _ := open(t, rt, "tls://"+addr, loose); again == a {
		t.Error("the setting of php.ini was not looked at")
	}
}

// TestPersistentSpoilt: what must not be sent on any more does not wait for
// others.
func TestPersistentSpoilt(t *testing.T) {
	checkIdle(t)
	cafile, cert := authority(t)
	addr := startTLS(t, cert, "", func(s *tls.Conn) {
		s.Handshake()
		io.Copy(io.Discard, s)
		io.Copy(io.Discard, s.NetConn())
	})
	t.Cleanup(DropIdleStreams)
	for name, spoil := range map[string]func(*testing.T, *Stream){
		"a failed handshake": func(t *testing.T, fp *Stream) {
			StreamContextSetOption(fp, "ssl", "peer_name", "other.example")
			if ok, _, _ := StreamSocketEnableCrypto(fp, true, STREAM_CRYPTO_METHOD_TLS_CLIENT); ok {
				t.Error("crypto is on")
			}
		},
		"a handshake that was not begun": func(t *testing.T, fp *Stream) {
			StreamContextSetOption(fp, "ssl", "cafile", "/nonexistent")
			if ok, _, _ := StreamSocketEnableCrypto(fp, true, STREAM_CRYPTO_METHOD_TLS_CLIENT); ok {
				t.Error("crypto is on")
			}
		},
		"a filter": func(t *testing.T, fp *Stream) {
			if StreamFilterAppend(fp, "string.toupper", STREAM_FILTER_WRITE) == nil {
				t.Error("no filter")
			}
		},
		"crypto switched off": func(t *testing.T, fp *Stream) {
			if ok, _, errstr := StreamSocketEnableCrypto(fp, true, STREAM_CRYPTO_METHOD_TLS_CLIENT); !ok {
				t.Error(errstr)
			}
			StreamSocketEnableCrypto(fp, false)
		},
		"crypto switched off and on again": func(t *testing.T, fp *Stream) {
			StreamSocketEnableCrypto(fp, true, STREAM_CRYPTO_METHOD_TLSv1_2_CLIENT)
			StreamSocketEnableCrypto(fp, false)
			StreamSetBlocking(fp, false)
			for end := time.Now().Add(bound); StreamGetMetaData(fp).Crypto == nil; {
				StreamSocketEnableCrypto(fp, true, STREAM_CRYPTO_METHOD_TLSv1_2_CLIENT)
				if time.Now().After(end) {
					t.Fatal("crypto is off")
				}
			}
		},
		"a handshake under way": func(t *testing.T, fp *Stream) {
			StreamSetBlocking(fp, false)
			StreamSocketEnableCrypto(fp, true, STREAM_CRYPTO_METHOD_TLS_CLIENT)
		},
	} {
		t.Run(name, func(t *testing.T) {
			rt, _ := newRuntime()
			fp, greeting := open(t, rt, "tcp://"+addr, trusting(rt, cafile))
			if greeting != "220 go ahead\r\n" {
				t.Fatal(greeting)
			}
			spoil(t, fp)
			rt.Close()
			if IdleStreams() != 0 || IsResource(fp) {
				t.Errorf("%d wait", IdleStreams())
			}
		})
	}
	// The other way round: crypto that is on goes along.
	rt, _ := newRuntime()
	fp, _ := open(t, rt, "tcp://"+addr, trusting(rt, cafile))
	if ok, _, errstr := StreamSocketEnableCrypto(fp, true, STREAM_CRYPTO_METHOD_TLS_CLIENT); !ok {
		t.Fatal(errstr)
	}
	rt.Close()
	next, said := newRuntime()
	fp, greeting := open(t, next, "tcp://"+addr, trusting(next, cafile))
	if StreamGetMetaData(fp).Crypto == nil || greeting != "" {
		t.Errorf("crypto is off: %q", greeting)
	}
	if ok, _, _ := StreamSocketEnableCrypto(fp, true, STREAM_CRYPTO_METHOD_TLS_CLIENT); ok {
		t.Error("crypto was enabled twice")
	}
	if !strings.Contains(said.all(), "SSL/TLS already set-up for this stream") {
		t.Error(said.all())
	}
	next.Close()
}

// TestPersistentServerSide: a stream on which this side was the server of a
// handshake, and did not ask who the other is, goes to nobody who opens a
// client's.
func TestPersistentServerSide(t *testing.T) {
	checkIdle(t)
	_, _, file := testcert.SelfSigned(testcert.Spec{CN: "localhost"}).Write(t.TempDir(), "server")
	addr := serve(t, func(c net.Conn) {
		s := tls.Client(c, &tls.Config{InsecureSkipVerify: true})
		s.Handshake()
		io.Copy(io.Discard, s)
	})
	t.Cleanup(DropIdleStreams)
	rt, said := newRuntime()
	x := rt.StreamContextCreate(Options{"ssl": {"local_cert": file}})
	flags := STREAM_CLIENT_CONNECT | STREAM_CLIENT_PERSISTENT
	a, _, _ := rt.StreamSocketClient(addr, Timeout(5), flags, x)
	if ok, _, _ := StreamSocketEnableCrypto(a, true, STREAM_CRYPTO_METHOD_TLS_SERVER); !ok {
		t.Fatal(said.all())
	}
	b, _, _ := rt.StreamSocketClient(addr, Timeout(5), flags, x)
	if b == nil || b == a {
		t.Error("the same Runtime got it")
	}
	rt.Close()
	next := NewRuntime()
	for range 3 {
		c, _, _ := next.StreamSocketClient(addr, Timeout(5), flags, next.StreamContextCreate(Options{"ssl": {"local_cert": file}}))
		if StreamGetMetaData(c).Crypto != nil {
			t.Error("the next Runtime got it")
		}
		Fclose(c)
	}
}

// TestPersistentTogether: goroutines of one Runtime that open the same at once
// get the same stream.
func TestPersistentTogether(t *testing.T) {
	checkIdle(t)
	addr, connections := numbered(t)
	rt := NewRuntime()
	var streams [20]*Stream
	var wait sync.WaitGroup
	for i := range streams {
		wait.Go(func() {
			streams[i], _, _ = rt.StreamSocketClient(addr, Timeout(5), STREAM_CLIENT_CONNECT|STREAM_CLIENT_PERSISTENT)
		})
	}
	wait.Wait()
	for _, fp := range streams {
		if fp == nil || fp != streams[0] {
			t.Fatal("they got several streams")
		}
	}
	Fgets(streams[0])
	if connections.Load() != 1 {
		t.Errorf("%d connections", connections.Load())
	}
	rt.Close()
}

// TestPersistentNeverShared: whatever many Runtimes do at once, the answer that
// a job gets is the one to its own question. Each also leaves a reader behind
// that does not know that the job is over.
func TestPersistentNeverShared(t *testing.T) {
	checkIdle(t)
	cafile, cert := authority(t)
	var connections atomic.Int32
	plain, _ := numbered(t)
	secured := numberedOver(t, &connections, func(c net.Conn) net.Conn {
		return tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}})
	})
	var jobs, late sync.WaitGroup
	for n := range 8 {
		jobs.Go(func() {
			for i := range 25 {
				rt := NewRuntime()
				rt.SetErrorHandler(func(ErrorLevel, string, string, int) bool { return true })
				target, ctx := "tcp://"+plain, (*Context)(nil)
				if (n+i)%2 == 0 {
					target, ctx = "tls://"+secured, trusting(rt, cafile)
				}
				fp, _, errstr := rt.StreamSocketClient(target, Timeout(5), STREAM_CLIENT_CONNECT|STREAM_CLIENT_PERSISTENT, ctx)
				if fp == nil {
					t.Error(errstr)
					return
				}
				StreamSetTimeout(fp, 5)
				if at, _ := Ftell(fp); at == 0 {
					Fgets(fp)
				}
				for q := range 3 {
					question := fmt.Sprintf("%d-%d-%d", n, i, q)
					Fwrite(fp, question+"\n")
					if line, _ := Fgets(fp); !strings.HasSuffix(line, " "+question+"\n") {
						t.Errorf("the answer to %q is %q", question, line)
					}
				}
				over := make(chan struct{})
				late.Go(func() {
					for range 5 {
						StreamGetMetaData(fp)
						Feof(fp)
						StreamSocketGetName(fp, true)
					}
					<-over
					Fwrite(fp, "late\n")
					fp.Write([]byte("late\n"))
					StreamSocketShutdown(fp, STREAM_SHUT_RDWR)
					StreamSocketEnableCrypto(fp, false)
					Fclose(fp)
				})
				rt.Close()
				close(over)
			}
		})
	}
	jobs.Wait()
	late.Wait()
	if connections.Load() == 0 {
		t.Error("nobody has used TLS")
	}
}
