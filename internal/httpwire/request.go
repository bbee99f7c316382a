// Package httpwire is HTTP as PHP's wrapper speaks it: the bytes of a request, the
// lines of an answer, and where a redirection leads. It neither connects nor
// reads: it is pure.
//
// php-src: ext/standard/http_fopen_wrapper.c.
package httpwire

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

// Request is what a request is made from.
type Request struct {
	Method  string // "" for GET
	Target  string // of the request line: the path with its query, or the whole URL
	Version string // "1.1"

	Headers        string // the program's, as [Join] has them
	KeepContent    bool   // the content goes out, and what the headers say of it
	DropsProxyAuth bool   // the proxy has had its Proxy-Authorization already
	Elsewhere      bool   // a redirection has led to another origin: no secrets go there
	ToProxy        bool   // it is a proxy that reads this, and Proxy-Authorization is for it

	HasUser    bool // user and password were in the URL
	User, Pass string

	Host      string
	Port      int
	TLS       bool
	From      string // ini value; "" for none
	UserAgent string // "" for none
	Content   string
}

// Headers are the lines of the option header, which is a text or an array whose
// texts count.
func Headers(option any, elements []any) string {
	if text, ok := phpvalue.IsString(option); ok {
		return Join(text)
	}
	var lines []string
	for _, e := range elements {
		if line, ok := phpvalue.IsString(e); ok {
			lines = append(lines, line)
		}
	}
	return Join(lines...)
}

// Join puts headers together as PHP does: with CRLF, and without white space at
// either end.
func Join(lines ...string) string {
	return strings.Trim(strings.Join(lines, "\r\n"), " \n\r\t\v\x00")
}

// Added is what a request has that the program's headers don't, and of which PHP
// speaks.
type Added struct {
	Authorization bool // the URL's user: a notification
	ContentType   bool // a guess: a notice
}

// Bytes is the request.
func (r *Request) Bytes() (b []byte, added Added) {
	headers := phpvalue.CString(r.Headers)
	if !r.KeepContent {
		headers = without(headers, "content-length", "content-type")
	}
	if r.Elsewhere {
		headers = without(headers, "authorization", "cookie")
		if !r.ToProxy {
			headers = without(headers, "proxy-authorization")
		}
	}
	lower := strings.ToLower(headers)
	has := func(name string) bool { return hasHeader(lower, name) }

	method := r.Method
	if method == "" {
		method = "GET"
	}
	b = append(b, method+" "+r.Target+" HTTP/"+r.Version+"\r\n"...)
	line := func(name, value string) { b = append(b, name+": "+value+"\r\n"...) }
	if r.HasUser && !has("authorization:") {
		added.Authorization = true
		line("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(phpvalue.CString(r.User)+":"+phpvalue.CString(r.Pass))))
	}
	if r.From != "" && !has("from:") {
		line("From", phpvalue.CString(r.From))
	}
	if !has("host:") {
		host := r.Host
		if r.Port != DefaultPort(r.TLS) && r.Port != 0 {
			host += ":" + strconv.Itoa(r.Port)
		}
		line("Host", host)
	}
	if !has("connection:") {
		line("Connection", "close")
	}
	if agent := phpvalue.CString(r.UserAgent); agent != "" && !has("user-agent:") {
		line("User-Agent", agent)
	}
	content := ""
	if r.KeepContent {
		content = r.Content
	}
	// Some servers want the length before the type, which may be among the
	// program's headers.
	if content != "" && !has("content-length:") {
		line("Content-Length", strconv.Itoa(len(content)))
	}
	if r.DropsProxyAuth {
		headers = without(headers, "proxy-authorization")
	}
	if headers != "" {
		b = append(b, headers+"\r\n"...)
	}
	if content != "" && !has("content-type:") {
		added.ContentType = true
		line("Content-Type", "application/x-www-form-urlencoded")
	}
	b = append(b, "\r\n"...)
	return append(b, content...), added
}

// hasHeader tells whether a line begins with name, in headers in lower case.
func hasHeader(headers, name string) bool {
	return strings.HasPrefix(headers, name) || strings.Contains(headers, "\r\n"+name)
}

// without takes the lines out that have one of the names, and what they go on with
// in lines that begin with white space. There may be white space in front of the
// colon, and a line may end with a CR alone: a server may read it so.
func without(headers string, names ...string) string {
	var kept strings.Builder
	dropping := false
	for begin := 0; begin < len(headers); {
		line := headers[begin:]
		if end := strings.IndexAny(line, "\r\n"); end >= 0 {
			if strings.HasPrefix(line[end:], "\r\n") {
				end++
			}
			line = line[:end+1]
		}
		if goesOn := line[0] == ' ' || line[0] == '\t'; !goesOn || begin == 0 {
			name, _, found := strings.Cut(line, ":")
			dropping = found && slices.Contains(names, strings.ToLower(strings.TrimRight(name, " \t")))
		}
		if !dropping {
			kept.WriteString(line)
		}
		begin += len(line)
	}
	return strings.TrimRight(kept.String(), "\r\n")
}

// ProxyAuth is the Proxy-Authorization line among the program's headers, "" for
// none.
func ProxyAuth(headers string) string {
	const proxyAuth = "proxy-authorization:"
	for line := range strings.FieldsFuncSeq(phpvalue.CString(headers), func(r rune) bool { return r == '\r' || r == '\n' }) {
		line = strings.TrimLeft(line, " \t")
		if len(line) >= len(proxyAuth) && strings.EqualFold(line[:len(proxyAuth)], proxyAuth) {
			return line
		}
	}
	return ""
}

// Connect is the request to a proxy for a way through to a host.
func Connect(host string, port int, headers string) string {
	request := "CONNECT " + host + ":" + strconv.Itoa(port) + " HTTP/1.0\r\n"
	if auth := ProxyAuth(headers); auth != "" {
		request += auth + "\r\n"
	}
	return request + "\r\n"
}
