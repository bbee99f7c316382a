//go:build unix

package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The shell stands for PHP where only the comparing is tested: it reads the
// engine's php.ini, in which the engines differ, and so does the script then.
const readINI = `. "${PHP_INI_SCAN_DIR##*:}/phpstream.ini"` + "\n"

var (
	shellPHP = engine{name: "PHP", argv: []string{"sh"}, ini: "who=php\n"}
	shellGo  = engine{name: "phpstream", argv: []string{"sh"}, ini: "who=go\n"}
)

const (
	callsGo  = `echo '{"pid":1,"script":"x","go":{"fgets":2},"php":{"fopen":1},"php_network":{"stream_socket_accept":1}}' >> "$PHPSTREAM_BRIDGE_LOG"` + "\n"
	onlyOnGo = `[ $who = go ] && `
)

func compareShell(t *testing.T, script string, o compareOptions, args ...string) (*report, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(path, []byte(readINI+script), 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := newSurroundings(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.remove()
	if o.repeat == 0 {
		o.repeat = 1
	}
	if o.timeout == 0 {
		o.timeout = time.Minute
	}
	return s.compare(t.Context(), shellPHP, shellGo, append([]string{path}, args...), o)
}

// counted is a count that goes up from run to run: 1 on PHP, 2 on phpstream,
// 3 on PHP and so on.
func counted(t *testing.T) string {
	file := filepath.Join(t.TempDir(), "count")
	return `n=$(cat ` + file + ` 2>/dev/null); n=$((n+1)); echo $n > ` + file + "\n"
}

func TestVerdicts(t *testing.T) {
	tests := map[string]struct {
		script string
		repeat int
		want   string // the first line
		status int
	}{
		"same":                       {callsGo + "echo a; echo b >&2; exit 3", 1, "same", 0},
		"same, and nothing of Go":    {"echo a", 1, "same, but phpstream answered no call: nothing was compared", 0},
		"output":                     {"echo a; echo $who", 1, "different: output from line 2", 1},
		"a line more":                {"echo a; " + onlyOnGo + "echo b; true", 1, "different: output from line 2", 1},
		"no end of line":             {"[ $who = go ] && printf a || echo a", 1, "different: output from line 1", 1},
		"warnings":                   {"echo a; echo $who >&2", 1, "different: warnings from line 1", 1},
		"exit code":                  {onlyOnGo + "exit 4; exit 0", 1, "different: exit code", 1},
		"killed":                     {onlyOnGo + "kill -SEGV $$; exit 0", 1, "different: exit code", 1},
		"all":                        {"echo $who; echo $who >&2; " + onlyOnGo + "exit 1; exit 2", 1, "different: output from line 1, warnings from line 1, exit code", 1},
		"flaky, but run once":        {"COUNT echo $n", 1, "different: output from line 1", 1},
		"flaky":                      {callsGo + "COUNT echo port 9${n}9; echo b", 2, "flaky: plain PHP differs from itself: output from line 1", 2},
		"flaky, and different":       {"COUNT echo $n; echo $who", 2, "different: output from line 2", 1},
		"flaky exit code":            {"COUNT exit $((n / 2 % 2))", 3, "flaky: plain PHP differs from itself: exit code", 2},
		"flaky exit code, and crash": {"COUNT " + onlyOnGo + "kill -SEGV $$; exit $((n / 2 % 2))", 3, "different: exit code", 1},
		"a number that Go lacks":     {"COUNT " + onlyOnGo + "n=false; echo port $n", 2, "different: output from line 1", 1},
		"Go alone is unsteady":       {"COUNT [ $n = 4 ] && echo four; true", 2, "different: output from line 1", 1},
		"repeated and same":          {callsGo + "echo a", 3, "same", 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			script := strings.Replace(test.script, "COUNT ", counted(t), 1)
			r, err := compareShell(t, script, compareOptions{repeat: test.repeat})
			if err != nil {
				t.Fatal(err)
			}
			if got := r.headline(); got != test.want || r.status() != test.status {
				t.Errorf("%q, status %d; want %q, %d", got, r.status(), test.want, test.status)
			}
			if len(r.php.runs) != test.repeat || len(r.ours.runs) != test.repeat {
				t.Errorf("%d and %d runs, want %d", len(r.php.runs), len(r.ours.runs), test.repeat)
			}
		})
	}
}

// TestSurroundings: a script finds the same on both sides, and nothing of the
// run before.
func TestSurroundings(t *testing.T) {
	t.Setenv("PHPSTREAM_TEST", "as it is")
	t.Setenv("PHP_INI_SCAN_DIR", "/of/the/caller")
	r, err := compareShell(t, `
pwd; env | grep -v '^_='; echo "$0 $@"; ls "$TMPDIR"; ls -d "$TMPDIR"; mktemp -u -p "$TMPDIR" fixed
echo > "$TMPDIR/$who"; cat; cat "$PHPSTREAM_BRIDGE_LOG" 2>&1
`+callsGo, compareOptions{repeat: 2}, "one argument", "two")
	if err != nil {
		t.Fatal(err)
	}
	if r.verdict != same {
		t.Errorf("%s\n%s\n%s", r.headline(), r.parts[0].left, r.parts[0].right)
	}
	folder, _ := os.Getwd()
	for _, want := range []string{folder + "\n", "PHPSTREAM_TEST=as it is\n", "/of/the/caller:/", " one argument two\n"} {
		if !strings.Contains(string(r.php.runs[0].output), want) {
			t.Errorf("the script does not see %q:\n%s", want, r.php.runs[0].output)
		}
	}
}

func TestInputOfAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "input")
	if err := os.WriteFile(path, []byte("question\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	s, err := newSurroundings(file)
	if err != nil {
		t.Fatal(err)
	}
	defer s.remove()
	for range 2 {
		r, err := s.run(t.Context(), engine{argv: []string{"cat"}}, []string{"-"}, compareOptions{timeout: time.Minute})
		if err != nil || string(r.output) != "question\n" {
			t.Errorf("%+v, %v", r, err)
		}
	}
}

func TestCallsOfAllProcesses(t *testing.T) {
	r, err := compareShell(t, `[ $who = php ] || { `+callsGo+`}; [ $who = php ] || (`+callsGo+`) &`+"\nwait", compareOptions{})
	if err != nil {
		t.Fatal(err)
	}
	got := r.ours.runs[0].calls
	if got.Go["fgets"] != 4 || got.PHP["fopen"] != 2 || got.Network["stream_socket_accept"] != 2 || len(r.php.runs[0].calls.Go) != 0 {
		t.Errorf("%+v", got)
	}
}

// TestTimeout: a script that does not end is ended with all that it has
// started. On plain PHP that says nothing of phpstream.
func TestTimeout(t *testing.T) {
	pids := filepath.Join(t.TempDir(), "pids")
	hang := "sleep 100 & echo $! >> " + pids + "; echo begun; sleep 100\n"
	r, err := compareShell(t, "[ $who = php ] && echo begun && exit; "+hang, compareOptions{timeout: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	run := r.ours.runs[0]
	if r.headline() != "different: exit code" || run.end != "no end within 2s" || string(run.output) != "begun\n" || run.duration > 20*time.Second {
		t.Errorf("%s: %+v", r.headline(), run)
	}
	if _, err = compareShell(t, hang, compareOptions{timeout: time.Second}); err == nil || !strings.Contains(err.Error(), "no end within 1s") {
		t.Errorf("a script that does not end on plain PHP: %v", err)
	}
	nobodyIsLeft(t, pids, 2)
}

// TestLeftRunning: what a script leaves behind does not outlive its run, and
// cannot hold the run up.
func TestLeftRunning(t *testing.T) {
	pids := filepath.Join(t.TempDir(), "pids")
	r, err := compareShell(t, callsGo+"sleep 100 & echo $! >> "+pids+"\n(sleep 0.1; echo last words) &\necho done", compareOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if r.verdict != same || string(r.ours.runs[0].output) != "done\nlast words\n" {
		t.Errorf("%s: %q", r.headline(), r.ours.runs[0].output)
	}
	nobodyIsLeft(t, pids, 2)
}

func nobodyIsLeft(t *testing.T, file string, want int) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pids := strings.Fields(string(text))
	if len(pids) != want {
		t.Errorf("%d processes were started, want %d", len(pids), want)
	}
	for _, word := range pids {
		pid, err := strconv.Atoi(word)
		if err != nil {
			t.Fatal(err)
		}
		ended := func() bool {
			stat, err := os.ReadFile("/proc/" + word + "/stat")
			return syscall.Kill(pid, 0) == syscall.ESRCH || err == nil && strings.Contains(string(stat), ") Z ")
		}
		for end := time.Now().Add(10 * time.Second); !ended(); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("process %d is still there", pid)
			}
		}
	}
}

func TestEndlessOutput(t *testing.T) {
	r, err := compareShell(t, onlyOnGo+"yes; true", compareOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if run := r.ours.runs[0]; run.end != "ended for printing more than 16 MiB" || r.status() != statusDifferent {
		t.Errorf("%s: %s", r.headline(), run.end)
	}
}

func TestCancelled(t *testing.T) {
	s, err := newSurroundings(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.remove()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err = s.run(ctx, engine{argv: []string{"sleep"}}, []string{"100"}, compareOptions{timeout: time.Minute})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}
