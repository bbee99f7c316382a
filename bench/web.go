package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// web answers one request: "/N" with N bytes, "/chunked/N" with N bytes in
// chunks. Then it closes its half, as "Connection: close" has it.
func web(c net.Conn) {
	defer c.Close()
	c.SetDeadline(time.Now().Add(limit))
	r := bufio.NewReader(c)
	line, err := r.ReadString('\n')
	for next := line; err == nil && next != "\r\n"; {
		next, err = r.ReadString('\n')
	}
	fields := strings.Fields(line)
	if err != nil || len(fields) != 3 || fields[0] != "GET" {
		return
	}
	count, chunked := strings.CutPrefix(fields[1], "/chunked")
	n, err := strconv.Atoi(strings.TrimPrefix(count, "/"))
	if err != nil {
		return
	}
	if chunked {
		sendChunks(c, n)
	} else {
		// The beginning of the body goes out with the header, as servers do it.
		first := min(n, len(bulk))
		head := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: close\r\n\r\n", n)
		if _, err := c.Write(append(head, bulk[:first]...)); err != nil {
			return
		}
		send(c, bulk, n-first)
	}
	io.Copy(io.Discard, c) // the client closes first
}

// sendChunks sends n bytes in chunks of the size that nginx makes.
func sendChunks(c net.Conn, n int) {
	const size = 32 << 10
	data := []byte("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n")
	for ; n > 0; n -= min(n, size) {
		data = fmt.Appendf(data, "%x\r\n%s\r\n", min(n, size), bulk[:min(n, size)])
		if _, err := c.Write(data); err != nil {
			return
		}
		data = data[:0]
	}
	io.WriteString(c, "0\r\n\r\n")
	send(c, nil, 0)
}
