// Package programs runs PHP programs, unmodified, on PHP's own streams and on
// this library, by the bridge, and holds that nobody could tell which: not the
// program's user, nor the server. It holds tests alone.
//
// The mailers are those of Debian's packages, and send through a Postfix; the web
// clients are Debian's, too, and ask nginx and net/http, and so is Composer. Programs
// of ours use other libraries of Debian's, against scripted peers, and the idioms do
// without any what network code in PHP does. What isn't installed skips its tests; with REQUIRE_PHP=1 or
// REQUIRE_SERVERS=1 they fail.
package programs

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/phpstream-go/phpstream/internal/bridgelog"
	"github.com/phpstream-go/phpstream/internal/phptest"
)

// The programs mostly wait, so that more of them run at once than there are
// processors.
func TestMain(m *testing.M) {
	flag.Parse()
	flag.Set("test.parallel", "8")
	m.Run()
}

// limit bounds one run of PHP.
const limit = 2 * time.Minute

// An outcome is what a program's user sees.
type outcome struct {
	Exit           int
	Stdout, Stderr string
}

// An engine runs PHP programs.
type engine struct {
	name   string
	php    []string // the command
	bridge string   // the extension; empty for PHP's own streams
}

// engines are the two that are compared, PHP's own streams first.
func engines(t *testing.T, version string) [2]engine {
	t.Helper()
	php := phptest.Need(t, version)
	bridge := phptest.Bridge(t, php...)
	return [2]engine{{name: "plain PHP", php: php}, {name: "the bridge", php: php, bridge: bridge}}
}

// lacking skips the test, or fails it where the environment says that all is
// here.
func lacking(t *testing.T, require, why string) {
	t.Helper()
	if os.Getenv(require) == "1" {
		t.Fatalf("%s=1 is set, and %s", require, why)
	}
	t.Skip(why)
}

// A program is a script with arguments, and settings for php.ini.
type program struct {
	script string
	args   []string
	ini    []string
}

// run runs a program, and holds who did its networking.
func (e engine) run(t *testing.T, p program) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	log := filepath.Join(t.TempDir(), "bridge.log")
	words := append(slices.Clone(e.php), "-d", "error_reporting=-1", "-d", "display_errors=stderr", "-d", "html_errors=0", "-d", "log_errors=0")
	env := []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"}
	if e.bridge != "" {
		words = append(words, "-d", "extension="+e.bridge)
		env = append(env, "PHPSTREAM_BRIDGE_STRICT=1", "PHPSTREAM_BRIDGE_LOG="+log)
	}
	for _, setting := range p.ini {
		words = append(words, "-d", setting)
	}
	cmd := exec.CommandContext(ctx, words[0], append(append(words[1:], p.script), p.args...)...)
	cmd.Env = env
	cmd.WaitDelay = time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var failed *exec.ExitError
	if err != nil && (!errors.As(err, &failed) || !failed.Exited()) {
		t.Fatalf("%s: %v\n%s%s", e.name, err, tail(stdout.String()), tail(stderr.String()))
	}
	if e.bridge != "" {
		e.checkLog(t, log)
	}
	return outcome{Exit: cmd.ProcessState.ExitCode(), Stdout: stdout.String(), Stderr: stderr.String()}
}

// checkLog holds that the network was Go's.
func (e engine) checkLog(t *testing.T, file string) {
	t.Helper()
	calls, err := bridgelog.Read(file)
	must(t, err)
	if calls.Opened() == 0 || len(calls.Network) > 0 {
		t.Errorf("%d connections were opened by Go, and PHP itself did %v", calls.Opened(), calls.Network)
	}
}

// same compares what two engines came to, line by line. Of long texts only the
// place counts where they part.
func same(t *testing.T, what string, plain, here string) {
	t.Helper()
	if plain == here {
		return
	}
	a, b := printable(plain), printable(here)
	at := 0
	for at < len(a) && at < len(b) && a[at] == b[at] {
		at++
	}
	around := func(lines []string) []string {
		return lines[max(0, min(at-5, len(lines))):min(at+25, len(lines))]
	}
	t.Errorf("%s differs from line %d on, %d lines on plain PHP (-), %d by the bridge (+):\n%s",
		what, at+1, len(a), len(b), cmp.Diff(around(a), around(b)))
}

func printable(text string) []string {
	return strings.Split(strings.ToValidUTF8(text, "\uFFFD"), "\n")
}

func tail(text string) string { return text[max(0, len(text)-2000):] }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
