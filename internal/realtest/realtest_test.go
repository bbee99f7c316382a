// Package realtest lets the library talk with servers that others wrote:
// OpenSSL's s_server, Postfix, vsftpd, nginx, and PHP. It holds tests alone. Where
// a server isn't installed its tests are skipped; with REQUIRE_SERVERS=1 they fail.
package realtest

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/phpstream-go/phpstream/internal/servertest"
)

// A server is a program that runs beside the test.
type server struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	lines chan string // its standard output, line by line

	mu  sync.Mutex
	log bytes.Buffer // its standard error
}

// start runs a program in a directory until the test ends.
func start(t *testing.T, dir, path string, args ...string) *server {
	t.Helper()
	s := &server{cmd: exec.CommandContext(t.Context(), path, args...), lines: make(chan string, 1000)}
	s.cmd.Dir = dir
	s.cmd.Stderr = s
	s.cmd.WaitDelay = time.Second
	var err error
	if s.stdin, err = s.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		defer close(s.lines)
		for in := bufio.NewScanner(stdout); in.Scan(); {
			select {
			case s.lines <- in.Text():
			default: // nobody waits for these
			}
		}
	}()
	t.Cleanup(func() {
		s.cmd.Process.Kill()
		<-read
		s.cmd.Wait()
		if t.Failed() {
			t.Logf("%s %s said:\n%s", path, strings.Join(args, " "), s.said())
		}
	})
	return s
}

// Write keeps what the server says on standard error.
func (s *server) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.Write(p)
}

// said is what the server has said so far on standard error.
func (s *server) said() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.String()
}

// forget drops what the server has said.
func (s *server) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log.Reset()
}

// await returns what follows prefix in the first line of standard output
// that begins with it.
func (s *server) await(t *testing.T, prefix string) string {
	t.Helper()
	timeout := time.After(servertest.Patience)
	for {
		select {
		case line, ok := <-s.lines:
			if !ok {
				t.Fatalf("the server ended before it said %q:\n%s", prefix, s.said())
			}
			if rest, ok := strings.CutPrefix(line, prefix); ok {
				return strings.TrimSpace(rest)
			}
		case <-timeout:
			t.Fatalf("the server never said %q:\n%s", prefix, s.said())
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// exitCode runs the command and returns how it exited.
func exitCode(t *testing.T, cmd *exec.Cmd) int {
	t.Helper()
	err := cmd.Run()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		t.Fatalf("%s: %v", cmd.Path, cmd.ProcessState)
	}
	return cmd.ProcessState.ExitCode()
}
