package scenario

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Peer is a scripted peer. Its script is a line of the form "listen KIND"
// (tcp, which may be left out, tcp6, udp, unix, udg, or full: a port whose
// queue of connections is full, so that it never answers) and steps, one a
// line. "accept" begins the script of the next connection; connections beyond
// the script are read to their end. "quiet" keeps what the peer saw out of the
// answers, where it depends on the kernel's buffers.
//
// A client is a peer that connects: each peer_connect("NAME", ADDRESS) of the
// program begins its next connection, to an address such as
// stream_socket_get_name answers, with "udp://" or "udg://" in front where it is
// one for datagrams. In its script "connect" begins the script of the next
// connection, and there is no "listen".
type Peer struct {
	Name   string // empty for the main one
	Client bool
	Listen string
	Quiet  bool
	Conns  [][]Step
}

// Step is one thing that a peer does on a connection.
type Step struct {
	Verb string
	Text string            // send, split, expect, repeat, raw; the name for mark and await
	N    int               // repeat, recv
	Wait time.Duration     // sleep, split
	TLS  map[string]string // tls
}

// stepForms says what follows each verb: s a string, n a number, d a
// duration, w a word, o KEY=VALUE words. A ? makes it optional.
var stepForms = map[string]string{
	"send":        "s",  // write; {{ADDR}} and {{PORT}} are the peer's own, {{PORT:name}} and {{PASV:name}} another's
	"split":       "sd", // write byte by byte, with a pause after each
	"repeat":      "ns", // write N times
	"raw":         "s",  // write below TLS
	"expect":      "s",  // read as many bytes as that, and they must be these
	"recvline":    "",   // read up to and with \n
	"recvuntil":   "s",  // read up to and with that
	"recv":        "n?", // read N bytes; without N, one datagram
	"recvall":     "",   // read to the end
	"record":      "",   // read one TLS record, and answer nothing
	"tls":         "o",  // a TLS handshake, as server or, in a client, as client
	"starttls":    "o",  // the same; says that plain text came before
	"closenotify": "",   // end TLS, keep the connection, read on in clear
	"tlsclose":    "",   // end TLS, and close at once
	"clear":       "",   // closenotify when the other side has ended TLS, without an answer
	"sleep":       "d",
	"close":       "",
	"reset":       "",  // close with RST
	"halfclose":   "",  // FIN, keep reading
	"stall":       "",  // neither read nor write until the scenario ends
	"mark":        "w", // let the script's wait_mark(NAME) go on
	"await":       "w", // wait for the script's mark(NAME)
}

// The options of tls steps. A client that names an authority (ca=ca,
// ca=other-ca) verifies the server's certificate, for the name in sni or else for
// localhost; resume keeps its sessions for its later connections.
var (
	serverTLS = []string{"cert", "min", "max", "ciphers", "clientca", "clientauth", "alpn", "curves", "tickets", "send"}
	clientTLS = []string{"cert", "min", "max", "ciphers", "ca", "sni", "alpn", "curves", "send", "resume"}
)

// ParsePeer reads a peer's script.
func ParsePeer(name, text string) (Peer, error) {
	return parsePeer(Peer{Name: name, Listen: "tcp"}, text)
}

// ParseClient reads the script of a peer that connects.
func ParseClient(name, text string) (Peer, error) {
	return parsePeer(Peer{Name: name, Client: true}, text)
}

func parsePeer(p Peer, text string) (Peer, error) {
	p.Conns = [][]Step{nil}
	next, options := "accept", serverTLS
	if p.Client {
		next, options = "connect", clientTLS
	}
	for n, line := range strings.Split(text, "\n") {
		line, _ = cutRemark(line)
		line = strings.TrimSpace(line)
		verb, rest, _ := strings.Cut(line, " ")
		rest = strings.TrimSpace(rest)
		switch {
		case verb == "":
		case verb == "listen":
			if p.Client || !slices.Contains([]string{"tcp", "tcp6", "udp", "udp6", "unix", "udg", "full"}, rest) {
				return p, fmt.Errorf("line %d: can't listen on %q", n+1, rest)
			}
			p.Listen = rest
		case verb == "quiet":
			p.Quiet = true
		case verb == next:
			p.Conns = append(p.Conns, nil)
		default:
			st, err := parseStep(verb, rest, options)
			if err != nil {
				return p, fmt.Errorf("line %d: %w", n+1, err)
			}
			last := len(p.Conns) - 1
			p.Conns[last] = append(p.Conns[last], st)
		}
	}
	return p, nil
}

func parseStep(verb, rest string, options []string) (Step, error) {
	st := Step{Verb: verb}
	form, ok := stepForms[verb]
	if !ok {
		return st, fmt.Errorf("unknown step %q", verb)
	}
	for len(form) > 0 {
		kind := form[0]
		optional := strings.HasPrefix(form[1:], "?")
		form = strings.TrimPrefix(form[1:], "?")
		if rest == "" && (optional || kind == 'o') {
			continue
		}
		var err error
		if kind == 's' {
			var size int
			if rest == "" || rest[0] != '"' {
				return st, fmt.Errorf("%s wants a string", verb)
			}
			st.Text, size, err = lexString(rest)
			if err != nil {
				return st, err
			}
			rest = strings.TrimSpace(rest[size:])
			continue
		}
		word, more, _ := strings.Cut(rest, " ")
		rest = strings.TrimSpace(more)
		switch kind {
		case 'n':
			st.N, err = strconv.Atoi(word)
		case 'd':
			st.Wait, err = time.ParseDuration(word)
		case 'w':
			st.Text = word
			switch {
			case word == "":
				err = fmt.Errorf("%s wants a name", verb)
			case strings.ContainsAny(word, `"'`):
				err = fmt.Errorf("%s wants a name without quotes, not %s", verb, word)
			}
		case 'o':
			if st.TLS == nil {
				st.TLS = map[string]string{}
			}
			key, value, _ := strings.Cut(word, "=")
			if !slices.Contains(options, key) {
				err = fmt.Errorf("unknown TLS option %q", key)
			}
			st.TLS[key] = value
			if rest != "" {
				form = "o"
			}
		}
		if err != nil {
			return st, err
		}
	}
	if rest != "" {
		return st, fmt.Errorf("%s: %q is too much", verb, rest)
	}
	return st, nil
}
