package main

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// The server as the client of those who are measured as servers. A client for
// TLS has asked for it by TLS.

// callers connect at the same time.
const callers = 16

// call connects n times, says ok, and waits. Without TLS it looks at what has
// come when it is told to; the handshakes of TLS it does at once, and then says
// whether all was well.
func call(c net.Conn, n int, addr string, config *tls.Config) {
	conns := make(chan net.Conn, n)
	defer func() {
		close(conns)
		for conn := range conns {
			conn.Close()
		}
	}()
	err := many(n, func() error {
		conn, err := net.DialTimeout("tcp", addr, patience)
		if err == nil {
			conn.SetDeadline(time.Now().Add(limit))
			conns <- conn
		}
		return err
	})
	if tell(c, err); err != nil {
		return
	}
	_, secure := c.(*tls.Conn)
	if !secure {
		c.Read(make([]byte, 5))
	}
	// All at once: nobody knows in which order they are accepted.
	_, err = share(job{Count: n, Workers: n}, func() error {
		conn := <-conns
		defer conn.Close()
		if secure {
			conn = tls.Client(conn, config)
		}
		data, err := io.ReadAll(conn)
		if err == nil && string(data) != "ready\n" {
			err = fmt.Errorf("read %q", data)
		}
		return err
	})
	tell(c, err)
}

// hold connects n times, has a line go each way, and keeps all of them until the
// client goes.
func hold(c net.Conn, n int, addr string, config *tls.Config) {
	var mu sync.Mutex
	var held []net.Conn
	defer func() {
		for _, conn := range held {
			conn.Close()
		}
	}()
	err := many(n, func() error {
		conn, err := reach(c, addr, config)
		if err != nil {
			return err
		}
		mu.Lock()
		held = append(held, conn)
		mu.Unlock()
		if _, err := io.WriteString(conn, "hello\n"); err != nil {
			return err
		}
		return expect(bufio.NewReaderSize(conn, 16), "ready")
	})
	tell(c, err)
	io.Copy(io.Discard, c)
}

func many(n int, one func() error) error {
	_, err := share(job{Count: n, Workers: callers}, one)
	return err
}

func tell(c net.Conn, err error) {
	if err != nil {
		fmt.Fprintln(c, err)
		return
	}
	io.WriteString(c, "ok\n")
}

func reach(c net.Conn, addr string, config *tls.Config) (net.Conn, error) {
	conn, err := net.DialTimeout("tcp", addr, patience)
	if err != nil {
		return nil, err
	}
	conn.SetDeadline(time.Now().Add(limit))
	if _, secure := c.(*tls.Conn); secure {
		conn = tls.Client(conn, config)
	}
	return conn, nil
}
