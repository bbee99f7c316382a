package main

// A web server for the demonstration, which does not always do as it should.

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	. "github.com/phpstream-go/phpstream"
)

const (
	pageSize = 1000000 // bytes
	breakAt  = 400000
)

type server struct {
	php   *Runtime
	asked map[string]int // path => how often
}

// run answers one client after the other, until it is ended.
func (s *server) run(server *Stream) {
	for {
		var fp *Stream
		s.php.Silence(func() { fp, _ = StreamSocketAccept(server, 60) })
		if fp == nil {
			return
		}
		StreamSetTimeout(fp, 10)
		s.answer(fp)
		Fclose(fp)
	}
}

var requestLine = regexp.MustCompile(`^GET /(\S*) HTTP/1\.1\r\n$`)

func (s *server) answer(fp *Stream) {
	request, _ := Fgets(fp)
	headers := map[string]string{}
	for {
		line, ok := Fgets(fp)
		if !ok || trim(line) == "" {
			break
		}
		name, value, _ := strings.Cut(line, ":")
		headers[strings.ToLower(name)] = trim(value)
	}
	path := ""
	if match := requestLine.FindStringSubmatch(request); match != nil {
		path = match[1]
	}
	s.asked[path]++
	first := s.asked[path] == 1
	version, most := 1, pageSize
	switch path {
	case "whole":
		s.send(fp, headers, 1, pageSize, true)
	case "breaks": // each time
		s.send(fp, headers, 1, breakAt, true)
	case "changes": // between two tries
		if first {
			most = breakAt
		} else {
			version = 2
		}
		s.send(fp, headers, version, most, true)
	case "ignores": // that only a part is wanted
		if first {
			most = breakAt
		}
		s.send(fp, nil, 1, most, true)
	case "untagged":
		if first {
			most = breakAt
		}
		s.send(fp, headers, 1, most, false)
	case "stalls":
		if first {
			most = breakAt
		}
		s.send(fp, headers, 1, most, true)
		if first {
			Fgets(fp) // until the client has had enough
		}
	case "moved":
		Fwrite(fp, "HTTP/1.1 302 Found\r\nLocation: /whole\r\nContent-Length: 5\r\nConnection: close\r\n\r\nmoved")
	case "endless":
		Fwrite(fp, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n")
		for n := 1000009; n == 1000009; {
			s.php.Silence(func() { n, _ = Fwrite(fp, "f4240\r\n"+page(1)+"\r\n") })
		}
	default:
		Fwrite(fp, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
	}
}

var rest = regexp.MustCompile(`^bytes=([0-9]{1,9})-$`)

// send answers with a version of the page, or its rest, but with no more than
// so many bytes.
func (s *server) send(fp *Stream, headers map[string]string, version, most int, tagged bool) {
	from := 0
	if match := rest.FindStringSubmatch(headers["range"]); match != nil && headers["if-range"] == fmt.Sprintf("%q", fmt.Sprint(version)) {
		from, _ = strconv.Atoi(match[1])
		from = min(from, pageSize)
	}
	head := "HTTP/1.1 200 OK"
	if from > 0 {
		head = fmt.Sprintf("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes %d-%d/%d", from, pageSize-1, pageSize)
	}
	if tagged {
		head += fmt.Sprintf("\r\nETag: \"%d\"", version)
	}
	head += fmt.Sprintf("\r\nContent-Length: %d\r\nConnection: close\r\n\r\n", pageSize-from)
	s.php.Silence(func() { Fwrite(fp, head+page(version)[from:min(from+most, pageSize)]) })
}

// page is what the server has: lines of sixteen bytes.
func page(version int) string {
	var text strings.Builder
	for i := range pageSize / 16 {
		fmt.Fprintf(&text, "%d %013d\n", version, i)
	}
	return text.String()
}

// bind answers a stream and its name. Where it does not listen, too, who connects
// is refused.
func bind(php *Runtime, flags ServerFlag) (*Stream, string) {
	server, _, _ := php.StreamSocketServer("tcp://127.0.0.1:0", flags)
	name, _ := StreamSocketGetName(server, false)
	return server, name
}
