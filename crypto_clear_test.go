package phpstream_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	. "github.com/phpstream-go/phpstream"
)

// recorder is a peer that hands over all that it got in clear.
func recorder(t *testing.T) (addr string, saw <-chan string) {
	ch := make(chan string, 1)
	return serve(t, func(c net.Conn) {
		all, _ := io.ReadAll(c)
		ch <- string(all)
	}), ch
}

// TestNoMethodRefusesToSend: what PHP throws ends a PHP program; here the next
// line runs, and must not send a password in clear.
func TestNoMethodRefusesToSend(t *testing.T) {
	checkLeaks(t)
	addr, saw := recorder(t)
	fp := connect(t, addr)
	if ok, _, _ := StreamSocketEnableCrypto(fp, true); ok {
		t.Fatal("crypto without a method")
	}
	if n, ok := Fwrite(fp, "AUTH PLAIN secret\r\n"); ok || n != 0 {
		t.Errorf("fwrite answers %d, %v", n, ok)
	}
	fp.Close()
	if got := <-saw; got != "" {
		t.Errorf("the peer got %q", got)
	}
}

// offAgain is a stream whose crypto has been on and is off, and what its peer
// reads in clear after that. The peer sends clear behind its close_notify.
func offAgain(t *testing.T, clear string) (*Stream, <-chan string) {
	cafile, cert := authority(t)
	saw := make(chan string, 1)
	addr := serveTLS(t, cert, func(c net.Conn, s *tls.Conn) {
		io.WriteString(s, "over TLS\n")
		io.ReadAll(s)
		io.WriteString(c, clear)
		all, _ := io.ReadAll(c)
		saw <- string(all)
	})
	rt, e := newRuntime()
	fp, _, _ := rt.StreamSocketClient("tls://"+addr, Timeout(5), trusting(rt, cafile))
	if fp == nil {
		t.Fatal(e.all())
	}
	t.Cleanup(func() { fp.Close() })
	if line, _ := Fgets(fp); line != "over TLS\n" {
		t.Fatal(line)
	}
	StreamSocketEnableCrypto(fp, false)
	return fp, saw
}

// TestSecondCryptoRefusesToSend: crypto that cannot be switched on again is a
// failure like any other. Without blocking PHP says that it is on; nothing goes
// out then either.
func TestSecondCryptoRefusesToSend(t *testing.T) {
	for _, blocking := range []bool{true, false} {
		checkLeaks(t)
		fp, saw := offAgain(t, "")
		StreamSetBlocking(fp, blocking)
		ok, _, _ := StreamSocketEnableCrypto(fp, true, STREAM_CRYPTO_METHOD_TLS_CLIENT)
		if ok != !blocking {
			t.Errorf("blocking %v: it is on: %v", blocking, ok)
		}
		if n, ok := Fwrite(fp, "AUTH PLAIN secret\r\n"); n > 0 || ok != !blocking {
			t.Errorf("blocking %v: fwrite answers %d %v", blocking, n, ok)
		}
		fp.Close()
		if got := <-saw; strings.Contains(got, "AUTH") {
			t.Errorf("blocking %v: the peer got %q", blocking, got)
		}
	}
}

// TestSecondCryptoKeepsClearOut: what came in clear in between is not handed
// out as TLS data.
func TestSecondCryptoKeepsClearOut(t *testing.T) {
	checkLeaks(t)
	fp, _ := offAgain(t, "x\n250 injected\n")
	for StreamGetMetaData(fp).UnreadBytes == 0 {
		r := []*Stream{fp}
		if n, _ := StreamSelect(&r, nil, nil, 5); n == 0 {
			t.Fatal("nothing came")
		}
		if c, ok := Fgetc(fp); ok && c == "x" {
			break
		} else if Feof(fp) {
			t.Fatal("end")
		}
	}
	StreamSetBlocking(fp, false)
	StreamSocketEnableCrypto(fp, true, STREAM_CRYPTO_METHOD_TLS_CLIENT)
	if m := StreamGetMetaData(fp); m.Crypto != nil {
		line, _ := Fread(fp, 100)
		t.Errorf("read %q under crypto %+v", line, m.Crypto)
	}
}

// TestNothingBetweenHandshakeRecords: a writer that is not told of a handshake
// does not write into it, nor does a reader take away from it.
func TestNothingBetweenHandshakeRecords(t *testing.T) {
	checkLeaks(t)
	cafile, cert := authority(t)
	var mu sync.Mutex
	var clear []string
	addr := serve(t, func(c net.Conn) {
		r := &tap{Conn: c}
		s := tls.Server(slow{r}, &tls.Config{Certificates: []tls.Certificate{cert}})
		io.WriteString(c, "220 go ahead\r\n")
		err := s.Handshake()
		if err == nil {
			io.WriteString(s, "250 over TLS\r\n")
			io.Copy(io.Discard, s)
		}
		mu.Lock()
		defer mu.Unlock()
		if bytes.Contains(r.got.Bytes(), []byte("secret")) {
			clear = append(clear, r.got.String())
		}
	})
	for range 5 {
		rt, e := newRuntime()
		fp, _, _ := rt.StreamSocketClient(addr, Timeout(5), trusting(rt, cafile))
		if line, ok := Fgets(fp); !ok {
			t.Fatal(line)
		}
		var wg sync.WaitGroup
		begun := make(chan struct{})
		wg.Go(func() {
			<-begun
			time.Sleep(30 * time.Millisecond)
			Fwrite(fp, "AUTH PLAIN secret\r\n")
		})
		wg.Go(func() {
			<-begun
			time.Sleep(30 * time.Millisecond)
			if line, ok := Fgets(fp); line != "250 over TLS\r\n" {
				t.Errorf("read %q %v", line, ok)
			}
		})
		close(begun)
		if ok, _, errstr := StreamSocketEnableCrypto(fp, true, STREAM_CRYPTO_METHOD_TLS_CLIENT); !ok {
			t.Errorf("%s\n%s", errstr, e.all())
		}
		wg.Wait()
		fp.Close()
	}
	mu.Lock()
	defer mu.Unlock()
	if len(clear) > 0 {
		t.Errorf("in clear: %.60q", clear[0])
	}
}

type tap struct {
	net.Conn
	got bytes.Buffer
}

func (c *tap) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.got.Write(p[:n])
	return n, err
}

// slow answers late.
type slow struct{ net.Conn }

func (c slow) Write(p []byte) (int, error) {
	time.Sleep(60 * time.Millisecond)
	return c.Conn.Write(p)
}

// TestTornTLSIsNoCleanEnd: Go's readers learn that a record was cut off.
func TestTornTLSIsNoCleanEnd(t *testing.T) {
	checkLeaks(t)
	cafile, cert := authority(t)
	addr := serveTLS(t, cert, func(c net.Conn, s *tls.Conn) {
		s.Handshake()
		b := make([]byte, 1)
		s.Read(b)
		c.Write([]byte{23, 3, 3, 0, 200, 1, 2, 3})
	})
	rt, e := newRuntime()
	fp, _, _ := rt.StreamSocketClient("tls://"+addr, Timeout(5), trusting(rt, cafile))
	if fp == nil {
		t.Fatal(e.all())
	}
	defer fp.Close()
	fp.Write([]byte("x"))
	if _, err := io.ReadAll(fp); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
}
