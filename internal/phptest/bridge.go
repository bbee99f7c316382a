package phptest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/phpstream-go/phpstream/internal/bridgelog"
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

// OnBridge is the same PHP with this library under its stream functions. At the
// test's end something must have been opened there, and nothing by PHP itself.
func (p PHP) OnBridge(t *testing.T) PHP {
	t.Helper()
	log := filepath.Join(t.TempDir(), "bridge.log")
	t.Cleanup(func() {
		calls, err := bridgelog.Read(log)
		if err != nil || calls.Opened() == 0 || len(calls.Network) > 0 {
			t.Errorf("%d connections were opened by Go, and PHP itself did %v; %v", calls.Opened(), calls.Network, err)
		}
	})
	return PHP{
		Version: p.Version,
		command: append(slices.Clone(p.command), "-d", "extension="+Bridge(t, p.command...)),
		env:     []string{"PHPSTREAM_BRIDGE_STRICT=1", "PHPSTREAM_BRIDGE_LOG=" + log},
	}
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
