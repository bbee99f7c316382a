package programs

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/phpstream-go/phpstream/internal/scenario"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

// A fault is a server that doesn't do as it should. How it behaves is a peer's
// script, as the scenarios have them.
type fault struct {
	name   string
	server string
	tls    string // as in a job
	only   string // the one driver that it is for
	change func(*job)
	// After a handshake that timed out PHP leaves the stream non-blocking, and who
	// waits for an answer there spins to the end of the second.
	spins bool
	// How the message ends on plain PHP with each mailer, and after how many
	// seconds.
	ends string
}

// The beginnings of conversations.
const (
	greet     = "send \"220 peer.example ESMTP\\r\\n\"\n"
	hello     = greet + "recvline\nsend \"250 peer.example\\r\\n\"\n"
	toRcpt    = hello + "recvline\nsend \"250 2.1.0 Ok\\r\\n\"\nrecvline\n"
	toData    = toRcpt + "send \"250 2.1.5 Ok\\r\\n\"\nrecvline\n"
	toMessage = toData + "send \"354 Go ahead\\r\\n\"\n"
	untilDot  = "recvuntil \"\\r\\n.\\r\\n\"\n"
	offer     = greet + "recvline\nsend \"250-peer.example\\r\\n250 STARTTLS\\r\\n\"\nrecvline\n"
)

// faults are all of them. A timeout is one second.
var faults = []fault{
	{name: "stalls at once", ends: "failed 1, failed 1, failed 1, failed 1, failed 1", server: "stall"},
	{name: "stalls in the greeting", ends: "failed 4, failed 3, failed 3, failed 3, failed 2", server: "send \"220 peer.exam\"\nstall"},
	{name: "stalls after EHLO", ends: "failed 3, failed 2, failed 2, failed 2, failed 1", server: greet + "recvline\nstall"},
	{name: "stalls in the answer to EHLO", ends: "failed 2, failed 2, failed 2, failed 2, failed 1", server: greet + "recvline\nsend \"250-peer.example\\r\\n\"\nstall"},
	{name: "stalls after STARTTLS", ends: "failed 2, failed 1, failed 1, failed 1, failed 1", tls: "starttls", server: offer + "stall"},
	{name: "stalls before the handshake", ends: "failed 2, failed 1, failed 1, failed 1, failed 1", tls: "starttls", server: offer + "send \"220 Go ahead\\r\\n\"\nstall", spins: true},
	{name: "stalls in the handshake", ends: "failed 2, failed 1, failed 1, failed 1, failed 1", tls: "starttls", server: offer + "send \"220 Go ahead\\r\\n\"\nrecv 5\nstall", spins: true},
	{name: "stalls instead of a handshake", ends: "failed 1, failed 1, failed 1, failed 1, failed 4", tls: "implicit", server: "stall"},
	{name: "stalls under TLS", ends: "failed 1, failed 1, failed 1, failed 1, failed 1", tls: "implicit", server: "tls cert=good\nstall"},
	{name: "stalls under TLS after EHLO", ends: "failed 3, failed 2, failed 2, failed 2, failed 1", tls: "implicit", server: "tls cert=good\n" + greet + "recvline\nstall"},
	{name: "stalls after RCPT", ends: "failed 2, failed 1, failed 2, failed 2, failed 1", server: toRcpt + "stall"},
	{name: "stalls after the message", ends: "failed 2, failed 1, failed 1, failed 2, failed 1", server: toMessage + untilDot + "stall"},
	{name: "stalls after QUIT", ends: "done 1, done 0, done 0, done 0, done 0", server: toMessage + untilDot + "send \"250 2.0.0 Ok\\r\\n\"\nrecvline\nstall"},

	{name: "is not there", ends: "failed 0, failed 0, failed 0, failed 0, failed 0", server: "stall", change: func(j *job) { j.Port = -1 }},
	{name: "speaks no TLS", ends: "failed 0, failed 0, failed 0, failed 0, failed 3", tls: "implicit", server: greet + "stall"},
	{name: "closes at once", ends: "failed 0, failed 0, failed 0, failed 0, failed 0", server: "sleep 200ms\nclose"},
	{name: "resets the connection", ends: "failed 0, failed 0, failed 0, failed 0, failed 0", server: greet + "recvline\nsleep 200ms\nreset"},
	{name: "closes after EHLO", ends: "failed 0, failed 0, failed 0, failed 0, failed 0", server: greet + "recvline\nsleep 200ms\nclose"},
	{name: "closes instead of a handshake", ends: "failed 0, failed 0, failed 0, failed 0, failed 3", tls: "implicit", server: "record\nsleep 200ms\nclose"},
	{name: "closes under TLS", ends: "failed 0, failed 0, failed 0, failed 0, failed 0", tls: "implicit", server: "tls cert=good\n" + greet + "recvline\nsleep 200ms\nclosenotify\nclose"},
	{name: "closes after the message", ends: "failed 0, failed 0, failed 0, failed 0, failed 0", server: toMessage + untilDot + "sleep 200ms\nclose"},
	{name: "has no service", ends: "failed 0, failed 0, failed 0, failed 0, failed 0", server: "send \"554 5.3.2 Not now\\r\\n\"\nrecvline\nsend \"221 Bye\\r\\n\""},
	{name: "offers no TLS", ends: "failed 0, failed 0, failed 0, failed 0, failed 0", tls: "starttls", server: hello + "recvline\nsend \"502 5.5.1 Unknown\\r\\n\"\nrecvline\nsend \"221 Bye\\r\\n\""},
	{name: "refuses TLS", ends: "failed 0, failed 0, failed 0, failed 0, failed 0", tls: "starttls", server: offer + "send \"454 4.7.0 Not now\\r\\n\"\nrecvline\nsend \"221 Bye\\r\\n\""},
	{name: "refuses the recipient", ends: "failed 0, failed 0, done 0, failed 0, failed 0", server: toRcpt + "send \"550 5.1.1 Nobody\\r\\n\"\nrecvline\nsend \"250 Ok\\r\\n\"\nrecvline\nsend \"221 Bye\\r\\n\""},
	{name: "refuses the message", ends: "failed 0, failed 0, failed 0, failed 0, failed 0", server: toMessage + untilDot + "send \"452 4.3.1 Full\\r\\n\"\nrecvline\nsend \"250 Ok\\r\\n\"\nrecvline\nsend \"221 Bye\\r\\n\""},
	{name: "answers in pieces", ends: "done 0, done 0, done 0, done 0, done 0", server: "split \"220 peer.example\\r\\n\" 1ms\nrecvline\nsplit \"250-peer.example\\r\\n250 PIPELINING\\r\\n\" 1ms\nrecvline\nsend \"250 Ok\\r\\n\"\n" +
		"recvline\nsend \"250 Ok\\r\\n\"\nrecvline\nsend \"354 Go ahead\\r\\n\"\n" + untilDot + "send \"250-Yes,\\r\\n250 \"\nsend \"Ok\\r\\n\"\nrecvline\nsend \"221 Bye\\r\\n\""},
	{name: "answers at length", ends: "failed 1, failed 1, failed 1, failed 2, failed 1", server: "send \"220 peer.example\\r\\n\"\nrecvline\nsend \"250-\"\nrepeat 2000 \"x\"\nsend \"\\r\\n250 Ok\\r\\n\"\nstall"},
	{name: "reads no more", ends: "failed 3", only: "netsmtp", server: "quiet\n" + toMessage + "stall", change: func(j *job) { j.Attach, j.Debug = "{{DIR}}/large.bin", false }},
}

// TestFaults lets each mailer meet with each of them, on both engines.
func TestFaults(t *testing.T) {
	both := engines(t, "8.2")
	certs, err := scenario.NewCerts(t.TempDir())
	must(t, err)
	testcert.WriteFile(certs.Dir, "large.bin", make([]byte, 5<<20))
	for i, m := range mailers {
		t.Run(m.name, func(t *testing.T) {
			m.need(t)
			for _, f := range faults {
				if f.only != "" && f.only != m.name {
					continue
				}
				t.Run(f.name, func(t *testing.T) {
					t.Parallel()
					want := strings.Split(f.ends, ", ")[i%(strings.Count(f.ends, ",")+1)]
					plain, here := f.meet(t, both[0], m.name, certs), f.meet(t, both[1], m.name, certs)
					// On a machine with other work a second may be long. Who waits for
					// longer than PHP always does.
					for try := 1; try < 3 && (ending(plain.Stdout) != want || differInTimeOnly(plain.Stdout, here.Stdout)); try++ {
						plain, here = f.meet(t, both[0], m.name, certs), f.meet(t, both[1], m.name, certs)
					}
					if end := ending(plain.Stdout); end != want {
						t.Errorf("on plain PHP the message has %q, want %q:\n%s", end, want, plain.Stdout)
					}
					plain.compare(t, here, m.name+" "+f.name)
				})
			}
		})
	}
}

var anyTime = regexp.MustCompile(`\{\{ELAPSED [0-9.]+\}\}`)

var messageEnd = regexp.MustCompile(`(?m)^message 1: (\w+) after \{\{ELAPSED [0-9.]+\.\.([0-9]+)`)

// ending is how the message ended: "failed 1" is a failure after a second.
func ending(stdout string) string {
	found := messageEnd.FindStringSubmatch(stdout)
	if found == nil {
		return ""
	}
	return found[1] + " " + found[2]
}

func differInTimeOnly(a, b string) bool {
	return a != b && anyTime.ReplaceAllString(a, "") == anyTime.ReplaceAllString(b, "")
}

// sentLines shows what a peer saw as a front would.
func sentLines(text string) string {
	shownLines := "\n"
	for line := range strings.Lines(text) {
		shownLines += "C: " + shown(line) + "\n"
	}
	return shownLines
}

// meet runs a driver against the server.
func (f *fault) meet(t *testing.T, e engine, driver string, certs *scenario.Certs) left {
	t.Helper()
	peer, err := scenario.ParsePeer("", f.server)
	must(t, err)
	j := job{Host: "localhost", TLS: f.tls, Options: ssl("cafile", "{{DIR}}/ca.pem"), Text: "Hi\n", Messages: 1, Timeout: 1, Debug: true}
	if f.change != nil {
		f.change(&j)
	}
	input, err := json.Marshal(j)
	must(t, err)
	// A port is a number.
	text := strings.Replace(string(input), `"port":0`, `"port":{{PORT}}`, 1)
	text = strings.Replace(text, `"port":-1`, `"port":{{REFUSED}}`, 1)
	world, err := scenario.NewWorld(&scenario.Scenario{Peers: []scenario.Peer{peer}, Calls: text}, certs)
	must(t, err)
	text, err = world.Expand(text)
	if err != nil {
		world.Close()
		t.Fatal(err)
	}
	l := left{outcome: e.run(t, program{script: filepath.Join("testdata", driver+".php"), args: []string{text}})}
	must(t, world.Close())
	for _, field := range world.Wire(sentLines) {
		l.dialogue += field.Name + " " + field.Value + "\n"
	}
	m := newMasker(l.Stdout, l.dialogue)
	clean := func(text string) string { return m.mask(world.Collapse(text)) }
	if f.spins {
		before, closing, _ := strings.Cut(l.Stdout, "close: ")
		l.Stdout = before + "close: " + maskElapsed(closing, 0, 1.9)
	}
	l.Stdout, l.Stderr, l.dialogue = maskSeconds(clean(l.Stdout)), clean(l.Stderr), clean(l.dialogue)
	return l
}
