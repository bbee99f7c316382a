package secure

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phptest"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

// A nameOracle asks PHP whether a name is a certificate's: PHP connects to a
// server that shows the certificate, and what it says is compared with a Policy.
type nameOracle struct {
	sessions []*phptest.Session
	versions []phpfacts.Version // of the sessions
	next     int
	addr     string
	cert     atomic.Pointer[tls.Certificate] // what the server shows
}

const nameClient = `<?php
function answer($question) {
    [$address, $name] = explode(' ', $question);
    $events = [];
    set_error_handler(function ($level, $message) use (&$events) {
        $events[] = preg_replace('/^stream_socket_client\(\): /', '', $message);
        return true;
    });
    $ssl = ['verify_peer' => false, 'SNI_enabled' => false, 'peer_name' => base64_decode($name)];
    $fp = stream_socket_client("tls://$address", $errno, $errstr, 5, STREAM_CLIENT_CONNECT, stream_context_create(['ssl' => $ssl]));
    restore_error_handler();
    return ($fp ? 'yes ' : 'no ') . base64_encode($events[0] ?? '');
}
`

// newNameOracle answers nil where there is no PHP.
func newNameOracle(t testing.TB) *nameOracle {
	o := &nameOracle{}
	for _, php := range phptest.Installed(t) {
		for _, v := range recordedVersions {
			if php.Version != v.String() {
				continue
			}
			session, err := php.Start(t, nameClient)
			if err != nil {
				t.Fatal(err)
			}
			o.sessions, o.versions = append(o.sessions, session), append(o.versions, v)
		}
	}
	if len(o.sessions) == 0 {
		return nil
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	o.addr = listener.Addr().String()
	go o.serve(listener)
	return o
}

// serve shows one client after the other the certificate of the hour.
func (o *nameOracle) serve(listener net.Listener) {
	for {
		c, err := listener.Accept()
		if err != nil {
			return
		}
		c.SetDeadline(time.Now().Add(bound))
		s := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{*o.cert.Load()}, SessionTicketsDisabled: true})
		if s.Handshake() == nil {
			io.Copy(io.Discard, s)
		}
		c.Close()
	}
}

// compare asks PHP, one version after the other, about a pattern as a common
// name and as an alternative name.
func (o *nameOracle) compare(name, pattern string) error {
	names, err := asn1.Marshal([]asn1.RawValue{{Class: asn1.ClassContextSpecific, Tag: 2, Bytes: []byte(pattern)}})
	if err != nil {
		return err
	}
	var problems []error
	for what, spec := range inOrder(map[string]testcert.Spec{
		"CN": {CN: pattern}, "SAN": {CN: "cn.invalid", Extra: subjectAltName(names...)},
	}) {
		if what == "CN" && (pattern == "" || !utf8.ValidString(pattern)) {
			continue // it would be another certificate than the one that is meant
		}
		// crypto/tls refuses what crypto/x509 can't read.
		if cert := testcert.SelfSigned(spec); cert.X509 != nil {
			if err := o.ask(name, cert); err != nil {
				problems = append(problems, fmt.Errorf("%s %q: %w", what, pattern, err))
			}
		}
	}
	return errors.Join(problems...)
}

func (o *nameOracle) ask(name string, cert *testcert.Cert) error {
	v, session := o.versions[o.next], o.sessions[o.next]
	o.next = (o.next + 1) % len(o.sessions)
	shown := cert.TLS()
	o.cert.Store(&shown)
	line, err := session.Ask(o.addr+" "+base64.StdEncoding.EncodeToString([]byte(name)), 2*bound)
	if err != nil {
		return err
	}
	yes, text, _ := strings.Cut(line, " ")
	said, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return fmt.Errorf("PHP %v printed %q", v, line)
	}
	policy, _, err := NewPolicy(Settings{Options: ssl{"verify_peer": false, "peer_name": name}, Version: v, Method: anyTLS})
	if err != nil {
		return err
	}
	warnings, err := policy.Check(tls.ConnectionState{PeerCertificates: []*x509.Certificate{cert.X509}})
	first := ""
	if len(warnings) > 0 {
		first = warnings[0].Text
	}
	if ok := err == nil; ok != (yes == "yes") || first != string(said) {
		return fmt.Errorf("is it %q? %v %q; PHP %v says %s %q", name, ok, first, v, yes, said)
	}
	return nil
}

// namesAsked is set for a test binary that answers to a fuzz run.
const namesAsked = "PHPSTREAM_NAMES_ASKED"

// TestNamesArePHPs asks PHP about generated names, the same ones in every run,
// or about those of a fuzz run.
func TestNamesArePHPs(t *testing.T) {
	o := newNameOracle(t)
	if o == nil {
		t.Skip("there is no PHP of a recorded version on PATH")
	}
	if os.Getenv(namesAsked) != "" {
		for pairs := bufio.NewScanner(os.Stdin); pairs.Scan(); {
			var name, pattern string
			_, err := fmt.Sscanf(pairs.Text(), "%q %q", &name, &pattern)
			if err == nil {
				err = o.compare(name, pattern)
			}
			fmt.Printf("answer %q\n", fmt.Sprint(err))
		}
		return
	}
	random := rand.New(rand.NewPCG(1, 2))
	word := func(letters string, most int) string {
		b := make([]byte, random.IntN(most+1))
		for i := range b {
			b[i] = letters[random.IntN(len(letters))]
		}
		return string(b)
	}
	for range 60 {
		pattern := word("ab.*", 4) + word("aB.*-\x00", 4)
		for _, name := range []string{strings.Replace(pattern, "*", word("ab.", 2), 1), word("ab.*\x00", 4)} {
			if err := o.compare(name, pattern); err != nil {
				t.Error(err)
			}
		}
	}
}

// startAsking is how a fuzz target asks PHP, where there is one. The seeds are
// asked about one by one. In a fuzz run it is another process that asks, as
// often as it gets an answer: a handshake in this one would be taken for what
// the input did, and each input would wait for it.
func startAsking(f *testing.F) func(t *testing.T, name, pattern string) {
	if len(phptest.Installed(f)) == 0 {
		return func(*testing.T, string, string) {}
	}
	if flag.Lookup("test.fuzz").Value.String() == "" {
		o := newNameOracle(f)
		return func(t *testing.T, name, pattern string) {
			if o == nil {
				return // no PHP of a recorded version
			}
			if err := o.compare(name, pattern); err != nil {
				t.Error(err)
			}
		}
	}
	var failed atomic.Pointer[error]
	pairs := make(chan [2]string)
	start := sync.OnceFunc(func() {
		go func() {
			err := askAll(pairs)
			failed.Store(&err)
		}()
	})
	return func(t *testing.T, name, pattern string) {
		start()
		if err := failed.Load(); err != nil {
			t.Fatalf("of an input before this one: %v", *err)
		}
		if len(name) < 500 && len(pattern) < 500 {
			select {
			case pairs <- [2]string{name, pattern}:
			default: // the other process is busy
			}
		}
	}
}

// askAll has another process ask PHP, until something doesn't fit.
func askAll(pairs chan [2]string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(self, "-test.run=^TestNamesArePHPs$")
	cmd.Env = append(os.Environ(), namesAsked+"=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe() // it closes when this process ends
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	defer cmd.Wait()
	defer in.Close()
	answers := bufio.NewScanner(out)
	for pair := range pairs {
		if _, err := fmt.Fprintf(in, "%q %q\n", pair[0], pair[1]); err != nil {
			return err
		}
		if !answers.Scan() {
			return fmt.Errorf("no answer about %q: %v", pair, answers.Err())
		}
		text, err := strconv.Unquote(strings.TrimPrefix(answers.Text(), "answer "))
		switch {
		case err != nil:
			return fmt.Errorf("an answer about %q: %s", pair, answers.Text())
		case text != "<nil>":
			return errors.New(text)
		}
	}
	return nil
}
