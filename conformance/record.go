package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// record is what is known: which tests must pass, and why others don't.
type record struct {
	mustPass []string
	reasons  reasons
	page     string
}

// reasons has a reason by test: why it differs here, or why it doesn't pass on
// plain PHP either.
type reasons struct {
	ours, plain map[string]string
}

func readRecord(tests []test) (*record, error) {
	files := map[string]string{}
	for _, name := range []string{listFile, whyFile, pageFile} {
		data, err := os.ReadFile(name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		files[name] = string(data)
	}
	why, err := parseReasons(files[whyFile])
	if err != nil {
		return nil, fmt.Errorf("%s:%w", whyFile, err)
	}
	return &record{mustPass: parseList(files[listFile]), reasons: why, page: files[pageFile]}, nil
}

// parseList reads a name a line; what begins with # is for readers.
func parseList(text string) []string {
	var list []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			list = append(list, line)
		}
	}
	return list
}

// parseReasons reads reasons.tsv: a test, "ours" or "plain", and a sentence,
// parted by tabs.
func parseReasons(text string) (reasons, error) {
	why := reasons{map[string]string{}, map[string]string{}}
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSuffix(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(line, "\t")
		if len(cells) != 3 {
			return why, fmt.Errorf("%d: %d cells, not test, side and reason", n, len(cells))
		}
		side := map[string]map[string]string{"ours": why.ours, "plain": why.plain}[cells[1]]
		switch {
		case side == nil:
			return why, fmt.Errorf("%d: %q is neither ours nor plain", n, cells[1])
		case side[cells[0]] != "":
			return why, fmt.Errorf("%d: a second reason for %s", n, cells[0])
		case len(cells[2]) < 20 || !strings.HasSuffix(cells[2], "."):
			return why, fmt.Errorf("%d: a reason is a sentence, not %q", n, cells[2])
		}
		side[cells[0]] = cells[2]
	}
	return why, nil
}

// problem is where a run and the record don't agree.
type problem struct{ test, text string }

// problems holds a run against what is known.
func (rec *record) problems(results []result) []problem {
	var list []problem
	say := func(test, format string, args ...any) {
		list = append(list, problem{test, fmt.Sprintf(format, args...)})
	}
	known := map[string]bool{}
	for i := range results {
		r := &results[i]
		name := r.test.name
		known[name] = true
		why := rec.reasons.ours[name]
		must := slices.Contains(rec.mustPass, name)
		switch {
		case must && !r.passes():
			say(name, "it must pass; plain PHP: %s, ours: %s", r.plain, r.ours)
		case must && r.unproved():
			say(name, "it passes, but Go opened no stream of it")
		case r.otherFailure && why == "":
			say(name, "it fails here otherwise than on plain PHP: mend it, or give a reason in %s", whyFile)
		case r.differs() && why == "":
			say(name, "plain PHP: %s, ours: %s, opened by Go: %d; mend it, or give a reason in %s", r.plain, r.ours, r.calls.Opened(), whyFile)
		case !r.differs() && why != "":
			say(name, "it is as on plain PHP (%s): take its reason out of %s", r.plain, whyFile)
		case r.passes() && !r.differs() && !must:
			say(name, "it passes, and isn't in %s: run with -update", listFile)
		}
	}
	for _, name := range rec.mustPass {
		if !known[name] {
			say(name, "it is in %s, and isn't there any more", listFile)
		}
	}
	for _, side := range []map[string]string{rec.reasons.ours, rec.reasons.plain} {
		for name := range side {
			if !known[name] {
				say(name, "it has a reason in %s, and isn't there any more", whyFile)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b problem) int { return strings.Compare(a.test, b.test) })
	return list
}
