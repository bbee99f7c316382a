package phpfacts_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phptest"
)

// recorded reads a table of "number TAB text" lines.
func recorded(t *testing.T, file string) map[int]string {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[int]string{}
	for line := range strings.Lines(string(raw)) {
		number, text, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		n, err := strconv.Atoi(number)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		texts[n] = text
	}
	return texts
}

func TestStrerrorIsRecorded(t *testing.T) {
	texts := recorded(t, "strerror.txt")
	for errno := range 134 {
		if texts[errno] == "" {
			t.Errorf("errno %d is not recorded", errno)
		}
	}
	for errno, want := range texts {
		if got := phpfacts.Strerror(errno); got != want {
			t.Errorf("Strerror(%d) = %q, PHP says %q", errno, got, want)
		}
	}
	for errno, want := range map[int]string{-1: "Unknown error -1", 4095: "Unknown error 4095"} {
		if got := phpfacts.Strerror(errno); got != want {
			t.Errorf("Strerror(%d) = %q, want %q", errno, got, want)
		}
	}
}

func TestStrerrorIsPHPs(t *testing.T) {
	const script = `<?php
for ($i = -1; $i <= 140; $i++) {
	$text = posix_strerror($i);
	if (function_exists('socket_strerror') && socket_strerror($i) !== $text) $text = 'two texts';
	echo $i, "\t", $text, "\n";
}`
	for _, php := range phptest.All(t) {
		count := 0
		for line := range strings.Lines(php.Run(t, script)) {
			number, want, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
			errno, err := strconv.Atoi(number)
			if err != nil {
				t.Fatal(err)
			}
			if got := phpfacts.Strerror(errno); got != want {
				t.Errorf("Strerror(%d) = %q, PHP %s says %q", errno, got, php.Version, want)
			}
			count++
		}
		if count != 142 {
			t.Errorf("PHP %s answered %d numbers, want 142", php.Version, count)
		}
	}
}

func TestErrno(t *testing.T) {
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	for _, test := range []struct {
		name string
		err  error
		want int
		ok   bool
	}{
		{"a refused connect", refused, 111, true},
		{"a wrapped one", fmt.Errorf("outer: %w", refused), 111, true},
		{"a bare errno", syscall.EPIPE, 32, true},
		{"would block", syscall.EAGAIN, 11, true},
		{"address in use", syscall.EADDRINUSE, 98, true},
		{"a reset", syscall.ECONNRESET, 104, true},
		{"a dial that ran out", &net.OpError{Op: "dial", Err: context.DeadlineExceeded}, 110, true},
		{"a read that ran out", &net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, 110, true},
		{"no errno inside", errors.New("tls: bad certificate"), 0, false},
		{"a cancelled context", context.Canceled, 0, false},
		{"no error", nil, 0, false},
	} {
		if got, ok := phpfacts.Errno(test.err); got != test.want || ok != test.ok {
			t.Errorf("%s: Errno = %d, %t, want %d, %t", test.name, got, ok, test.want, test.ok)
		}
	}
}

// A refused connect and a passed deadline as the net package really words
// them, so that the table above cannot be about errors that never come.
func TestErrnoOfRealSockets(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	expired, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	if _, err = new(net.Dialer).DialContext(expired, "tcp", address); err == nil {
		t.Fatal("a dial without time succeeded")
	}
	if got, ok := phpfacts.Errno(err); got != 110 || !ok {
		t.Errorf("Errno(%v) = %d, %t, want 110", err, got, ok)
	}
	listener.Close()
	if _, err = net.Dial("tcp", address); err == nil {
		t.Fatal("connecting to a closed listener succeeded")
	}
	if got, ok := phpfacts.Errno(err); got != 111 || !ok {
		t.Errorf("Errno(%v) = %d, %t, want 111", err, got, ok)
	}
}

func TestVersionString(t *testing.T) {
	want := map[phpfacts.Version]string{phpfacts.PHP5: "5.6", phpfacts.PHP74: "7.4", phpfacts.PHP82: "8.2", phpfacts.PHP84: "8.4", -1: "unknown", 99: "unknown"}
	for version, text := range want {
		if version.String() != text {
			t.Errorf("Version(%d).String() = %q, want %q", int(version), version, text)
		}
	}
	all := phpfacts.Versions()
	for i := 1; i < len(all); i++ {
		if all[i-1] >= all[i] {
			t.Errorf("%v stands before %v", all[i-1], all[i])
		}
	}
}
