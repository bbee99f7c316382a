package main

import (
	"bufio"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A peer is an SMTP server for one connection that answers as a script says
// and writes down every byte it was sent, also inside TLS.
//
// The script maps a step to an answer; lines are divided by \n. An answer may
// be an action instead:
//
//	!close            say goodbye to the connection properly
//	!reset            drop it with a TCP reset
//	!stall            never answer
//	!half TEXT        send TEXT without a line end, then never go on
//	!split TEXT       send TEXT in many small packets
//	!raw TEXT         send TEXT as it stands
//	!drip             send one line of an answer that has no end, every 50 ms
//	!flood            send a line that has no end
//
// The step "body" is the reading of the message: "!reset" and "!stop" happen
// after 64 KiB of it. The step "tls" names what happens instead of a good
// handshake: "refuse" (an alert), "garbage", "close", "stall".
type peer struct {
	answers  map[string]string
	tls      *tls.Config
	implicit bool

	listener net.Listener
	stopping chan struct{} // closed when the client has ended
	done     chan struct{}

	// Written by the peer's goroutine, and read when it is done.
	wire  strings.Builder // what came in, as text
	body  []byte          // the message, dots undone
	taken bool            // all of it has come: the peer answers for it
}

// The answers of a server that takes everything.
var friendly = map[string]string{
	"greeting":  "220 peer.example ESMTP",
	"ehlo":      "250-peer.example\n250-SIZE 20000000\n250 STARTTLS",
	"starttls":  "220 2.0.0 Go ahead",
	"ehlo-tls":  "250-peer.example\n250-SIZE 20000000\n250-AUTH PLAIN LOGIN\n250 8BITMIME",
	"auth":      "235 2.7.0 Welcome",
	"login":     "334 VXNlcm5hbWU6",
	"user":      "334 UGFzc3dvcmQ6",
	"password":  "235 2.7.0 Welcome",
	"mail":      "250 2.1.0 Ok",
	"rcpt":      "250 2.1.5 Ok",
	"data":      "354 End data with <CR><LF>.<CR><LF>",
	"end":       "250 2.0.0 Ok: queued as 4XyZ",
	"quit":      "221 2.0.0 Bye",
	"something": "500 5.5.2 What?",
}

const (
	bodyLimit = 64 << 10 // after this much of the message "!reset" and "!stop" happen
	patience  = 15 * time.Second
)

var errAction = errors.New("the script ends the connection here")

func startPeer(t *testing.T, answers map[string]string, config *tls.Config, implicit bool) *peer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &peer{answers: answers, tls: config, implicit: implicit, listener: listener,
		stopping: make(chan struct{}), done: make(chan struct{})}
	go p.serve()
	return p
}

func (p *peer) port() string {
	_, port, _ := net.SplitHostPort(p.listener.Addr().String())
	return port
}

// stop waits for the peer after its client has ended, and returns what it saw.
func (p *peer) stop() (wire string, body []byte) {
	p.listener.Close()
	close(p.stopping)
	<-p.done
	return p.wire.String(), p.body
}

func (p *peer) answer(step string) string {
	if a, ok := p.answers[step]; ok {
		return a
	}
	return friendly[step]
}

func (p *peer) note(format string, args ...any) {
	fmt.Fprintf(&p.wire, format+"\n", args...)
}

func (p *peer) serve() {
	defer close(p.done)
	conn, err := p.listener.Accept()
	if err != nil {
		p.note("nobody came")
		return
	}
	p.listener.Close()
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	s := &peerSession{peer: p, raw: conn, conn: conn, r: bufio.NewReaderSize(conn, 1<<16), where: "clear"}
	if p.implicit {
		if err := s.startTLS(); err != nil {
			s.finish(err)
			return
		}
	}
	s.finish(s.talk())
}

// A peerSession is the peer's one connection.
type peerSession struct {
	*peer
	raw   net.Conn // the TCP connection
	conn  net.Conn // the same, or TLS over it
	r     *bufio.Reader
	where string // "clear" or "tls"
}

// finish reads what the client still sends and notes how it left.
func (s *peerSession) finish(err error) {
	if err == nil {
		var rest []byte
		rest, err = io.ReadAll(s.r)
		if len(rest) > 0 {
			s.note("%s: after the end: %q", s.where, rest)
		}
		if err == nil {
			err = io.EOF
		}
	}
	switch {
	case errors.Is(err, errAction):
	case errors.Is(err, io.ErrUnexpectedEOF):
		s.note("the client left without closing TLS")
	case errors.Is(err, io.EOF):
		s.note("the client left")
	case errors.Is(err, syscall.ECONNRESET):
		s.note("the client reset the connection")
	default:
		s.note("%v", err)
	}
	s.conn.Close()
}

func (s *peerSession) talk() error {
	if err := s.say("greeting"); err != nil {
		return err
	}
	for {
		if first, _ := s.r.Peek(1); len(first) == 1 && first[0] == 22 {
			s.note("a TLS handshake, unasked")
			io.Copy(io.Discard, s.r)
			return errAction
		}
		line, err := s.r.ReadString('\n')
		if line != "" {
			s.note("%s: %s", s.where, escape(line))
		}
		if err != nil {
			return err
		}
		step := s.step(line)
		if err := s.say(step); err != nil {
			return err
		}
		// Only an answer that promises something changes what comes next.
		positive := strings.HasPrefix(s.answer(step), "2") || strings.HasPrefix(s.answer(step), "3")
		switch {
		case step == "quit":
			return nil
		case step == "starttls" && positive:
			err = s.startTLS()
		case step == "login" && positive:
			err = s.login()
		case step == "data" && positive:
			if err = s.readBody(); err == nil {
				err = s.say("end")
			}
		}
		if err != nil {
			return err
		}
	}
}

// step names what the client asked for.
func (s *peerSession) step(line string) string {
	switch word, rest, _ := strings.Cut(strings.TrimRight(line, "\r\n"), " "); word {
	case "EHLO":
		if s.where == "tls" {
			return "ehlo-tls"
		}
		return "ehlo"
	case "STARTTLS", "DATA", "QUIT":
		return strings.ToLower(word)
	case "AUTH":
		if rest == "LOGIN" {
			return "login"
		}
		return "auth"
	case "MAIL", "RCPT":
		// "rcpt:who" in a script answers for one recipient.
		_, who, _ := strings.Cut(strings.TrimSuffix(rest, ">"), "<")
		if _, ok := s.answers[strings.ToLower(word)+":"+who]; ok {
			return strings.ToLower(word) + ":" + who
		}
		return strings.ToLower(word)
	}
	return "something"
}

func (s *peerSession) login() error {
	for _, step := range []string{"user", "password"} {
		line, err := s.r.ReadString('\n')
		s.note("%s: %s", s.where, escape(line))
		if err != nil {
			return err
		}
		if err := s.say(step); err != nil {
			return err
		}
		if strings.HasPrefix(s.answer(step), "5") || strings.HasPrefix(s.answer(step), "4") {
			return nil
		}
	}
	return nil
}

func (s *peerSession) readBody() error {
	var raw []byte
	action := s.answer("body")
	for {
		line, err := s.r.ReadString('\n')
		raw = append(raw, line...)
		if err != nil {
			s.note("%s: %s", s.where, digest(raw))
			return err
		}
		if line == ".\r\n" {
			break
		}
		if action != "" && len(raw) > bodyLimit {
			s.note("%s: (64 KiB of the message)", s.where)
			return s.act(action)
		}
		s.body = append(s.body, strings.TrimPrefix(line, ".")...)
	}
	s.note("%s: %s", s.where, digest(raw))
	s.taken = true
	return nil
}

// escape shows one line with its line end.
func escape(line string) string {
	q := fmt.Sprintf("%q", line)
	return strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
}

// digest shows a short text line by line, and of a long one what it takes to
// tell it from another.
func digest(data []byte) string {
	if len(data) > 4096 {
		return fmt.Sprintf("(%d bytes, SHA-256 %x)", len(data), sha256.Sum256(data))
	}
	var b strings.Builder
	for line := range strings.Lines(string(data)) {
		b.WriteString("\n  " + escape(line))
	}
	return b.String()
}
