package servertest

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/phpstream-go/phpstream/internal/phptest"
)

var phpStarted = regexp.MustCompile(`Development Server \(http://127\.0\.0\.1:(\d+)\) started`)

// StartPHP starts PHP's own web server, which lets a script answer, and returns
// its port. Where the script answers false it serves a file of its folder.
func StartPHP(t *testing.T, script string) string {
	t.Helper()
	command := phptest.Need(t, "8.2")
	said := filepath.Join(t.TempDir(), "said")
	log, err := os.Create(said)
	must(t, err)
	ctx, stop := context.WithCancel(context.Background())
	cmd := phptest.Cmd(ctx, command, "-d", "display_errors=stderr", "-S", "127.0.0.1:0", "-t", filepath.Dir(script), script)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.WaitDelay = time.Second
	must(t, cmd.Start())
	log.Close()
	text := func() string {
		text, _ := os.ReadFile(said)
		return string(text)
	}
	t.Cleanup(func() {
		stop()
		cmd.Wait()
		if t.Failed() {
			t.Logf("php -S said:\n%s", text())
		}
	})
	var port string
	Eventually(t, "php -S listens", func() bool {
		found := phpStarted.FindStringSubmatch(text())
		if found != nil {
			port = found[1]
		}
		return port != ""
	})
	return port
}
