package porttest

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phpstream-go/phpstream/internal/phptest"
)

// runLimit is the longest that a program may take.
const runLimit = time.Minute

// OnThisLibrary runs a PHP program with this library under PHP's stream functions,
// and holds what it prints. want is asked for each version of PHP.
func OnThisLibrary(t *testing.T, script string, want func(version string) string) {
	for _, version := range []string{"8.2", "8.4"} {
		t.Run("php-"+version, func(t *testing.T) {
			command := phptest.Need(t, version)
			ctx, cancel := context.WithTimeout(t.Context(), runLimit)
			defer cancel()
			cmd := phptest.Cmd(ctx, command, "-n", "-d", "extension="+phptest.Bridge(t, command...), "-d", "error_reporting=-1", "-d", "display_errors=stderr", script)
			cmd.Env = append(cmd.Environ(), "PHPSTREAM_BRIDGE_STRICT=1")
			var stdout, stderr strings.Builder
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			if err := cmd.Run(); err != nil || stderr.Len() > 0 {
				t.Errorf("%v\n%s", err, stderr.String())
			}
			if diff := cmp.Diff(want(version), stdout.String()); diff != "" {
				t.Errorf("%s on this library prints something else (- expected, + got):\n%s", filepath.Base(script), diff)
			}
		})
	}
}

// LeavesNothing holds that a port leaves no socket and no goroutine behind.
func LeavesNothing(t *testing.T, port func()) {
	t.Helper()
	sockets, goroutines := openSockets(), runtime.NumGoroutine()
	port()
	for deadline := time.Now().Add(3 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		s, g := openSockets(), runtime.NumGoroutine()
		if s <= sockets && g <= goroutines {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("left open: %d sockets, %d before; %d goroutines, %d before", s, sockets, g, goroutines)
		}
	}
}

// openSockets counts the process's sockets; where there is no /proc it counts none.
func openSockets() int {
	n := 0
	entries, _ := os.ReadDir("/proc/self/fd")
	for _, entry := range entries {
		if target, err := os.Readlink("/proc/self/fd/" + entry.Name()); err == nil && strings.HasPrefix(target, "socket:") {
			n++
		}
	}
	return n
}
