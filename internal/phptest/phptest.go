// Package phptest runs the real PHP for tests that compare with it. Only
// tests import it.
package phptest

import (
	"bytes"
	"context"
	"encoding/base64"
	"os"
	"strings"
	"testing"
	"time"
)

// limit bounds one run of PHP.
const limit = time.Minute

// A PHP is one installed interpreter.
type PHP struct {
	Version string // "8.4"
	command []string
	env     []string // besides our own
}

// All returns the PHPs that [Find] finds. Without any it skips the
// test, or fails it where REQUIRE_PHP=1 is set.
func All(t *testing.T) []PHP {
	t.Helper()
	found := Installed(t)
	if len(found) == 0 {
		t.Skip("there is no PHP")
	}
	return found
}

// Installed is [All] for tests that have something to do without PHP, too: it
// may find none, but not where REQUIRE_PHP=1 is set.
func Installed(t testing.TB) []PHP {
	t.Helper()
	var found []PHP
	for _, version := range Versions {
		if command, err := Find(version); err == nil {
			found = append(found, PHP{Version: version, command: command})
		}
	}
	if len(found) == 0 && os.Getenv("REQUIRE_PHP") == "1" {
		t.Fatal("REQUIRE_PHP=1 is set, and there is no PHP")
	}
	return found
}

// One is [Installed] for one PHP: nil where that is not there.
func One(t testing.TB, version string) *PHP {
	t.Helper()
	command, err := Find(version)
	if err == nil {
		return &PHP{Version: version, command: command}
	}
	if os.Getenv("REQUIRE_PHP") == "1" {
		t.Fatalf("REQUIRE_PHP=1 is set, and there is %v", err)
	}
	return nil
}

// Run gives the script to PHP and returns what it printed. The test fails
// when PHP does. input is what the script reads from the variable $input.
func (p PHP) Run(t testing.TB, script string, input ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	cmd := Cmd(ctx, p.command, "-d", "display_errors=stderr", "-d", "error_log=")
	cmd.Env = append(cmd.Environ(), p.env...)
	cmd.WaitDelay = time.Second
	code := strings.TrimPrefix(script, "<?php")
	preamble := "<?php "
	if len(input) > 0 {
		// As base64, since the script comes by standard input itself.
		preamble += "$input = base64_decode('" + base64.StdEncoding.EncodeToString([]byte(input[0])) + "');"
	}
	cmd.Stdin = strings.NewReader(preamble + code)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("PHP %s: %v\n%s", p.Version, err, stderr.String())
	}
	return stdout.String()
}
