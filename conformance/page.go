package main

import (
	"cmp"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
)

// page is what is written for readers of one run.
type page struct {
	php, suite string // "8.2.36", "php8.2-8.2.32"
	results    []result
	reasons    reasons
}

const pageHead = `# PHP's own tests

Written by ` + "`conformance/run -update`" + `; not by hand.

The tests of %s that mention stream_socket_, fsockopen, stream_select or stream_context, or open URLs of http and https, run
by PHP's own run-tests.php, on plain PHP %s, and on the same PHP with this library under its stream functions and wrappers, in
the test's process and in those that it starts, servers among them. There, none of these may open a network stream by PHP's
own means: that is an error. No test reaches a network beyond this machine.

%s

"By Go" counts the calls that Go answered, in all of a test's processes. "By PHP" names the functions that PHP answered with
network streams of its own: those of a server that is forked off, which goes on with Go's socket by PHP's means. A test with
an unexpected result was run twice more, on both sides, and what happened more often counts; "(2 of 3)" says so. Tests that
fail on both sides print the same on both.

| test | plain PHP | ours | by Go | by PHP | why |
| --- | --- | --- | ---: | --- | --- |
`

// String is the page.
func (p page) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, pageHead, p.suite, p.php, p.tally())
	for i := range p.results {
		r := &p.results[i]
		var byPHP []string
		for name := range r.calls.Network {
			byPHP = append(byPHP, name)
		}
		slices.Sort(byPHP)
		why := p.reasons.ours[r.name]
		if r.plain.status() != "pass" {
			why = strings.TrimSpace(p.reasons.plain[r.name] + " " + why)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %d | %s | %s |\n", r.name, r.plain, r.ours, r.calls.ByGo(), strings.Join(byPHP, ", "), why)
	}
	return b.String()
}

// tally is the page in one sentence or two.
func (p page) tally() string {
	plain, ours, byGo, lost := 0, 0, 0, 0
	for i := range p.results {
		r := &p.results[i]
		if r.plain.status() == "pass" {
			plain++
			if !r.passes() {
				lost++
			}
		}
		if r.ours.status() == "pass" {
			ours++
			if r.calls.Opened() > 0 {
				byGo++
			}
		}
	}
	return fmt.Sprintf("%d tests: %d pass on plain PHP, %d here, %d of these with streams opened by Go. "+
		"%d that pass on plain PHP don't here.", len(p.results), plain, ours, byGo, lost)
}

// varying is what may differ from run to run in a row: how often a test that
// isn't steady passed, the count of calls, and which of PHP's functions were
// reached.
var varying = regexp.MustCompile(` \(\d of \d\)| \| \d+ \| [^|]*`)

// rows are the steady parts of a page's rows, by test.
func rows(page string) map[string]string {
	found := map[string]string{}
	for line := range strings.Lines(page) {
		if name, rest, _ := strings.Cut(strings.TrimPrefix(line, "| "), " | "); strings.HasSuffix(name, ".phpt") {
			found[name] = varying.ReplaceAllString(rest, "")
		}
	}
	return found
}

// stale compares the page on record with the one of this run.
func (rec *record) stale(p page) []problem {
	var list []problem
	old, now := rows(rec.page), rows(p.String())
	for name, row := range now {
		if old[name] != row {
			list = append(list, problem{name, "its row in " + pageFile + " isn't what this run says: run with -update"})
		}
	}
	for name := range old {
		if _, is := now[name]; !is {
			list = append(list, problem{name, "it has a row in " + pageFile + ", and isn't there any more"})
		}
	}
	slices.SortFunc(list, func(a, b problem) int { return cmp.Compare(a.test, b.test) })
	return list
}

const listHead = `# The tests of PHP that must pass here, with streams opened by Go where they open any.
# "conformance/run -update" adds those that pass; a name is only taken out by hand.
`

// update writes the page, and adds what passes to the list.
func (rec *record) update(p page) error {
	for i := range p.results {
		if r := &p.results[i]; r.passes() && !r.differs() && !slices.Contains(rec.mustPass, r.name) {
			rec.mustPass = append(rec.mustPass, r.name)
		}
	}
	slices.Sort(rec.mustPass)
	rec.page = p.String()
	if err := os.WriteFile(listFile, []byte(listHead+strings.Join(rec.mustPass, "\n")+"\n"), 0o644); err != nil {
		return err
	}
	return os.WriteFile(pageFile, []byte(rec.page), 0o644)
}
