//go:build unix

package main

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const atOnce = 500

// TestManyAtOnce has 500 clients connected at once, every other of them over
// TLS, and each sends a message of its own. All arrive, whole, and each once.
func TestManyAtOnce(t *testing.T) {
	s := start(t, "go")
	config := clientTLS(t)
	var connected, done sync.WaitGroup
	connected.Add(atOnce)
	errors := make([]error, atOnce)
	for i := range atOnce {
		done.Go(func() { errors[i] = send(s.addr, config, i, &connected) })
	}
	done.Wait()
	for i, err := range errors {
		if err != nil {
			t.Errorf("client %d: %v", i, err)
		}
	}
	if n := strings.Count(s.stop(t), "\n"); n != atOnce {
		t.Errorf("the server logged %d lines", n)
	}
	var want, got []string
	for i := range atOnce {
		want = append(want, letter(i))
	}
	slices.Sort(want)
	for _, message := range s.stored(t) {
		_, data, _ := strings.Cut(message, " +0000\r\n")
		got = append(got, data)
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%d messages are stored, and are not the %d that were sent", len(got), len(want))
	}
}

// letter is the message of a client: up to 50 KB, with dots at the beginnings of
// lines.
func letter(i int) string {
	return fmt.Sprintf("Subject: %d\r\n\r\n", i) + strings.Repeat(fmt.Sprintf(".%d\r\n..\r\nline of client %d\r\n", i, i), 1+(i*37)%1500)
}

func send(addr string, config *tls.Config, i int, connected *sync.WaitGroup) (err error) {
	arrive := sync.OnceFunc(connected.Done)
	defer arrive() // the others must not wait for one that failed
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer func() { conn.Close() }()
	conn.SetDeadline(time.Now().Add(limit / 2))
	text := textproto.NewConn(conn)
	if _, _, err := text.ReadResponse(220); err != nil {
		return err
	}
	arrive()
	connected.Wait()
	say := func(code int, command string) {
		if err == nil {
			if _, err = io.WriteString(conn, command+"\r\n"); err == nil {
				_, _, err = text.ReadResponse(code)
			}
		}
	}
	say(250, fmt.Sprintf("EHLO client%d.example", i))
	if i%2 == 0 {
		say(220, "STARTTLS")
		if err != nil {
			return err
		}
		c := tls.Client(conn, config)
		if err := c.Handshake(); err != nil {
			return err
		}
		conn, text = c, textproto.NewConn(c)
		say(250, fmt.Sprintf("EHLO client%d.example", i))
	}
	say(250, fmt.Sprintf("MAIL FROM:<%d@example.com>", i))
	say(250, "RCPT TO:<all@example.net>")
	say(354, "DATA")
	if err != nil {
		return err
	}
	w := bufio.NewWriter(conn)
	for line := range strings.Lines(letter(i)) {
		if line[0] == '.' {
			w.WriteByte('.')
		}
		w.WriteString(line)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	say(250, ".")
	say(221, "QUIT")
	return err
}

// TestTooManyClients holds that the server sends away who is too much, and takes
// clients again when others have gone.
func TestTooManyClients(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s := start(t, kind, "-clients", "2")
			greeting := func() (net.Conn, string) {
				t.Helper()
				conn, err := net.Dial("tcp", s.addr)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { conn.Close() })
				conn.SetDeadline(time.Now().Add(limit / 2))
				line, err := bufio.NewReader(conn).ReadString('\n')
				if err != nil {
					t.Fatal(err)
				}
				return conn, strings.TrimSpace(line)
			}
			first, line := greeting()
			greeting()
			if _, refused := greeting(); line != "220 localhost ESMTP" || refused != "421 4.3.2 Too many clients" {
				t.Errorf("%q, and then %q", line, refused)
			}
			first.Close()
			for deadline := time.Now().Add(limit / 2); ; time.Sleep(20 * time.Millisecond) {
				if _, line = greeting(); line == "220 localhost ESMTP" {
					break
				}
				if time.Now().After(deadline) {
					t.Fatalf("after one has gone: %q", line)
				}
			}
		})
	}
}
