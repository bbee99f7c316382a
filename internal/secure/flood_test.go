package secure

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/tls"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/phpstream-go/phpstream/internal/wire"
)

// A rawPeer has shaken hands in TLS 1.3 and writes its records itself, which
// crypto/tls wouldn't.
type rawPeer struct {
	net.Conn
	secret []byte
	aead   cipher.AEAD
	iv     []byte
	seq    uint64
}

// Types of a record's content.
const (
	contentChange    = 20
	contentAlert     = 21
	contentHandshake = 22
	contentData      = 23
)

// newRawPeer shakes hands as a server.
func newRawPeer(c net.Conn, cert tls.Certificate) (*rawPeer, error) {
	var keys bytes.Buffer
	s := tls.Server(c, &tls.Config{
		Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS13, SessionTicketsDisabled: true, KeyLogWriter: &keys,
	})
	if err := s.Handshake(); err != nil {
		return nil, err
	}
	p := &rawPeer{Conn: c}
	for line := range strings.Lines(keys.String()) {
		if f := strings.Fields(line); f[0] == "SERVER_TRAFFIC_SECRET_0" {
			p.secret, _ = hex.DecodeString(f[2])
		}
	}
	if s.ConnectionState().CipherSuite != tls.TLS_AES_128_GCM_SHA256 {
		return nil, errors.New("another suite than the one that this peer can do")
	}
	p.key()
	return p, nil
}

// expand is HKDF-Expand-Label of RFC 8446.
func (p *rawPeer) expand(label string, size int) []byte {
	label = "tls13 " + label
	info := binary.BigEndian.AppendUint16(nil, uint16(size))
	info = append(append(info, byte(len(label))), label...)
	out, err := hkdf.Expand(sha256.New, p.secret, string(append(info, 0)), size)
	if err != nil {
		panic(err)
	}
	return out
}

func (p *rawPeer) key() {
	block, err := aes.NewCipher(p.expand("key", 16))
	if err != nil {
		panic(err)
	}
	p.aead, _ = cipher.NewGCM(block)
	p.iv, p.seq = p.expand("iv", 12), 0
}

// record makes one record.
func (p *rawPeer) record(content byte, text string) []byte {
	size := len(text) + 1 + p.aead.Overhead()
	header := []byte{contentData, 3, 3, byte(size >> 8), byte(size)}
	nonce := bytes.Clone(p.iv)
	for i := range 8 {
		nonce[4+i] ^= byte(p.seq >> (56 - 8*i))
	}
	p.seq++
	return p.aead.Seal(header, nonce, append([]byte(text), content), header)
}

// keyUpdate makes a key update, and goes on with the new key.
func (p *rawPeer) keyUpdate(answer bool) []byte {
	message := "\x18\x00\x00\x01\x00"
	if answer {
		message = "\x18\x00\x00\x01\x01"
	}
	r := p.record(contentHandshake, message)
	p.secret = p.expand("traffic upd", sha256.Size)
	p.key()
	return r
}

// flood is a connection whose peer runs a flood until it is closed.
func flood(t *testing.T, serve func(*rawPeer)) *Conn {
	t.Helper()
	w, c := dialPlain(t)
	cert := serverCert(t)
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.SetDeadline(time.Now().Add(4 * bound))
		p, err := newRawPeer(c, cert)
		if err != nil {
			t.Error(err)
			return
		}
		serve(p)
	}()
	conn := newClient(w, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS13})
	t.Cleanup(func() { w.Close(); c.Close(); <-done })
	handshake(t, conn)
	return conn
}

// endless writes what make makes, for as long as the other side takes it.
func endless(p *rawPeer, make func() []byte) {
	for {
		if _, err := p.Write(make()); err != nil {
			return
		}
	}
}

// TestUselessRecordsComeToAnEnd: a peer that sends nothing but records that
// carry nothing is refused, and doesn't keep a read busy.
func TestUselessRecordsComeToAnEnd(t *testing.T) {
	for name, useless := range map[string]func(*rawPeer) []byte{
		"empty records":           func(p *rawPeer) []byte { return p.record(contentData, "") },
		"key updates":             func(p *rawPeer) []byte { return p.keyUpdate(false) },
		"key updates with answer": func(p *rawPeer) []byte { return p.keyUpdate(true) },
		"user_canceled":           func(p *rawPeer) []byte { return p.record(contentAlert, "\x01\x5a") },
		"changes of ciphers":      func(*rawPeer) []byte { return []byte{contentChange, 3, 3, 0, 1, 1} },
		"parts of a message":      func(p *rawPeer) []byte { return p.record(contentHandshake, "\x04") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, read := range []func(*Conn, []byte) (int, error){
				func(c *Conn, b []byte) (int, error) { return c.Read(b, deadline()) },
				func(c *Conn, b []byte) (int, error) {
					for end := deadline(); time.Now().Before(end); runtime.Gosched() {
						if n, err := c.TryRead(b); !errors.Is(err, wire.ErrWouldBlock) {
							return n, err
						}
					}
					return 0, os.ErrDeadlineExceeded
				},
			} {
				c := flood(t, func(p *rawPeer) { endless(p, func() []byte { return useless(p) }) })
				n, err := read(c, make([]byte, 10))
				if n != 0 || err == nil || errors.Is(err, os.ErrDeadlineExceeded) || IsEOF(err) {
					t.Errorf("%d bytes, %v", n, err)
				}
			}
		})
	}
}

// TestFloodLeavesDeadlines: records that carry nothing don't put off the end of
// a read, also where they come one by one.
func TestFloodLeavesDeadlines(t *testing.T) {
	c := flood(t, func(p *rawPeer) {
		endless(p, func() []byte {
			time.Sleep(60 * time.Millisecond)
			return p.record(contentData, "")
		})
	})
	start := time.Now()
	_, err := c.Read(make([]byte, 10), start.Add(200*time.Millisecond))
	if took := time.Since(start); !errors.Is(err, os.ErrDeadlineExceeded) || took > time.Second {
		t.Errorf("%v after %v", err, took)
	}
}

// TestAnswersDoNotBlockReads: a peer that asks for new keys all the time, and
// reads none of the answers, gets no reader to wait for room, and no memory.
func TestAnswersDoNotBlockReads(t *testing.T) {
	for name, fill := range map[string]func(*Conn){
		"behind a write that was cut short": func(c *Conn) {
			if n, err := c.Write(make([]byte, 32<<20), 50*time.Millisecond); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%d bytes, %v", n, err)
			}
		},
		"where there is no room": func(c *Conn) { // what is in the way doesn't matter to a peer that doesn't read
			for err := error(nil); err == nil; {
				_, err = c.feed.w.TryWrite(make([]byte, 1<<16))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := flood(t, func(p *rawPeer) {
				endless(p, func() []byte { return append(p.keyUpdate(true), p.record(contentData, "x")...) })
			})
			fill(c)
			got, b := 0, make([]byte, 1000)
			var err error
			for err == nil && got < 100000 {
				var n int
				start := time.Now()
				n, err = c.Read(b, start.Add(time.Second))
				got += n
				if took := time.Since(start); took > 2*time.Second {
					t.Fatalf("a read of at most 1 s took %v after %d bytes", took, got)
				}
			}
			if !errors.Is(err, errFlooded) || got < 100 {
				t.Errorf("%v after %d bytes", err, got)
			}
			if n := len(c.feed.pending); n > 2*maxPending {
				t.Errorf("%d bytes of answers are kept", n)
			}
			if n, err := c.TryWrite([]byte("x")); n != 0 || err == nil || errors.Is(err, wire.ErrWouldBlock) {
				t.Errorf("%d bytes were written, %v", n, err)
			}
		})
	}
}

// TestWriterDoesNotBlockReads: while a writer waits for room, a reader goes on,
// also where the peer asks for new keys.
func TestWriterDoesNotBlockReads(t *testing.T) {
	begin := make(chan struct{})
	c := flood(t, func(p *rawPeer) {
		<-begin
		p.Write(append(p.keyUpdate(true), p.record(contentData, "hello")...))
		time.Sleep(time.Second)
		io.Copy(io.Discard, p)
	})
	data := make([]byte, 8<<20)
	var written atomic.Int64
	done := make(chan error, 1)
	go func() {
		for len(data) > 0 {
			n, err := c.Write(data[:1<<20], bound)
			if written.Add(int64(n)); err != nil {
				done <- err
				return
			}
			data = data[n:]
		}
		done <- nil
	}()
	for last := int64(-1); last != written.Load(); time.Sleep(50 * time.Millisecond) {
		last = written.Load()
	}
	close(begin)
	b := make([]byte, 10)
	start := time.Now()
	n, err := c.Read(b, start.Add(bound))
	if took := time.Since(start); string(b[:n]) != "hello" || err != nil || took > 700*time.Millisecond {
		t.Errorf("%q %v after %v", b[:n], err, took)
	}
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(2 * bound):
		t.Error("the writer still waits")
	}
}

// TestFarewellDoesNotWait: not behind a writer that waits for room, either.
func TestFarewellDoesNotWait(t *testing.T) {
	stop := make(chan struct{})
	defer close(stop)
	c := flood(t, func(*rawPeer) { <-stop })
	done := make(chan error, 1)
	go func() {
		_, err := c.Write(make([]byte, 32<<20), bound)
		done <- err
	}()
	for waits := false; !waits; time.Sleep(time.Millisecond) {
		c.feed.mu.Lock()
		waits = c.feed.sending
		c.feed.mu.Unlock()
	}
	start := time.Now()
	c.CloseNotify()
	if took := time.Since(start); took > bound/4 {
		t.Errorf("it took %v", took)
	}
	c.feed.w.Close()
	<-done
}

// TestHandshakeWithoutRoom: what finds no room in a handshake is waited for, but
// not beyond its limit.
func TestHandshakeWithoutRoom(t *testing.T) {
	w, peer := dialPlain(t)
	defer w.Close()
	defer peer.Close()
	for { // nobody reads
		if _, err := w.TryWrite(make([]byte, 1<<16)); err != nil {
			break
		}
	}
	c := newClient(w, &tls.Config{InsecureSkipVerify: true})
	start := time.Now()
	err := c.Handshake(context.Background(), 100*time.Millisecond)
	if took := time.Since(start); !errors.Is(err, os.ErrDeadlineExceeded) || took > time.Second {
		t.Errorf("%v after %v", err, took)
	}
}
