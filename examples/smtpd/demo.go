package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/smtp"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/phpstream-go/phpstream/internal/testcert"
)

const (
	demoUser     = "ann"
	demoPassword = "correct horse battery staple"
	demoClients  = 10
)

// demo runs the server, has clients of Go's own net/smtp send to it, all at the
// same time, and shows what it stored.
func demo(stdout, stderr io.Writer) int {
	dir, err := os.MkdirTemp("", "smtpd-demo-")
	if err == nil {
		defer os.RemoveAll(dir)
		err = demonstrate(dir, stdout, stderr)
	}
	if err != nil {
		fmt.Fprintln(stderr, "smtpd:", err)
		return 1
	}
	return 0
}

func demonstrate(dir string, stdout, stderr io.Writer) error {
	ca := testcert.NewCA(testcert.Spec{CN: "Throw-away authority"})
	_, _, cert := ca.Issue(testcert.Spec{CN: "localhost", DNS: []string{"localhost"}}).Write(dir, "server")
	trust := &tls.Config{RootCAs: x509.NewCertPool(), ServerName: "localhost"}
	trust.RootCAs.AddCert(ca.X509)

	read, log := io.Pipe()
	s := newSettings(log, stderr)
	s.listen, s.cert, s.dir, s.name = "tcp://127.0.0.1:0", cert, dir, "localhost"
	s.user, s.password = demoUser, demoPassword
	s.size, s.timeout, s.clients = 1<<20, 10, demoClients
	var server sync.WaitGroup
	server.Go(func() {
		smtpdAccept(s)
		s.all.Wait()
		log.Close()
	})
	lines := bufio.NewScanner(read)
	if !lines.Scan() {
		return errors.New("the server does not listen")
	}
	addr := strings.TrimPrefix(lines.Text(), "listening on tcp://")
	fmt.Fprintf(stdout, `A server of our own listens on %s. It offers STARTTLS and AUTH;
its certificate is signed by an authority that was made a moment ago.
%d clients, Go's net/smtp, now send it a message each, all at the same time.

`, addr, demoClients)
	server.Go(func() {
		for lines.Scan() {
			fmt.Fprintln(stdout, lines.Text())
		}
	})

	errs := make([]error, demoClients)
	var clients sync.WaitGroup
	for i := range errs {
		clients.Go(func() { errs[i] = demoSend(addr, trust, i) })
	}
	clients.Wait()
	s.stop.Store(true)
	server.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}

	files, err := filepath.Glob(filepath.Join(dir, "*.eml"))
	if err != nil {
		return err
	}
	sent := map[string]bool{}
	for i := range demoClients {
		sent[demoMessage(i)] = true
	}
	one := ""
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		one = string(data)
		_, message, _ := strings.Cut(one, " +0000\r\n")
		delete(sent, message)
	}
	if len(files) != demoClients || len(sent) > 0 {
		return fmt.Errorf("%d files, and %d messages are not among them", len(files), len(sent))
	}
	fmt.Fprintf(stdout, `
%d messages are stored, each as it was sent. One of them:

    %s
To run a server: go run ./examples/smtpd -cert server.pem -dir mail
`, len(files), strings.TrimRight(strings.ReplaceAll(one, "\r\n", "\n    "), " "))
	return nil
}

func demoMessage(i int) string {
	return fmt.Sprintf("From: <ann@example.com>\r\nTo: <bob%d@example.net>\r\nSubject: Hello\r\n\r\nHello Bob %d,\r\n. is how this line begins.\r\n", i, i)
}

func demoSend(addr string, trust *tls.Config, i int) error {
	c, err := smtp.Dial(addr)
	if err != nil {
		return err
	}
	defer c.Close()
	steps := []func() error{
		func() error { return c.StartTLS(trust) },
		func() error { return c.Auth(smtp.PlainAuth("", demoUser, demoPassword, "127.0.0.1")) },
		func() error { return c.Mail("ann@example.com") },
		func() error { return c.Rcpt(fmt.Sprintf("bob%d@example.net", i)) },
		func() error {
			w, err := c.Data()
			if err != nil {
				return err
			}
			if _, err := io.WriteString(w, demoMessage(i)); err != nil {
				return err
			}
			return w.Close()
		},
		c.Quit,
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}
