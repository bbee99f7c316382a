//go:build unix

package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// tool is a program of Debian's. Where it is missing the test is skipped, or
// fails with REQUIRE_SERVERS=1.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("REQUIRE_SERVERS") == "1" {
			t.Fatalf("REQUIRE_SERVERS=1 is set: %v", err)
		}
		t.Skip(err)
	}
	return path
}

func output(t *testing.T, input, name string, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit/2)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdin = strings.NewReader(input)
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// TestSwaks sends with swaks, in its own ways, and has twins that must fail.
func TestSwaks(t *testing.T) {
	swaks := tool(t, "swaks")
	mail := filepath.Join(t.TempDir(), "mail.txt")
	const text = "Subject: from swaks\r\n\r\nHello\r\n.\r\n..two dots\r\n.\r\nlast line\r\n"
	if err := os.WriteFile(mail, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	login := []string{"--tls", "--auth-user", user, "--auth-password", password}
	cases := []struct {
		name   string
		args   []string
		code   int // swaks's
		says   string
		stored bool
	}{
		{"AUTH PLAIN", append(login, "--auth", "PLAIN"), 0, "<~  235 2.7.0 Welcome", true},
		{"AUTH LOGIN", append(login, "--auth", "LOGIN"), 0, "<~  235 2.7.0 Welcome", true},
		{"pipelined", append(login, "--auth", "PLAIN", "--pipeline"), 0, "<~  250 2.0.0 Ok: stored as", true},
		{"verified", append(login, "--auth", "PLAIN", "--tls-verify", "--tls-ca-path", input(t, "ca.pem")), 0, "<~  235 2.7.0 Welcome", true},
		{"another authority", append(login, "--auth", "PLAIN", "--tls-verify", "--tls-ca-path", input(t, "other-ca.pem")), 29, "certificate verify failed", false},
		{"wrong password", []string{"--tls", "--auth", "PLAIN", "--auth-user", user, "--auth-password", "wrong"}, 28, "<~* 535 5.7.8", false},
		{"in clear", nil, 23, "<** 530 5.7.0 Log in first", false},
	}
	for _, kind := range kinds {
		for _, c := range cases {
			t.Run(kind+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				s := start(t, kind, "-user", user)
				args := append([]string{"--server", s.addr, "--helo", "client.example", "--from", "ann@example.com", "--to", "bob@example.net",
					"--data", "@" + mail}, c.args...)
				out, err := output(t, "", swaks, args...)
				code := 0
				if exit, ok := err.(*exec.ExitError); ok {
					code = exit.ExitCode()
				}
				if code != c.code || !strings.Contains(out, c.says) {
					t.Errorf("swaks ended with %d (%v), not %d, or did not print %q:\n%s", code, err, c.code, c.says, out)
				}
				s.stop(t)
				stored := s.stored(t)
				if len(stored) != 0 != c.stored {
					t.Fatalf("%d messages are stored", len(stored))
				}
				if c.stored {
					if _, data, _ := strings.Cut(stored[0], " +0000\r\n"); strings.TrimRight(data, "\r\n") != strings.TrimRight(text, "\r\n") {
						t.Errorf("stored is\n%q", data)
					}
				}
			})
		}
	}
}

// TestOpenSSLClient talks with openssl's s_client, which does STARTTLS itself.
func TestOpenSSLClient(t *testing.T) {
	openssl := tool(t, "openssl")
	for _, kind := range kinds {
		for _, c := range []struct {
			name, ca, version string
			code              int
			says              string
		}{
			{"TLS 1.3", "ca.pem", "-tls1_3", 0, "221 2.0.0 Bye"},
			{"TLS 1.2", "ca.pem", "-tls1_2", 0, "221 2.0.0 Bye"},
			{"TLS 1.1", "ca.pem", "-tls1_1", 1, "alert"},
			{"another authority", "other-ca.pem", "-tls1_3", 1, "certificate verify failed"},
		} {
			t.Run(kind+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				s := start(t, kind)
				out, err := output(t, "EHLO client.example\nNOOP\nQUIT\n", openssl, "s_client", "-connect", s.addr, "-starttls", "smtp", "-crlf", "-ign_eof",
					"-CAfile", input(t, c.ca), "-verify_return_error", "-verify_hostname", "localhost", c.version, "-cipher", "DEFAULT@SECLEVEL=0")
				code := 0
				if exit, ok := err.(*exec.ExitError); ok {
					code = exit.ExitCode()
				}
				if code != c.code || !strings.Contains(out, c.says) {
					t.Errorf("s_client ended with %d (%v), not %d, or did not print %q:\n%s", code, err, c.code, c.says, out)
				}
				if log := s.stop(t); (log == "") != (c.code == 0) {
					t.Errorf("the server's log: %q", log)
				}
			})
		}
	}
}
