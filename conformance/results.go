package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
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

// calls counts a test's calls by function: answered by Go; passed on to PHP;
// and of these, those that opened or used a network stream. They are of the
// last run.
type calls struct {
	Go         map[string]int `json:"go"`
	PHP        map[string]int `json:"php"`
	PHPNetwork map[string]int `json:"php_network"`
}

// readCalls adds up what the processes of a test logged, a line each.
func readCalls(file string) (calls, error) {
	sum := calls{map[string]int{}, map[string]int{}, map[string]int{}}
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return sum, nil // no process of it came to its end, or to its beginning
	} else if err != nil {
		return sum, err
	}
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var one calls
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			return sum, fmt.Errorf("%s: %w", file, err)
		}
		for _, pair := range []struct{ into, from map[string]int }{
			{sum.Go, one.Go}, {sum.PHP, one.PHP}, {sum.PHPNetwork, one.PHPNetwork},
		} {
			for name, n := range pair.from {
				pair.into[name] += n
			}
		}
	}
	return sum, lines.Err()
}

// byGo is the number of calls that Go answered.
func (c calls) byGo() int {
	n := 0
	for _, of := range c.Go {
		n += of
	}
	return n
}

// opened is the number of those that were to open a connection.
func (c calls) opened() int {
	n := 0
	for _, name := range openers {
		n += c.Go[name]
	}
	return n
}

// result is what came of one test.
type result struct {
	test
	plain, ours  outcome
	otherFailure bool // it failed on both, with different output, when it was run last
	calls        calls
}

// passes: on both engines.
func (r *result) passes() bool { return r.plain.status() == "pass" && r.ours.status() == "pass" }

// unproved: it passes, but no connection was opened by Go where one is to be.
func (r *result) unproved() bool { return r.passes() && r.opens && r.calls.opened() == 0 }

// differs: it comes out otherwise than on plain PHP, or fails in another way.
func (r *result) differs() bool {
	return r.plain.status() != r.ours.status() || r.unproved() || r.otherFailure
}
