package phphttp_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	. "github.com/phpstream-go/phpstream"
)

// TestMaxRedirects: as many requests as FileGetContents makes, with the same end.
func TestMaxRedirects(t *testing.T) {
	checkLeaks(t)
	var requests atomic.Int64
	s := serve(t, nil, func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		var n int
		fmt.Sscanf(r.URL.Path, "/%d", &n)
		if n == 0 {
			io.WriteString(w, "there")
			return
		}
		w.Header().Set("Location", fmt.Sprintf("/%d", n-1))
		w.WriteHeader(302)
		io.WriteString(w, "moved")
	})
	for _, options := range []map[string]any{
		nil, {"max_redirects": 0}, {"max_redirects": 1}, {"max_redirects": 2}, {"max_redirects": "3"}, {"max_redirects": -1},
		{"max_redirects": 2, "ignore_errors": true}, {"max_redirects": 0, "ignore_errors": true},
		{"follow_location": false}, {"follow_location": 0, "max_redirects": 3}, {"follow_location": true},
	} {
		for _, way := range []int{0, 1, 2, 3, 19, 20, 25} {
			php := NewRuntime()
			php.SetErrorHandler(func(ErrorLevel, string, string, int) bool { return true })
			url := fmt.Sprintf("%s/%d", s.URL, way)
			requests.Store(0)
			want, ok := php.FileGetContents(url, php.StreamContextCreate(Options{"http": options}))
			wanted := requests.Swap(0)
			got, err := get(client(t, newRuntime(t).StreamContextCreate(Options{"http": options})), url)
			if got != want || (err == nil) != ok || requests.Load() != wanted {
				t.Errorf("%v, %d: %q, %v after %d; FileGetContents: %q, %v after %d", options, way, got, err, requests.Load(), want, ok, wanted)
			}
			if err != nil && !strings.Contains(err.Error(), "Redirection limit reached, aborting") {
				t.Error(err)
			}
		}
	}
}

// TestSecretsStayAtHome: what is for one origin goes to no other, nor does it come
// back, and nobody is told where a request comes from.
func TestSecretsStayAtHome(t *testing.T) {
	checkLeaks(t)
	say := func(w http.ResponseWriter, r *http.Request) {
		if to := r.FormValue("to"); to != "" {
			http.Redirect(w, r, to, http.StatusFound)
			return
		}
		for _, name := range []string{"Authorization", "Cookie", "Proxy-Authorization", "X-Other", "Referer"} {
			io.WriteString(w, r.Header.Get(name)+";")
		}
	}
	one, two := serve(t, nil, say), serve(t, nil, say)
	const all, none = "a;b=c;d;e;;", ";;;e;;"
	for url, want := range map[string]string{
		one.URL + "/":                                       all,
		one.URL + "/?to=/x":                                 all,
		one.URL + "/?to=" + one.URL:                         all,
		one.URL + "/?to=" + two.URL:                         none,
		"http://localhost" + one.port() + "/?to=" + one.URL: none,
		one.URL + "/?to=" + two.URL + "/%3Fto=" + one.URL:   none,
		strings.Replace(one.URL, "http:", "HTTP:", 1) + "/?to=" + one.URL + "/again": all,
	} {
		r, err := http.NewRequest("GET", url, nil)
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range map[string]string{"Authorization": "a", "Cookie": "b=c", "Proxy-Authorization": "d", "X-Other": "e"} {
			r.Header.Set(name, value)
		}
		c := client(t, newRuntime(t).StreamContextCreate(nil))
		if got, err := do(c, r); got != want || err != nil {
			t.Errorf("%s: %q, %v", url, got, err)
		}
		php := newRuntime(t)
		header := "Authorization: a\r\nCookie: b=c\r\nProxy-Authorization: d\r\nX-Other: e"
		if got, ok := php.FileGetContents(url, php.StreamContextCreate(Options{"http": {"header": header}})); got != want || !ok {
			t.Errorf("%s: FileGetContents: %q, %v", url, got, ok)
		}
	}
}

// TestMethodOfARedirection is PHP's.
func TestMethodOfARedirection(t *testing.T) {
	checkLeaks(t)
	s := serve(t, nil, func(w http.ResponseWriter, r *http.Request) {
		var status int
		if fmt.Sscanf(r.URL.Path, "/%d", &status); status != 0 {
			w.Header().Set("Location", "/")
			w.WriteHeader(status)
			return
		}
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s", r.Method, body)
	})
	for _, status := range []int{301, 302, 303, 307, 308} {
		url := fmt.Sprintf("%s/%d", s.URL, status)
		r, err := http.NewRequest("POST", url, strings.NewReader("body"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := do(client(t, newRuntime(t).StreamContextCreate(nil)), r)
		if err != nil {
			t.Error(err)
		}
		php := newRuntime(t)
		want, ok := php.FileGetContents(url, php.StreamContextCreate(Options{"http": {"method": "POST", "content": "body", "header": "Content-Type: text/plain"}}))
		if got != want || !ok {
			t.Errorf("%d: %q; FileGetContents: %q", status, got, want)
		}
	}
}
