package main

// The demonstration: an echo server and its clients, all in one loop. It is
// demo.php, line for line.

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	. "github.com/phpstream-go/phpstream"
)

const (
	clients  = 200
	few      = 10   // clients, in the rounds that must fail
	patience = 30.0 // seconds, for one round
)

// A round is one server with its clients, and what became of them.
type round struct {
	serverSsl map[string]any // nil: no TLS
	clientSsl map[string]any
	listening bool           // false: nobody does, at that address
	talking   bool           // false: clients connect and say nothing
	handshake float64        // seconds that the server gives a client for it
	protocol  string         // the version of TLS that the last client spoke
	most      int            // connections that the server had at once
	sent      int            // bytes
	echoed    int            // bytes that came back as they were sent
	errors    map[string]int // of clients: error => how many had it
	dropped   map[string]int // of the server: error => how many clients it gave up for it
	loop      *loop
	ready     []*connection // the clients that are connected
	connected int           // connections made
	open      int           // connections that the server has now
	closed    int           // connections that the server has had
	pending   int           // what the loop still has to see
	closing   bool
}

func newRound(loop *loop) *round {
	return &round{loop: loop, listening: true, talking: true, handshake: 20.0, errors: map[string]int{}, dropped: map[string]int{}}
}

// run connects all clients, lets them send when the last of them stands,
// ends them when the last of them has its echo, and waits until the server
// has seen that.
func (r *round) run(clients int) {
	server := listen(r.loop, "127.0.0.1:0", r.serverSsl, func(c *connection) {
		r.accept(c)
	})
	address, _ := StreamSocketGetName(server, false)
	if !r.listening {
		r.loop.removeReadStream(server)
		Fclose(server)
	}
	for range clients {
		r.connect(address)
	}
	r.wait(clients)
	if r.talking {
		for i, c := range r.ready {
			// Some have much to send, which goes out in many pieces.
			lines := 100
			if i%50 == 0 {
				lines = 100000
			}
			r.exchange(c, strings.Repeat(fmt.Sprintf("client %d says hello\r\n", i), lines))
		}
		r.wait(len(r.ready))
		for _, c := range r.ready {
			c.end()
		}
	}
	r.closing = true
	r.wait(r.connected - r.closed)
	for _, c := range r.ready {
		c.close("")
	}
	if r.listening {
		r.loop.removeReadStream(server)
		Fclose(server)
	}
}

// accept is the server's part.
func (r *round) accept(c *connection) {
	r.open++
	r.most = max(r.most, r.open)
	c.onClose = func(error string) {
		r.open--
		r.closed++
		// Which alert it was depends on the client's TLS library.
		countError(r.dropped, anyAlert.ReplaceAllString(error, "the client sent an alert"))
		if r.closing {
			r.settled()
		}
	}
	if r.serverSsl == nil {
		r.echoTo(c)
		return
	}
	c.encrypt(STREAM_CRYPTO_METHOD_TLS_SERVER, r.handshake, func(error string) {
		if error == "" {
			r.echoTo(c)
		}
	})
}

// echoTo sends back what comes, and reads no faster than it can write.
func (r *round) echoTo(c *connection) {
	c.onData = func(data string) {
		if !c.write(data) {
			c.pause()
		}
	}
	c.onDrain = c.resume
	c.resume()
}

// connect is where a client begins.
func (r *round) connect(address string) {
	connect(r.loop, address, r.clientSsl, func(c *connection, error string) {
		if c == nil {
			countError(r.errors, error)
			r.settled()
			return
		}
		r.connected++
		if r.clientSsl == nil {
			r.ready = append(r.ready, c)
			r.settled()
			return
		}
		c.encrypt(STREAM_CRYPTO_METHOD_TLS_CLIENT, patience, func(error string) {
			countError(r.errors, error)
			if error == "" {
				r.ready = append(r.ready, c)
			}
			r.settled()
		})
	})
}

// exchange sends a client's data and compares what comes back.
func (r *round) exchange(c *connection, data string) {
	at := 0
	r.sent += len(data)
	c.onData = func(echo string) {
		if echo != substr(data, at, len(echo)) {
			c.close("the echo is not what was sent")
			return
		}
		at += len(echo)
		r.echoed += len(echo)
		if at == len(data) {
			r.protocol = c.protocol()
			r.settled()
		}
	}
	c.onClose = func(error string) {
		if at < len(data) {
			if error == "" {
				error = "closed before all was echoed"
			}
			countError(r.errors, error)
			r.settled()
		}
	}
	c.write(data)
	c.resume()
}

// wait runs the loop until so many things have been settled.
func (r *round) wait(count int) {
	r.pending = count
	if count == 0 {
		return
	}
	timer := r.loop.addTimer(patience, func() {
		countError(r.errors, "it took too long")
		r.loop.stop()
	})
	r.loop.run()
	r.loop.cancelTimer(timer)
}

func (r *round) settled() {
	r.pending--
	if r.pending == 0 {
		r.loop.stop()
	}
}

// countError counts by the end of the warning, which all PHPs share.
func countError(counts map[string]int, error string) {
	if error != "" {
		error = trim(substr(error, strings.LastIndex(error, ":")+1))
		counts[error]++
	}
}

// show prints what became of a round.
func show(stdout io.Writer, name string, r *round) {
	facts := []string{}
	if r.sent > 0 {
		facts = append(facts, fmt.Sprintf("%d clients at once, %d bytes sent, %d echoed", r.most, r.sent, r.echoed))
	}
	if r.protocol != "" {
		facts = append(facts, r.protocol)
	}
	for error, count := range r.errors {
		facts = append(facts, fmt.Sprintf("%d clients failed: %s", count, error))
	}
	for error, count := range r.dropped {
		facts = append(facts, fmt.Sprintf("the server dropped %d: %s", count, error))
	}
	fmt.Fprintf(stdout, "%-18s%s\n", name, strings.Join(facts, "; "))
}

// demonstrate runs one round after the other, and answers whether each came out
// as it should.
func demonstrate(php *Runtime, stdout io.Writer, cafile, certificate, otherCafile string) bool {
	loop := newLoop(php)
	server := map[string]any{"local_cert": certificate}
	client := map[string]any{"cafile": cafile, "peer_name": "localhost"}
	fmt.Fprintln(stdout, "Clients and their echo server, all in one loop on one thread of control:")

	plain := newRound(loop)
	plain.run(clients)
	show(stdout, "plain", plain)

	tls := newRound(loop)
	tls.serverSsl = server
	tls.clientSsl = client
	tls.run(clients)
	show(stdout, "TLS", tls)

	wrong := newRound(loop)
	wrong.serverSsl = server
	wrong.clientSsl = map[string]any{"cafile": otherCafile, "peer_name": "localhost"}
	wrong.run(few)
	show(stdout, "wrong authority", wrong)

	named := newRound(loop)
	named.serverSsl = server
	named.clientSsl = map[string]any{"cafile": cafile, "peer_name": "elsewhere.test"}
	named.run(few)
	show(stdout, "wrong name", named)

	silent := newRound(loop)
	silent.serverSsl = server
	silent.talking = false
	silent.handshake = 0.3
	silent.run(few)
	show(stdout, "no handshake", silent)

	nobody := newRound(loop)
	nobody.listening = false
	nobody.run(few)
	show(stdout, "nobody listens", nobody)

	for _, r := range []*round{plain, tls} {
		if r.most != clients || r.echoed != r.sent || len(r.errors) > 0 || len(r.dropped) > 0 {
			return false
		}
	}
	return only(wrong.errors, "certificate verify failed") == few &&
		sum(named.errors) == few &&
		only(silent.dropped, "the handshake took too long") == few &&
		only(nobody.errors, "Connection refused") == few
}

var anyAlert = regexp.MustCompile(`(?s).* alert .*`)
