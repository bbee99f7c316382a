package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/phpstream-go/phpstream/internal/testcert"
)

// The one server that all clients talk to. It runs in a process of its own,
// tells its addresses on standard output, and ends with its standard input.

// ports are the server's addresses, and the files its clients verify it with.
type ports struct {
	Data, DataTLS string // orders: see order
	Mail, MailTLS string // SMTP; Mail offers STARTTLS
	Slow          string // SMTP, each answer after slowness
	Web, WebTLS   string // HTTP: see web
	CAFile        string // its authority alone
	Bundle        string // its authority at the end of as many as a system trusts
	Name          string // what its certificate says
	Cert          string // the certificate and its key, for those who serve it
}

const (
	lineLength = 60
	serverName = "mail.test"
	slowness   = 20 * time.Millisecond
	bundleSize = 140
	body       = 64 << 20 // the most that one connection's contents hold
)

// curves keeps the key exchange the same for all: the OpenSSL of PHP 8.2 has no
// ML-KEM.
var curves = []tls.CurveID{tls.X25519}

var (
	lines = bytes.Repeat([]byte(strings.Repeat("x", lineLength-2)+"\r\n"), 64<<10/lineLength)
	bulk  = bytes.Repeat([]byte("x"), 64<<10)
)

// serve runs the server until its standard input ends.
func serve() error {
	dir, err := os.MkdirTemp("", "phpstream-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	leaf, root := testcert.Chain(1, testcert.Spec{DNS: []string{serverName}})
	authorities := make([]*testcert.Cert, 0, bundleSize)
	for i := range bundleSize - 1 {
		authorities = append(authorities, testcert.NewCA(testcert.Spec{CN: "Other " + strconv.Itoa(i)}))
	}
	roots := x509.NewCertPool()
	roots.AddCert(root.X509)
	trust := &tls.Config{RootCAs: roots, ServerName: serverName, CurvePreferences: curves}
	_, _, cert := leaf.Write(dir, "server")
	config := &tls.Config{Certificates: []tls.Certificate{leaf.TLS()}, CurvePreferences: curves}
	p := ports{
		CAFile: testcert.WriteCAs(dir, "ca.pem", root),
		Bundle: testcert.WriteCAs(dir, "bundle.pem", append(authorities, root)...),
		Name:   serverName,
		Cert:   cert,
	}
	for _, listen := range []struct {
		addr   *string
		handle func(net.Conn)
	}{
		{&p.Data, func(c net.Conn) { order(c, trust) }},
		{&p.DataTLS, func(c net.Conn) { order(tls.Server(c, config), trust) }},
		{&p.Mail, func(c net.Conn) { smtp(c, config, 0) }},
		{&p.MailTLS, func(c net.Conn) { smtp(tls.Server(c, config), nil, 0) }},
		{&p.Web, web},
		{&p.WebTLS, func(c net.Conn) { web(tls.Server(c, config)) }},
		{&p.Slow, func(c net.Conn) { smtp(c, nil, slowness) }},
	} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		*listen.addr = l.Addr().String()
		go accept(l, listen.handle)
	}
	if err := json.NewEncoder(os.Stdout).Encode(p); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

func accept(l net.Listener, handle func(net.Conn)) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go handle(c)
	}
}

// order does what a connection's first line says: "lines N" and "bulk N" send
// N lines or bytes, "sink N" takes N bytes and says ok, "idle" says ready and
// waits, "page N" sends N lines each time the client sends a byte, "call N ADDR"
// and "hold N ADDR" are in load.go.
func order(c net.Conn, trust *tls.Config) {
	defer c.Close()
	var text [64]byte
	n := 0
	for ; n == 0 || text[n-1] != '\n'; n++ { // not a byte more
		if n == len(text) {
			return
		}
		if _, err := c.Read(text[n : n+1]); err != nil {
			return
		}
	}
	what, rest, _ := strings.Cut(string(text[:n-1]), " ")
	count, addr, _ := strings.Cut(rest, " ")
	most, _ := strconv.Atoi(count)
	switch what {
	case "lines":
		send(c, lines, most*lineLength)
	case "bulk":
		send(c, bulk, most)
	case "sink":
		buf := make([]byte, 256<<10)
		for most > 0 {
			n, err := c.Read(buf)
			if err != nil {
				return
			}
			most -= n
		}
		io.WriteString(c, "ok\n")
	case "idle":
		io.WriteString(c, "ready\n")
	case "call":
		call(c, most, addr, trust)
	case "hold":
		hold(c, most, addr, trust)
	case "page":
		for page := lines[:most*lineLength]; ; {
			if _, err := c.Read(text[:1]); err != nil {
				return
			}
			if _, err := c.Write(page); err != nil {
				return
			}
		}
	}
	io.Copy(io.Discard, c) // the client closes first
}

// send writes data over and over, n bytes of it in all, and then the end.
func send(c net.Conn, data []byte, n int) {
	for n > 0 {
		m, err := c.Write(data[:min(len(data), n)])
		if err != nil {
			return
		}
		n -= m
	}
	if half, ok := c.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	}
}

// smtp takes mails and forgets them.
func smtp(c net.Conn, config *tls.Config, delay time.Duration) {
	defer func() { c.Close() }()
	r := bufio.NewReader(c)
	say := func(reply string) error {
		time.Sleep(delay)
		_, err := io.WriteString(c, reply)
		return err
	}
	if say("220 "+serverName+" ESMTP\r\n") != nil {
		return
	}
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return
		}
		verb, _, _ := strings.Cut(strings.TrimSpace(string(line)), " ")
		switch verb {
		case "EHLO":
			err = say("250-" + serverName + "\r\n250-PIPELINING\r\n250-SIZE 10485760\r\n250-STARTTLS\r\n250 8BITMIME\r\n")
		case "MAIL", "RCPT":
			err = say("250 2.1.0 Ok\r\n")
		case "DATA":
			if err = say("354 End data with <CR><LF>.<CR><LF>\r\n"); err == nil {
				if err = takeMessage(r); err == nil {
					err = say("250 2.0.0 Ok: queued\r\n")
				}
			}
		case "STARTTLS":
			if err = say("220 2.0.0 Ready to start TLS\r\n"); err == nil {
				t := tls.Server(c, config)
				if err = t.Handshake(); err == nil {
					c, r = t, bufio.NewReader(t)
				}
			}
		case "QUIT":
			say("221 2.0.0 Bye\r\n")
			io.Copy(io.Discard, r) // the client closes first
			return
		default:
			err = fmt.Errorf("500")
			say("500 5.5.2 Error\r\n")
		}
		if err != nil {
			return
		}
	}
}

func takeMessage(r *bufio.Reader) error {
	for {
		line, err := r.ReadSlice('\n')
		if err != nil || string(line) == ".\r\n" {
			return err
		}
	}
}

// message is a mail of about 2 KB.
func message() string {
	var b strings.Builder
	b.WriteString("From: <ann@client.test>\r\nTo: <bob@mail.test>\r\nSubject: bench\r\n\r\n")
	for b.Len() < 2<<10 {
		b.WriteString(strings.Repeat("x", 74) + "\r\n")
	}
	return b.String()
}

// scripts puts the PHP clients where PHP finds them.
func scripts(dir string) error {
	entries, err := phpScripts.ReadDir("php")
	if err != nil {
		return err
	}
	for _, e := range entries {
		data, err := phpScripts.ReadFile("php/" + e.Name())
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, e.Name()), data, 0o600); err != nil {
			return err
		}
	}
	return nil
}
