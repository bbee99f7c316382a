package phpstream_test

import (
	"fmt"
	"strings"
)

// randomHTTP opens a URL, reads it in some way, and looks at what is told of it.
func randomHTTP(g *dialogue, name, version string) urlCase {
	c := urlCase{name: name, peers: map[string]string{}}
	call := func(format string, args ...any) { c.calls = append(c.calls, fmt.Sprintf(format, args...)) }
	// In one piece what the callback hears depends on nothing but the bytes.
	whole := g.chance(80)
	told := whole && g.chance(60) // else it is read as fast as can be
	var connections []string
	const handshake = "tls cert=good tickets=no\n"
	tls, tunnel := g.chance(10), g.chance(5)
	for range 4 {
		begin := ""
		switch {
		case tunnel:
			begin = "recvuntil \"\\r\\n\\r\\n\"\n" + pick(g, `send "HTTP/1.0 200 Go\r\nX: y\r\n\r\n"`, `send "HTTP/1.1 403 No\r\n\r\n"`, `send "\r\n"`, `send "Go\n\x00\n"`, "sleep 10ms\nhalfclose") + "\n" + handshake
		case tls:
			begin = handshake
		}
		connections = append(connections, begin+"recvuntil \"\\r\\n\\r\\n\"\n"+g.webAnswer(whole, told))
	}
	c.peers[""] = strings.Join(connections, "accept\n") + noAnswers

	params := ""
	if told {
		params = `, ["notification" => "hears"]`
	}
	call(`ini_set("user_agent", %s)`, pick(g, `""`, `""`, `""`, `""`, `""`, `"ini"`, `"a\r\nX-I: j"`, `"a\x00b"`, `" "`))
	call(`$c = stream_context_create(["http" => [%s], "ssl" => ["cafile" => "{{DIR}}/ca.pem"]]%s)`, g.webOptions(name, tunnel), params)
	url := literal(g.webURL(pick(g, "http", "http", "http", "HTTP"), "{{PEER:"+name+"}}"))
	switch {
	case tunnel:
		url = literal(g.webURL("https", pick(g, "localhost", "localhost", "localhost:8443", "other.example")))
	case tls:
		url = literal(g.webURL("https", "localhost:{{PORT:"+name+"}}"))
	}
	if version == "8.4" {
		call("http_clear_last_response_headers()")
	}
	switch g.IntN(7) {
	case 3:
		call(`copy(%s, "{{TMP}}/%s", $c)`, url, name)
		call(`@file_get_contents("{{TMP}}/%s")`, name)
	case 0:
		call("file_get_contents(%s, false, $c)", url)
	case 1:
		offset := pick(g, 0, 1, 3, 100)
		if !whole {
			offset = 0 // PHP seeks in what has come already, and nowhere else
		}
		call("file_get_contents(%s, false, $c, %d, %d)", url, offset, pick(g, 0, 1, 5, 9000))
	case 2:
		call("file(%s, 0, $c)", url)
	default:
		call(`$f = fopen(%s, "%s", false, $c)`, url, pick(g, "r", "r", "rb", "rt"))
		if told {
			call("notify_log()")
		}
		if whole {
			call("stream_get_meta_data($f)")
		}
		if g.chance(30) {
			call("fgets($f)")
		}
		if g.chance(30) {
			call("fread($f, %d)", pick(g, 1, 3, 100, 8192))
		}
		call("stream_get_contents($f)")
		call("feof($f)")
		call("stream_get_meta_data($f)")
		call("fclose($f)")
	}
	if version == "8.4" {
		call("http_get_last_response_headers()")
	}
	if told {
		call("notify_log()")
	}
	return c
}

func (g *dialogue) webURL(scheme, host string) string {
	user := ""
	if g.chance(15) {
		user = pick(g, "u:p@", "u@", "u:@", ":p@", "u%20x:p%0aq@", "u%00v:p@", "@", "a@b:c@", "u+v:%zz@")
	}
	path := pick(g, "", "/", "/", "/a", "/a/b/c.html", "/a/b/", "/a?b=c", "/a?", "?q", "#f", "/a#f", "/sp ace", "/\x01x", "/a\r\nX-I: y",
		"/\xc3\xbc", "/a?x=\r\ny", "//a//b", "/../a", "/%00", "/a?b#c?d", "/a:80", "/a?u=http://x/", "/"+strings.Repeat("l", 50))
	return scheme + "://" + user + host + path
}

// webOptions are options of the context.
func (g *dialogue) webOptions(name string, tunnel bool) string {
	options := []string{}
	add := func(percent int, key string, values ...string) {
		if g.chance(percent) {
			options = append(options, `"`+key+`" => `+pick(g, values...))
		}
	}
	add(40, "method", `"GET"`, `"POST"`, `"POST"`, `"HEAD"`, `"PUT"`, `"get"`, `""`, `"A B"`, "5", "null")
	if g.chance(50) {
		options = append(options, `"header" => `+g.webHeaders())
	}
	add(20, "user_agent", `"agent"`, `""`, `"a\r\nX-I: j"`, "5", "true", `"a\x00b"`)
	add(40, "content", `"a=b"`, `""`, `"`+strings.Repeat("c", 30)+`"`, "5", `"\r\n\r\n"`, `"a\x00b"`)
	add(20, "protocol_version", "1.1", "1.0", `"1.1"`, "2", "1.25", `"x"`, "-1", "1.05", "null")
	add(40, "ignore_errors", "true", "true", "false", "1", `"0"`)
	add(20, "follow_location", "0", "1", "true", `"yes"`, "false")
	add(30, "max_redirects", "0", "1", "2", "3", "-1", `"2"`, `"x"`, "20", "4294967298")
	add(10, "request_fulluri", "true", "false", "1")
	add(10, "auto_decode", "true", "false", "0")
	add(10, "timeout", "1.5", `"1"`, "1")
	if tunnel {
		return strings.Join(append(options, `"proxy" => "tcp://{{PEER:`+name+`}}"`), ", ")
	}
	add(5, "proxy", `"tcp://{{PEER:`+name+`}}"`, `""`, "5", `"{{PEER:`+name+`}}"`, `"tcp://127.0.0.1:{{REFUSED}}"`)
	return strings.Join(options, ", ")
}

func (g *dialogue) webHeaders() string {
	var lines []string
	for range g.IntN(5) {
		lines = append(lines, pick(g, "X-A: b", "X-A: b", "Host: example.org", "hOST: x", "Connection: keep-alive", "User-Agent: h", "Content-Type: text/x",
			"Content-Type: text/x", "content-length: 3", "Content-Length: 100", "Authorization: Basic eDp5", "Cookie: a=b", "Proxy-Authorization: z",
			"From: me", " leading: x", "\tfolded", "NoColon", "", "X: y\r\n", "X: y\nHost: w", "X:", "X: \x00 y", "content-type: a\r\n\tb",
			"X-Content-Type: a", "X: host: a", "X: content-length: 7", "\r\nHost: e", "Referer: http://x/", "Content-Length : 4"))
	}
	if g.chance(50) {
		return literal(strings.Join(lines, pick(g, "\r\n", "\r\n", "\n")) + pick(g, "", "", "\r\n", "\r\n\r\n"))
	}
	var elements []string
	for _, line := range lines {
		elements = append(elements, literal(line))
	}
	if g.chance(10) {
		elements = append(elements, pick(g, "17", "null", "true"))
	}
	return "[" + strings.Join(elements, ", ") + "]"
}

// webAnswer is what a server does when it has been asked.
func (g *dialogue) webAnswer(whole, told bool) string {
	body, chunked := g.webBody()
	if told { // and more comes in pieces
		body = body[:min(len(body), 30000)]
	}
	answer := ""
	for g.chance(15) {
		answer += pick(g, "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early\r\nX: y\r\n\r\n", "HTTP/1.1 199\n\n", "HTTP/1.1 100 Continue\r\n")
	}
	if g.chance(3) {
		return "sleep 10ms\nclose\n"
	}
	if g.chance(50) { // a usual answer
		answer += pick(g, "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 302 Found\r\nLocation: "+g.location()+"\r\n", "HTTP/1.1 404 Not Found\r\n",
			"HTTP/1.1 307 Other\r\nLocation: "+g.location()+"\r\n") + pick(g, "", "Content-Type: text/html\r\n", fmt.Sprintf("Content-Length: %d\r\n", len(body)))
		if chunked {
			answer += "Transfer-Encoding: chunked\r\n"
		}
		return g.delivered(answer+"\r\n"+body, whole)
	}
	answer += g.statusLine()
	for range g.IntN(6) {
		answer += g.webHeader(len(body), chunked) + pick(g, "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r\r\n", " \r\n", "\t \n")
	}
	if chunked {
		answer += pick(g, "Transfer-Encoding: chunked\r\n", "transfer-encoding:Chunked\r\n", "Transfer-Encoding: \tchunkedx\r\n")
	}
	answer += pick(g, "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\n", "", "\r", "\r\r\n") + body
	if g.chance(8) {
		answer = answer[:g.IntN(len(answer)+1)]
	}
	return g.delivered(answer, whole)
}

// delivered is an answer on its way, in one piece or many.
func (g *dialogue) delivered(answer string, whole bool) string {
	if len(answer) > 1000 { // of which only a hash is shown: no port may be in it
		answer = strings.NewReplacer("{{ADDR}}", "127.0.0.1:1", "{{PORT}}", "1").Replace(answer)
	}
	if !strings.Contains(answer, "{{") && !whole && len(answer) < 2000 {
		return "split " + literal(answer) + " 0s\nhalfclose\n"
	}
	// What finds the end, a read or a look, depends on when it comes.
	if answer == "" {
		return "sleep 10ms\nhalfclose\n"
	}
	if len(answer) > 8000 { // how much of it has been read when a reset comes is chance
		return "send " + literal(answer) + "\nsleep 10ms\nhalfclose\n"
	}
	return "send " + literal(answer) + "\nsleep 10ms\n" + pick(g, "", "halfclose\n", "halfclose\n", "halfclose\n", "halfclose\n", "halfclose\n", "halfclose\n", "halfclose\n", "halfclose\n", "halfclose\n", "reset\n", "stall\n")
}

func (g *dialogue) statusLine() string {
	code := pick(g, "200", "200", "200", "200", "200", "201", "204", "206", "301", "302", "302", "303", "304", "305", "307", "307", "308", "308",
		"300", "400", "401", "403", "404", "407", "500", "999")
	if g.chance(60) {
		return "HTTP/1.1 " + code + " Reason\r\n"
	}
	if g.chance(30) {
		code = pick(g, "101", "99", "1000", "2 00", "0200", "-200", "+200", "abc", "", "200OK", "4294967496", "99999999999999999999", "\v200", "2", "20x")
	}
	shape := pick(g, "HTTP/1.1 %s", "HTTP/1.1  %s x", "HTTP/2 %s OK", "HTTP/1.0 %s a b", "ICY %s OK", "http/1.1 %s ok", "HTTP/1.1\t%s OK", "HTTP/1.1 %s\x00 x",
		"HTTP/1.1 %s "+strings.Repeat("r", g.IntN(150)), "HTTP/1.1 %s "+strings.Repeat("r", 9000), "%s", "HTTP/1.1", "HTTP/1.1 ", "", "garbage",
		"<html>hello</html>", "\x00", " HTTP/1.1 %s", "HTTP/1.1 %s \xff", "HTTP/1.1 %s a\rb", strings.Repeat("x", 126), strings.Repeat("x", 127), "HTTP/1.1 %s:x")
	if strings.Contains(shape, "%s") {
		shape = fmt.Sprintf(shape, code)
	}
	return shape + pick(g, "\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r", "\r\r\n", "")
}

func (g *dialogue) webHeader(size int, chunked bool) string {
	switch g.IntN(4) {
	case 0:
		return "Location:" + pick(g, " ", " ", " ", "", "\t", "  ") + g.location()
	case 1:
		return pick(g, "Content-Length: ", "Content-Length: ", "content-length:", "Content-Length : ") + pick(g, fmt.Sprint(size), fmt.Sprint(size-1), fmt.Sprint(size+5),
			"-1", "+5", "5 ", "5x", "0x5", "99999999999999999999", "9223372036854775807", "9223372036854775808", "18446744073709551615", "", "5, 5", "05", "5\x00", "\v5")
	case 2:
		return pick(g, "Content-Type: text/html", "content-type:text/plain; charset=x", "Content-Type: a\x00b", "Content-Type:", "Content-Type: ", "Content-Encoding: gzip",
			"Transfer-Encoding: gzip, chunked", "Transfer-Encoding: identity", "Set-Cookie: a=b", "Connection: keep-alive", "Content-Type:  \t x/y \t")
	}
	return pick(g, "X-A: b", "X-A:b", "X-A:", "X-A: ", "X-A:\t b \t", ": empty", "NoColon", "X A: b", "X-A : b", " folded", "\tfolded: x", "   ", "\t",
		"X-Long: "+strings.Repeat("a", pick(g, 1000, 8191, 10000)), "X\x00Y: z", "X: a\x00b", "\rX: y", "X: a\rb", "X: \r", "\x00", "\x00: a", "x", ":", "::", "HTTP/1.1 200 OK", "X\xff: \xfe",
		" Location: /x", "Date: a:b:c", "X: y\v", "\vX: y")
}

func (g *dialogue) location() string {
	return pick(g, "/next", "/next", "next", "next", "a/b", "a/", "../up", "./x", "", " ", "/", "x", "//{{ADDR}}/x", "http://{{ADDR}}/abs", "http://{{ADDR}}/abs",
		"HTTP://{{ADDR}}/abs", "http://{{ADDR}}", "http://{{ADDR}}?q=1", "?q=2", "#frag", "http://u:p@{{ADDR}}/", "http://u%0d:p@{{ADDR}}/", "/a%0d%0ab", "/a%00b", "/a b",
		"/a\x01b", "/a\tb", "/\xffhi", "/\x7f", "ftp://127.0.0.1:1/x", "https://127.0.0.1:1/x", "file:///etc/passwd", "php://memory", "data:,x", "http:/x", "http:///x",
		"http://", "http://127.0.0.1:99999/", "http://127.0.0.1:0/", "http://127.0.0.1:1/", "/"+strings.Repeat("l", pick(g, 150, 8182, 8183, 8200)), "javascript:alert(1)",
		"1", "/x\x00y", "mailto:x", "/?a=/b/../", "/r#frag", "//", "///x", "http://{{ADDR}}/x y", "http://localhost:{{PORT}}/other", "/a?b=c\rd", "http://{{ADDR}}/%0a",
		"http://{{ADDR}}/?a%0ab", "http://[::1]:1/", "http://127.0.0.1:-1/", "http://127.0.0.1:/x", "http://{{ADDR}}:/x", "https:/x/yz", "ftps://127.0.0.1:1/x", "HtTpS://127.0.0.1:1/",
		"http://a b/", "http://\x01/", ":", "::", ":80", "http://?", "ftp:/a/b/c", "/:1", "http://127.0.0.1:1\x00/", "//127.0.0.1:1/y")
}

// webBody is a body, in chunks or not.
func (g *dialogue) webBody() (body string, chunked bool) {
	plain := pick(g, "", "hello", "line\nline\r\nend", strings.Repeat("0123456789", pick(g, 10, 1000, 2000, 7000, 30000)), "\x1f\x8b\x08\x00\x00", "\x00\xff")
	if !g.chance(25) {
		return plain, false
	}
	for range g.IntN(5) {
		data := strings.Repeat("d", pick(g, 1, 5, 16, 300, 300, 9000, 70000))
		size := pick(g, "%x", "%x", "%x", "%x", "%X", "0%x", "%x;a=b", "%x ; a=\"b\"", " %x", "%x ", "0x%x", "%xg", "-%x", "+%x")
		body += fmt.Sprintf(size, len(data)) + pick(g, "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r", "") + data + pick(g, "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\n", "", "xy")
	}
	body += pick(g, "0\r\n\r\n", "0\r\n\r\n", "0\r\n\r\n", "0\r\n\r\n", "0\r\nX: y\r\n\r\n", "0\r\n", "0", "", "00\r\n\r\n", "0\r\n\r\nmore", "g\r\n", "FFFFFFFFFFFFFFFFF\r\nx",
		"7fffffffffffffff\r\nx", "ffffffffffffffff\r\nx", "8000000000000000\r\nx", "0;x\r\n\r\n", "\r\n\r\n", "100000000\r\nx", "10000000000000000\r\nx")
	return body, true
}
