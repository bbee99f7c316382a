package hardworld

import (
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/phpstream-go/phpstream"
)

// TestSlowClients: a server with StreamSelect on one goroutine serves who comes
// while 200 others dribble a line without an end into it, in clear, and while 200
// others begin a handshake and don't go on, over TLS.
func TestSlowClients(t *testing.T) {
	w := newWorld(t)
	for _, transport := range []string{"tcp", "tls"} {
		t.Run(transport, func(t *testing.T) {
			c := newClient()
			ctx := c.StreamContextCreate(phpstream.Options{"ssl": {"local_cert": w.cert}, "socket": {"backlog": 500}})
			server, _, errstr := c.StreamSocketServer("tcp://127.0.0.1:0", ctx)
			if server == nil {
				t.Fatal(errstr)
			}
			addr, _ := phpstream.StreamSocketGetName(server, false)
			var stop atomic.Bool
			var done sync.WaitGroup
			done.Go(func() { echo(server, transport == "tls", &stop) })
			defer func() {
				stop.Store(true)
				done.Wait()
				phpstream.Fclose(server)
			}()
			for i := range 200 {
				slow, err := net.Dial("tcp4", addr)
				if err != nil {
					t.Fatal(err)
				}
				defer slow.Close()
				done.Go(func() {
					bytes := []byte{'x'}
					if transport == "tls" {
						bytes = []byte{22, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3} // of a hello, and no more
					}
					for n := 0; !stop.Load(); n++ {
						if n < len(bytes) || transport == "tcp" {
							slow.Write(bytes[n%len(bytes):][:1])
						}
						time.Sleep(time.Duration(20+i%7) * time.Millisecond)
					}
				})
			}
			time.Sleep(200 * time.Millisecond) // they are all there, and at it
			good := newClient()
			var longest time.Duration
			for n := range 20 {
				begin := time.Now()
				fp, _, errstr := good.StreamSocketClient(transport+"://"+addr, phpstream.Timeout(5),
					good.StreamContextCreate(phpstream.Options{"ssl": {"cafile": w.cafile, "peer_name": "localhost"}}))
				if fp == nil {
					t.Fatal(errstr, good.events)
				}
				text := fmt.Sprintf("hello %d\n", n)
				phpstream.Fwrite(fp, text)
				if line, _ := phpstream.Fgets(fp); line != text {
					t.Errorf("%q is answered by %q", text, line)
				}
				phpstream.Fclose(fp)
				longest = max(longest, time.Since(begin))
			}
			if limit := time.Duration(figure(t, "one client of 201")) * time.Millisecond; longest > limit {
				t.Errorf("who comes waits for %v", longest)
			}
			t.Logf("at most %v", longest)
		})
	}
}

// echo answers lines, as an event loop in PHP would.
func echo(server *phpstream.Stream, secure bool, stop *atomic.Bool) {
	type client struct {
		ready bool // TLS is on, where it should be
		line  string
	}
	clients := map[*phpstream.Stream]*client{}
	for !stop.Load() {
		read := []*phpstream.Stream{server}
		for fp := range clients {
			read = append(read, fp)
		}
		if n, ok := phpstream.StreamSelect(&read, nil, nil, 0, 50000); !ok || n == 0 {
			continue
		}
		for _, fp := range read {
			if fp == server {
				if fp, _ := phpstream.StreamSocketAccept(server, 0); fp != nil {
					phpstream.StreamSetBlocking(fp, false)
					clients[fp] = &client{ready: !secure}
				}
				continue
			}
			c := clients[fp]
			if !c.ready {
				ok, errno, _ := phpstream.StreamSocketEnableCrypto(fp, true, phpstream.STREAM_CRYPTO_METHOD_TLS_SERVER)
				if c.ready = ok; !ok && errno == 0 {
					phpstream.Fclose(fp)
					delete(clients, fp)
				}
				continue
			}
			text, _ := phpstream.Fread(fp, 8192)
			if c.line += text; len(c.line) > 0 && c.line[len(c.line)-1] == '\n' {
				phpstream.Fwrite(fp, c.line)
				c.line = ""
			}
			if text == "" && phpstream.Feof(fp) || len(c.line) > 1000 {
				phpstream.Fclose(fp)
				delete(clients, fp)
			}
		}
	}
	for fp := range clients {
		phpstream.Fclose(fp)
	}
}
