package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// wrap puts a script in the place of PHP, behind the wrapper.
func wrap(t *testing.T, settings, php string, seconds int) string {
	t.Helper()
	dir := t.TempDir()
	fake, wrapper := filepath.Join(dir, "fake"), filepath.Join(dir, "php")
	for path, text := range map[string]string{
		fake:    "#!/bin/sh\n" + php + "\n",
		wrapper: fmt.Sprintf(wrapperScript, settings, seconds, fake),
	} {
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return wrapper
}

// A test's log bears its path, and the processes that it starts inherit it.
func TestTheWrapperNamesTheLog(t *testing.T) {
	logs := t.TempDir()
	e := &engine{dir: "/w/tests", logs: logs}
	wrapper := wrap(t, fmt.Sprintf(bridgeSettings, "/ini", logs),
		`echo "$PHP_INI_SCAN_DIR $PHPSTREAM_BRIDGE_STRICT $PHPSTREAM_BRIDGE_LOG" "$@"`, 10)
	args := []string{"-d", "a=b c", "-f", "/w/tests/ext/a.php"}
	cmd := exec.Command(wrapper, args...)
	said, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if want := ":/ini 1 " + e.log("ext/a.phpt") + " " + strings.Join(args, " ") + "\n"; string(said) != want {
		t.Errorf("%q, not %q", said, want)
	}
	if _, err := os.Stat(filepath.Dir(e.log("ext/a.phpt"))); err != nil {
		t.Error("the log's folder isn't there:", err)
	}
	cmd = exec.Command(wrapper, "/w/tests/ext/worker.php")
	cmd.Env = append(os.Environ(), "PHPSTREAM_BRIDGE_LOG=/inherited")
	if said, err = cmd.Output(); err != nil || !strings.HasPrefix(string(said), ":/ini 1 /inherited ") {
		t.Errorf("in a test's worker: %q, %v", said, err)
	}
}

// What a test has started ends with it.
func TestTheWrapperEndsWhatHangs(t *testing.T) {
	began := time.Now()
	wrapper := wrap(t, "", `echo "[$PHP_INI_SCAN_DIR$PHPSTREAM_BRIDGE_LOG]"; sleep 60 & sleep 60`, 1)
	said, err := exec.Command(wrapper, "/w/tests/ext/a.php").Output()
	if err == nil || time.Since(began) > 20*time.Second {
		t.Errorf("%v after %s", err, time.Since(began))
	}
	if string(said) != "[]\n" {
		t.Errorf("plain PHP got settings: %q", said)
	}
}

// Failures are the same where only ports, paths and the order of lines differ.
func TestFailuresAreCompared(t *testing.T) {
	texts := []string{"one /DIR/a.php on port 1234\ntwo", "two\none /DIR/a.php on port 999", "two\nthree"}
	var got []string
	for _, text := range texts {
		e := &engine{dir: t.TempDir()}
		if err := os.WriteFile(filepath.Join(e.dir, "a.out"), []byte(strings.ReplaceAll(text, "/DIR", e.dir)), 0o644); err != nil {
			t.Fatal(err)
		}
		failure, err := e.failure("a.phpt")
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, failure)
		if none, err := e.failure("b.phpt"); err != nil || none != "" {
			t.Errorf("a test that didn't fail: %q, %v", none, err)
		}
	}
	if got[0] != got[1] || got[0] == got[2] {
		t.Errorf("%q", got)
	}
}
