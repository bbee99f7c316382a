//go:build unix

package phpstream_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"sync"
	"syscall"
	"testing"
	"time"

	. "github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

// TestSelectManyStreams holds that there is no limit of 1,024 descriptors.
func TestSelectManyStreams(t *testing.T) {
	checkLeaks(t)
	var limit syscall.Rlimit
	syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit)
	n := 1100
	if limit.Cur < uint64(3*n) {
		t.Fatalf("the test needs %d descriptors, the system allows %d", 3*n, limit.Cur)
	}
	addr := serve(t, func(c net.Conn) { io.Copy(io.Discard, c) })
	streams := make([]*Stream, n)
	for i := range streams {
		streams[i] = connect(t, addr)
	}
	w := append([]*Stream(nil), streams...)
	if got, ok := StreamSelect(nil, &w, nil, 5); got != n || !ok {
		t.Fatalf("%d of %d are writable", got, n)
	}
}

// TestSelectTenThousandStreams, as far as the system allows.
func TestSelectTenThousandStreams(t *testing.T) {
	checkLeaks(t)
	var limit syscall.Rlimit
	syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit)
	n := min(10000, int(limit.Cur)-1000)
	if n < 2000 {
		t.Fatalf("the system allows %d descriptors", limit.Cur)
	}
	rt, e := newRuntime()
	streams := make([]*Stream, n)
	for i := range streams {
		if streams[i], _, _ = rt.StreamSocketClient("udp://127.0.0.1:9"); streams[i] == nil {
			t.Fatal(e.all())
		}
		defer func() { streams[i].Close() }()
	}
	peer, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	streams[n-1].Close()
	streams[n-1], _, _ = rt.StreamSocketClient("udp://" + peer.LocalAddr().String())
	for round := range 8 {
		r := append([]*Stream(nil), streams...)
		if round < 6 {
			if got, ok := StreamSelect(&r, nil, nil, 0); got != 0 || !ok {
				t.Fatalf("round %d: %d are readable", round, got)
			}
			continue
		}
		Fwrite(streams[n-1], "x")
		b := make([]byte, 10)
		peer.SetDeadline(time.Now().Add(bound))
		_, from, err := peer.ReadFrom(b)
		if err != nil {
			t.Fatal(err)
		}
		peer.WriteTo([]byte("y"), from)
		if got, ok := StreamSelect(&r, nil, nil, 5); got != 1 || !ok || r[0] != streams[n-1] {
			t.Fatalf("round %d: %d are readable", round, got)
		}
		Fread(r[0], 10)
	}
}

// TestSelectWakesForFclose: a stream that is closed while somebody waits for it
// counts as ready in each slice that it stands in; the next select refuses it.
func TestSelectWakesForFclose(t *testing.T) {
	checkLeaks(t)
	addr := serve(t, func(c net.Conn) { io.Copy(io.Discard, c) })
	for _, n := range []int{1, 3, 40} {
		for _, rounds := range []int{0, 8} {
			t.Run(fmt.Sprintf("%d streams, after %d rounds", n, rounds), func(t *testing.T) {
				streams := make([]*Stream, n)
				for i := range streams {
					streams[i] = connect(t, addr)
				}
				for range rounds {
					r := streams
					StreamSelect(&r, nil, nil, 0)
				}
				go func() {
					time.Sleep(30 * time.Millisecond)
					Fclose(streams[n-1])
				}()
				r, x := streams, streams
				within(t, bound, "a select", func() {
					if got, ok := StreamSelect(&r, nil, &x, 60); got != 2 || !ok || len(r) != 1 || r[0] != streams[n-1] || len(x) != 1 {
						t.Errorf("%d %v, %v %v", got, ok, r, x)
					}
				})
				r = streams
				if _, ok := StreamSelect(&r, nil, nil, 0); ok || len(r) != n {
					t.Error("a closed stream is waited for")
				}
			})
		}
	}
}

// TestSelectWhileOthersClose: descriptors whose numbers are used again are never
// taken for the old ones: nobody is told that an idle stream can be read.
func TestSelectWhileOthersClose(t *testing.T) {
	checkLeaks(t)
	addr := serve(t, func(c net.Conn) { io.Copy(io.Discard, c) })
	streams := make([]*Stream, 24)
	for i := range streams {
		streams[i] = connect(t, addr)
	}
	var work sync.WaitGroup
	for part := range 3 {
		mine := append([]*Stream(nil), streams[part*8:part*8+8]...)
		stop := make(chan struct{})
		work.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				r := append([]*Stream(nil), mine...)
				_, ok := StreamSelect(&r, nil, nil, 0, 2000)
				if !ok { // one was closed before
					r = mine
				}
				for _, fp := range append([]*Stream(nil), r...) {
					if IsResource(fp) {
						if ok {
							t.Errorf("an idle stream can be read")
							return
						}
						continue
					}
					for i := range mine {
						if mine[i] == fp {
							mine[i] = connect(t, addr)
						}
					}
				}
			}
		})
		work.Go(func() {
			defer close(stop)
			for i := range 8 {
				time.Sleep(3 * time.Millisecond)
				Fclose(streams[part*8+i])
			}
			time.Sleep(10 * time.Millisecond)
		})
	}
	work.Wait()
}

// TestSelectWakesForHandshake: a select wakes for a handshake that ends, alone or
// among others, and for an Fclose during one.
func TestSelectWakesForHandshake(t *testing.T) {
	checkLeaks(t)
	cert := testcert.SelfSigned(testcert.Spec{CN: "localhost"}).TLS()
	ctx := StreamContextCreate(Options{"ssl": {"verify_peer": false, "verify_peer_name": false}})
	for _, n := range []int{1, 30} {
		for _, close := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d streams, closed %v", n, close), func(t *testing.T) {
				begin := make(chan struct{})
				addr := serve(t, func(c net.Conn) {
					<-begin
					if s := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}, SessionTicketsDisabled: true}); s.Handshake() == nil {
						io.Copy(io.Discard, s)
					}
				})
				idle := serve(t, func(c net.Conn) { io.Copy(io.Discard, c) })
				rt, e := newRuntime()
				fp, _, _ := rt.StreamSocketClient(addr, ctx)
				if fp == nil {
					t.Fatal(e.all())
				}
				defer fp.Close()
				streams := []*Stream{fp}
				for len(streams) < n {
					streams = append(streams, connect(t, idle))
				}
				for range 8 {
					r := streams
					StreamSelect(&r, nil, nil, 0)
				}
				StreamSetBlocking(fp, false)
				if ok, errno, _ := StreamSocketEnableCrypto(fp, true, STREAM_CRYPTO_METHOD_TLS_CLIENT); ok || errno != 11 {
					t.Fatal(ok, errno)
				}
				go func() {
					time.Sleep(30 * time.Millisecond)
					if close {
						Fclose(fp)
					}
					begin <- struct{}{}
				}()
				within(t, bound, "a select", func() {
					r := streams
					if got, ok := StreamSelect(&r, nil, nil, 60); got != 1 || !ok || r[0] != fp {
						t.Errorf("%d %v %v", got, ok, r)
					}
				})
				if close {
					return
				}
				if ok, _, errstr := StreamSocketEnableCrypto(fp, true, STREAM_CRYPTO_METHOD_TLS_CLIENT); !ok {
					t.Error(errstr)
				}
				r := streams
				if got, ok := StreamSelect(&r, nil, nil, 0); got != 0 || !ok {
					t.Errorf("after the handshake %d can be read", got)
				}
			})
		}
	}
}
