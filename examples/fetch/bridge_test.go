package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/phpstream-go/phpstream/internal/phptest"
)

// TestOnThisLibrary runs the PHP program with this library under PHP's stream
// functions.
func TestOnThisLibrary(t *testing.T) {
	dir := scripts(t)
	for _, version := range []string{"8.2", "8.4"} {
		t.Run("php-"+version, func(t *testing.T) {
			command := phptest.Need(t, version)
			ctx, cancel := context.WithTimeout(t.Context(), runLimit)
			defer cancel()
			cmd := phptest.Cmd(ctx, command, "-n", "-d", "extension="+phptest.Bridge(t, command...), "-d", "error_reporting=-1", "-d", "display_errors=stderr",
				filepath.Join(dir, "fetch.php"))
			cmd.Env = append(cmd.Environ(), "PHPSTREAM_BRIDGE_STRICT=1")
			var stdout, stderr strings.Builder
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			if err := cmd.Run(); err != nil || stderr.Len() > 0 {
				t.Errorf("%v\n%s", err, stderr.String())
			}
			if diff := cmp.Diff(output, stdout.String()); diff != "" {
				t.Errorf("fetch.php on this library prints something else (- expected, + got):\n%s", diff)
			}
		})
	}
}
