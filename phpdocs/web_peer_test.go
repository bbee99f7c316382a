package phpdocs_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
)

// web is a web server that answers one request.
func (p *peer) web(c net.Conn) {
	defer c.Close()
	var head bytes.Buffer
	r, err := http.ReadRequest(bufio.NewReader(io.TeeReader(c, &head)))
	if err != nil {
		p.note(head.String())
		return
	}
	body, _ := io.ReadAll(r.Body)
	p.note(head.String())
	answer := func(status, header, text string) {
		fmt.Fprintf(c, "HTTP/1.1 %s\r\n%sContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", status, header, len(text), text)
	}
	switch {
	case r.URL.Path == "/mirror":
		answer("200 OK", "", head.String()+"\n")
	case r.URL.Path == "/chunks":
		io.WriteString(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n6\r\nchunk\n\r\n0\r\n\r\n")
	case r.URL.Path == "/cookies":
		answer("200 OK", "Set-Cookie: a=b\r\nSet-Cookie: c=d\r\n", "hello\n")
	case r.URL.Path == "/stalls":
		io.WriteString(c, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nbegun\n")
		io.Copy(io.Discard, c)
	case r.Method == http.MethodPost:
		answer("201 Created", "", fmt.Sprintf("got %d bytes of %s\n", len(body), r.Header.Get("Content-Type")))
	case r.URL.Path == "/moved":
		answer("302 Found", "Location: /list\r\n", "elsewhere\n")
	case r.URL.Path == "/list":
		answer("200 OK", "", strings.Repeat("a line\n", 3))
	default:
		answer("404 Not Found", "", "there is no such page\n")
	}
}
