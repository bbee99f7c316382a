package phpstream

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/phpstream-go/phpstream/internal/dnstest"
	"github.com/phpstream-go/phpstream/internal/resolve"
)

// useDNS makes the name functions ask a scripted server for the test's time.
func useDNS(t *testing.T, zone dnstest.Zone) *dnstest.Server {
	t.Helper()
	s := dnstest.Start(t, zone)
	path := filepath.Join(t.TempDir(), "resolv.conf")
	text := "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, s.Addr.String())
	}
	old := resolver
	resolver = &resolve.Resolver{Net: &net.Resolver{PreferGo: true, Dial: dial}, ConfPath: path, Port: s.Addr.Port()}
	t.Cleanup(func() { resolver = old })
	return s
}

// heard makes a Runtime of a profile whose events are kept.
func heard(profile Profile) (rt *Runtime, events *[]string) {
	rt, events = NewRuntime(profile), new([]string)
	rt.SetErrorHandler(func(level ErrorLevel, message, _ string, _ int) bool {
		*events = append(*events, fmt.Sprintf("%d %s", level, message))
		return true
	})
	return rt, events
}

func wantEvents(t *testing.T, events *[]string, want ...string) {
	t.Helper()
	if !reflect.DeepEqual(append([]string{}, *events...), append([]string{}, want...)) {
		t.Errorf("heard %q, want %q", *events, want)
	}
	*events = nil
}

var testZone = dnstest.Zone{
	"a.test. A":    {Answer: []dnstest.Record{dnstest.RR("A", netip.MustParseAddr("192.0.2.1")), dnstest.RR("A", netip.MustParseAddr("192.0.2.2"))}},
	"a.test. MX":   {Answer: []dnstest.Record{dnstest.RR("MX", 20, "b.a.test."), dnstest.RR("MX", 10, "a.a.test.")}, Additional: []dnstest.Record{dnstest.RR("A", netip.MustParseAddr("192.0.2.9")).From("a.a.test.")}, Authority: []dnstest.Record{dnstest.RR("NS", "ns.a.test.")}},
	"a.test. TXT":  {Answer: []dnstest.Record{dnstest.RR("TXT", "one ", "two")}},
	"fail.test. A": {RCode: 2}, "fail.test. MX": {RCode: 2},
	"cut.test. MX": {Cut: 3, Answer: []dnstest.Record{dnstest.RR("MX", 1, "whole."), dnstest.RR("MX", 2, "broken.test.")}},
}

func TestGethostbyname(t *testing.T) {
	useDNS(t, testZone)
	rt, events := heard(PHP84)
	for host, want := range map[string]string{
		"a.test.": "192.0.2.1", "nx.test.": "nx.test.", "127.1": "127.0.0.1", "": "", "::1": "::1",
	} {
		if got := rt.Gethostbyname(host); got != want {
			t.Errorf("%q: %q, want %q", host, got, want)
		}
	}
	var failed *net.DNSError
	if rt.Gethostbyname("nx.test."); !errors.As(rt.LastError(), &failed) || !failed.IsNotFound {
		t.Errorf("the cause is %v", rt.LastError())
	}
	wantEvents(t, events)
	long := strings.Repeat("h", 256)
	if got := rt.Gethostbyname(long); got != long {
		t.Errorf("a long name became %q", got)
	}
	wantEvents(t, events, "2 gethostbyname(): Host name cannot be longer than 255 characters")
	if got := rt.Gethostbyname("a.test.\x00"); got != "" {
		t.Errorf("a NUL: %q", got)
	}
	wantEvents(t, events, "1 Uncaught ValueError: gethostbyname(): Argument #1 ($hostname) must not contain any null bytes")
}

func TestGethostbynamel(t *testing.T) {
	useDNS(t, testZone)
	rt, events := heard(PHP74)
	got, ok := rt.Gethostbynamel("a.test.")
	if want := []string{"192.0.2.1", "192.0.2.2"}; !ok || !reflect.DeepEqual(got, want) {
		t.Errorf("%q, %v, want %q", got, ok, want)
	}
	if got, ok := rt.Gethostbynamel("nx.test."); ok || got != nil {
		t.Errorf("%q, %v for a name that is not there", got, ok)
	}
	wantEvents(t, events)
	if _, ok := rt.Gethostbynamel(strings.Repeat("h", 256)); ok {
		t.Error("a long name was found")
	}
	wantEvents(t, events, "2 gethostbynamel(): Host name is too long, the limit is 255 characters")
}

func TestGethostname(t *testing.T) {
	want, err := os.Hostname()
	if got, ok := Gethostname(); err != nil || !ok || got != want {
		t.Errorf("%q, %v, want %q", got, ok, want)
	}
}

func TestGetmxrr(t *testing.T) {
	useDNS(t, testZone)
	rt, events := heard(PHP84)
	for _, f := range []func(string) ([]string, []int, bool){rt.Getmxrr, rt.DnsGetMx} {
		hosts, weights, ok := f("a.test.")
		if !ok || !reflect.DeepEqual(hosts, []string{"b.a.test", "a.a.test"}) || !reflect.DeepEqual(weights, []int{20, 10}) {
			t.Errorf("%q, %v, %v", hosts, weights, ok)
		}
		if hosts, weights, ok := f("nx.test."); ok || len(hosts)+len(weights) != 0 {
			t.Errorf("%q, %v, %v for a name that is not there", hosts, weights, ok)
		}
		hosts, _, ok = f("cut.test.")
		if ok || !reflect.DeepEqual(hosts, []string{"whole"}) {
			t.Errorf("%q, %v of an answer that breaks off", hosts, ok)
		}
	}
	wantEvents(t, events)
	rt.DnsGetMx("\x00")
	wantEvents(t, events, "1 Uncaught ValueError: dns_get_mx(): Argument #1 ($hostname) must not contain any null bytes")
}

func TestCheckdnsrr(t *testing.T) {
	useDNS(t, testZone)
	rt, events := heard(PHP82)
	if !rt.Checkdnsrr("a.test.") || !rt.Checkdnsrr("a.test.", "a") || !rt.DnsCheckRecord("a.test.", "TXT") {
		t.Error("a record that is there was not found")
	}
	if rt.Checkdnsrr("a.test.", "NS") || rt.Checkdnsrr("nx.test.") || rt.DnsCheckRecord("fail.test.") {
		t.Error("a record that is not there was found")
	}
	wantEvents(t, events)
	rt.Checkdnsrr("")
	rt.DnsCheckRecord("a.test.", "FOO")
	wantEvents(t, events, "1 Uncaught ValueError: checkdnsrr(): Argument #1 ($hostname) cannot be empty",
		"1 Uncaught ValueError: dns_check_record(): Argument #2 ($type) must be a valid DNS record type")
	rt, events = heard(PHP74)
	rt.Checkdnsrr("")
	rt.Checkdnsrr("a.test.", "FOO")
	wantEvents(t, events, "2 checkdnsrr(): Host cannot be empty", "2 checkdnsrr(): Type 'FOO' not supported")
}

func TestDnsGetRecord(t *testing.T) {
	s := useDNS(t, testZone)
	rt, events := heard(PHP84)
	records, authns, addtl, ok := rt.DnsGetRecord("a.test.", DNS_MX|DNS_TXT)
	row := func(typ string, more ...any) map[string]any {
		m := map[string]any{"host": "a.test", "class": "IN", "ttl": 300, "type": typ}
		for i := 0; i < len(more); i += 2 {
			m[more[i].(string)] = more[i+1]
		}
		return m
	}
	if want := []map[string]any{
		row("MX", "pri", 20, "target", "b.a.test"),
		row("MX", "pri", 10, "target", "a.a.test"),
		row("TXT", "txt", "one two", "entries", []string{"one ", "two"}),
	}; !ok || !reflect.DeepEqual(records, want) {
		t.Errorf("%v, %v, want %v", records, ok, want)
	}
	if want := []map[string]any{row("NS", "target", "ns.a.test")}; !reflect.DeepEqual(authns, want) {
		t.Errorf("authority: %v, want %v", authns, want)
	}
	if want := []map[string]any{row("A", "host", "a.a.test", "ip", "192.0.2.9")}; !reflect.DeepEqual(addtl, want) {
		t.Errorf("additional: %v, want %v", addtl, want)
	}
	// PHP would ask for ANY, too.
	if got := s.Queries(); !reflect.DeepEqual(got, []string{"udp a.test. MX", "udp a.test. TXT"}) {
		t.Errorf("asked %q", got)
	}
	if records, _, _, ok := rt.DnsGetRecord("nx.test."); !ok || records == nil || len(records) != 0 {
		t.Errorf("%v, %v for a name that is not there", records, ok)
	}
	if got := s.Queries(); !reflect.DeepEqual(got, []string{"udp nx.test. ANY"}) {
		t.Errorf("asked %q", got)
	}
	wantEvents(t, events)
	if records, _, _, ok := rt.DnsGetRecord("fail.test.", DNS_A); ok || records != nil {
		t.Errorf("%v, %v of a server that fails", records, ok)
	}
	wantEvents(t, events, "2 dns_get_record(): A temporary server error occurred.")
	var failed *net.DNSError
	if !errors.As(rt.LastError(), &failed) || !failed.IsTemporary {
		t.Errorf("the cause is %#v", rt.LastError())
	}
	rt.DnsGetRecord("a.test.", DNS_ANY|DNS_A)
	wantEvents(t, events, "1 Uncaught ValueError: dns_get_record(): Argument #2 ($type) must be a DNS_* constant")
}

// The constants are those that the answers are made of.
func TestDNSTypes(t *testing.T) {
	if int(DNS_ALL) != resolve.AllMask || int(DNS_ANY) != resolve.AnyMask {
		t.Errorf("DNS_ALL is %d, want %d; DNS_ANY is %d, want %d", DNS_ALL, resolve.AllMask, DNS_ANY, resolve.AnyMask)
	}
}
