package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"time"

	"github.com/phpstream-go/phpstream/internal/bridgelog"
)

const (
	// grace is for what a script has left running: it may end by itself.
	grace = 500 * time.Millisecond
	// mostOutput bounds what a script may print, on each of its outputs.
	mostOutput = 16 << 20
)

// A result is what one run of a script came to.
type result struct {
	output, warnings []byte
	end              string // "0", "255", "killed by SIGSEGV", "no end within 1m0s"
	unfinished       bool   // we ended it
	duration         time.Duration
	calls            bridgelog.Calls
	wire             []*connection
}

// run runs a script once. The error is for what keeps it from running.
func (s *surroundings) run(ctx context.Context, e engine, args []string, o compareOptions) (*result, error) {
	if err := s.renew(e); err != nil {
		return nil, err
	}
	argv := append(e.argv[:len(e.argv):len(e.argv)], args...)
	if o.wire {
		argv = append(traceCommand(s.path("trace")), argv...)
	}
	r, err := s.start(ctx, argv, o.timeout)
	if err != nil {
		return nil, err
	}
	if r.calls, err = bridgelog.Read(s.path("calls")); err != nil {
		return nil, err
	}
	if o.wire {
		r.wire, err = readTrace(s.path("trace"))
	}
	return r, err
}

// start runs a command in a process group of its own, and ends all of the
// group afterwards.
func (s *surroundings) start(ctx context.Context, argv []string, timeout time.Duration) (*result, error) {
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	input := os.DevNull
	if s.stdin != "" {
		input = s.stdin
	}
	stdin, err := os.Open(input)
	if err != nil {
		return nil, err
	}
	defer stdin.Close()
	cmd := exec.CommandContext(limited, argv[0], argv[1:]...)
	cmd.Env, cmd.Stdin = s.env, stdin
	inOwnGroup(cmd)
	cmd.Cancel = func() error { return killGroup(cmd) }

	output, err := newCapture(cancel)
	if err != nil {
		return nil, err
	}
	defer output.read.Close()
	warnings, err := newCapture(cancel)
	if err != nil {
		output.write.Close()
		return nil, err
	}
	defer warnings.read.Close()
	cmd.Stdout, cmd.Stderr = output.write, warnings.write
	began := time.Now()
	err = cmd.Start()
	output.write.Close()
	warnings.write.Close()
	if err != nil {
		return nil, err
	}
	err = cmd.Wait()
	r := &result{duration: time.Since(began)}
	late := errors.Is(limited.Err(), context.DeadlineExceeded)

	// What the script has left behind gets a moment to say its last words.
	groupEnds(cmd, grace)
	killGroup(cmd)
	r.output, r.warnings = output.take(), warnings.take()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case output.full() || warnings.full():
		r.end, r.unfinished = fmt.Sprintf("ended for printing more than %d MiB", mostOutput>>20), true
	case late:
		r.end, r.unfinished = fmt.Sprintf("no end within %v", timeout), true
	case cmd.ProcessState == nil:
		return nil, err
	case cmd.ProcessState.Exited():
		r.end = strconv.Itoa(cmd.ProcessState.ExitCode())
	default:
		r.end = "killed by " + signalName(cmd)
	}
	return r, nil
}

// A capture takes what a command writes, up to mostOutput.
type capture struct {
	read, write *os.File
	done        chan struct{}
	mu          sync.Mutex
	text        bytes.Buffer
}

func newCapture(tooMuch func()) (*capture, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	c := &capture{read: read, write: write, done: make(chan struct{})}
	go func() {
		defer close(c.done)
		if n, _ := io.Copy(c, io.LimitReader(read, mostOutput)); n == mostOutput {
			tooMuch()
		}
	}()
	return c, nil
}

func (c *capture) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text.Write(p)
}

func (c *capture) full() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text.Len() >= mostOutput
}

// take waits for the end of the output. A process that left the group could
// hold it open for ever.
func (c *capture) take() []byte {
	select {
	case <-c.done:
	case <-time.After(grace):
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return bytes.Clone(c.text.Bytes())
}
