package resolve

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/phpstream-go/phpstream/internal/dnstest"
)

func TestLookupNumeric(t *testing.T) {
	lo, err := net.InterfaceByIndex(1)
	if err != nil {
		t.Fatal(err)
	}
	// Numbers must not reach any server.
	s := dnstest.Start(t, nil)
	r := testResolver(t, s, confs["plain"])
	for _, tt := range []struct{ host, want string }{
		{"127.0.0.1", "127.0.0.1"},
		{"127.1", "127.0.0.1"},
		{"0x7f000001", "127.0.0.1"},
		{"0177.0.0.1", "127.0.0.1"},
		{"2130706433", "127.0.0.1"},
		{"::1", "::1"},
		{"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
		{"fe80::1%" + lo.Name, "fe80::1%" + lo.Name},
		{"fe80::1%1", "fe80::1%" + lo.Name},
		{"::1%1", "::1%" + lo.Name},
		{"fe80::1", "fe80::1"},
		{"127.0.0.1\x00.example", "127.0.0.1"},
	} {
		got, err := r.Lookup(t.Context(), tt.host)
		if err != nil || len(got) != 1 || got[0] != netip.MustParseAddr(tt.want) {
			t.Errorf("%q: %v, %v, want %s", tt.host, got, err, tt.want)
		}
	}
	for _, host := range []string{"", "fe80::1%no-such-link", "::1%" + lo.Name, "fe80::1%", "::1::", "[::1]", ":", "fe80::1%99999999999"} {
		got, err := r.Lookup(t.Context(), host)
		var failed *net.DNSError
		if !errors.As(err, &failed) || failed.Err != textNoName || !failed.IsNotFound || failed.Name != host {
			t.Errorf("%q: %v, %#v", host, got, err)
		}
	}
	if q := s.Queries(); len(q) != 0 {
		t.Errorf("asked %q", q)
	}
}

func TestLookupWithoutIPv6(t *testing.T) {
	s := dnstest.Start(t, dnstest.Zone{"two.test. A": reply(rr("A", ip("127.0.0.9"))), "two.test. AAAA": reply(rr("AAAA", ip("::9")))})
	r := testResolver(t, s, confs["plain"])
	r.noIPv6 = true
	var failed *net.DNSError
	if _, err := r.Lookup(t.Context(), "::1"); !errors.As(err, &failed) || failed.Err != textAddrFamily {
		t.Errorf("::1: %v, want %q", err, textAddrFamily)
	}
	got, err := r.Lookup(t.Context(), "two.test.")
	if want := []netip.Addr{ip("127.0.0.9")}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	if !haveIPv6() {
		return
	}
	r.noIPv6 = false
	got, err = r.Lookup(t.Context(), "two.test.")
	if err != nil || len(got) != 2 {
		t.Errorf("with IPv6: %v, %v, want both", got, err)
	}
}

func TestLookupKeepsOrder(t *testing.T) {
	s := dnstest.Start(t, zone)
	r := testResolver(t, s, confs["plain"])
	got, err := r.lookupName(t.Context(), "ip4", "a.test.")
	want := []netip.Addr{ip("192.0.2.1"), ip("192.0.2.3"), ip("192.0.2.2")}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
}

func TestLookupHostsFile(t *testing.T) {
	got, err := Lookup(t.Context(), "localhost")
	if err != nil || len(got) == 0 || !got[0].IsLoopback() {
		t.Errorf("localhost: %v, %v", got, err)
	}
}

func TestLookupFailures(t *testing.T) {
	s := dnstest.Start(t, zone)
	r := testResolver(t, s, confs["plain"])
	for _, tt := range []struct {
		host, text          string
		notFound, temporary bool
	}{
		{"nx.test.", textNoName, true, false},
		{"nodata.test.", textNoAddress, true, false},
		{"fail.test.", textAgain, false, true},
		{"refused.test.", textAgain, false, true},
		{"bad host.test.", textNoName, true, false},
	} {
		_, err := r.Lookup(t.Context(), tt.host)
		var failed *net.DNSError
		if !errors.As(err, &failed) {
			t.Errorf("%s: %#v, want a *net.DNSError", tt.host, err)
			continue
		}
		if failed.Err != tt.text || failed.IsNotFound != tt.notFound || failed.IsTemporary != tt.temporary || failed.Name != tt.host {
			t.Errorf("%s: %+v", tt.host, failed)
		}
	}
}

func TestLookupIsCancelled(t *testing.T) {
	s := dnstest.Start(t, zone)
	r := testResolver(t, s, confs["plain"])
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := r.Lookup(ctx, "drop.test.")
	var failed *net.DNSError
	if !errors.Is(err, context.Canceled) || !errors.As(err, &failed) {
		t.Errorf("cancelled: %#v", err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	begin := time.Now()
	_, err = r.Lookup(ctx, "drop.test.")
	if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &failed) || !failed.IsTimeout || failed.Err != textAgain {
		t.Errorf("late: %#v", err)
	}
	if d := time.Since(begin); d > 3*time.Second {
		t.Errorf("took %v", d)
	}
}

func TestHostnameIsNotEmpty(t *testing.T) {
	if name, err := Gethostname(); err != nil || name == "" {
		t.Errorf("%q, %v", name, err)
	}
}

// Where no server is named, names are looked up in another way: DNS is not
// asked behind its back.
func TestFailureIsNotRefinedWithoutServer(t *testing.T) {
	s := dnstest.Start(t, zone)
	r := testResolver(t, s, "options timeout:1\n")
	_, err := r.Lookup(t.Context(), "nodata.test.")
	var failed *net.DNSError
	if !errors.As(err, &failed) || failed.Err != textNoName {
		t.Errorf("%v, want %q", err, textNoName)
	}
}
