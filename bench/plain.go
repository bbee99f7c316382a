package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"time"
)

// The works on net, bufio and crypto/tls alone, as one writes them in Go. The
// reader's buffer is 8192 bytes as PHP's is, so that all make the same system
// calls.

var plainWorks = map[string]worker{
	"lines":    plainLines,
	"read":     plainRead,
	"reader":   plainRead,
	"strings":  plainStrings,
	"contents": plainContents,
	"write":    plainWrite,
	"mails":    plainMails,
	"urls":     plainURLs,
}

var plainStarters = map[string]starter{
	"accepts": plainAccepts,
}

var plainOpeners = map[string]opener{
	"idle": func(j job) (func() (any, error), error) {
		return func() (any, error) { return plainIdle(j) }, nil
	},
	"held": plainHeld,
}

const (
	patience = 30 * time.Second // to connect, and to wait for anything
	chunk    = 8192
	piece    = 64 << 10 // of a bulk write
)

// pools has each CA file parsed once, as a program would.
var pools sync.Map

func tlsConfig(j job) (*tls.Config, error) {
	if c, ok := pools.Load(j.CAFile); ok {
		return c.(*tls.Config), nil
	}
	data, err := os.ReadFile(j.CAFile)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(data) {
		return nil, fmt.Errorf("%s: no certificates", j.CAFile)
	}
	c := &tls.Config{RootCAs: roots, ServerName: j.Name}
	pools.Store(j.CAFile, c)
	return c, nil
}

func plainDial(j job) (net.Conn, error) {
	conn, err := net.DialTimeout("tcp", j.Addr, patience)
	if err != nil || !j.TLS {
		return conn, err
	}
	return plainTLS(conn, j)
}

func plainTLS(conn net.Conn, j job) (net.Conn, error) {
	config, err := tlsConfig(j)
	if err != nil {
		conn.Close()
		return nil, err
	}
	t := tls.Client(conn, config)
	if err := t.Handshake(); err != nil {
		conn.Close()
		return nil, err
	}
	return t, nil
}

// plainAsk connects and sends the server its order.
func plainAsk(j job, order string) (net.Conn, error) {
	conn, err := plainDial(j)
	if err != nil {
		return nil, err
	}
	if _, err := io.WriteString(conn, order); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

func plainLines(j job) (n int, err error) {
	conn, err := plainAsk(j, fmt.Sprintf("lines %d\n", j.Count))
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	r := bufio.NewReaderSize(conn, chunk)
	for {
		line, err := r.ReadString('\n')
		if len(line) == lineLength {
			n++
		}
		if err != nil {
			return n, end(err)
		}
	}
}

func plainRead(j job) (n int, err error) {
	conn, err := plainAsk(j, fmt.Sprintf("bulk %d\n", j.Count))
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	buf := make([]byte, chunk)
	for {
		m, err := conn.Read(buf)
		n += m
		if err != nil {
			return n, end(err)
		}
	}
}

// keep holds the last string read, so that the compiler cannot do without it.
var keep string

func plainStrings(j job) (n int, err error) {
	conn, err := plainAsk(j, fmt.Sprintf("bulk %d\n", j.Count))
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	buf := make([]byte, chunk)
	for {
		m, err := conn.Read(buf)
		keep = string(buf[:m])
		n += len(keep)
		if err != nil {
			return n, end(err)
		}
	}
}

func plainContents(j job) (n int, err error) {
	for n < j.Count {
		conn, err := plainAsk(j, fmt.Sprintf("bulk %d\n", min(body, j.Count-n)))
		if err != nil {
			return n, err
		}
		data, err := io.ReadAll(conn)
		conn.Close()
		n += len(data)
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

func plainWrite(j job) (n int, err error) {
	conn, err := plainAsk(j, fmt.Sprintf("sink %d\n", j.Count))
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	data := make([]byte, piece)
	for n < j.Count {
		m, err := conn.Write(data[:min(piece, j.Count-n)])
		n += m
		if err != nil {
			return n, err
		}
	}
	return n, expect(bufio.NewReader(conn), "ok")
}

func plainIdle(j job) (any, error) {
	conn, err := plainAsk(j, "idle\n")
	if err != nil {
		return nil, err
	}
	r := bufio.NewReader(conn)
	return plainStream{conn, r}, expect(r, "ready")
}

// plainStream is what a program keeps of a connection.
type plainStream struct {
	net.Conn
	*bufio.Reader
}

func plainMails(j job) (int, error) {
	return share(j, func() error { return plainMail(j) })
}

func plainMail(j job) error {
	conn, err := plainDial(j)
	if err != nil {
		return err
	}
	defer func() { conn.Close() }()
	conn.SetDeadline(time.Now().Add(patience))
	r := bufio.NewReader(conn)
	if err := expect(r, "220"); err != nil {
		return err
	}
	say := func(command, code string) error {
		if _, err := io.WriteString(conn, command); err != nil {
			return err
		}
		return expect(r, code)
	}
	if j.StartTLS {
		if err := errors.Join(say("EHLO client.test\r\n", "250"), say("STARTTLS\r\n", "220")); err != nil {
			return err
		}
		if conn, err = plainTLS(conn, j); err != nil {
			return err
		}
		r = bufio.NewReader(conn)
	}
	for _, step := range steps(j) {
		if err := say(step.say, step.code); err != nil {
			return err
		}
	}
	return nil
}

// expect reads a reply, which may have several lines.
func expect(r *bufio.Reader, code string) error {
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return err
		}
		if !strings.HasPrefix(line, code) {
			return fmt.Errorf("%s expected, got %q", code, line)
		}
		if len(line) < 4 || line[3] != '-' {
			return nil
		}
	}
}

func end(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}
