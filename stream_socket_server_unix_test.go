//go:build unix

package phpstream_test

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	. "github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

func serverOf(t *testing.T, rt *Runtime) (fp *Stream, address string) {
	t.Helper()
	fp, _, errstr := rt.StreamSocketServer("tcp://127.0.0.1:0")
	if fp == nil {
		t.Fatal(errstr)
	}
	t.Cleanup(func() { fp.Close() })
	address, _ = StreamSocketGetName(fp, false)
	return fp, address
}

// TestFcloseEndsAccepting: all who wait for a connection hear of it.
func TestFcloseEndsAccepting(t *testing.T) {
	checkLeaks(t)
	rt, e := newRuntime()
	server, _ := serverOf(t, rt)
	const waiters = 3
	var wait sync.WaitGroup
	for range waiters {
		wait.Go(func() {
			if fp, peer := StreamSocketAccept(server, -1); fp != nil || peer != "" {
				t.Errorf("accepted %q", peer)
			}
		})
	}
	time.Sleep(30 * time.Millisecond)
	if !Fclose(server) {
		t.Error("the server does not close")
	}
	within(t, bound, "accepting goes on", wait.Wait)
	if n := strings.Count(e.all(), "stream_socket_accept(): Accept failed: Bad file descriptor"); n != waiters {
		t.Errorf("%d warnings:\n%s", n, e.all())
	}
}

// TestAcceptedSide: many clients at once, each gets its own stream.
func TestAcceptedSide(t *testing.T) {
	checkLeaks(t)
	rt, _ := newRuntime()
	server, address := serverOf(t, rt)
	const clients = 20
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range clients / 4 {
				fp, peer := StreamSocketAccept(server, 10)
				if fp == nil {
					t.Error("nobody came")
					return
				}
				line, _ := Fgets(fp)
				Fwrite(fp, peer+" said "+line)
				fp.Close()
			}
		})
	}
	for range clients {
		wait.Go(func() {
			fp, _, errstr := rt.StreamSocketClient(address, Timeout(10))
			if fp == nil {
				t.Error(errstr)
				return
			}
			defer fp.Close()
			own, _ := StreamSocketGetName(fp, false)
			Fwrite(fp, "hello\n")
			if line, _ := Fgets(fp); line != own+" said hello\n" {
				t.Errorf("%s heard %q", own, line)
			}
		})
	}
	within(t, 20*time.Second, "clients and server talk on", wait.Wait)
}

// TestListener: a server of Go's own takes a stream for its net.Listener.
func TestListener(t *testing.T) {
	rt, e := newRuntime()
	server, address := serverOf(t, rt)
	l := server.Listener()
	if l.Addr().String() != address {
		t.Errorf("it listens on %v, not %s", l.Addr(), address)
	}
	s := http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello") })}
	over := make(chan error, 1)
	go func() { over <- s.Serve(l) }()
	answer, err := http.Get("http://" + address)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(answer.Body)
	answer.Body.Close()
	if string(body) != "hello" {
		t.Errorf("%q", body)
	}
	s.Close()
	if err := <-over; !errors.Is(err, http.ErrServerClosed) {
		t.Error(err)
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("accepting after Close: %v", err)
	}
	if e.all() != "" {
		t.Errorf("warnings:\n%s", e.all())
	}
	// The zero Stream and nil fail, and do not crash.
	for _, fp := range []*Stream{nil, {}} {
		if _, err := fp.Listener().Accept(); !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	}
}

// TestListenerOfTLS: somebody who does not shake hands keeps nobody else
// waiting, and somebody who cannot ends nothing; both are told nothing in clear.
func TestListenerOfTLS(t *testing.T) {
	checkLeaks(t)
	ca := testcert.NewCA(testcert.Spec{CN: "Test CA"})
	dir := t.TempDir()
	cafile := testcert.WriteCAs(dir, "ca.pem", ca)
	ca.Issue(testcert.Spec{CN: "localhost", DNS: []string{"localhost"}}).Write(dir, "server")
	rt, e := newRuntime()
	server, _, errstr := rt.StreamSocketServer("tls://127.0.0.1:0", rt.StreamContextCreate(Options{"ssl": {
		"local_cert": filepath.Join(dir, "server.pem"), "local_pk": filepath.Join(dir, "server.key")}}))
	if server == nil {
		t.Fatal(errstr)
	}
	address, _ := StreamSocketGetName(server, false)
	s := http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello") })}
	over := make(chan error, 1)
	go func() { over <- s.Serve(server.Listener()) }()

	silent, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	plain, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(plain, "GET / HTTP/1.0\r\n\r\n")
	plain.SetReadDeadline(time.Now().Add(bound))
	if said, _ := io.ReadAll(plain); strings.Contains(string(said), "hello") {
		t.Errorf("in clear: %q", said)
	}
	plain.Close()

	fp, _, _ := rt.StreamSocketClient("tls://"+address, Timeout(5), trusting(rt, cafile))
	if fp == nil {
		t.Fatal(e.all())
	}
	Fwrite(fp, "GET / HTTP/1.0\r\n\r\n")
	if answer, _ := StreamGetContents(fp); !strings.HasSuffix(answer, "hello") {
		t.Errorf("%q", answer)
	}
	fp.Close()
	s.Close()
	if err := <-over; !errors.Is(err, http.ErrServerClosed) {
		t.Error(err)
	}
}

func TestListenerDeadline(t *testing.T) {
	rt, _ := newRuntime()
	server, _ := serverOf(t, rt)
	server.SetReadDeadline(time.Now().Add(30 * time.Millisecond))
	var timeout net.Error
	if _, err := server.Listener().Accept(); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Error(err)
	}
	server.SetReadDeadline(time.Time{})
}

// TestCausesOfServerFailures: where PHP says "Unknown error", Go has the reason.
func TestCausesOfServerFailures(t *testing.T) {
	rt, _ := newRuntime()
	_, address := serverOf(t, rt)
	for target, want := range map[string]error{
		address:                              syscall.EADDRINUSE,
		"unix://" + t.TempDir() + "/no/such": syscall.ENOENT,
		"udp://127.0.0.1:0":                  syscall.EOPNOTSUPP,
	} {
		fp, errno, _ := rt.StreamSocketServer(target)
		if fp != nil || errno != 0 || !errors.Is(rt.LastError(), want) {
			t.Errorf("%s: %v, %d, %v", target, fp, errno, rt.LastError())
		}
	}
}

// TestMessagesAndCrypto: what goes past the stream goes past its TLS, which is
// not allowed, but for a look whether the peer is there.
func TestMessagesAndCrypto(t *testing.T) {
	cafile, cert := authority(t)
	saw := make(chan string, 1)
	addr := serveTLS(t, cert, func(_ net.Conn, s *tls.Conn) {
		io.WriteString(s, "hello\n")
		s.SetReadDeadline(time.Now().Add(bound))
		all, _ := io.ReadAll(s)
		saw <- string(all)
	})
	rt, e := newRuntime()
	fp, _, _ := rt.StreamSocketClient("tls://"+strings.TrimPrefix(addr, "tcp://"), Timeout(5), trusting(rt, cafile))
	if fp == nil {
		t.Fatal(e.all())
	}
	if n, ok := StreamSocketSendto(fp, "AUTH PLAIN secret\r\n"); ok || n != -1 {
		t.Errorf("sent %d bytes in clear", n)
	}
	if !strings.Contains(e.all(), "stream_socket_sendto(): Refusing to send in clear on a stream with crypto") {
		t.Errorf("warnings:\n%s", e.all())
	}
	if data, _, ok := StreamSocketRecvfrom(fp, 100); ok {
		t.Errorf("received %q past TLS", data)
	}
	if !strings.Contains(e.all(), "stream_socket_recvfrom(): Refusing to receive past the crypto of a stream") {
		t.Errorf("warnings:\n%s", e.all())
	}
	r := []*Stream{fp}
	StreamSelect(&r, nil, nil, 5)
	if _, _, ok := StreamSocketRecvfrom(fp, 1, STREAM_PEEK); !ok {
		t.Error("nothing to look at")
	}
	if line, _ := Fgets(fp); line != "hello\n" {
		t.Errorf("%q", line)
	}
	Fwrite(fp, "over TLS")
	fp.Close()
	if got := <-saw; got != "over TLS" {
		t.Errorf("the peer saw %q", got)
	}
}

// TestNoMessageAfterFailedCrypto: nor after crypto could not be enabled.
func TestNoMessageAfterFailedCrypto(t *testing.T) {
	addr, saw := recorder(t)
	rt, e := newRuntime()
	fp, _, _ := rt.StreamSocketClient(addr, Timeout(5))
	StreamSocketEnableCrypto(fp, true)
	if n, ok := StreamSocketSendto(fp, "AUTH PLAIN secret\r\n"); ok || n != -1 {
		t.Errorf("sent %d bytes in clear:\n%s", n, e.all())
	}
	fp.Close()
	if got := <-saw; strings.Contains(got, "secret") {
		t.Errorf("the peer saw %q", got)
	}
}

func TestPairForGo(t *testing.T) {
	rt, _ := newRuntime()
	pair, ok := rt.StreamSocketPair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, STREAM_IPPROTO_IP)
	if !ok {
		t.Skip("no pairs of this family here")
	}
	go func() {
		io.WriteString(pair[0], "over the pair")
		pair[0].Close()
	}()
	all, err := io.ReadAll(pair[1])
	if err != nil || string(all) != "over the pair" {
		t.Errorf("%q, %v", all, err)
	}
	pair[1].Close()
}
