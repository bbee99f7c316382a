package phpstream_test

import (
	"os"
	"testing"

	"github.com/phpstream-go/phpstream/internal/bridgelog"
	"github.com/phpstream-go/phpstream/internal/phptest"
	"github.com/phpstream-go/phpstream/internal/scenario"
	"github.com/phpstream-go/phpstream/phpcall"
)

// bridged are the versions of PHP that the bridge is tested with.
var bridged = []string{"8.2", "8.4"}

// TestCompatBridge runs the scenarios on PHPs that have this module behind them:
// they answer as PHP alone does.
func TestCompatBridge(t *testing.T) {
	if !*askPHP && !requirePHP() {
		t.Skip("PHP is asked with -php or REQUIRE_PHP=1")
	}
	w, certs := loadCompat(t)
	phps := installed(t, bridged)
	for _, php := range phps {
		php.Bridge, php.BridgeLog = phptest.Bridge(t, php.Command...), logFile(t)
	}
	ask, everything := answerable(t, w.all, phps)
	try := func(j *job) {
		j.got, j.err = scenario.RunPHP(j.s, phps[j.version], compatDriver, certs, scenario.Plain)
	}
	runAll(ask, try)
	for _, j := range ask {
		t.Run(j.s.ID+"/PHP"+j.version, func(t *testing.T) {
			judge := func() *scenario.Verdict {
				t.Helper()
				if j.err != nil {
					t.Fatal(j.err)
				}
				v, err := w.table.JudgeBridge(j.s, j.version, j.got)
				if err != nil {
					t.Fatal(err)
				}
				return v
			}
			v := judge()
			if !v.OK() {
				// A difference shows every time; a busy machine doesn't.
				try(j)
				v = judge()
			}
			if !v.OK() {
				t.Error(explain(j.s, "PHP "+j.version, v))
			}
		})
	}
	if everything {
		for version, php := range phps {
			checkCounts(t, version, php.BridgeLog)
		}
	}
}

// logFile is an empty file below /tmp, which the folders of other PHPs share.
func logFile(t *testing.T) string {
	t.Helper()
	f, err := os.CreateTemp("/tmp", "bridge")
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	t.Cleanup(func() { os.Remove(f.Name()) })
	return f.Name()
}

// checkCounts holds that it was this module that answered: each function but
// those that stay PHP's own, and the network.
func checkCounts(t *testing.T, version, log string) {
	t.Helper()
	calls, err := bridgelog.Read(log)
	if err != nil {
		t.Fatal(err)
	}
	for function, n := range calls.Network {
		t.Errorf("PHP %s: PHP's own network answered %d calls of %s", version, n, function)
	}
	for _, f := range phpcall.Functions() {
		only84 := f.Name == "stream_context_set_options" && version != "8.4"
		if kept := bridgelog.IsKeptByPHP(f.Name); (calls.Go[f.Name] == 0) != kept && !only84 {
			t.Errorf("PHP %s: %d calls of %s were answered here, and that it is PHP's own is said to be %t", version, calls.Go[f.Name], f.Name, kept)
		}
	}
	for _, name := range []string{bridgelog.URLs, bridgelog.Paths} {
		if calls.Go[name] == 0 {
			t.Errorf("PHP %s: nothing that is counted as %q was answered here", version, name)
		}
	}
	t.Logf("PHP %s: %v", version, calls.Go)
}
