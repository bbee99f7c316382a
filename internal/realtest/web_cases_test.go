package realtest

import (
	"crypto/sha1"
	"fmt"
	"strings"

	. "github.com/phpstream-go/phpstream"
)

// A webCase is a URL that is read from several servers.
type webCase struct {
	name   string
	on     string // the servers; each of NGINX, SECURE, PHP and PROXIED where it is empty
	path   string
	user   string // in the URL
	http   map[string]any
	ssl    map[string]any // DIR is the folder of certificates, nil takes an option away
	unpack bool

	says, says74 string // a pattern in the body; the latter is PHP 7.4's, where that differs
	lines        string // a pattern in the answer's header lines
	warns        string // what is complained of though there is an answer
	refused      string // a pattern in the complaints; there is no answer then
	seen         string // what stands in what nginx is asked
	unseen       bool   // nginx is asked nothing
}

func post(more map[string]any) map[string]any {
	http := map[string]any{"method": "POST", "content": "a=1&b=2", "header": "Content-Type: application/x-www-form-urlencoded"}
	for name, value := range more {
		http[name] = value
	}
	return http
}

// webCases are all of them.
func webCases() []webCase {
	large := strings.Repeat("a=1&b=2&", 3<<20/8)
	head := map[string]any{"method": "HEAD"}
	list := []webCase{
		{name: "get", path: "/echo?a=b", says: `^GET /echo\?a=b HTTP/1\.[01]\n`, lines: `^HTTP/1\.1 200 OK`},
		{name: "a file", path: "/hello.txt", says: "^hello there\n$", lines: "Content-Length: 12"},
		{name: "head", path: "/hello.txt", http: head, says: "^$", lines: "Content-Length: 12"},
		{name: "post", path: "/echo", http: post(nil), says: "^POST /echo "},
		{name: "post with a body that comes back", on: "PHP PROXIED", path: "/echo", http: post(nil),
			says: fmt.Sprintf("\n7 bytes, %x\n$", sha1.Sum([]byte("a=1&b=2")))},
		{name: "large post", on: "PHP PROXIED", path: "/echo", http: post(map[string]any{"content": large}), says: fmt.Sprintf("\n%d bytes, %x\n$", len(large), sha1.Sum([]byte(large)))},
		{name: "post without a type", on: "PHP PROXIED", path: "/echo", http: map[string]any{"method": "POST", "content": "a"},
			says: "(?i)\nContent-Type: application/x-www-form-urlencoded\n", warns: "Content-type not specified assuming"},
		{name: "put", on: "NGINX SECURE", path: "/dav/a.txt", http: map[string]any{"method": "PUT", "content": "put here"}, says: "^$",
			lines: `^HTTP/1\.1 204 `, warns: "Content-type not specified assuming"},
		{name: "what was put", on: "NGINX SECURE", path: "/dav/a.txt", says: "^put here$"},
		{name: "put where one can't", on: "NGINX SECURE", path: "/hello.txt", http: map[string]any{"method": "PUT", "content": "x", "header": "Content-Type: text/plain"},
			refused: "405 Not Allowed"},
		{name: "http/1.0", path: "/echo", http: map[string]any{"protocol_version": 1.0}, says: `^GET /echo HTTP/1\.0\n`},

		{name: "not found", path: "/none", refused: `HTTP request failed! HTTP/1\.1 404 Not Found`},
		{name: "not found, its page", path: "/none", http: map[string]any{"ignore_errors": true}, says: "nothing here|404 Not Found", lines: `^HTTP/1\.1 404 `},
		{name: "not found by head", path: "/none", http: head, refused: `HTTP request failed! HTTP/1\.1 404 Not Found`},

		{name: "chunks", path: "/chunked", says: "^(hello there|one, two, three)\n$"},
		{name: "chunks as they come", path: "/chunked", http: map[string]any{"auto_decode": false}, says: "^[0-9a-f]+\r\n", lines: "(?i)Transfer-Encoding: chunked"},
		{name: "chunks of what was asked by HTTP/1.0", on: "NGINX SECURE PROXIED", path: "/echo", http: map[string]any{"protocol_version": 1.0}, says: "^GET"},
		// gzip is the program's affair.
		{name: "gzip as it comes", path: "/packed", http: map[string]any{"header": "Accept-Encoding: gzip"}, says: "^\x1f", lines: "Content-Encoding: gzip"},
		{name: "gzip unpacked by a filter", path: "/packed", http: map[string]any{"header": "Accept-Encoding: gzip"}, unpack: true, says: "^(many of the same\n){100}"},

		{name: "user", path: "/private", user: "ann:secret%20word", says: "hello"},
		{name: "user with another password", path: "/private", user: "ann:secret", refused: "HTTP request failed! HTTP/1.1 401 Unauthorized"},
		{name: "no user", path: "/private", refused: "HTTP request failed! HTTP/1.1 401 Unauthorized"},

		{name: "range", on: "NGINX SECURE", path: "/digits.txt", http: map[string]any{"header": "Range: bytes=3-5"}, says: "^345$",
			lines: `(?s)^HTTP/1\.1 206 Partial Content.*Content-Range: bytes 3-5/10`},
		{name: "range to the end", on: "NGINX SECURE", path: "/digits.txt", http: map[string]any{"header": []string{"Accept: */*", "Range: bytes=7-"}}, says: "^789$"},
		{name: "the last bytes", on: "NGINX SECURE", path: "/digits.txt", http: map[string]any{"header": "Range: bytes=-2"}, says: "^89$"},
		{name: "range of another file", on: "NGINX SECURE", path: "/digits.txt", http: map[string]any{"header": "Range: bytes=3-5\r\nIf-Range: \"other\""}, says: "^0123456789$",
			lines: `^HTTP/1\.1 200 OK`},
		{name: "range behind the end", on: "NGINX SECURE", path: "/digits.txt", http: map[string]any{"header": "Range: bytes=99-"},
			refused: "416 Requested Range Not Satisfiable"},
		{name: "range that the server knows not", on: "PHP", path: "/digits.txt", http: map[string]any{"header": "Range: bytes=3-5"}, says: "^0123456789$"},

		{name: "no keep-alive", path: "/hello.txt", says: "^hello", lines: "(?m)^Connection: close$"},
		// The body ends with the connection. The server is asked to keep it, and does for a second.
		{name: "keep-alive", on: "NGINX SECURE", path: "/hello.txt", http: map[string]any{"header": "Connection: keep-alive"}, says: "^hello there\n$", lines: "(?m)^Connection: keep-alive$"},
		{name: "cut short", on: "PHP", path: "/short", says: "^not a thousand$", lines: "Content-Length: 1000"},
		{name: "cut short below nginx", on: "PROXIED", path: "/short", says: "^not a thousand$", lines: "Content-Length: 1000"},

		{name: "slow, and waited for", on: "PHP PROXIED", path: "/slow", http: map[string]any{"timeout": 10}, says: "^at last\n$"},
		{name: "slow", on: "PHP", path: "/slow", http: map[string]any{"timeout": 0.2}, refused: "HTTP request failed!"},

		{name: "relative place", path: "/relative/a", says: `^GET /relative//?there\n`},
		{name: "loop", on: "NGINX SECURE PHP", path: "/loop", http: map[string]any{"max_redirects": 4}, refused: "Redirection limit reached, aborting"},
		{name: "from TLS to clear", on: "SECURE", path: "/to/clear", says: "^GET /echo "},
		{name: "from clear to TLS", on: "NGINX", path: "/to/secure", says: "^GET /echo "},
		{name: "to what is not trusted", on: "NGINX SECURE", path: "/to/expired", refused: "certificate verify failed"},
		{name: "a user who is led elsewhere", on: "NGINX", path: "/to/secure", user: "ann:secret%20word", says: "^GET /echo ", seen: "user=- "},

		{name: "TLS 1.3", on: "SECURE", path: "/echo", says: "^GET", seen: "tls=TLSv1.3 name=localhost"},
		{name: "TLS 1.2", on: "OLD", path: "/echo", says: "^GET", seen: "tls=TLSv1.2 name=localhost"},
		{name: "TLS 1.2, as asked", on: "SECURE", path: "/echo", ssl: map[string]any{"crypto_method": STREAM_CRYPTO_METHOD_TLSv1_2_CLIENT}, says: "^GET", seen: "tls=TLSv1.2"},
		{name: "an intermediate", on: "BELOW", path: "/echo", says: "^GET"},
		{name: "an intermediate that isn't sent", on: "ALONE", path: "/echo", refused: "certificate verify failed", unseen: true},
		{name: "only TLS 1.3, and the server 1.2", on: "OLD", path: "/echo", ssl: map[string]any{"crypto_method": STREAM_CRYPTO_METHOD_TLSv1_3_CLIENT}, refused: "(?i)failed to enable crypto", unseen: true},
		{name: "another authority", on: "SECURE OLD MUTUAL", path: "/echo", ssl: map[string]any{"cafile": "DIR/other-ca.pem"}, refused: "certificate verify failed", unseen: true},
		{name: "the system's authorities", on: "SECURE", path: "/echo", ssl: map[string]any{"cafile": nil}, refused: "certificate verify failed", unseen: true},
		{name: "another name", on: "SECURE", path: "/echo", ssl: map[string]any{"peer_name": "other.example"}, refused: "did not match expected", unseen: true},
		{name: "self-signed", on: "SELF", path: "/echo", refused: "certificate verify failed", unseen: true},
		{name: "self-signed, allowed", on: "SELF", path: "/echo", ssl: map[string]any{"allow_self_signed": true}, says: "^GET"},
		{name: "expired", on: "EXPIRED", path: "/echo", refused: "certificate verify failed", unseen: true},
		{name: "unverified, as asked", on: "SELF EXPIRED", path: "/echo", ssl: map[string]any{"verify_peer": false, "verify_peer_name": false}, says: "^GET"},
		{name: "one name of two", on: "SECURE", path: "/which", http: map[string]any{"header": "Host: localhost"}, says: "^the first"},
		{name: "the other name", on: "SECURE", path: "/which", http: map[string]any{"header": "Host: sni.example"}, ssl: map[string]any{"peer_name": "sni.example"}, says: "^the other"},
		{name: "the other name, not told", on: "SECURE", path: "/which", http: map[string]any{"header": "Host: sni.example"},
			ssl: map[string]any{"peer_name": "sni.example", "SNI_enabled": false}, refused: "did not match expected", unseen: true},
		{name: "client certificate", on: "MUTUAL", path: "/who", ssl: map[string]any{"local_cert": "DIR/client-all.pem"}, says: "^CN=client\n"},
		{name: "client certificate and its locked key", on: "MUTUAL", path: "/who",
			ssl: map[string]any{"local_cert": "DIR/client.pem", "local_pk": "DIR/client-locked.key", "passphrase": "open sesame"}, says: "^CN=client\n"},
		{name: "no client certificate", on: "MUTUAL", path: "/who", refused: "400 Bad Request"},
		{name: "client certificate of a stranger", on: "MUTUAL", path: "/who", ssl: map[string]any{"local_cert": "DIR/stranger-all.pem"}, refused: "400 Bad Request"},
		{name: "clear to a TLS port", on: "CLEARTOTLS", path: "/echo", refused: "400 Bad Request"},
		{name: "TLS to a clear port", on: "TLSTOCLEAR", path: "/echo", refused: "(?i)failed to enable crypto", seen: "HELLO 400 "},
	}
	for _, code := range []int{301, 302, 303, 307, 308} {
		to := fmt.Sprintf(`/echo\?from=%d HTTP`, code)
		path := fmt.Sprintf("/redirect/%d", code)
		follows := webCase{name: fmt.Sprintf("%d", code), path: path, says: "^GET " + to, lines: fmt.Sprintf(`(?s)^HTTP/1\.1 %d .*\nHTTP/1\.1 200 OK`, code)}
		posts := follows
		posts.name, posts.http = follows.name+" after a post", post(nil)
		if code >= 307 {
			posts.says, posts.says74 = "^POST "+to, "^GET "+to
		}
		heads := follows
		heads.name, heads.http, heads.says = follows.name+" after a head", head, "^$"
		stays := follows
		stays.name, stays.http = follows.name+", not followed", map[string]any{"follow_location": 0}
		stays.says, stays.lines = "", fmt.Sprintf(`^HTTP/1\.1 %d `, code)
		list = append(list, follows, posts, heads, stays)
	}
	return list
}
