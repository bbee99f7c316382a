package secure

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phptest"
	"github.com/phpstream-go/phpstream/internal/testcert"
	"github.com/phpstream-go/phpstream/internal/wire"
)

// These tests hold what PHP 7.4, 8.2 and 8.4 did with a peer and a set of ssl
// options (testdata/answers.jsonl) against what a Policy does with the same
// peer and options. With PHP at hand it is asked again.

const answersFile = "testdata/answers.jsonl"

// A job is one connection.
type job struct {
	ID      string         `json:"id"`
	Address string         `json:"address"` // tcp://127.0.0.1:port
	SSL     map[string]any `json:"ssl"`
	Method  int            `json:"method"`
	Read    bool           `json:"read"` // exchange a line afterwards
	Cipher  bool           `json:"-"`    // compare what is shown of the suite
}

// An outcome is what came of it. Events read "2 text" (level and text of what
// enabling crypto said), "2 bare: text" (without the function in front), "2
// fgets: text" (of the reading after it), or "thrown ValueError: text".
type outcome struct {
	Versions []string `json:"versions,omitempty"`
	OK       bool     `json:"ok"`
	Protocol string   `json:"protocol,omitempty"`
	Cipher   string   `json:"cipher,omitempty"`
	Line     string   `json:"line,omitempty"`
	Events   []string `json:"events,omitempty"`
	Seen     string   `json:"seen,omitempty"` // what the peer of a server saw
}

func (o outcome) String() string {
	o.Versions = nil
	b, _ := json.Marshal(o)
	return string(b)
}

type recordedJob struct {
	ID      string    `json:"id"`
	Answers []outcome `json:"answers"`
}

// A lab starts peers and gathers jobs.
type lab struct {
	t    *testing.T
	dir  string
	jobs []job
	seen map[string]chan sight // by job: what its peer saw, run after run
}

type ssl = map[string]any

const anyTLS = methodTLSClient

func newLab(t *testing.T) *lab {
	l := &lab{t: t, dir: t.TempDir(), seen: map[string]chan sight{}}
	// A PHP that answers may run in another root, as another user.
	if err := os.Chmod(l.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, gather := range []func(*lab){
		nameJobs, chainJobs, levelJobs, caFileJobs, caPathJobs, protocolJobs, cipherJobs, suiteJobs, otherJobs, localJobs, alertJobs, peerJobs, strictJobs,
		serverLocalJobs, serverProtocolJobs, serverCipherJobs, clientCertJobs, clientCALists, hostJobs, serverOptionJobs, guestJobs,
	} {
		gather(l)
	}
	seen := map[string]bool{}
	for _, j := range l.jobs {
		if seen[j.ID] {
			t.Fatalf("two jobs are called %q", j.ID)
		}
		seen[j.ID] = true
	}
	return l
}

func (l *lab) add(id, address string, options ssl) {
	l.jobs = append(l.jobs, job{ID: id, Address: address, SSL: options, Method: anyTLS})
}

func (l *lab) file(name string, data ...[]byte) string {
	return testcert.WriteFile(l.dir, name, bytes.Join(data, nil))
}

// raw starts a peer that does with each connection what it is told.
func (l *lab) raw(serve func(*net.TCPConn)) string { return l.rawAt("127.0.0.1:0", serve) }

func (l *lab) rawAt(address string, serve func(*net.TCPConn)) string {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				c.SetDeadline(time.Now().Add(10 * time.Second))
				serve(c.(*net.TCPConn))
			}()
		}
	}()
	return "tcp://" + listener.Addr().String()
}

// serve starts a TLS peer that reads something and then tells the SNI name
// and the ALPN protocol it was asked for, and how many certificates it saw.
func (l *lab) serve(config *tls.Config) string {
	return l.raw(func(c *net.TCPConn) {
		s := tls.Server(c, config)
		if s.Handshake() != nil {
			io.Copy(io.Discard, c) // or the alert could be lost in a reset
			return
		}
		s.Read(make([]byte, 16))
		st := s.ConnectionState()
		fmt.Fprintf(s, "sni=%s alpn=%s certs=%d\n", st.ServerName, st.NegotiatedProtocol, len(st.PeerCertificates))
		s.Close()
	})
}

func (l *lab) serveCert(c tls.Certificate) string {
	return l.serve(&tls.Config{Certificates: []tls.Certificate{c}})
}

// ours carries out a job with a Policy.
func (l *lab) ours(j job, v phpfacts.Version) (out outcome) {
	say := func(kind string, warnings []Warning) {
		for _, w := range warnings {
			level := w.Level
			if level == 0 {
				level = 2
			}
			switch {
			case w.Class != "":
				out.Events = append(out.Events, fmt.Sprintf("thrown %s: %s", w.Class, w.Text))
			case w.Bare:
				out.Events = append(out.Events, fmt.Sprintf("%d bare: %s", level, w.Text))
			default:
				out.Events = append(out.Events, fmt.Sprintf("%d %s%s", level, kind, w.Text))
			}
		}
		for i := range out.Events {
			out.Events[i] = l.plain(out.Events[i])
		}
	}
	dialer := wire.Dialer{Timeout: bound}
	w, _, err := dialer.DialIP(context.Background(), "tcp", []netip.AddrPort{netip.MustParseAddrPort(strings.TrimPrefix(j.Address, "tcp://"))})
	if err != nil {
		l.t.Fatal(err)
	}
	defer func() {
		name := w.LocalAddr().String()
		w.Close()
		out.Seen = l.sight(j.ID, name)
	}()
	policy, warnings, err := NewPolicy(Settings{Options: j.SSL, Version: v, Method: j.Method, URLName: "127.0.0.1"})
	say("", warnings)
	if err != nil {
		return out
	}
	c := New(w, policy)
	if err := c.Handshake(context.Background(), 10*time.Second); err != nil {
		say("", Describe(err, v))
		return out
	}
	warnings, err = c.Check()
	say("", warnings)
	if err != nil {
		return out
	}
	out.OK = true
	out.Protocol = strings.Replace(tls.VersionName(c.State().Version), "TLS ", "TLSv", 1)
	out.Protocol = strings.TrimSuffix(out.Protocol, ".0")
	if j.Cipher {
		name, bits, version := CipherFacts(c.State().CipherSuite)
		out.Cipher = fmt.Sprint(name, " ", bits, " ", version)
	}
	if j.Read {
		c.Write([]byte("x\n"), bound)
		b := make([]byte, 1024)
		for !strings.HasSuffix(out.Line, "\n") { // TLS 1.0 begins with a record of one byte
			n, err := c.Read(b, deadline())
			if out.Line += string(b[:n]); n == 0 {
				if !IsEOF(err) {
					say("fgets: ", Describe(err, v))
				}
				break
			}
		}
	}
	return out
}

// plain puts placeholders for what differs from run to run.
func (l *lab) plain(s string) string { return strings.ReplaceAll(s, l.dir, "{{DIR}}") }

// theirs has a PHP carry out all jobs.
func (l *lab) theirs(php phptest.PHP) map[string]outcome {
	script, err := os.ReadFile("testdata/client.php")
	if err != nil {
		l.t.Fatal(err)
	}
	input, err := json.Marshal(l.jobs)
	if err != nil {
		l.t.Fatal(err)
	}
	var answers map[string]struct {
		OK     any
		Crypto struct {
			Protocol string `json:"protocol"`
			Name     string `json:"cipher_name"`
			Bits     int    `json:"cipher_bits"`
			Version  string `json:"cipher_version"`
		}
		Line   any
		Name   string
		Thrown string
		Events [][2]any
	}
	printed := php.Run(l.t, string(script), string(input))
	if err := json.Unmarshal([]byte(printed), &answers); err != nil {
		l.t.Fatalf("%v: %s", err, printed)
	}
	out := map[string]outcome{}
	for _, j := range l.jobs {
		a := answers[j.ID]
		o := outcome{OK: a.OK == true, Protocol: a.Crypto.Protocol}
		if j.Cipher && o.OK {
			o.Cipher = fmt.Sprint(a.Crypto.Name, " ", a.Crypto.Bits, " ", a.Crypto.Version)
		}
		o.Line, _ = a.Line.(string)
		o.Seen = l.sight(j.ID, a.Name)
		for _, e := range a.Events {
			level, text := int(e[0].(float64)), e[1].(string)
			if rest, ok := strings.CutPrefix(text, "stream_socket_enable_crypto(): "); ok {
				text = rest
			} else if function, rest, ok := strings.Cut(text, "(): "); ok {
				text = function + ": " + rest
			} else {
				text = "bare: " + text
			}
			o.Events = append(o.Events, l.plain(fmt.Sprintf("%d %s", level, text)))
		}
		if a.Thrown != "" {
			o.Events = append(o.Events, "thrown "+a.Thrown)
		}
		out[j.ID] = o
	}
	return out
}

func readAnswers(t *testing.T) map[string]recordedJob {
	data, err := os.ReadFile(answersFile)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]recordedJob{}
	for line := range strings.Lines(string(data)) {
		var r recordedJob
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		out[r.ID] = r
	}
	return out
}

func (r recordedJob) of(v phpfacts.Version) (outcome, bool) {
	for _, a := range r.Answers {
		if slices.Contains(a.Versions, v.String()) {
			return a, true
		}
	}
	return outcome{}, false
}

// TestAnswersArePHPs compares with the recorded answers.
func TestAnswersArePHPs(t *testing.T) {
	l := newLab(t)
	recorded := readAnswers(t)
	for _, v := range recordedVersions {
		for _, j := range l.jobs {
			want, ok := recorded[j.ID].of(v)
			if !ok {
				t.Errorf("%v: %q isn't recorded", v, j.ID)
				continue
			}
			got := l.ours(j, v)
			if got.OK && !want.OK {
				t.Errorf("%v: %s: accepted, and PHP refuses", v, j.ID)
			}
			d := knownDifference(j.ID, v)
			if d == nil && certificateAlerts[want.Seen] && got.Seen == sawBadCertificate {
				want.Seen = got.Seen // as in the jobs of the difference certificate-alert
			}
			same := got.String() == want.String()
			switch {
			case d == nil && !same:
				t.Errorf("%v: %s:\n got %v\nwant %v", v, j.ID, got, want)
			case d != nil && same:
				t.Errorf("%v: %s is PHP's answer; the difference %s no longer holds", v, j.ID, d.id)
			case d != nil && got.String() != d.ours(v).String():
				t.Errorf("%v: %s:\n got %v\nwant %v, as the difference %s has it", v, j.ID, got, d.ours(v), d.id)
			}
		}
	}
}

// TestPHPAnswersAsRecorded asks the installed PHPs again; with -record it
// stores what they say.
func TestPHPAnswersAsRecorded(t *testing.T) {
	installed := map[string]phptest.PHP{}
	for _, php := range phptest.All(t) {
		installed[php.Version] = php
	}
	l := newLab(t)
	recorded := map[string]recordedJob{}
	if !*recordAnswers {
		recorded = readAnswers(t)
	}
	answers := map[phpfacts.Version]map[string]outcome{}
	for _, v := range recordedVersions {
		php, ok := installed[v.String()]
		if !ok {
			if *recordAnswers || os.Getenv("REQUIRE_PHP") == "1" {
				t.Fatalf("there is no PHP %v", v)
			}
			continue
		}
		answers[v] = l.theirs(php)
		for _, j := range l.jobs {
			got := answers[v][j.ID]
			if want, ok := recorded[j.ID].of(v); !*recordAnswers && (!ok || got.String() != want.String()) {
				t.Errorf("%v: %s: PHP says %v, recorded is %v", v, j.ID, got, want)
			}
		}
	}
	if !*recordAnswers {
		return
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	for _, j := range l.jobs {
		r := recordedJob{ID: j.ID}
	versions:
		for _, v := range recordedVersions {
			a := answers[v][j.ID]
			for i := range r.Answers {
				if r.Answers[i].String() == a.String() {
					r.Answers[i].Versions = append(r.Answers[i].Versions, v.String())
					continue versions
				}
			}
			a.Versions = []string{v.String()}
			r.Answers = append(r.Answers, a)
		}
		if err := encoder.Encode(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(answersFile, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
