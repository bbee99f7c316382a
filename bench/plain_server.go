package main

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
)

// plainListen listens on a port of its own.
func plainListen(j job) (net.Listener, error) {
	if !j.TLS {
		return net.Listen("tcp", "127.0.0.1:0")
	}
	cert, err := tls.LoadX509KeyPair(j.Cert, j.Cert)
	if err != nil {
		return nil, err
	}
	return tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}})
}

// plainAccepts has its clients wait in the queue before the clock runs.
func plainAccepts(j job) (s stage, err error) {
	l, err := plainListen(j)
	if err != nil {
		return s, err
	}
	control, err := plainAsk(j, fmt.Sprintf("call %d %s\n", j.Count, l.Addr()))
	if err != nil {
		return s, err
	}
	answers := bufio.NewReader(control)
	s.work = func() (int, error) {
		return share(j, func() error {
			conn, err := l.Accept()
			if err != nil {
				return err
			}
			_, err = io.WriteString(conn, "ready\n")
			conn.Close()
			return err
		})
	}
	s.finish = func() error {
		defer l.Close()
		defer control.Close()
		if _, err := io.WriteString(control, "look\n"); err != nil {
			return err
		}
		return expect(answers, "ok")
	}
	return s, expect(answers, "ok")
}

func plainHeld(j job) (func() (any, error), error) {
	l, err := plainListen(j)
	if err != nil {
		return nil, err
	}
	// The control connection stays open as long as this process.
	if _, err := plainAsk(j, fmt.Sprintf("hold %d %s\n", j.Count+1, l.Addr())); err != nil {
		return nil, err
	}
	return func() (any, error) {
		conn, err := l.Accept()
		if err != nil {
			return nil, err
		}
		r := bufio.NewReader(conn)
		if err := expect(r, "hello"); err != nil {
			return nil, err
		}
		_, err = io.WriteString(conn, "ready\n")
		return plainStream{conn, r}, err
	}, nil
}
