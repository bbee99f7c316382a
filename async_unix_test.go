//go:build unix

package phpstream_test

import (
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	. "github.com/phpstream-go/phpstream"
)

// within fails the test where f takes longer.
func within(t *testing.T, d time.Duration, what string, f func()) bool {
	t.Helper()
	done := make(chan struct{})
	go func() { f(); close(done) }()
	select {
	case <-done:
		return true
	case <-time.After(d):
		t.Errorf("%s takes more than %v", what, d)
		return false
	}
}

// fullListener accepts no connection any more: those that come are left waiting.
func fullListener(t *testing.T) string {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
	syscall.Listen(fd, 0)
	sa, _ := syscall.Getsockname(fd)
	addr := (&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: sa.(*syscall.SockaddrInet4).Port}).String()
	for range 3 {
		c, err := net.DialTimeout("tcp", addr, 200*time.Millisecond)
		if err != nil {
			break
		}
		t.Cleanup(func() { c.Close() })
	}
	return addr
}

// TestCryptoDoesNotWaitForConnect: a non-blocking stream_socket_enable_crypto
// answers at once while the connection is still being made.
func TestCryptoDoesNotWaitForConnect(t *testing.T) {
	checkLeaks(t)
	addr := fullListener(t)
	rt, e := newRuntime()
	fp, _, _ := rt.StreamSocketClient(addr, STREAM_CLIENT_CONNECT|STREAM_CLIENT_ASYNC_CONNECT, Timeout(30))
	if fp == nil {
		t.Fatal(e.all())
	}
	defer fp.Close()
	StreamSetBlocking(fp, false)
	if !within(t, 2*time.Second, "a non-blocking enable_crypto on a connection under way", func() {
		if ok, errno, errstr := StreamSocketEnableCrypto(fp, true, STREAM_CRYPTO_METHOD_TLS_CLIENT); ok || errno != 11 {
			t.Errorf("%v %d %s", ok, errno, errstr)
		}
	}) {
		fp.Close()
	}
}

// TestFcloseDuringHandshake ends the handshake, waited for or in the background.
func TestFcloseDuringHandshake(t *testing.T) {
	for _, blocking := range []bool{true, false} {
		checkLeaks(t)
		addr := serve(t, func(c net.Conn) { io.Copy(io.Discard, c) })
		rt, _ := newRuntime()
		fp, _, _ := rt.StreamSocketClient(addr, Timeout(60))
		StreamSetBlocking(fp, blocking)
		go func() {
			time.Sleep(30 * time.Millisecond)
			Fclose(fp)
		}()
		within(t, bound, "enable_crypto on a stream that is closed", func() {
			for IsResource(fp) {
				if ok, _, _ := StreamSocketEnableCrypto(fp, true, STREAM_CRYPTO_METHOD_TLS_CLIENT); ok {
					t.Error("crypto is on, with a peer that said nothing")
				}
				if !blocking {
					r := []*Stream{fp}
					StreamSelect(&r, nil, nil, 60)
				}
			}
		})
	}
}

// TestFcloseDuringConnect ends a select and a write that wait for a connection.
func TestFcloseDuringConnect(t *testing.T) {
	checkLeaks(t)
	addr := fullListener(t)
	for name, wait := range map[string]func(*Stream){
		"select": func(fp *Stream) { StreamSelect(nil, &[]*Stream{fp}, nil, 60) },
		"fwrite": func(fp *Stream) { Fwrite(fp, "x") },
		"fread":  func(fp *Stream) { Fread(fp, 1) },
		"crypto": func(fp *Stream) { StreamSocketEnableCrypto(fp, true, STREAM_CRYPTO_METHOD_TLS_CLIENT) },
	} {
		rt, _ := newRuntime()
		fp, _, _ := rt.StreamSocketClient(addr, STREAM_CLIENT_ASYNC_CONNECT, Timeout(60))
		go func() {
			time.Sleep(30 * time.Millisecond)
			Fclose(fp)
		}()
		within(t, bound, name+" on a connection under way", func() { wait(fp) })
	}
}

// TestFcloseDuringAccept ends a select and an accept that wait for somebody to
// connect.
func TestFcloseDuringAccept(t *testing.T) {
	for name, wait := range map[string]func(*Stream){
		"select": func(fp *Stream) {
			r := []*Stream{fp}
			if n, ok := StreamSelect(&r, nil, nil, 60); n != 1 || !ok {
				t.Errorf("%d %v", n, ok)
			}
		},
		"accept": func(fp *Stream) {
			if got, _ := StreamSocketAccept(fp, 60); got != nil {
				t.Error("somebody was accepted")
			}
		},
	} {
		for _, address := range []string{"tcp://127.0.0.1:0", "unix://" + t.TempDir() + "/s"} {
			checkLeaks(t)
			rt, e := newRuntime()
			fp, _, _ := rt.StreamSocketServer(address)
			if fp == nil {
				t.Fatal(e.all())
			}
			go func() {
				time.Sleep(30 * time.Millisecond)
				Fclose(fp)
			}()
			within(t, bound, name+" on "+address, func() { wait(fp) })
		}
	}
}
