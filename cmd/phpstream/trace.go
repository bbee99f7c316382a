package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What goes over the wire is what both engines ask of the kernel, so that
// strace sees it of both alike, of all their processes.

// traceCommand goes before the command to trace. Strings are in hexadecimal,
// so that nothing in them looks like strace's own words.
func traceCommand(file string) []string {
	return []string{"strace", "-f", "-qq", "-yy", "-xx", "-s", strconv.Itoa(4 << 20), "-e", "signal=none",
		"-e", "trace=%network,read,write,readv,writev", "-o", file}
}

// canTrace says in one line what is missing.
func canTrace(ctx context.Context) error {
	if runtime.GOOS != "linux" {
		return fmt.Errorf("-wire needs strace, which is for Linux")
	}
	if _, err := exec.LookPath("strace"); err != nil {
		return fmt.Errorf("-wire needs strace: install Debian's package strace")
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	argv := append(traceCommand(os.DevNull), "true")
	if out, err := exec.CommandContext(ctx, argv[0], argv[1:]...).CombinedOutput(); err != nil {
		return fmt.Errorf("-wire needs strace, and it may not trace here: %s", strings.TrimSpace(string(out)))
	}
	return nil
}

// A connection is what one socket sent and received.
type connection struct {
	accepted   bool   // by a server in the script
	connecting bool   // not established yet
	number     string // of the file descriptor
	network    string
	remote     string    // as the script names it
	ends       [2]string // as strace names them, once they are known
	items      []*item
	streams    [2]stream // sent and received
}

// A request is one finished call of the kernel.
type request struct {
	name, arguments, rest string
	result                int
}

var (
	unfinished = regexp.MustCompile(`^(\d+)\s+(.*?)\s*<unfinished \.\.\.>$`)
	resumed    = regexp.MustCompile(`^(\d+)\s+<\.\.\. \w+ resumed>(.*)$`)
	finished   = regexp.MustCompile(`^(\d+)\s+(\w+)\((.*)\)\s+= (-?\d+)(.*)$`)
)

// readTrace returns the connections in the order in which they were opened.
func readTrace(file string) ([]*connection, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t := newTracer()
	pending := map[string]string{} // by process
	for text := bufio.NewReaderSize(f, 1<<20); ; {
		line, err := text.ReadString('\n')
		line = strings.TrimSuffix(line, "\n")
		if m := unfinished.FindStringSubmatch(line); m != nil {
			pending[m[1]] = m[2]
		} else {
			if m := resumed.FindStringSubmatch(line); m != nil {
				line = m[1] + " " + pending[m[1]] + m[2]
			}
			if m := finished.FindStringSubmatch(line); m != nil {
				if result, err := strconv.Atoi(m[4]); err == nil {
					t.call(request{m[2], m[3], m[5], result})
				}
			}
		}
		if err == io.EOF {
			return t.done(), nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// A tracer follows sockets through the calls. strace names a connected socket
// by its two ends, and one that is not connected, yet or any more, by a number.
type tracer struct {
	order    []*connection
	byName   map[string]*connection
	byNumber map[string]*connection // of file descriptors, the last that was seen
}

func newTracer() *tracer {
	return &tracer{byName: map[string]*connection{}, byNumber: map[string]*connection{}}
}

// A socket is a file descriptor as strace shows it: 5<TCP:[127.0.0.1:1->127.0.0.1:2]>.
var (
	socket = regexp.MustCompile(`^\s*(\d+)<([A-Za-z0-9-]+):\[(.*?)\]>(?:,|$|\s)`)
	quoted = regexp.MustCompile(`"((?:\\x[0-9a-f]{2})*)"`)
	port   = regexp.MustCompile(`sin6?_port=htons\((\d+)\)`)
	path   = regexp.MustCompile(`sun_path=(@?)"((?:\\x[0-9a-f]{2})*)"`)
	failed = regexp.MustCompile(`^ (E[A-Z0-9]+)`)
	option = regexp.MustCompile(`SO_ERROR, \[(E[A-Z0-9]+)\]`)
)

func (t *tracer) call(c request) {
	if c.name == "socket" {
		delete(t.byNumber, strconv.Itoa(c.result)) // the number is another's now
	}
	m := socket.FindStringSubmatch(c.arguments)
	if m == nil {
		return
	}
	number, network, name := m[1], strings.ToLower(strings.TrimSuffix(m[2], "v6")), m[2]+" "+m[3]
	switch c.name {
	case "connect":
		remote := address(c.arguments)
		if remote == "" {
			return // no address family that anybody looks at
		}
		conn := t.byNumber[number]
		if conn == nil || !conn.connecting {
			conn = &connection{network: network, number: number, remote: remote}
			t.order = append(t.order, conn)
			t.byName[name], t.byNumber[number] = conn, conn
		} // else it asks what has become of it
		e := failed.FindStringSubmatch(c.rest)
		conn.connecting = c.result < 0 && e != nil && (e[1] == "EINPROGRESS" || e[1] == "EALREADY")
		if c.result < 0 && e != nil && !conn.connecting {
			conn.note("connect: " + e[1])
		}
		return
	case "accept", "accept4":
		if m := socket.FindStringSubmatch(fmt.Sprint(c.result) + c.rest); m != nil {
			conn := &connection{network: network, accepted: true}
			conn.ends = ends(m[3])
			conn.remote = conn.ends[1]
			t.order = append(t.order, conn)
			t.byName[m[2]+" "+m[3]], t.byNumber[m[1]] = conn, conn
		}
		return
	}
	conn := t.find(number, name, m[3])
	if conn == nil {
		return
	}
	switch c.name {
	case "getsockopt":
		if m := option.FindStringSubmatch(c.arguments); m != nil && m[1] != "EINPROGRESS" {
			conn.note("connect: " + m[1])
		}
	case "read", "recvfrom", "recvmsg", "readv":
		if !strings.Contains(c.arguments, "MSG_PEEK") {
			conn.receive(data(c))
		}
	case "write", "sendto", "sendmsg", "writev":
		conn.send(data(c))
	}
}

// find knows a connection by what strace calls it. That changes when the
// connection is established, and again when it is reset.
func (t *tracer) find(number, name, inside string) *connection {
	if conn := t.byName[name]; conn != nil {
		return conn
	}
	if isNumber(inside) {
		return t.byNumber[number]
	}
	pair := ends(inside)
	for _, conn := range slices.Backward(t.order) {
		fits := conn.remote == pair[1] || strings.HasPrefix(conn.network, "unix-")
		if !conn.accepted && conn.ends[1] == "" && conn.number == number && fits && pair[1] != "" {
			conn.ends = pair
			t.byName[name] = conn
			return conn
		}
	}
	return nil
}

// ends are the addresses of "127.0.0.1:1->127.0.0.1:2".
func ends(inside string) [2]string {
	inside, _, _ = strings.Cut(inside, ",") // a UNIX socket's path
	local, remote, _ := strings.Cut(inside, "->")
	return [2]string{local, remote}
}

// address reads the address that connect was given.
func address(arguments string) string {
	if m := path.FindStringSubmatch(arguments); m != nil {
		return m[1] + unhex(m[2])
	}
	number, text := port.FindStringSubmatch(arguments), quoted.FindStringSubmatch(arguments)
	switch {
	case number == nil || text == nil:
		return ""
	case strings.Contains(arguments, "AF_INET6"):
		return "[" + unhex(text[1]) + "]:" + number[1]
	}
	return unhex(text[1]) + ":" + number[1]
}

// data is what a call has moved: the begin of its buffers.
func data(c request) []byte {
	if c.result <= 0 {
		return nil
	}
	buffers := c.arguments
	if strings.HasSuffix(c.name, "msg") { // before them may stand an address
		_, buffers, _ = strings.Cut(buffers, "msg_iov=")
	}
	var b []byte
	for _, m := range quoted.FindAllStringSubmatch(buffers, -1) {
		if b = append(b, unhex(m[1])...); len(b) >= c.result {
			return b[:c.result]
		}
	}
	return b
}

func unhex(text string) string {
	b := make([]byte, 0, len(text)/4)
	for i := 0; i+4 <= len(text); i += 4 {
		n, _ := strconv.ParseUint(text[i+2:i+4], 16, 8)
		b = append(b, byte(n))
	}
	return string(b)
}

// done leaves out what says nothing: the ends that a server in the script has
// of connections that are there already, and the questions of name look-ups.
func (t *tracer) done() (list []*connection) {
	dialled := map[[2]string]bool{}
	for _, c := range t.order {
		if !c.accepted {
			dialled[c.ends] = true
		}
	}
	for _, c := range t.order {
		c.finish()
		again := c.accepted && dialled[[2]string{c.ends[1], c.ends[0]}]
		lookup := c.network == "udp" && (strings.HasSuffix(c.remote, ":53") || len(c.items) == 0) ||
			strings.HasSuffix(c.remote, "/nscd/socket")
		if !again && !lookup {
			list = append(list, c)
		}
	}
	return list
}
