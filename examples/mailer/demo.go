package main

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"os"
	"strings"
	"time"

	. "github.com/phpstream-go/phpstream"
)

// The demo's attachment: the program that mailer.go was ported from.
//
//go:embed mailer.php
var mailerPHP string

const demoText = `Dear Bob,

this message came over STARTTLS, from a PHP mailer that was ported to Go.
.
A dot alone on its line ends a message in SMTP; this one got through.

Ann
`

// demo sends a message to a mail server of its own and shows how that went.
func demo(stdout, stderr io.Writer) int {
	dir, err := os.MkdirTemp("", "mailer-demo-")
	if err != nil {
		fmt.Fprintln(stderr, "mailer:", err)
		return 1
	}
	defer os.RemoveAll(dir)
	server, err := startMailServer(dir, stderr)
	if err != nil {
		fmt.Fprintln(stderr, "mailer:", err)
		return 1
	}
	defer server.stop()

	fmt.Fprintf(stdout, `A mail server of our own listens on %s. It offers STARTTLS and AUTH;
its certificate is signed by an authority that was made a moment ago.
mailer.go, ported line for line from mailer.php, now sends it a message.

`, server.url)

	from, recipients := "ann@example.com", []string{"bob@example.net"}
	message := buildMessage(from, recipients, "Grüße from a ported mailer", demoText,
		[]attachment{{"mailer.php", mailerPHP}}, int(time.Now().Unix()))
	m := newMailer(server.url)
	m.user, m.password = demoUser, demoPassword
	m.cafile = server.cafile
	m.timeout = 10
	count := lineCount{}
	printed := printDialogue(stdout)
	m.show = func(who byte, text string, crypto *CryptoMetaData) {
		printed(who, text, crypto)
		count.add(who, crypto)
	}
	if !sendMail(m, from, recipients, message) {
		fmt.Fprintln(stderr, strings.Join(append(m.warnings, "mailer: "+m.failure), "\n"))
		return 1
	}

	stored, ok := server.stored()
	if !ok {
		fmt.Fprintln(stderr, "mailer: the server stored nothing")
		return 1
	}
	fmt.Fprintf(stdout, `
In clear went   %d lines: greeting, EHLO and STARTTLS. No address, no password, nothing of the message.
Over TLS went   %d lines and the message: %s, with the certificate and the name in it verified.
The server has  a message from <%s> to <%s>, of the user %s:

    sent    %6d bytes, SHA-256 %x
    stored  %6d bytes, SHA-256 %x

`, count.clear, count.tls, count.with, stored.from, strings.Join(stored.to, ">, <"), stored.user,
		len(message), sha256.Sum256([]byte(message)), len(stored.data), sha256.Sum256([]byte(stored.data)))
	if stored.data != message {
		fmt.Fprintln(stderr, "mailer: the stored message is not the one sent")
		return 1
	}
	if data, err := storedAttachment(stored.data); err != nil || data != mailerPHP {
		fmt.Fprintln(stderr, "mailer: the attachment is not the file it was made from:", err)
		return 1
	}
	fmt.Fprint(stdout, `The stored message equals the one sent, and its attachment equals mailer.php.

To send a real one:
  SMTP_PASSWORD=... go run ./examples/mailer -server tcp://mail.example.com:587 -user ann \
      -from ann@example.com -to bob@example.net -subject Hello -text Hi -v
`)
	return 0
}

// lineCount counts the lines of a dialogue by what carried them.
type lineCount struct {
	clear, tls int
	with       string
}

func (c *lineCount) add(who byte, crypto *CryptoMetaData) {
	switch {
	case who == '*':
	case crypto == nil:
		c.clear++
	default:
		c.tls++
		c.with = crypto.Protocol + " and " + crypto.CipherName
	}
}

// storedAttachment reads the second part of a message with Go's own packages.
func storedAttachment(data string) (string, error) {
	m, err := mail.ReadMessage(strings.NewReader(data))
	if err != nil {
		return "", err
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return "", err
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	if _, err := parts.NextPart(); err != nil {
		return "", err
	}
	part, err := parts.NextPart()
	if err != nil {
		return "", err
	}
	var file bytes.Buffer
	_, err = io.Copy(&file, base64.NewDecoder(base64.StdEncoding, part))
	return file.String(), err
}
