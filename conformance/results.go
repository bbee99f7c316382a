package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/phpstream-go/phpstream/internal/bridgelog"
)

// The words of run-tests.php's list of results, and ours for them.
var statusWords = map[string]string{
	"PASSED":  "pass",
	"FAILED":  "fail",
	"SKIPPED": "skip",
	"WARNED":  "warn",
	"LEAKED":  "leak",
	"BORKED":  "broken test",
	"XFAILED": "fail as expected",
	"XLEAKED": "leak as expected",
}

// parseResults reads the list that run-tests.php writes with -W: a status, a
// tab and a test's path below dir in each line. Each of the tests must be
// there, once.
func parseResults(data []byte, dir string, names []string) (map[string]string, error) {
	got := map[string]string{}
	for line := range strings.Lines(string(data)) {
		word, path, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		name := strings.TrimPrefix(path, dir+"/")
		status, known := statusWords[word]
		switch {
		case !known:
			return nil, fmt.Errorf("what does %q mean?", line)
		case got[name] != "":
			return nil, fmt.Errorf("two results of %s", name)
		case !slices.Contains(names, name):
			return nil, fmt.Errorf("nobody asked for %s", name)
		}
		got[name] = status
	}
	for _, name := range names {
		if got[name] == "" {
			return nil, fmt.Errorf("no result of %s", name)
		}
	}
	return got, nil
}

// outcome is what came of running a test on one engine, once or several times.
type outcome []string

// status is what came most often, and of two as often the later.
func (o outcome) status() string {
	best, most := "", 0
	count := map[string]int{}
	for _, s := range o {
		if count[s]++; count[s] >= most {
			best, most = s, count[s]
		}
	}
	return best
}

// String tells a test that answers always alike from one that doesn't.
func (o outcome) String() string {
	n := 0
	for _, s := range o {
		if s == o.status() {
			n++
		}
	}
	if n == len(o) {
		return o.status()
	}
	return fmt.Sprintf("%s (%d of %d)", o.status(), n, len(o))
}

// result is what came of one test.
type result struct {
	test
	plain, ours  outcome
	otherFailure bool            // it failed on both, with different output, when it was run last
	calls        bridgelog.Calls // of the last run
}

// passes: on both engines.
func (r *result) passes() bool { return r.plain.status() == "pass" && r.ours.status() == "pass" }

// unproved: it passes, but no stream was opened by Go where one is to be.
func (r *result) unproved() bool {
	return r.passes() && (r.opens && r.calls.Opened() == 0 || r.urls && r.calls.Go[bridgelog.URLs] == 0)
}

// differs: it comes out otherwise than on plain PHP, or fails in another way.
func (r *result) differs() bool {
	return r.plain.status() != r.ours.status() || r.unproved() || r.otherFailure
}
