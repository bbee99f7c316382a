package bridgetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/phpstream-go/phpstream/internal/bridgelog"
	"github.com/phpstream-go/phpstream/internal/phptest"
)

// limit bounds one run of PHP.
const limit = 40 * time.Second

// engine is one PHP, with this library behind it or not.
type engine struct {
	command []string
	bridge  string
	log     string
}

// engines are the pairs to compare, by PHP's version. Without any PHP the test is
// skipped, or fails where REQUIRE_PHP=1 is set.
func engines(t *testing.T) map[string][2]engine {
	t.Helper()
	out := map[string][2]engine{}
	for _, version := range []string{"8.2", "8.4"} {
		php, err := phptest.Find(version)
		if err != nil {
			if os.Getenv("REQUIRE_PHP") == "1" {
				t.Fatal(err)
			}
			t.Log(err)
			continue
		}
		log, err := os.CreateTemp("/tmp", "bridge")
		if err != nil {
			t.Fatal(err)
		}
		log.Close()
		t.Cleanup(func() { os.Remove(log.Name()) })
		out[version] = [2]engine{
			{command: php},
			{command: php, bridge: phptest.Bridge(t, php...), log: log.Name()},
		}
	}
	if len(out) == 0 {
		t.Skip("there is no PHP to compare with")
	}
	return out
}

// outcome is what a program comes to.
type outcome struct {
	Output string
	Exit   string
}

// run runs a program of testdata. PHP sees it below /tmp.
func (e engine) run(t *testing.T, program string, args ...string) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	words := append([]string{}, e.command...)
	words = append(words, "-n", "-d", "display_errors=1", "-d", "html_errors=0", "-d", "log_errors=0")
	if e.bridge != "" {
		words = append(words, "-d", "extension="+e.bridge)
	}
	words = append(words, program)
	words = append(words, args...)
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "PHPSTREAM_BRIDGE_LOG=" + e.log}
	if filepath.Base(program) != "fork.php" { // whose child has PHP's own network
		cmd.Env = append(cmd.Env, "PHPSTREAM_BRIDGE_STRICT=1")
	}
	cmd.WaitDelay = time.Second
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	exit := "0"
	var status *exec.ExitError
	switch {
	case ctx.Err() != nil:
		exit = "no end in time"
	case errors.As(err, &status):
		exit = status.String()
	case err != nil:
		t.Fatal(err)
	}
	return outcome{ports.ReplaceAllString(out.String(), "127.0.0.1:PORT"), exit}
}

var ports = regexp.MustCompile(`127\.0\.0\.1:\d+`)

// programs copies testdata below /tmp, which PHPs in folders of their own share.
func programs(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "programs")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.CopyFS(dir, os.DirFS("testdata")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// answered counts the calls that Go answered.
func (e engine) answered(t *testing.T) int {
	t.Helper()
	calls, err := bridgelog.Read(e.log)
	if err != nil {
		t.Fatal(err)
	}
	return calls.ByGo()
}

// TestPrograms holds that each program prints the same, and ends the same way, on
// both engines.
func TestPrograms(t *testing.T) {
	dir := programs(t)
	list, err := filepath.Glob(filepath.Join(dir, "programs", "*.php"))
	if err != nil || len(list) < 10 {
		t.Fatalf("%d programs, %v", len(list), err)
	}
	for version, pair := range engines(t) {
		for _, program := range list {
			t.Run(strings.TrimSuffix(filepath.Base(program), ".php")+"/PHP"+version, func(t *testing.T) {
				before := pair[1].answered(t)
				want, got := pair[0].run(t, program), pair[1].run(t, program)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("PHP alone (-), with this library (+):\n%s", diff)
				}
				if pair[1].answered(t) == before {
					t.Error("this library answered no call")
				}
			})
		}
	}
}

// TestStrict holds that strict mode keeps PHP from opening a network stream of
// its own, and that PHP does so, and it is counted, where nobody is strict.
func TestStrict(t *testing.T) {
	dir := programs(t)
	for version, pair := range engines(t) {
		t.Run("PHP"+version, func(t *testing.T) {
			got := pair[1].run(t, filepath.Join(dir, "strict-mode.php"))
			text := "phpstream: stream_socket_client() would open a network stream of PHP's own, in a forked process\n" +
				"phpstream: stream_socket_server() would open a network stream of PHP's own, in a forked process\n"
			for _, path := range []string{"a", "b", "c", "d", "e", "f", "g"} {
				text += "phpstream: PHP would go to ftp://SERVER/" + path + " by its own means, in a forked process\n"
			}
			want := outcome{text + "both sides are Go's\nbool(false)\n", "0"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			log, err := os.ReadFile(pair[1].log)
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range []string{
				`"php_network":{"stream_socket_client":1,"stream_socket_server":1,"url":1,"path":6}`,
				`"go":{"stream_socket_client":1,"stream_socket_server":1,"stream_socket_accept":1,"stream_socket_get_name":1,"fgets":1,"fwrite":1,"fclose":2,"path":1},"php":{},"php_network":{}`,
			} {
				if !strings.Contains(string(log), part) {
					t.Errorf("%s isn't in\n%s", part, log)
				}
			}
		})
	}
}

// rounds of random calls in one run of PHP, and how many seeds are tried.
const (
	rounds = 60
	seeds  = 12
)

// TestRandomCalls calls every function with random arguments of random types.
// The seeds are the day's, so that other calls are made tomorrow; a failure
// names its seed.
func TestRandomCalls(t *testing.T) {
	first := int(time.Now().Unix()/86400) % 10000 * seeds
	if s := os.Getenv("PHPSTREAM_SEED"); s != "" {
		if _, err := fmt.Sscan(s, &first); err != nil {
			t.Fatal(err)
		}
	}
	program := filepath.Join(programs(t), "random.php")
	for version, pair := range engines(t) {
		for seed := first; seed < first+seeds; seed++ {
			t.Run(fmt.Sprintf("PHP%s/seed%d", version, seed), func(t *testing.T) {
				args := []string{fmt.Sprint(seed), fmt.Sprint(rounds)}
				want, got := pair[0].run(t, program, args...), pair[1].run(t, program, args...)
				if !strings.HasSuffix(want.Output, "end\n") {
					t.Fatalf("PHP alone did not come to the end (%s):\n%s", want.Exit, tail(want.Output))
				}
				if got.Exit != want.Exit {
					t.Errorf("exit status %s, not %s; the last lines:\n%s", got.Exit, want.Exit, tail(got.Output))
				}
				compareLines(t, want.Output, got.Output)
			})
		}
		if n := pair[1].answered(t); n < seeds*rounds {
			t.Errorf("PHP %s: only %d calls were answered here", version, n)
		}
	}
}

// compareLines shows the first calls that differ.
func compareLines(t *testing.T, want, got string) {
	t.Helper()
	theirs, ours := strings.Split(want, "\n"), strings.Split(got, "\n")
	shown := 0
	for i := range min(len(theirs), len(ours)) {
		if theirs[i] != ours[i] && shown < 3 {
			shown++
			t.Errorf("\nPHP  %.1500s\nhere %.1500s", theirs[i], ours[i])
		}
	}
	if len(theirs) != len(ours) && shown == 0 {
		t.Errorf("%d lines, not %d", len(ours), len(theirs))
	}
}

func tail(s string) string { return s[max(0, len(s)-2000):] }
