package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	. "github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/phptest"
	"github.com/phpstream-go/phpstream/internal/porttest"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

// output is what eventloop.php prints on PHP 8.2 and 8.4.
const output = `Clients and their echo server, all in one loop on one thread of control:
plain             200 clients at once, 9340100 bytes sent, 9340100 echoed
TLS               200 clients at once, 9340100 bytes sent, 9340100 echoed; TLSv1.3
wrong authority   10 clients failed: certificate verify failed; the server dropped 10: the client sent an alert
wrong name        10 clients failed: Peer certificate subjectAltName did not match expected name ` + "`elsewhere.test'" + `
no handshake      the server dropped 10: the handshake took too long
nobody listens    10 clients failed: Connection refused
`

// outputs has it for each version: PHP 7.4 says otherwise what is wrong with a
// name.
var outputs = map[string]string{
	"7.4": strings.Replace(output, "subjectAltName did not match expected name `elsewhere.test'", "CN=`localhost' did not match expected CN=`elsewhere.test'", 1),
	"8.2": output,
	"8.4": output,
}

const runLimit = time.Minute

// scripts puts the PHP program where PHPs in a changed root see it, too.
func scripts(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "eventloop-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, script := range []string{"eventloop.php", "connection.php", "demo.php", "main.php"} {
		data, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		testcert.WriteFile(dir, script, data)
	}
	return dir
}

// TestSameOutput runs the program on each PHP that is installed, and its port
// in the voice of each.
func TestSameOutput(t *testing.T) {
	dir := scripts(t)
	for version, profile := range map[string]Profile{"7.4": PHP74, "8.2": PHP82, "8.4": PHP84} {
		t.Run("php-"+version, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), runLimit)
			defer cancel()
			cmd := phptest.Cmd(ctx, phptest.Need(t, version), "-n", "-d", "error_reporting=-1", "-d", "display_errors=stderr", filepath.Join(dir, "eventloop.php"))
			var stdout, stderr strings.Builder
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			if err := cmd.Run(); err != nil || stderr.Len() > 0 {
				t.Errorf("%v\n%s", err, stderr.String())
			}
			if diff := cmp.Diff(outputs[version], stdout.String()); diff != "" {
				t.Errorf("eventloop.php prints something else (- expected, + got):\n%s", diff)
			}
		})
		t.Run("go-"+version, func(t *testing.T) {
			var code int
			var stdout, stderr strings.Builder
			porttest.LeavesNothing(t, func() { code = run(NewRuntime(profile), &stdout, &stderr) })
			if code != 0 || stderr.Len() > 0 {
				t.Errorf("exit code %d\n%s", code, stderr.String())
			}
			if diff := cmp.Diff(outputs[version], stdout.String()); diff != "" {
				t.Errorf("eventloop.go prints something else (- expected, + got):\n%s", diff)
			}
		})
	}
}

// TestTimers holds the order of timers, that a cancelled one is not called, and
// that the loop ends when nothing is left.
func TestTimers(t *testing.T) {
	l := newLoop(NewRuntime())
	var got []string
	note := func(text string) func() { return func() { got = append(got, text) } }
	l.addTimer(0.03, note("third"))
	l.addTimer(0.01, note("first"))
	cancelled := l.addTimer(0.02, note("cancelled"))
	l.addTimer(0.01, func() {
		got = append(got, "second")
		l.cancelTimer(cancelled)
		l.addTimer(0.05, note("fourth"))
	})
	done := make(chan bool)
	go func() {
		l.run()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(runLimit):
		t.Fatal("the loop does not end")
	}
	if diff := cmp.Diff([]string{"first", "second", "third", "fourth"}, got); diff != "" {
		t.Error(diff)
	}
	l.cancelTimer(cancelled) // a second time does nothing
}
