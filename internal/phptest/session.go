package phptest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// A Session is a PHP that answers a line with a line, many times: starting one
// takes far longer than most questions.
type Session struct {
	in  *os.File
	out *os.File
	r   *bufio.Reader
}

// answering is how a session's script is run: its input is free for the lines.
const answering = `while (($question = fgets(STDIN)) !== false) { echo answer(rtrim($question, "\n")), "\n"; }`

// Start runs a script that declares a function answer(string): string. The
// session ends with the test.
func (p PHP) Start(t testing.TB, script string) (*Session, error) {
	t.Helper()
	stdin, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	out, stdout, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, stdin.Close(), in.Close())
	}
	cmd := Cmd(context.Background(), p.command, "-d", "display_errors=stderr", "-d", "error_log=", "-r", strings.TrimPrefix(script, "<?php")+answering)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, stdout, os.Stderr
	err = cmd.Start()
	stdin.Close()
	stdout.Close()
	if err != nil {
		return nil, errors.Join(err, in.Close(), out.Close())
	}
	t.Cleanup(func() {
		in.Close() // which ends the script
		timer := time.AfterFunc(5*time.Second, func() { cmd.Process.Kill() })
		cmd.Wait()
		timer.Stop()
		out.Close()
	})
	return &Session{in: in, out: out, r: bufio.NewReader(out)}, nil
}

// Ask waits for the answer at most for a limit.
func (s *Session) Ask(question string, limit time.Duration) (string, error) {
	if _, err := fmt.Fprintln(s.in, question); err != nil {
		return "", err
	}
	return s.Next(limit)
}

// Next waits for a line that the script says unasked, before its answer.
func (s *Session) Next(limit time.Duration) (string, error) {
	s.out.SetReadDeadline(time.Now().Add(limit))
	answer, err := s.r.ReadString('\n')
	return strings.TrimSuffix(answer, "\n"), err
}
