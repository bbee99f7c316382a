package main

import (
	"cmp"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/phpstream-go/phpstream/internal/testcert"
)

// A scenario is one run of the mailer against one scripted peer. Both
// mailers run it, and what they print, keep and send must be the same.
type scenario struct {
	name     string
	implicit bool              // ssl:// instead of tcp://
	cert     string            // the peer's certificate; empty: "good"
	config   func(*tls.Config) // what else is special about the peer's TLS
	answers  map[string]string // what differs from a friendly server
	noServer bool              // nobody listens

	args    []string // {{DIR}} is the scenario's directory, {{PORT}} the peer's port
	plain   bool     // no -user
	quiet   bool     // no -v
	text    string   // -text; empty: a greeting
	attach  []string // names of files below {{DIR}}
	timeout string   // -timeout; empty: 10

	exit int
	// sent says that the peer must have taken the message whole.
	sent bool
}

// refusals lets each step fail once for now and once for good.
func refusals() []scenario {
	var list []scenario
	for _, step := range []string{"greeting", "ehlo", "starttls", "ehlo-tls", "auth", "mail", "rcpt", "data", "end"} {
		list = append(list,
			scenario{name: "4xx-" + step, answers: map[string]string{step: "451 4.3.0 Try again later"}, exit: 1},
			scenario{name: "5xx-" + step, answers: map[string]string{step: "554-5.7.1 Not here,\n554 5.7.1 not now"}, exit: 1})
	}
	return list
}

var scenarios = append(refusals(), []scenario{
	{name: "sent-starttls", sent: true},
	{name: "sent-quietly", quiet: true, sent: true},
	{name: "sent-by-host-name", cert: "localhost", args: []string{"-server", "tcp://localhost:{{PORT}}"}, sent: true},
	{name: "sent-implicit-tls", implicit: true, sent: true},
	{name: "sent-attachment", attach: []string{"notes.txt"}, sent: true},
	{name: "sent-two-attachments", attach: []string{"notes.txt", "Grüße \"x\".bin"}, sent: true},
	{name: "sent-5-megabytes", attach: []string{"large.bin"}, sent: true},
	{name: "sent-tls12", config: func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }, sent: true},
	{name: "sent-without-login", plain: true, sent: true},
	{name: "sent-auth-login", answers: map[string]string{"ehlo-tls": "250-peer.example\n250 AUTH=LOGIN"}, sent: true},
	{name: "sent-to-two", args: []string{"-to", "bob@example.net, eve@example.org"}, sent: true},
	{name: "sent-in-clear-when-asked", args: []string{"-clear"},
		answers: map[string]string{"ehlo": "250-peer.example\n250 AUTH PLAIN LOGIN"}, sent: true},
	{name: "sent-helo-by-default", args: []string{"-helo", ""}, sent: true},
	{name: "subject-in-utf8", args: []string{"-subject", "Grüße aus Köln, wo auch lange Betreffzeilen gerne gelesen werden"}, sent: true},
	{name: "text-in-utf8", text: "Grüße\n", sent: true},
	{name: "text-with-dots", text: ".\n..\n.leading\nin . the middle\n\n.", sent: true},
	{name: "text-with-mixed-line-ends", text: "one\rtwo\nthree\r\nfour\r\r\n.\r\n.\n.\rQUIT", sent: true},
	{name: "text-line-of-2000-bytes", text: strings.Repeat("0123456789", 200) + "\nshort\n", sent: true},
	{name: "text-line-of-998-bytes", text: strings.Repeat("x", 998) + "\n", sent: true},

	{name: "reply-in-many-packets", answers: map[string]string{
		"greeting": "!split 220-peer.example\r\n220-is slow\r\n220 but here\r\n",
		"ehlo-tls": "!split 250-peer.example\r\n250-AUTH PLAIN\r\n250 SIZE 20000000\r\n"}, sent: true},
	{name: "reply-line-of-2000-bytes", answers: map[string]string{
		"greeting": "220 " + strings.Repeat("a b ", 499),
		"ehlo-tls": "250-peer.example\n250-" + strings.Repeat("x-", 998) + "\n250 AUTH PLAIN",
		"mail":     "250-" + strings.Repeat("7 ", 998) + "\n250 Ok"}, sent: true},
	{name: "reply-of-many-lines", answers: map[string]string{
		"mail": strings.Repeat("250-line\n", 300) + "250 Ok"}, sent: true},
	{name: "reply-with-bare-newlines", answers: map[string]string{"mail": "!raw 250-a\n250 b\n"}, sent: true},
	{name: "reply-without-text", answers: map[string]string{"mail": "250"}, sent: true},
	{name: "reply-that-steers-the-terminal", answers: map[string]string{"mail": "550 \x1b[2J\x07\u009b2Jgone"}, exit: 1},
	{name: "reply-that-repeats-the-password", answers: map[string]string{
		"auth": "535 5.7.8 " + base64.StdEncoding.EncodeToString([]byte("\x00ann\x00"+password)) + " for " + password + " is wrong"}, exit: 1},
	{name: "reply-that-is-no-smtp", answers: map[string]string{"greeting": "HTTP/1.1 400 Bad Request"}, exit: 1},
	{name: "reply-that-never-ends", answers: map[string]string{"ehlo": "!drip"}, timeout: "0.6", exit: 1},
	{name: "reply-line-that-never-ends", answers: map[string]string{"ehlo": "!flood"}, exit: 1},

	{name: "no-starttls", answers: map[string]string{"ehlo": "250-peer.example\n250 AUTH PLAIN LOGIN"}, exit: 1},
	{name: "starttls-injection", answers: map[string]string{"starttls": "!raw 220 go\r\n250 injected\r\n"}, exit: 1},
	{name: "certificate-of-another-authority", cert: "stranger", exit: 1},
	{name: "certificate-self-signed", cert: "self-signed", exit: 1},
	{name: "certificate-expired", cert: "expired", exit: 1},
	{name: "certificate-of-another-host", cert: "other-host", exit: 1},
	{name: "certificate-of-another-host-cn", cert: "other-cn", exit: 1},
	{name: "certificate-of-another-authority-implicit", implicit: true, cert: "stranger", exit: 1},
	{name: "cafile-missing", args: []string{"-cafile", "{{DIR}}/nothing.pem"}, exit: 1},
	{name: "tls-alert", answers: map[string]string{"tls": "refuse"}, exit: 1},
	{name: "tls-alert-implicit", implicit: true, answers: map[string]string{"tls": "refuse"}, exit: 1},
	{name: "tls-too-old", config: func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }, exit: 1},
	{name: "tls-client-certificate-required", exit: 1, config: func(c *tls.Config) {
		c.ClientAuth, c.MaxVersion = tls.RequireAnyClientCert, tls.VersionTLS12
	}},
	{name: "tls-alert-after-the-handshake", exit: 1, config: func(c *tls.Config) {
		c.VerifyConnection = func(tls.ConnectionState) error {
			time.Sleep(300 * time.Millisecond) // in TLS 1.3 the client is done by now, and waits for the answer to EHLO
			return errors.New("no")
		}
	}},
	{name: "tls-answered-with-text", answers: map[string]string{"tls": "garbage"}, exit: 1},
	{name: "tls-answered-with-goodbye", answers: map[string]string{"tls": "close"}, exit: 1},
	{name: "tls-stalled", answers: map[string]string{"tls": "stall"}, timeout: "0.5", exit: 1},
	{name: "ssl-to-a-clear-port", args: []string{"-server", "ssl://127.0.0.1:{{PORT}}"}, exit: 1},

	{name: "refused", noServer: true, exit: 1},
	{name: "stalled-greeting", answers: map[string]string{"greeting": "!stall"}, timeout: "0.5", exit: 1},
	{name: "stalled-in-a-line", answers: map[string]string{"ehlo-tls": "!half 250-peer.ex"}, timeout: "0.5", exit: 1},
	{name: "stalled-after-the-message", answers: map[string]string{"end": "!stall"}, timeout: "0.5", exit: 1},
	{name: "stalled-in-the-message", attach: []string{"large.bin"}, answers: map[string]string{"body": "!stop"}, timeout: "0.5", exit: 1},
	{name: "stalled-in-the-message-in-clear", args: []string{"-clear"}, attach: []string{"large.bin"}, timeout: "0.5", exit: 1,
		answers: map[string]string{"ehlo": "250-peer.example\n250 AUTH PLAIN LOGIN", "body": "!stop"}},
	{name: "closed-at-greeting", answers: map[string]string{"greeting": "!close"}, exit: 1},
	{name: "closed-after-auth", answers: map[string]string{"auth": "!close"}, exit: 1},
	{name: "closed-after-the-message", answers: map[string]string{"end": "!close"}, exit: 1},
	{name: "dropped-in-the-message", attach: []string{"large.bin"}, answers: map[string]string{"body": "!reset"}, exit: 1},
	{name: "dropped-in-the-message-in-clear", args: []string{"-clear"}, attach: []string{"large.bin"}, exit: 1,
		answers: map[string]string{"ehlo": "250-peer.example\n250 AUTH PLAIN LOGIN", "body": "!reset"}},

	{name: "second-recipient-refused", args: []string{"-to", "bob@example.net,eve@example.org"},
		answers: map[string]string{"rcpt:eve@example.org": "550 5.1.1 No such user"}, exit: 1},
	{name: "no-auth-offered", answers: map[string]string{"ehlo-tls": "250 peer.example"}, exit: 1},
	{name: "unknown-auth-offered", answers: map[string]string{"ehlo-tls": "250-peer.example\n250 AUTH GSSAPI XOAUTH2"}, exit: 1},
	{name: "auth-login-wrong-password", answers: map[string]string{
		"ehlo-tls": "250-peer.example\n250 AUTH LOGIN", "password": "535 5.7.8 No"}, exit: 1},
	{name: "message-too-large", answers: map[string]string{"ehlo-tls": "250-peer.example\n250-SIZE 100\n250 AUTH PLAIN"}, exit: 1},
	{name: "kept-elsewhere", noServer: true, args: []string{"-keep", "{{DIR}}/no/such/directory"}, exit: 1},

	{name: "bad-server", args: []string{"-server", "smtp.example.com"}, exit: 2},
	{name: "bad-server-scheme", args: []string{"-server", "sslv3://127.0.0.1:465"}, exit: 2},
	{name: "bad-from", args: []string{"-from", "ann"}, exit: 2},
	{name: "bad-to", args: []string{"-to", ""}, exit: 2},
	{name: "bad-third-recipient", args: []string{"-to", "bob@example.net, eve@example.org,[x]"}, exit: 2},
	{name: "injection-in-from", args: []string{"-from", "ann@example.com>\r\nRCPT TO:<eve@example.org"}, exit: 2},
	{name: "injection-in-to", args: []string{"-to", "bob@example.net\n"}, exit: 2},
	{name: "injection-in-subject", args: []string{"-subject", "Hello\r\nBcc: eve@example.org"}, exit: 2},
	{name: "injection-in-helo", args: []string{"-helo", "client\r\nMAIL FROM:<eve@example.org>"}, exit: 2},
	{name: "subject-not-utf8", args: []string{"-subject", "Gr\xfc\xdfe"}, exit: 2},
	{name: "bad-timeout", args: []string{"-timeout", "0"}, exit: 2},
	{name: "bad-date", args: []string{"-date", "yesterday"}, exit: 2},
	{name: "attachment-missing", attach: []string{"no-such-file"}, exit: 2},
}...)

// certificates returns what peers show, by name, and the authority that the
// mailers are told to trust.
var certificates = sync.OnceValues(func() (map[string]tls.Certificate, *testcert.Cert) {
	ca := testcert.NewCA(testcert.Spec{Org: "Test", CN: "Mailer Test CA"})
	now := time.Now()
	here := testcert.Spec{CN: "127.0.0.1", IP: []string{"127.0.0.1"}}
	expired := here
	expired.NotBefore, expired.NotAfter = now.Add(-48*time.Hour), now.Add(-24*time.Hour)
	return map[string]tls.Certificate{
		"good":        ca.Issue(here).TLS(),
		"expired":     ca.Issue(expired).TLS(),
		"stranger":    testcert.NewCA(testcert.Spec{Org: "Test", CN: "Another CA"}).Issue(here).TLS(),
		"self-signed": testcert.SelfSigned(here).TLS(),
		"other-host":  ca.Issue(testcert.Spec{CN: "other.example", DNS: []string{"other.example"}}).TLS(),
		"localhost":   ca.Issue(testcert.Spec{DNS: []string{"localhost"}}).TLS(),
		"other-cn":    ca.Issue(testcert.Spec{CN: "other.example"}).TLS(),
	}, ca
})

// serverTLS returns the peer's side of TLS.
func (s scenario) serverTLS() *tls.Config {
	certs, _ := certificates()
	config := &tls.Config{
		Certificates: []tls.Certificate{certs[cmp.Or(s.cert, "good")]},
		// One cipher suite for TLS 1.2, so that nobody's order of
		// preference shows in the output.
		CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256},
		MinVersion:   tls.VersionTLS12,
	}
	if s.config != nil {
		s.config(config)
	}
	return config
}
