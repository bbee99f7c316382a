//go:build unix

package phpstream_test

import (
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
