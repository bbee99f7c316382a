package phpfacts_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phptest"
)

func TestGai(t *testing.T) {
	for _, test := range []struct {
		name string
		err  error
		want string
	}{
		{"an unknown name", &net.DNSError{Err: "no such host", IsNotFound: true}, "Name or service not known"},
		{"a wrapped one", fmt.Errorf("dial: %w", &net.DNSError{Err: "no such host", IsNotFound: true}), "Name or service not known"},
		{"a slow server", &net.DNSError{Err: "i/o timeout", IsTimeout: true, IsTemporary: true}, "Temporary failure in name resolution"},
		{"a failing server", &net.DNSError{Err: "server misbehaving", IsTemporary: true}, "Temporary failure in name resolution"},
		{"the caller's limit", context.DeadlineExceeded, "Temporary failure in name resolution"},
		{"glibc's own text", &net.DNSError{Err: "No address associated with hostname", IsNotFound: true}, "No address associated with hostname"},
		{"another libc's letters", &net.DNSError{Err: "Non-recoverable failure in Name resolution"}, "Non-recoverable failure in name resolution"},
		{"the wrong family", &net.OpError{Op: "dial", Err: &net.AddrError{Err: "no suitable address found", Addr: "::1"}}, "Address family for hostname not supported"},
		{"a broken answer", &net.DNSError{Err: "cannot unmarshal DNS message"}, "Non-recoverable failure in name resolution"},
		{"something else", errors.New("boom"), "Non-recoverable failure in name resolution"},
		{"no error", nil, ""},
	} {
		if got := phpfacts.Gai(test.err); got != test.want {
			t.Errorf("%s: Gai = %q, want %q", test.name, got, test.want)
		}
	}
}

// A text that came from the C library itself passes through, letters mended.
func TestGaiTexts(t *testing.T) {
	for number, text := range recorded(t, "gai.txt") {
		if got := phpfacts.Gai(&net.DNSError{Err: strings.ToUpper(text)}); got != text {
			t.Errorf("EAI %d: Gai = %q, want %q", number, got, text)
		}
	}
}

func TestGaiTextsArePHPs(t *testing.T) {
	const script = `<?php
$libc = FFI::cdef('const char *gai_strerror(int);');
for ($i = -1; $i >= -11; $i--) echo $i, "\t", $libc->gai_strerror($i), "\n";`
	want := recorded(t, "gai.txt")
	for _, php := range phptest.All(t) {
		count := 0
		for line := range strings.Lines(php.Run(t, script)) {
			count++
			number, text, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
			if n, _ := strconv.Atoi(number); want[n] != text {
				t.Errorf("EAI %s is recorded as %q, PHP %s's libc says %q", number, want[n], php.Version, text)
			}
		}
		if count != len(want) {
			t.Errorf("PHP %s answered %d texts, want %d", php.Version, count, len(want))
		}
	}
}
