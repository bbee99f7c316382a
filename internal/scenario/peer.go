package scenario

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// longest bounds every wait of a peer.
const longest = 15 * time.Second

// running is a peer at work.
type running struct {
	Peer
	world *World

	addr   string // host:port, or the path
	stream net.Listener
	packet net.PacketConn
	full   *fullPort

	sessions tls.ClientSessionCache // a client's

	done chan struct{} // closed when the scenario ends
	last chan string   // gives the address of the connection that ends the accepting
	wait sync.WaitGroup

	mu      sync.Mutex
	logs    []*wireLog
	clients []string // the addresses of the connections' other ends
	conns   []net.Conn
	failure error // of an expect
}

func startPeer(w *World, p Peer) (*running, error) {
	r := &running{Peer: p, world: w, done: make(chan struct{}), last: make(chan string, 1)}
	if p.Client {
		r.sessions = tls.NewLRUClientSessionCache(0)
		r.wait.Go(r.connectAll)
		return r, nil
	}
	var err error
	switch p.Listen {
	case "tcp":
		r.stream, err = net.Listen("tcp4", "127.0.0.1:0")
	case "tcp6":
		r.stream, err = net.Listen("tcp6", "[::1]:0")
	case "unix":
		r.stream, err = net.Listen("unix", filepath.Join(w.Tmp, "peer"+p.Name+".sock"))
	case "udp":
		r.packet, err = net.ListenPacket("udp4", "127.0.0.1:0")
	case "udp6":
		r.packet, err = net.ListenPacket("udp6", "[::1]:0")
	case "udg":
		r.packet, err = net.ListenPacket("unixgram", filepath.Join(w.Tmp, "peer"+p.Name+".sock"))
	case "full":
		r.full, err = newFullPort()
	}
	if err != nil {
		return nil, err
	}
	switch {
	case r.stream != nil:
		r.addr = r.stream.Addr().String()
		r.wait.Go(r.acceptAll)
	case r.packet != nil:
		r.addr = r.packet.LocalAddr().String()
		r.packet.SetReadDeadline(time.Now().Add(longest))
		r.wait.Go(r.datagrams)
	default:
		r.addr = r.full.addr
	}
	return r, nil
}

// stop ends the peer. Connections whose other end is closed are read to their
// end before; a program that left one open doesn't hold the test up for long.
func (r *running) stop() {
	close(r.done)
	if r.Client {
		r.hurry()
	}
	if r.stream != nil {
		r.acceptLast()
	}
	if r.packet != nil {
		r.packet.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	}
	if r.full != nil {
		r.full.close()
	}
	r.wait.Wait()
	if r.stream != nil {
		r.stream.Close()
	}
	if r.packet != nil {
		r.packet.Close()
	}
}

// acceptLast connects to the peer itself: connections are accepted in order,
// so that those of the script have all been accepted when this one is.
func (r *running) acceptLast() {
	d := net.Dialer{Timeout: longest}
	network := r.stream.Addr().Network()
	if network == "unix" {
		d.LocalAddr = &net.UnixAddr{Name: r.addr + ".last", Net: "unix"}
	}
	c, err := d.Dial(network, r.addr)
	if err != nil {
		r.fail(err)
		r.stream.Close()
		close(r.last)
		return
	}
	defer c.Close()
	r.last <- c.LocalAddr().String()
	// It ends when the other side has closed it.
	c.SetDeadline(time.Now().Add(longest))
	c.Read(make([]byte, 1))
}

func (r *running) ended() bool {
	select {
	case <-r.done:
		return true
	default:
		return false
	}
}

func (r *running) acceptAll() {
	last := ""
	for n := 0; ; n++ {
		c, err := r.stream.Accept()
		if err != nil {
			return
		}
		if r.ended() {
			if last == "" {
				last = <-r.last
			}
			if c.RemoteAddr().String() == last {
				r.hurry()
				c.Close()
				return
			}
		}
		c.SetDeadline(time.Now().Add(longest))
		r.play(c, n, c.RemoteAddr())
	}
}

// play runs the script of the nth connection. client is the address of the end
// that connected.
func (r *running) play(c net.Conn, n int, client net.Addr) {
	pc := &peerConn{peer: r, base: c, rw: c, log: &wireLog{}, datagrams: isPacket(c)}
	r.mu.Lock()
	r.conns = append(r.conns, c)
	r.logs = append(r.logs, pc.log)
	r.clients = append(r.clients, client.String())
	r.mu.Unlock()
	var steps []Step
	if n < len(r.Conns) {
		steps = r.Conns[n]
	}
	r.wait.Go(func() { pc.run(steps) })
}

func isPacket(c net.Conn) bool {
	_, packet := c.(net.PacketConn)
	return packet && c.LocalAddr().Network() != "unix"
}

// hurry bounds what connections may still take: the program is at its end, and
// has closed its side of them.
func (r *running) hurry() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.conns {
		limit := longest
		if isPacket(c) {
			limit = 50 * time.Millisecond
		}
		c.SetDeadline(time.Now().Add(limit))
	}
}

func (r *running) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failure == nil {
		r.failure = fmt.Errorf("peer %s: %w", r.Name, err)
	}
}

// pause waits, but not past the scenario's end.
func (r *running) pause(d time.Duration) {
	select {
	case <-r.done:
	case <-time.After(d):
	}
}

func (r *running) await(name string) {
	path := filepath.Join(r.world.Tmp, "mark-"+name)
	for end := time.Now().Add(longest); time.Now().Before(end); r.pause(2 * time.Millisecond) {
		if _, err := os.Stat(path); err == nil {
			return
		}
		select {
		case <-r.done:
			return
		default:
		}
	}
}

func (r *running) mark(name string) {
	if err := os.WriteFile(filepath.Join(r.world.Tmp, "mark-"+name), nil, 0o666); err != nil {
		r.fail(err)
	}
}

// datagrams runs a udp or udg peer's one script. Answers go to the sender of
// the datagram received last.
func (r *running) datagrams() {
	var to net.Addr
	buf := make([]byte, 70000)
	log := &wireLog{}
	recv := func() error {
		n, from, err := r.packet.ReadFrom(buf)
		if err != nil {
			return err
		}
		r.mu.Lock()
		if len(r.logs) == 0 {
			r.logs = append(r.logs, log)
			if from != nil {
				r.clients = append(r.clients, from.String())
			}
		}
		r.mu.Unlock()
		to = from
		log.add(bytes.Clone(buf[:n]))
		log.mark("+")
		return nil
	}
	for _, st := range r.Conns[0] {
		var err error
		switch st.Verb {
		case "recv":
			err = recv()
		case "send":
			_, err = r.packet.WriteTo([]byte(st.Text), to)
		case "sleep":
			r.pause(st.Wait)
		case "mark":
			r.mark(st.Text)
		case "await":
			r.await(st.Text)
		default:
			err = fmt.Errorf("%s is nothing for datagrams", st.Verb)
			r.fail(err)
		}
		if err != nil {
			return
		}
	}
	for recv() == nil {
	}
}
