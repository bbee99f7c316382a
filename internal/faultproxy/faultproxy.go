// Package faultproxy is a network that goes wrong: a TCP proxy between a client
// and a server that does one of its faults at a given step of what they say.
// Steps are bytes, reads, TLS records and texts, never moments, so that a fault
// comes at the same place each time. Only tests import it.
package faultproxy

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Side is one of the two whose bytes pass.
type Side int

// The sides: who connected to the proxy, and whom the proxy connected to.
const (
	Client Side = iota
	Server
)

func (s Side) String() string {
	if s == Client {
		return "client"
	}
	return "server"
}

// A Fault is one thing that goes wrong, at one place of what one side sends.
type Fault struct {
	From Side
	At   Point
	Do   Action
}

// A Proxy passes connections on to a server, and does its faults on each.
type Proxy struct {
	faults   []Fault
	target   string
	listener *net.TCPListener
	own      bool // the listener
	done     chan struct{}
	wait     sync.WaitGroup

	mu     sync.Mutex
	closed bool
	conns  []*net.TCPConn
	passed [2][]byte
	did    int
	active int        // directions that may still pass something on
	idle   *sync.Cond // active is 0
}

// longest bounds what a proxy waits for.
const longest = 15 * time.Second

// New listens on loopback, and passes what comes on to the address. Faults of
// the same side happen one after the other: each is looked for behind the one
// before it.
func New(target string, faults ...Fault) (*Proxy, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := On(l.(*net.TCPListener), target, faults...)
	p.own = true
	return p, nil
}

// On is New with a listener that outlives the proxy: thousands of ports are not
// easily found.
func On(l *net.TCPListener, target string, faults ...Fault) *Proxy {
	p := &Proxy{faults: faults, target: target, listener: l, done: make(chan struct{})}
	p.idle = sync.NewCond(&p.mu)
	l.SetDeadline(time.Time{})
	p.wait.Go(p.accept)
	return p
}

// Addr is where the client connects to.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Close ends all connections, and waits until nothing of the proxy runs.
func (p *Proxy) Close() {
	if p.own {
		p.listener.Close()
	} else {
		p.listener.SetDeadline(time.Unix(1, 0))
	}
	p.mu.Lock()
	if !p.closed {
		close(p.done)
	}
	p.closed = true
	for _, c := range p.conns {
		c.Close()
	}
	p.mu.Unlock()
	p.wait.Wait()
}

// Passed is what came from a side and was handed to the other one, with what the
// proxy put in between.
func (p *Proxy) Passed(from Side) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]byte(nil), p.passed[from]...)
}

// Happened is how many faults have been done.
func (p *Proxy) Happened() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.did
}

func (p *Proxy) accept() {
	for {
		c, err := p.listener.Accept()
		if err != nil {
			return
		}
		client := c.(*net.TCPConn)
		if !p.keep(client) {
			return
		}
		s, err := net.DialTimeout("tcp4", p.target, longest)
		if err != nil {
			client.Close()
			continue
		}
		server := s.(*net.TCPConn)
		if !p.keep(server) {
			return
		}
		pair := &pair{proxy: p, conns: [2]*net.TCPConn{client, server}}
		var both sync.WaitGroup
		p.add(2)
		for _, from := range []Side{Client, Server} {
			both.Go(func() {
				pump := pair.pump(from)
				pump.run()
				if !pump.stalled {
					p.add(-1)
				}
			})
		}
		p.wait.Go(func() {
			both.Wait()
			client.Close()
			server.Close()
		})
	}
}

// Settle waits until all has been passed on: each direction has come to its end,
// or has stalled.
func (p *Proxy) Settle() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.active > 0 {
		p.idle.Wait()
	}
}

func (p *Proxy) add(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.active += n; p.active == 0 {
		p.idle.Broadcast()
	}
}

// keep has the connection closed with the proxy.
func (p *Proxy) keep(c *net.TCPConn) bool {
	c.SetDeadline(time.Now().Add(longest))
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		c.Close()
		return false
	}
	p.conns = append(p.conns, c)
	return true
}

// pair is one connection, in its two halves.
type pair struct {
	proxy *Proxy
	conns [2]*net.TCPConn
	over  atomic.Bool // a fault ends it: nobody is told in another way
}

// reset ends both halves with RST.
func (c *pair) reset() {
	c.over.Store(true)
	for _, conn := range c.conns {
		conn.SetLinger(0)
		conn.Close()
	}
}

// close ends both halves with FIN.
func (c *pair) close() {
	c.over.Store(true)
	for _, conn := range c.conns {
		conn.Close()
	}
}

func (c *pair) pump(from Side) *pump {
	p := &pump{pair: c, from: from, in: c.conns[from], out: c.conns[1-from]}
	for _, f := range c.proxy.faults {
		if f.From == from {
			p.faults = append(p.faults, f)
		}
	}
	p.next()
	return p
}
