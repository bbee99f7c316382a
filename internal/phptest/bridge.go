package phptest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/phpstream-go/phpstream/internal/phpext"
)

// Bridge builds the bridge for the PHP that a command runs, and answers the
// extension's path. It is kept below /tmp, which PHPs in folders of their own
// share. What is missing skips the test, or fails it where REQUIRE_PHP=1 is set.
func Bridge(t *testing.T, command ...string) string {
	t.Helper()
	building.Lock()
	defer building.Unlock()
	key := strings.Join(command, " ")
	path, ok := built[key]
	if ok {
		return path
	}
	path, err := build(t, command)
	switch {
	case err == nil:
		built[key] = path
	case os.Getenv("REQUIRE_PHP") == "1":
		t.Fatalf("REQUIRE_PHP=1 is set, and there is no bridge: %v", err)
	default:
		t.Skip(err)
	}
	return path
}

var (
	building sync.Mutex
	built    = map[string]string{}
)

func build(t *testing.T, command []string) (string, error) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	out, err := Cmd(ctx, command, "-n", "-r",
		"echo PHP_MAJOR_VERSION, '.', PHP_MINOR_VERSION, ' ', basename(PHP_EXTENSION_DIR);").Output()
	version, api, ok := strings.Cut(string(out), " ")
	if err != nil || !ok {
		return "", fmt.Errorf("%s: %q %v", strings.Join(command, " "), out, err)
	}
	php := filepath.Join(t.TempDir(), "php")
	if err := os.WriteFile(php, []byte("#!/bin/sh\nexec "+strings.Join(command, " ")+` "$@"`+"\n"), 0o755); err != nil {
		return "", err
	}
	cache := filepath.Join("/tmp", fmt.Sprintf("phpstream-extensions-%d", os.Getuid()))
	return phpext.Build(ctx, phpext.Options{PHP: php, Include: include(version, api), Cache: cache})
}

// include is the folder of a PHP's headers: the machine's, or those of a PHP in
// a folder of its own.
func include(version, api string) string {
	machine := filepath.Join("/usr/include/php", api)
	if _, err := os.Stat(machine); err == nil {
		return machine
	}
	return filepath.Join(folder(version), machine)
}
