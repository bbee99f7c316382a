package main

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

func (s *peerSession) say(step string) error {
	a := s.answer(step)
	if strings.HasPrefix(a, "!") {
		return s.act(a)
	}
	return s.send(strings.ReplaceAll(a, "\n", "\r\n") + "\r\n")
}

func (s *peerSession) send(text string) error {
	_, err := io.WriteString(s.conn, text)
	return err
}

func (s *peerSession) act(action string) error {
	name, text, _ := strings.Cut(action, " ")
	switch name {
	case "!close":
		if c, ok := s.conn.(*tls.Conn); ok {
			c.CloseWrite()
		}
		s.raw.(*net.TCPConn).CloseWrite()
		io.Copy(io.Discard, s.raw)
		return errAction
	case "!reset":
		s.raw.(*net.TCPConn).SetLinger(0)
		s.raw.Close()
		return errAction
	case "!stall":
		return s.wait()
	case "!stop":
		// Not even the socket is read, so the client's writes must fill it.
		select {
		case <-s.stopping:
		case <-time.After(patience):
		}
		return errAction
	case "!half":
		if err := s.send(text); err != nil {
			return err
		}
		return s.wait()
	case "!split":
		for _, c := range []byte(text) {
			if err := s.send(string(c)); err != nil {
				return err
			}
			time.Sleep(time.Millisecond)
		}
		return nil
	case "!raw":
		return s.send(text)
	case "!drip":
		for {
			if err := s.send("250-still here\r\n"); err != nil {
				return errAction
			}
			time.Sleep(50 * time.Millisecond)
		}
	case "!flood":
		go io.Copy(io.Discard, s.raw)
		for {
			if err := s.send("250-" + strings.Repeat("x", 10000)); err != nil {
				return errAction
			}
		}
	}
	return fmt.Errorf("the script asks for %q, which nobody knows", action)
}

// wait lets the client lose its patience, and notes what it says then.
func (s *peerSession) wait() error {
	rest, err := io.ReadAll(s.r)
	if len(rest) > 0 {
		s.note("%s: while waiting: %q", s.where, rest)
	}
	if err == nil {
		err = io.EOF
	}
	return err
}

func (s *peerSession) startTLS() error {
	switch s.answer("tls") {
	case "refuse":
		// A handshake_failure alert is all this server has to say.
		s.conn.Read(make([]byte, 4096))
		s.raw.Write([]byte{21, 3, 1, 0, 2, 2, 40})
		s.note("TLS refused")
		return s.act("!close")
	case "garbage":
		s.conn.Read(make([]byte, 4096))
		s.raw.Write([]byte("554 no TLS here\r\n"))
		s.note("TLS answered with text")
		return s.act("!close")
	case "close":
		s.conn.Read(make([]byte, 4096))
		s.note("TLS answered with a goodbye")
		return s.act("!close")
	case "stall":
		s.conn.Read(make([]byte, 4096))
		s.note("TLS not answered")
		return s.wait()
	}
	c := tls.Server(s.conn, s.tls)
	if err := c.Handshake(); err != nil {
		s.note("TLS failed")
		// Closing at once could reset the connection and take the alert
		// away from the client.
		return s.act("!close")
	}
	state := c.ConnectionState()
	name := state.ServerName
	if net.ParseIP(name) != nil {
		// PHP sends an address too, which RFC 6066 doesn't allow and
		// crypto/tls never does. Servers ignore it.
		name = ""
	}
	s.note("TLS on: %s, server name %q", tls.VersionName(state.Version), name)
	s.conn, s.r, s.where = c, bufio.NewReaderSize(c, 1<<16), "tls"
	return nil
}
