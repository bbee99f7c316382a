package httpwire_test

import (
	"strings"
	"testing"

	"github.com/phpstream-go/phpstream/internal/httpwire"
	"github.com/phpstream-go/phpstream/internal/target"
)

func TestRequestHeaders(t *testing.T) {
	for _, tt := range []struct {
		name string
		r    httpwire.Request
		want string // behind the request line and Host
	}{
		{"none", httpwire.Request{}, "Connection: close\r\n\r\n"},
		{"kept", httpwire.Request{KeepContent: true, Headers: "Content-Length: 1\r\nX: y", Content: "a"},
			"Connection: close\r\nContent-Length: 1\r\nX: y\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\na"},
		{"dropped", httpwire.Request{Headers: "content-type: a\r\n goes on\r\nX: content-length: 2\r\nContent-Length: 1", Content: "a"},
			"Connection: close\r\nX: content-length: 2\r\n\r\n"},
		{"elsewhere", httpwire.Request{Elsewhere: true, Headers: "COOKIE: a\r\n\tb\r\nX: y\r\nauthorization: c\nProxy-Authorization: d"},
			"Connection: close\r\nX: y\r\n\r\n"},
		{"elsewhere, oddly written", httpwire.Request{Elsewhere: true, Headers: "X: a\rCookie\t : b\r c\r\n\r\nauthorization : d\nCookies: e\rProxy-Authorization:\r\n Z: w"},
			"Connection: close\r\nX: a\r\r\nCookies: e\r\n\r\n"},
		{"elsewhere by a proxy", httpwire.Request{Elsewhere: true, ToProxy: true, Headers: "Cookie: a\r\nProxy-Authorization: b\r\nAuthorization: c"},
			"Connection: close\r\nProxy-Authorization: b\r\n\r\n"},
		{"nothing left", httpwire.Request{Elsewhere: true, Headers: "Cookie: a"}, "Connection: close\r\n\r\n"},
		{"user", httpwire.Request{HasUser: true, User: "a", Pass: "b:c"}, "Connection: close\r\n\r\n"},
	} {
		tt.r.Target, tt.r.Version, tt.r.Host, tt.r.Port = "/", "1.1", "h", 80
		b, _ := tt.r.Bytes()
		got := string(b)
		if tt.r.HasUser {
			got = strings.Replace(got, "Authorization: Basic YTpiOmM=\r\n", "", 1)
		}
		if want := "GET / HTTP/1.1\r\nHost: h\r\n" + tt.want; got != want {
			t.Errorf("%s:\n%q, want\n%q", tt.name, got, want)
		}
	}
}

func TestProxyAuthStandsInConnectAlone(t *testing.T) {
	headers := "X: y\r\nproxy-authorization: Basic x\r\nZ: w"
	if got := httpwire.Connect("h", 443, headers); got != "CONNECT h:443 HTTP/1.0\r\nproxy-authorization: Basic x\r\n\r\n" {
		t.Errorf("%q", got)
	}
	r := httpwire.Request{Target: "/", Version: "1.1", Host: "h", Port: 443, TLS: true, DropsProxyAuth: true, Headers: headers}
	if b, _ := r.Bytes(); strings.Contains(strings.ToLower(string(b)), "proxy") {
		t.Errorf("%q", b)
	}
}

func TestSafe(t *testing.T) {
	for text, want := range map[string]bool{
		"http://h/a": true, "http://h/a%0ab": false, "http://u%0d@h/": false, "http://u:%7f@h/": false, "http://h/a+%20%zz%": true,
	} {
		u, ok := target.ParseURL(text)
		if !ok || httpwire.Safe(u) != want {
			t.Errorf("%s: %v, want %v", text, !want, want)
		}
	}
}

// FuzzHeader: the fields of a header have a colon and no line end, and a header
// that is refused gives out nothing more.
func FuzzHeader(f *testing.F) {
	f.Add("X: 1\r\n y\r\nZ:\n\r\n")
	f.Add("X: 1\r\n\rY: 2\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		var h httpwire.Header
		check := func(field httpwire.Field, has bool) {
			if has && (strings.IndexByte(field.Line, ':') < 0 || strings.HasSuffix(field.Line, "\n") || !strings.HasSuffix(field.Line, field.Value)) {
				t.Errorf("%q", field)
			}
		}
		for line := range strings.Lines(text) {
			field, has, done, err := h.Line(line)
			if err != nil {
				if has {
					t.Errorf("%q and %v", field, err)
				}
				return
			}
			check(field, has)
			if done {
				if _, has, _ := h.End(); has {
					t.Error("something is left behind the end")
				}
				return
			}
		}
		field, has, _ := h.End()
		check(field, has)
	})
}
