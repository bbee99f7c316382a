package main

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

// leaked is the exit code of a run that left goroutines or descriptors behind.
const leaked = 99

// TestMain lets this test binary also be the mailer, so that each run has a
// process of its own, as PHP's has. After the tests, and after each run of the
// mailer, nothing may be left open.
func TestMain(m *testing.M) {
	descriptors, goroutines := openDescriptors(), runtime.NumGoroutine()
	code := 0
	switch os.Getenv("MAILER_TEST_RUN") {
	case "flags":
		code = run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	case "demo":
		code = demo(os.Stdout, os.Stderr)
	default:
		code = m.Run()
		if dir, err := inputs(); err == nil {
			os.RemoveAll(dir)
		}
	}
	if problem := leaks(descriptors, goroutines); problem != "" {
		fmt.Fprintln(os.Stderr, problem)
		code = leaked
	}
	os.Exit(code)
}

// leaks waits until no more is open than before, and says what is.
func leaks(descriptors map[string]bool, goroutines int) string {
	problem := ""
	for deadline := time.Now().Add(3 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		problem = ""
		for d := range openDescriptors() {
			if !descriptors[d] {
				problem += "left open: " + d + "\n"
			}
		}
		if n := runtime.NumGoroutine(); n > goroutines {
			stacks := make([]byte, 1<<16)
			problem += fmt.Sprintf("%d goroutines, %d at the start:\n%s", n, goroutines, stacks[:runtime.Stack(stacks, true)])
		}
		if problem == "" {
			return ""
		}
	}
	return problem
}

// openDescriptors lists the process's sockets, pipes and files. The runtime's
// own poller is made when it is first needed, and stays.
func openDescriptors() map[string]bool {
	list := map[string]bool{}
	entries, _ := os.ReadDir("/proc/self/fd")
	for _, entry := range entries {
		target, err := os.Readlink("/proc/self/fd/" + entry.Name())
		if err == nil && !strings.HasPrefix(target, "anon_inode:") {
			list[entry.Name()+" "+target] = true
		}
	}
	return list
}

// asMailer returns a command that runs this binary as the mailer.
func asMailer(t *testing.T, what string, args ...string) *exec.Cmd {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Env = append(os.Environ(), "MAILER_TEST_RUN="+what, "SMTP_PASSWORD="+password, quickExit)
	return cmd
}

func TestDemo(t *testing.T) {
	cmd := asMailer(t, "demo")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Fatalf("%v\n%s%s", err, out, stderr.String())
	}
	text := string(out)
	for _, want := range []string{
		`A mail server of our own listens on tcp://127\.0\.0\.1:\d+\.`,
		`(?m)^clear    <-- 220 `,
		`(?m)^clear    --> STARTTLS\n`,
		`(?m)^TLSv1\.3  \*\*\* TLS is on: TLSv1\.3, TLS_\w+, \d+ bits\n`,
		`(?m)^TLSv1\.3  --> AUTH PLAIN \*\*\*\*\n`,
		`(?m)^TLSv1\.3  --> MAIL FROM:<ann@example\.com> SIZE=\d+\n`,
		`(?m)^TLSv1\.3  <-- 250 .*queued`,
		`(?m)^TLSv1\.3  --> QUIT\n`,
		`In clear went   \d+ lines`,
		`Over TLS went   \d+ lines and the message: TLSv1\.3 and TLS_`,
		`a message from <ann@example\.com> to <bob@example\.net>, of the user ann:`,
		`The stored message equals the one sent, and its attachment equals mailer\.php\.`,
	} {
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("the demo doesn't print %s", want)
		}
	}
	if sums := regexp.MustCompile(`(?m)^    (?:sent|stored) +(\d+ bytes, SHA-256 \w{64})$`).FindAllStringSubmatch(text, -1); len(sums) != 2 || sums[0][1] != sums[1][1] {
		t.Errorf("the demo doesn't print two equal checksums: %q", sums)
	}
	for _, secret := range []string{demoPassword, base64Encode("\x00" + demoUser + "\x00" + demoPassword)} {
		if strings.Contains(text, secret) {
			t.Errorf("the demo prints the password")
		}
	}
	if t.Failed() {
		t.Log(text)
	}
}
