package phpstream_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	. "github.com/phpstream-go/phpstream"
)

// TestGetHeadersAssociative: all values of a header, and the lines without a name.
func TestGetHeadersAssociative(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Date"] = nil
		if r.URL.Path == "/" {
			w.Header().Set("Location", "/next")
			w.WriteHeader(302)
			return
		}
		w.Header().Add("Set-Cookie", "a=b")
		w.Header().Add("Set-Cookie", "c:d")
		w.Header().Set("Content-Length", "0")
	}))
	defer server.Close()
	got, ok := GetHeadersAssociative(server.URL + "/")
	want := map[string][]string{
		"0": {"HTTP/1.1 302 Found"}, "1": {"HTTP/1.1 200 OK"}, "Location": {"/next"}, "Connection": {"close", "close"},
		"Content-Length": {"0", "0"}, "Set-Cookie": {"a=b", "c:d"},
	}
	if diff := cmp.Diff(want, got); diff != "" || !ok {
		t.Errorf("(-want +got) %v\n%s", ok, diff)
	}
	Silence(func() { got, ok = GetHeadersAssociative("/no/url") })
	if ok || got != nil {
		t.Errorf("a path has the headers %v", got)
	}
}

// TestGetHeadersReadsNoBody: a body that never ends is none of its business.
func TestGetHeadersReadsNoBody(t *testing.T) {
	gone := make(chan bool, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(200)
		http.NewResponseController(w).Flush()
		select {
		case <-r.Context().Done():
			gone <- true
		case <-time.After(10 * time.Second):
			gone <- false
		}
	}))
	defer server.Close()
	if lines, ok := GetHeaders(server.URL); !ok || lines[0] != "HTTP/1.1 200 OK" {
		t.Error(lines, ok)
	}
	if !<-gone {
		t.Error("the connection stays open")
	}
}
