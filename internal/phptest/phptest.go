// Package phptest runs the real PHP for tests that compare with it. Only
// tests import it.
package phptest

import (
	"bytes"
	"context"
	"encoding/base64"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// limit bounds one run of PHP.
const limit = time.Minute

// names lists the commands to look for, per version. The bare "php" stands
// last: it is often one of the others.
var names = []string{"php74", "php7.4", "php82", "php8.2", "php84", "php8.4", "php"}

// A PHP is one installed interpreter.
type PHP struct {
	Version string // "8.4"
	path    string
}

// All returns the PHPs on PATH, one of each version. Without any it skips the
// test, or fails it where REQUIRE_PHP=1 is set.
func All(t *testing.T) []PHP {
	t.Helper()
	found := Installed(t)
	if len(found) == 0 {
		t.Skip("there is no php on PATH")
	}
	return found
}

// Installed is [All] for tests that have something to do without PHP, too: it
// may find none, but not where REQUIRE_PHP=1 is set.
func Installed(t testing.TB) []PHP {
	t.Helper()
	var found []PHP
	seen := map[string]bool{}
	for _, name := range names {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		php := PHP{path: path}
		php.Version = php.Run(t, `<?php echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;`)
		if !seen[php.Version] {
			seen[php.Version] = true
			found = append(found, php)
		}
	}
	if len(found) == 0 && os.Getenv("REQUIRE_PHP") == "1" {
		t.Fatal("REQUIRE_PHP=1 is set, and there is no php on PATH")
	}
	return found
}

// Run gives the script to PHP and returns what it printed. The test fails
// when PHP does. input is what the script reads from the variable $input.
func (p PHP) Run(t testing.TB, script string, input ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.path, "-d", "display_errors=stderr", "-d", "error_log=")
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
		t.Fatalf("%s: %v\n%s", p.path, err, stderr.String())
	}
	return stdout.String()
}
