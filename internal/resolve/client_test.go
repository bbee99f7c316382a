package resolve

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/phpstream-go/phpstream/internal/dnstest"
)

// firstIP asks for A records and returns the addresses, or the failure.
func firstIP(t *testing.T, r *Resolver, host string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	a, err := r.Records(ctx, host, Question{Types: maskOf("A")})
	if err != nil {
		return err.Error()
	}
	var all []string
	for _, rec := range a.Records {
		v, _ := rec.Get("ip")
		all = append(all, fmt.Sprint(v))
	}
	return strings.Join(all, " ")
}

// A message that is not the answer to the query is dropped, wherever it comes
// from; the answer behind it counts.
func TestForgedAnswersAreDropped(t *testing.T) {
	good := []dnstest.Record{rr("A", ip("192.0.2.1"))}
	zone := dnstest.Zone{"none.test. A": {Answer: good}}
	kinds := []string{"id", "question", "query", "short", "source"}
	for _, how := range kinds {
		zone[how+".test. A"] = dnstest.Reply{Forged: []string{how}, Answer: good}
		zone[how+".tcp.test. A"] = dnstest.Reply{Forged: []string{how}, Answer: good}
	}
	s := dnstest.Start(t, zone)
	r := testResolver(t, s, confs["plain"])
	tcp := testResolver(t, s, confs["plain"]+"options use-vc\n")
	for _, how := range append(kinds, "none") {
		if got := firstIP(t, r, how+".test."); got != "192.0.2.1" {
			t.Errorf("%s: %q, want the true answer", how, got)
		}
		if how == "source" || how == "none" {
			continue // by TCP there is no other source
		}
		if got := firstIP(t, tcp, how+".tcp.test."); got != "192.0.2.1" {
			t.Errorf("%s by TCP: %q, want the true answer", how, got)
		}
	}
}

// Only forged messages come: no answer, and the wait ends.
func TestForgedAnswerAlone(t *testing.T) {
	s := dnstest.Start(t, dnstest.Zone{"x.test. A": {Forged: []string{"id", "question", "query", "source"}, RCode: dnsmessage.RCodeServerFailure}})
	r := testResolver(t, s, confs["plain"])
	if got := firstIP(t, r, "x.test."); got != ErrTemporary.Error() {
		t.Errorf("%q, want %q", got, ErrTemporary)
	}
}

func TestTruncatedAnswerComesByTCP(t *testing.T) {
	s := dnstest.Start(t, dnstest.Zone{"x.test. A": {TooBig: true, Answer: []dnstest.Record{rr("A", ip("192.0.2.1"))}}})
	if got := firstIP(t, testResolver(t, s, confs["plain"]), "x.test."); got != "192.0.2.1" {
		t.Errorf("%q", got)
	}
	want := []string{"udp x.test. A", "tcp x.test. A"}
	if got := s.Queries(); !slices.Equal(got, want) {
		t.Errorf("asked %q, want %q", got, want)
	}
}

func TestNextServerIsAsked(t *testing.T) {
	good := dnstest.Zone{"x.test. A": reply(rr("A", ip("192.0.2.1")))}
	for name, first := range map[string]dnstest.Reply{
		"fails":             fails(dnsmessage.RCodeServerFailure),
		"refuses":           fails(dnsmessage.RCodeRefused),
		"no such operation": fails(dnsmessage.RCodeNotImplemented),
		"lame":              {Lame: true},
		"silent":            {Drop: true},
	} {
		t.Run(name, func(t *testing.T) {
			one := dnstest.Start(t, dnstest.Zone{"x.test. A": first})
			dnstest.StartAt(t, good, fmt.Sprintf("127.0.0.2:%d", one.Addr.Port()))
			r := testResolver(t, one, "nameserver 127.0.0.1\nnameserver 127.0.0.2\noptions timeout:1 attempts:1\n")
			if got := firstIP(t, r, "x.test."); got != "192.0.2.1" {
				t.Errorf("%q, want the second server's answer", got)
			}
		})
	}
}

// "No such name" is an answer: the second server is not asked.
func TestNegativeAnswerCounts(t *testing.T) {
	one := dnstest.Start(t, dnstest.Zone{})
	two := dnstest.StartAt(t, dnstest.Zone{"x.test. A": reply(rr("A", ip("192.0.2.66")))}, fmt.Sprintf("127.0.0.2:%d", one.Addr.Port()))
	r := testResolver(t, one, "nameserver 127.0.0.1\nnameserver 127.0.0.2\noptions timeout:1 attempts:1\n")
	if got := firstIP(t, r, "x.test."); got != "" {
		t.Errorf("%q, want nothing", got)
	}
	if got := two.Queries(); len(got) != 0 {
		t.Errorf("the second server was asked %q", got)
	}
}

func TestAttempts(t *testing.T) {
	s := dnstest.Start(t, dnstest.Zone{"x.test. A": fails(dnsmessage.RCodeServerFailure)})
	r := testResolver(t, s, "nameserver SERVER\noptions timeout:1 attempts:3\n")
	if got := firstIP(t, r, "x.test."); got != ErrTemporary.Error() {
		t.Errorf("%q", got)
	}
	if got := s.Queries(); len(got) != 3 {
		t.Errorf("asked %q, want three times", got)
	}
}

func TestSearchOrder(t *testing.T) {
	for _, tt := range []struct {
		conf, host string
		want       []string
	}{
		{"search a.test b.test\n", "x", []string{"x.a.test.", "x.b.test.", "x."}},
		{"search a.test b.test\n", "x.y", []string{"x.y.", "x.y.a.test.", "x.y.b.test."}},
		{"search a.test\noptions ndots:2\n", "x.y", []string{"x.y.a.test.", "x.y."}},
		{"search a.test\n", "x.", []string{"x."}},
		{"search a.test\ndomain c.test\n", "x", []string{"x.c.test.", "x."}},
		{"search a.test\noptions no-tld-query\n", "x", []string{"x.a.test."}},
		{"search . a.test\n", "x", []string{"x.", "x.a.test."}},
		{"search sf.test a.test\n", "x", []string{"x.sf.test.", "x.a.test.", "x."}},
		{"search fe.test a.test\n", "x", []string{"x.fe.test.", "x."}},
	} {
		s := dnstest.Start(t, dnstest.Zone{"x.sf.test. A": fails(dnsmessage.RCodeServerFailure), "x.fe.test. A": fails(dnsmessage.RCodeFormatError)})
		r := testResolver(t, s, "nameserver SERVER\noptions timeout:1 attempts:1\n"+tt.conf)
		firstIP(t, r, tt.host)
		var want []string
		for _, name := range tt.want {
			want = append(want, "udp "+name+" A")
		}
		if got := s.Queries(); !slices.Equal(got, want) {
			t.Errorf("%q with %q: asked %q, want %q", tt.host, tt.conf, got, want)
		}
	}
}

// Nobody listens: the search list is not walked through.
func TestNoServer(t *testing.T) {
	s := dnstest.Start(t, nil)
	r := testResolver(t, s, "nameserver 127.0.0.3\nsearch a.test b.test\noptions timeout:1 attempts:1\n")
	begin := time.Now()
	if got := firstIP(t, r, "x"); got != ErrTemporary.Error() {
		t.Errorf("%q, want %q", got, ErrTemporary)
	}
	if d := time.Since(begin); d > 900*time.Millisecond {
		t.Errorf("took %v: a refusal is no reason to wait", d)
	}
}

func TestContextEndsTheWait(t *testing.T) {
	s := dnstest.Start(t, dnstest.Zone{"x.test. A": {Drop: true}})
	r := testResolver(t, s, "nameserver SERVER\noptions timeout:20 attempts:5\n")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	begin := time.Now()
	if _, err := r.Records(ctx, "x.test.", Question{Types: 1}); !errors.Is(err, ErrTemporary) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v, want %v", err, ErrTemporary)
	}
	if d := time.Since(begin); d > 3*time.Second {
		t.Errorf("took %v after the context was over", d)
	}
}

func TestRotate(t *testing.T) {
	one := dnstest.Start(t, zone)
	two := dnstest.StartAt(t, zone, fmt.Sprintf("127.0.0.2:%d", one.Addr.Port()))
	r := testResolver(t, one, "nameserver 127.0.0.1\nnameserver 127.0.0.2\noptions rotate\n")
	for range 4 {
		firstIP(t, r, "a.test.")
	}
	if a, b := len(one.Queries()), len(two.Queries()); a != 2 || b != 2 {
		t.Errorf("asked %d and %d times, want each twice", a, b)
	}
}

func TestIDsDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 8 {
		q, err := newQuery("x.test.", typeA)
		if err != nil {
			t.Fatal(err)
		}
		seen[string(q[:2])] = true
	}
	if len(seen) < 4 {
		t.Errorf("%d different IDs in 8 queries", len(seen))
	}
}

func TestParseConf(t *testing.T) {
	defaults := conf{ndots: 1, timeout: 5 * time.Second, attempts: 2}
	for _, tt := range []struct {
		text string
		want func(*conf)
	}{
		{"", func(*conf) {}},
		{"# nameserver 192.0.2.1\n; nameserver 192.0.2.1\n nameserver 192.0.2.1\n", func(*conf) {}},
		{"nameserver 192.0.2.1\nnameserver ::1\nnameserver nonsense\nnameserver 127.1\nnameserver 192.0.2.4\n", func(c *conf) { c.servers = addrPorts("192.0.2.1", "::1", "127.0.0.1") }},
		{"search a b\nsearch c\td\n", func(c *conf) { c.searchList = []string{"c", "d"} }},
		{"domain a b\n", func(c *conf) { c.searchList = []string{"a"} }},
		{"options ndots:3 timeout:7 attempts:4 rotate use-vc no-tld-query\n", func(c *conf) {
			*c = conf{ndots: 3, timeout: 7 * time.Second, attempts: 4, rotate: true, useTCP: true, noTLDQuery: true}
		}},
		{"options ndots:99 timeout:99 attempts:99\n", func(c *conf) { c.ndots, c.timeout, c.attempts = 15, 30*time.Second, 5 }},
		{"options ndots:x timeout:-1 unknown\n", func(c *conf) { c.ndots, c.timeout = 0, 0 }},
		{"nameserver\nsearch\nopti", func(*conf) {}},
	} {
		want := defaults
		tt.want(&want)
		if got := parseConf(tt.text, 53); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%q:\n got %v\nwant %v", tt.text, got, want)
		}
	}
}

// A missing configuration means the machine's own server.
func TestNoConf(t *testing.T) {
	r := &Resolver{ConfPath: filepath.Join(t.TempDir(), "none"), Port: 5353}
	if got, want := r.conf().servers, addrPorts("127.0.0.1"); got[0].Addr() != want[0].Addr() || got[0].Port() != 5353 {
		t.Errorf("%v", got)
	}
	if name, _ := os.Hostname(); !strings.Contains(name, ".") && len(r.conf().searchList) != 0 {
		t.Errorf("search list %q for the host %q", r.conf().searchList, name)
	}
}

func TestServerLimit(t *testing.T) {
	c := conf{timeout: 5 * time.Second, servers: addrPorts("127.0.0.1", "127.0.0.2", "127.0.0.3")}
	for i, want := range []time.Duration{5 * time.Second, 3 * time.Second, 6 * time.Second} {
		if got := c.serverLimit(i); got != want {
			t.Errorf("server %d: %v, want %v", i, got, want)
		}
	}
	c.timeout = 0
	if got := c.serverLimit(0); got != time.Second {
		t.Errorf("without a time: %v, want a second", got)
	}
}

// PHP asks for ANY, too, where somebody wants additional records.
func TestAdditionalAsksForAny(t *testing.T) {
	s := dnstest.Start(t, zone)
	r := testResolver(t, s, confs["plain"])
	for _, tt := range []struct {
		q    Question
		want []string
	}{
		{Question{Types: maskOf("MX"), Additional: true}, []string{"udp full.test. MX", "udp full.test. ANY"}},
		{Question{Types: maskOf("MX"), Additional: true, Lean: true}, []string{"udp full.test. MX"}},
		{Question{Types: maskOf("MX"), Authority: true}, []string{"udp full.test. MX"}},
	} {
		a, err := r.Records(t.Context(), "full.test.", tt.q)
		if err != nil || len(a.Records) != 1 {
			t.Errorf("%+v: %v, %v", tt.q, a, err)
		}
		if got := len(a.Additional) > 0; got != tt.q.Additional {
			t.Errorf("%+v: additional records: %v", tt.q, got)
		}
		if got := s.Queries(); !slices.Equal(got, tt.want) {
			t.Errorf("%+v: asked %q, want %q", tt.q, got, tt.want)
		}
	}
}
