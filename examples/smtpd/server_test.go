//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/phpstream-go/phpstream/internal/phptest"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

const (
	user     = "ann"
	password = "s3cret-s3cret"
	limit    = 60 * time.Second // of one server
)

// TestMain lets this test binary also be the server.
func TestMain(m *testing.M) {
	switch os.Getenv("SMTPD_TEST_RUN") {
	case "flags":
		os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
	case "demo":
		os.Exit(demo(os.Stdout, os.Stderr))
	}
	code := m.Run()
	if dir, err := inputs(); err == nil {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

// inputs are the files that all servers read. They lie below /tmp, where a PHP
// in a changed root sees them too.
var inputs = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "smtpd-test-")
	if err != nil {
		return "", err
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return "", err
	}
	ca := testcert.NewCA(testcert.Spec{CN: "The servers' authority"})
	ca.Issue(testcert.Spec{CN: "localhost", DNS: []string{"localhost"}, IP: []string{"127.0.0.1"}}).Write(dir, "server")
	testcert.WriteCAs(dir, "ca.pem", ca)
	testcert.WriteCAs(dir, "other-ca.pem", testcert.NewCA(testcert.Spec{CN: "Another authority"}))
	for _, script := range []string{"smtpd.php", "main.php"} {
		data, err := os.ReadFile(script)
		if err != nil {
			return "", err
		}
		testcert.WriteFile(dir, script, data)
	}
	return dir, nil
})

func input(t *testing.T, name string) string {
	t.Helper()
	dir, err := inputs()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, name)
}

// clientTLS trusts the servers' authority and nobody else.
func clientTLS(t *testing.T) *tls.Config {
	t.Helper()
	data, err := os.ReadFile(input(t, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(data) {
		t.Fatal("no authority")
	}
	return &tls.Config{RootCAs: roots, ServerName: "localhost"}
}

// kinds are the servers that are tested: the port, and the original on each PHP.
var kinds = []string{"go", "php-7.4", "php-8.2", "php-8.4"}

// A server is one that runs.
type server struct {
	addr   string
	dir    string // of the messages
	cmd    *exec.Cmd
	out    chan string // all that it has written, when it is at its end
	stderr *bytes.Buffer
}

// start starts a server of that kind. Where the PHP is missing the test is
// skipped, or fails with REQUIRE_PHP=1.
func start(t *testing.T, kind string, flags ...string) *server {
	t.Helper()
	var command []string
	if version, ok := strings.CutPrefix(kind, "php-"); ok {
		command = append(phptest.Need(t, version), "-n", "-d", "error_reporting=-1", "-d", "display_errors=stderr", input(t, "smtpd.php"))
	} else {
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		command = []string{self}
	}
	s := &server{dir: t.TempDir(), out: make(chan string, 1), stderr: &bytes.Buffer{}}
	if strings.HasPrefix(kind, "php-") {
		// A PHP in a changed root sees /tmp alone.
		s.dir, _ = os.MkdirTemp("/tmp", "smtpd-mail-")
		t.Cleanup(func() { os.RemoveAll(s.dir) })
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	t.Cleanup(cancel)
	flags = append([]string{"-listen", "tcp://127.0.0.1:0", "-cert", input(t, "server-all.pem"), "-dir", s.dir}, flags...)
	s.cmd = exec.CommandContext(ctx, command[0], append(slices.Clone(command[1:]), flags...)...)
	s.cmd.Env = append(os.Environ(), "SMTPD_TEST_RUN=flags", "SMTPD_PASSWORD="+password)
	s.cmd.Stderr = s.stderr
	// PHP's clients have a process each, and may outlive the server.
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	s.cmd.Cancel = func() error { return syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL) }
	s.cmd.WaitDelay = time.Second
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		s.cmd.Wait()
	})
	r := bufio.NewReader(out)
	line, err := r.ReadString('\n')
	addr, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on tcp://")
	if !ok {
		cancel()
		s.cmd.Wait()
		t.Fatalf("the server said %q (%v)\n%s", line, err, s.stderr)
	}
	s.addr = addr
	go func() {
		rest, _ := io.ReadAll(r)
		s.out <- string(rest)
	}()
	return s
}

// stop ends the server when its last client has gone, and answers what it has
// logged.
func (s *server) stop(t *testing.T) string {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	out := <-s.out
	if err := s.cmd.Wait(); err != nil || s.stderr.Len() > 0 {
		t.Errorf("the server ended with %v\n%s", err, s.stderr)
	}
	return placeholders(out)
}

// stored answers the messages in the order of their contents.
func (s *server) stored(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	var messages []string
	for _, e := range entries {
		if filepath.Ext(e.Name()) != ".eml" {
			t.Errorf("left over: %s", e.Name())
		}
		data, err := os.ReadFile(filepath.Join(s.dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		messages = append(messages, string(data))
	}
	slices.Sort(messages)
	return messages
}

// What differs from run to run, each with the form it must have.
var varying = []struct {
	pattern *regexp.Regexp
	name    string
}{
	{regexp.MustCompile(`127\.0\.0\.1:\d+`), "{{PEER}}"},
	{regexp.MustCompile(`\b[0-9a-f]{16}\b`), "{{ID}}"},
	{regexp.MustCompile(`(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000`), "{{DATE}}"},
}

func placeholders(text string) string {
	for _, v := range varying {
		text = v.pattern.ReplaceAllString(text, v.name)
	}
	return text
}
