package hardworld

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	. "github.com/phpstream-go/phpstream/internal/faultproxy"
	"github.com/phpstream-go/phpstream/internal/phptest"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

var every = flag.Bool("every", false, "every way meets with every fault at every step, also in a handshake, and PHP with all of them")

// sample is every how many-th of the meetings PHP has, too, when it isn't asked
// for all: with REQUIRE_PHP=1 it has all.
const sample = 4

// ways are the programs: each function that reads, writes or opens, and each
// manner to use them. A further function is a further row.
var ways = []struct {
	name string
	way
}{
	{"fgets", way{Read: "fgets"}},
	{"fgets short", way{Read: "fgets", Size: 5}},
	{"fgets feof", way{Read: "fgets", Feof: true, Write: "fputs"}},
	{"fgetc", way{Read: "fgetc", Pieces: true}},
	{"fread", way{Read: "fread", Size: 8192}},
	{"fread 3", way{Read: "fread", Size: 3}},
	{"fread unbuffered", way{Read: "fread", Size: 4, Set: [][2]any{{"stream_set_read_buffer", 0}}}},
	{"fgets chunk 1", way{Read: "fgets", Set: [][2]any{{"stream_set_chunk_size", 1}}}},
	{"stream_get_line", way{Read: "stream_get_line", Size: 512}},
	{"stream_get_contents", way{Read: "stream_get_contents"}},
	{"stream_select", way{Read: "fread", Size: 8192, Select: true, Set: [][2]any{{"stream_set_blocking", false}}}},
	{"stream_select fgets", way{Read: "fgets", Select: true, Set: [][2]any{{"socket_set_blocking", false}}}},
	{"fsockopen", way{Open: "fsockopen", Read: "fgets"}},
	{"pfsockopen", way{Open: "pfsockopen", Read: "fgets"}},
	{"stream_socket_recvfrom", way{Read: "stream_socket_recvfrom", Size: 64, Select: true, Write: "stream_socket_sendto", clear: true}}, // it knows no timeout
	// PHP reads until it has as much as the call may take, or until time is up: more
	// than a few bytes take long.
	{"rot13 fgets", way{Read: "fgets", Size: 10, code: rot13}},
	{"rot13 fgetc", way{Read: "fgetc", Pieces: true, code: rot13, clear: true}},
	{"rot13 stream_get_contents", way{Read: "stream_get_contents", code: rot13, clear: true}},
	{"base64 fgets", way{Read: "fgets", Size: 10, Pieces: true, code: base64s, clear: true}},
	{"base64 fread", way{Read: "fread", Size: 8192, code: base64s, clear: true}},
	{"chunks fgets", way{Read: "fgets", Size: 10, code: chunks, clear: true}},
	{"chunks fread 3", way{Read: "fread", Size: 3, code: chunks, clear: true}},
	{"chunks stream_get_line", way{Read: "stream_get_line", Size: 512, code: chunks, clear: true}},
	{"deflated fgets", way{Read: "fgets", Size: 10, Feof: true, code: deflated, clear: true}},
	{"deflated fread", way{Read: "fread", Size: 8192, code: deflated}},
	{"server deflated", way{Open: "stream_socket_server", Read: "fread", Size: 8192, code: deflated, clear: true}},
	{"server fgets", way{Open: "stream_socket_server", Read: "fgets"}},
	{"server fread", way{Open: "stream_socket_server", Read: "fread", Size: 8192}},
	{"server stream_select", way{Open: "stream_socket_server", Read: "fread", Size: 8192, Select: true, Set: [][2]any{{"stream_set_blocking", false}}}},
}

// A step is a place in the dialogue.
type step struct {
	from      Side
	at        Point
	handshake bool // nothing has been read or written by then
	racing    bool // whether a reset or a close that comes here is before a write or behind it is for nobody to say
	inside    bool // of what is encrypted, or of a client's hello: no two are alike
}

// steps are all of them: in front of, inside of and behind each text, and each
// record.
func steps(way string, server bool, code *code) (list []step) {
	texts := func(from Side, texts ...string) {
		for i, text := range code.onWire(from == Server, texts...) {
			// The program writes as soon as it has these.
			writes := slices.ContainsFunc([]string{"220 one\r\n", "220 go\r\n", "250 thirty\r\n"}, func(end string) bool { return strings.HasSuffix(texts[i], end) })
			for _, at := range []Point{Before(text), Within(text, 3), After(text)} {
				list = append(list, step{from: from, at: at, racing: writes && at.String() == After(text).String()})
			}
		}
	}
	records := func(from Side, behind Point, handshake, all int) {
		for n := 1; n <= all; n++ {
			for _, offset := range []int{0, 3, 7, -1} {
				list = append(list, step{from: from, at: behind.Then(Record(n, offset)), handshake: n <= handshake,
					racing: from == Server && offset == 0 && n > handshake+1,
					inside: from == Client && n == 1 || offset == 0 || offset == 3})
			}
		}
	}
	switch way {
	case "":
		texts(Client, "HELLO a\r\n", "EHLO xy\r\n", "MORE\r\n")
		if code != nil {
			texts(Server, "220 one\r\n", "250-two\r\n250 thirty\r\n", "354 twelve\r\n")
			break
		}
		texts(Server, "220 one\r\n", "250-two\r\n", "250 thirty\r\n", "354 twelve\r\n")
	case "starttls":
		if server {
			// Which records a server sends is each TLS library's own affair.
			texts(Server, "220 one\r\n", "220 go\r\n")
			records(Server, After("220 go\r\n"), 3, 7)
			break
		}
		texts(Client, "HELLO a\r\n", "STARTTLS\r\n")
		texts(Server, "220 one\r\n", "220 go\r\n")
		records(Client, After("STARTTLS\r\n"), 3, 5)
		records(Server, After("220 go\r\n"), 6, 10)
	default:
		if server {
			records(Server, nil, 3, 7)
			break
		}
		records(Client, nil, 3, 5)
		records(Server, nil, 6, 10)
	}
	if server {
		// The peer is it that connects now.
		for i := range list {
			list[i].from = 1 - list[i].from
		}
	}
	return list
}

// actions are the faults. inserts are those that add something of their own.
var actions = []struct {
	name    string
	do      Action
	changes bool // what is sent
	ends    bool // and nothing comes any more
}{
	{"delay", Delay(20 * time.Millisecond), false, false},
	{"dribble", Dribble(), false, false},
	{"stall", Stall(), false, true},
	{"reset", Reset(), false, true},
	{"close", Close(), false, true},
	{"half-close", HalfClose(), false, true},
	{"insert", Insert("999 garbage\r\n"), true, false},
	{"repeat", Repeat(9), true, false},
}

// A meeting is one way that meets with one fault.
type meeting struct {
	name string
	way
	fault   Fault
	changes bool
	ends    bool
	stalls  bool
}

func meetings() (list []meeting) {
	for _, transport := range []string{"", "starttls", "tls"} {
		for _, w := range ways {
			server := w.Open == "stream_socket_server"
			if w.clear && transport != "" || w.code != nil && transport == "starttls" {
				continue
			}
			for _, s := range steps(transport, server, w.code) {
				if server && !s.handshake && transport != "" {
					s.racing = true // tickets may be on their way: a close with them unread is a reset
				}
				// What reads and writes makes no difference before it is used.
				if s.handshake && !*every && w.name != "fgets" && w.name != "stream_select" && (w.Open == "" || transport == "starttls") {
					continue
				}
				for _, a := range actions {
					// What is repeated there is of no known kind.
					if s.inside && a.changes && (a.name == "repeat" || s.from == Client && s.handshake) {
						continue
					}
					if s.racing && (a.name == "reset" || a.name == "close") {
						continue
					}
					m := meeting{way: w.way, fault: Fault{From: s.from, At: s.at, Do: a.do}, changes: a.changes, ends: a.ends, stalls: a.name == "stall"}
					m.TLS = transport
					// A fault in a record isn't to come between two writes.
					m.Pieces = m.Pieces && transport == ""
					if m.Open == "" {
						m.Open = "stream_socket_client"
					}
					if m.Write == "" {
						m.Write = "fwrite"
					}
					where := transport
					if where == "" {
						where = "plain"
					}
					m.name = fmt.Sprintf("%s/%s/%v, %v/%s", where, w.name, s.from, s.at, a.name)
					list = append(list, m)
				}
			}
		}
	}
	return list
}

// timeout is that of the dialogues.
const timeout = 200 * time.Millisecond

// outcome is what came of a meeting on one side.
type outcome struct {
	answer
	seen, sent, passed []byte
	happened           int
}

// text is what is compared.
func (o *outcome) text() string {
	return strings.Join(o.Log, "\n") + "\nthe server saw " + o.saw()
}

// saw is what the server saw, but for what only one TLS library can have sent.
func (o *outcome) saw() string {
	for i, c := range o.seen {
		if c != '\r' && c != '\n' && (c < ' ' || c > '~') {
			return fmt.Sprintf("%q and what is no text", o.seen[:bytes.LastIndexByte(o.seen[:i], '\n')+1])
		}
	}
	return fmt.Sprintf("%q", o.seen)
}

// meet runs one side: talk is PHP or the library.
func (l *lane) meet(m *meeting, talk func(way) (answer, error)) (*outcome, error) {
	var p *peer
	var proxy *Proxy
	w := m.way
	peers := Server // side
	if m.Open == "stream_socket_server" {
		peers = Client
		w.listens = func(addr string) {
			proxy = On(l.front, addr, m.fault)
			p = callPeer(proxy.Addr(), w, l.world.client)
		}
	} else {
		p = startPeer(l.server, w, l.world.config)
		proxy = On(l.front, l.server.Addr().String(), m.fault)
	}
	w.Host, w.Timeout, w.CAFile = "localhost", timeout.Seconds(), l.world.cafile
	w.Cert = l.world.cert
	_, port, _ := net.SplitHostPort(l.front.Addr().String())
	fmt.Sscan(port, &w.Port)
	if w.Set == nil {
		w.Set = [][2]any{}
	}
	w.Filters = w.code.filters()
	o := &outcome{}
	var err error
	o.answer, err = talk(w)
	// The program has closed its end: the server sees that, unless nothing gets
	// there any more.
	if proxy == nil {
		return nil, fmt.Errorf("nobody listens: %w", err)
	}
	if m.fault.From != peers && m.stalls {
		proxy.Close()
	}
	proxy.Settle()
	o.seen, o.sent = p.stop()
	proxy.Close()
	o.passed = proxy.Passed(peers)
	o.happened = proxy.Happened()
	o.Log = slices.DeleteFunc(o.Log, func(line string) bool {
		// Where feof is asked before, too, either of the two meets it.
		return (m.Feof || m.Read == "stream_get_contents") && strings.HasPrefix(line, "  2 "+m.Read+"(): SSL")
	})
	for i, line := range o.Log {
		// What follows is whatever the C library's errno has been left at.
		if before, _, found := strings.Cut(line, "stream_socket_accept(): Accept failed: "); found && m.TLS == "tls" {
			line = before + "stream_socket_accept(): Accept failed"
		}
		o.Log[i] = strings.ReplaceAll(line, port, "PORT")
	}
	return o, err
}

// world is what all dialogues share.
type world struct {
	config, client *tls.Config
	cafile, cert   string
}

// A lane is where one meeting comes after the other.
type lane struct {
	*world
	server, front *net.TCPListener
	ask           func(way) (answer, error) // PHP; nil where there is none
}

// renew opens the ports anew where a try has failed: a connection that nobody
// had the time to accept may still wait there.
func (l *lane) renew(try int) error {
	if try == 0 {
		return nil
	}
	l.close()
	for _, place := range []**net.TCPListener{&l.server, &l.front} {
		listener, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			return err
		}
		*place = listener.(*net.TCPListener)
	}
	return nil
}

func (l *lane) close() {
	if l.server != nil {
		l.server.Close()
		l.front.Close()
	}
}

func newWorld(t *testing.T) *world {
	t.Helper()
	dir := t.TempDir()
	ca := testcert.NewCA(testcert.Spec{})
	testcert.WriteCAs(dir, "ca.pem", ca)
	t.Setenv("SSL_CERT_FILE", dir+"/ca.pem") // fsockopen has no context
	cert := ca.Issue(testcert.Spec{CN: "localhost", DNS: []string{"localhost"}})
	testcert.WriteFile(dir, "server.pem", append(cert.ChainPEM(), cert.KeyPEM()...))
	return &world{cafile: dir + "/ca.pem", cert: dir + "/server.pem", client: &tls.Config{
		RootCAs: testcert.Pool(ca), ServerName: "localhost", DynamicRecordSizingDisabled: true,
		CurvePreferences: []tls.CurveID{tls.X25519},
	}, config: &tls.Config{
		Certificates: []tls.Certificate{cert.TLS()}, SessionTicketsDisabled: true, DynamicRecordSizingDisabled: true,
		CurvePreferences: []tls.CurveID{tls.X25519},
	}}
}

func ours(w way) (answer, error) {
	w.Set = slices.Clone(w.Set)
	for i, set := range w.Set {
		if n, ok := set[1].(int); ok {
			w.Set[i][1] = int64(n) // PHP's numbers
		}
	}
	return (&dialogue{way: w}).run(), nil
}

// lanes are how many meetings there are at once: most of them wait.
const lanes = 24

// TestFaults lets each way meet with each fault at each step of a dialogue, here
// and on PHP 8.2: the outcomes are the same, and here nothing hangs, and no byte
// is lost or invented.
func TestFaults(t *testing.T) {
	w := newWorld(t)
	php := phptest.One(t, "8.2")
	all := meetings()
	results := make([]string, len(all))
	jobs := make(chan int)
	var wait sync.WaitGroup
	driver := readDriver(t)
	askAll := *every || os.Getenv("REQUIRE_PHP") == "1" || flag.Lookup("test.run").Value.String() != ""
	for range lanes {
		l := &lane{world: w}
		if err := l.renew(1); err != nil {
			t.Fatal(err)
		}
		defer l.close()
		if php != nil {
			session, err := php.Start(t, driver)
			if err != nil {
				t.Fatal(err)
			}
			l.ask = asking(session)
		}
		wait.Go(func() {
			for i := range jobs {
				results[i] = l.judge(&all[i], askAll || i%sample == 0)
			}
		})
	}
	count := 0
	for i := range all {
		if selected(t, all[i].name) {
			count++
			jobs <- i
		}
	}
	close(jobs)
	wait.Wait()
	for i, m := range all {
		if results[i] != "" { // no subtest: a pattern of -run that fits the name in one piece would pass over it
			t.Errorf("%s: %s", m.name, results[i])
		}
	}
	t.Logf("%d meetings", count)
	for _, d := range meant {
		if php != nil && askAll && count == len(all) && d.met == 0 {
			t.Errorf("nobody meets with this difference any more: %s", d.what)
		}
	}
}

func asking(s *phptest.Session) func(way) (answer, error) {
	return func(w way) (a answer, err error) {
		question, err := json.Marshal(w)
		if err != nil {
			return a, err
		}
		text, err := s.Ask(string(question), bound)
		if err == nil && w.listens != nil {
			w.listens(text)
			text, err = s.Next(bound)
		}
		if err == nil {
			err = json.Unmarshal([]byte(text), &a)
		}
		if err != nil {
			err = fmt.Errorf("PHP says %.500q: %w", text, err)
		}
		return a, err
	}
}

// judge answers what is wrong, "" for nothing. What is so each time counts: how
// much of a reset's bytes is still read, say, depends on the moment.
func (l *lane) judge(m *meeting, withPHP bool) string {
	var wrong string
	var theirs, mine []*outcome
	for try := range 8 {
		if err := l.renew(try); err != nil {
			return err.Error()
		}
		here, err := l.meet(m, ours)
		if err != nil {
			return err.Error()
		}
		if wrong = m.check(here); wrong != "" {
			continue
		}
		if l.ask == nil || !withPHP {
			return ""
		}
		there, err := l.meet(m, l.ask)
		if err != nil {
			return err.Error()
		}
		theirs, mine = append(theirs, there), append(mine, here)
		for _, there := range theirs {
			for _, here := range mine {
				if a, b := compare(there, here); a == b {
					return ""
				}
			}
		}
		a, b := compare(there, here)
		wrong = "PHP (-) and here (+):\n" + diff(a, b)
	}
	return wrong
}

// check holds what must be so whatever PHP does.
func (m *meeting) check(o *outcome) string {
	switch {
	case o.happened != 1 && o.happened == 0:
		return "the fault has not happened:\n" + o.text()
	case o.longest > timeout+2*time.Second:
		return fmt.Sprintf("a call took %v:\n%s", o.longest, o.text())
	}
	got, from := o.Got, o.sent
	if m.changes && m.TLS == "" {
		from = o.passed
	}
	if m.Read == "stream_get_line" { // which leaves the ends away
		from = bytes.ReplaceAll(from, []byte("\r\n"), nil)
		got = bytes.ReplaceAll(got, []byte("\r\n"), nil)
	}
	unknown := m.changes && m.TLS == "starttls" // what is put in there isn't known to the peer
	if m.code != nil && m.changes && m.TLS == "" {
		if unknown = m.code.inClear == nil; !unknown {
			from = m.code.inClear(from)
		}
	}
	if !unknown && !bytes.HasPrefix(from, got) {
		return fmt.Sprintf("it read %q, and was sent %q:\n%s", got, from, o.text())
	}
	if !m.changes && !m.ends && !bytes.Equal(got, from) {
		return fmt.Sprintf("it read %q of %q:\n%s", got, from, o.text())
	}
	if !m.changes && len(o.seen) > len(strings.Join(m.code.onWire(false, strings.Repeat("x", o.Wrote)), "")) {
		return fmt.Sprintf("the server was sent %q, and the writes have answered %d:\n%s", o.seen, o.Wrote, o.text())
	}
	if slices.Contains(o.Log, crypto+"false") || slices.Contains(o.Log, crypto+"0") {
		for _, secret := range []string{"EHLO", "LATE", "GONE"} {
			if bytes.Contains(o.seen, []byte(secret)) {
				return "the server was sent in clear what was meant for TLS:\n" + o.text()
			}
		}
	}
	return ""
}
