package phptest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Versions are the PHPs that are looked for, the oldest first.
var Versions = []string{"7.4", "8.2", "8.4"}

// A found PHP stays where it is as long as a test runs.
var (
	finding sync.Mutex
	known   = map[string][]string{}
)

// Find answers the command that runs a PHP of that version and sees /tmp as we
// do: PHPSTREAM_PHP84 (and 82, 74) where it is set, or else the first of the
// folder that make-php made, and php84, php8.4 and php on the PATH.
func Find(version string) ([]string, error) {
	finding.Lock()
	defer finding.Unlock()
	if command, ok := known[version]; ok {
		return command, nil
	}
	probe, err := os.CreateTemp("/tmp", "probe")
	if err != nil {
		return nil, err
	}
	probe.Close()
	defer os.Remove(probe.Name())
	var tried []string
	for _, command := range candidates(version) {
		if _, err := exec.LookPath(command[0]); err != nil {
			continue
		}
		got, err := identify(command, probe.Name())
		if err == nil && got == version {
			known[version] = command
			return command, nil
		}
		tried = append(tried, fmt.Sprintf("%s: %q %v", strings.Join(command, " "), got, err))
	}
	return nil, fmt.Errorf("no PHP %s (%s)", version, strings.Join(tried, "; "))
}

func candidates(version string) [][]string {
	short := strings.ReplaceAll(version, ".", "")
	if path := os.Getenv("PHPSTREAM_PHP" + short); path != "" {
		return [][]string{{path}}
	}
	list := [][]string{{"php" + short}, {"php" + version}, {"php"}}
	if root := folder(version); root != "" {
		if _, err := os.Stat(filepath.Join(root, "usr/bin/php")); err == nil {
			list = append([][]string{{"chroot", root, "/usr/bin/php"}}, list...)
		}
	}
	return list
}

// Need is [Find] for a test that can do nothing without that PHP: it is skipped
// then, and fails where REQUIRE_PHP=1 is set.
func Need(t testing.TB, version string) []string {
	t.Helper()
	php := One(t, version)
	if php == nil {
		t.Skipf("there is no PHP %s", version)
	}
	return php.command
}

// Cmd is a run of a command that Find has answered.
func Cmd(ctx context.Context, command []string, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, command[0], slices.Concat(command[1:], args)...)
}

// folder is where make-php puts a PHP.
func folder(version string) string {
	root := os.Getenv("PHPSTREAM_PHPS")
	if root == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return ""
		}
		root = filepath.Join(cache, "phpstream", "phps")
	}
	return filepath.Join(root, version)
}

const identifying = `echo PHP_MAJOR_VERSION, '.', PHP_MINOR_VERSION, file_exists($argv[1]) ? '' : ", and it doesn't see /tmp";`

// identify asks a PHP for its version. A folder whose tmp is no longer the
// machine's has to be made ready again.
func identify(command []string, probe string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := Cmd(ctx, command, "-n", "-r", identifying, "--", probe)
	cmd.WaitDelay = time.Second
	var problems strings.Builder
	cmd.Stderr = &problems
	got, err := cmd.Output()
	if problems.Len() > 0 {
		err = errors.Join(err, errors.New(strings.TrimSpace(problems.String())))
	}
	return string(got), err
}
