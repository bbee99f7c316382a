package main

import (
	"fmt"
	"slices"
	"strings"
)

// The verdicts, also of a part.
const (
	same      = "same"
	different = "different"
	flaky     = "flaky"
)

// A report is what a comparison came to.
type report struct {
	verdict   string
	script    []string
	php, ours side
	parts     []part
}

// A side is one engine with its runs.
type side struct {
	name string
	runs []*result
}

// A part is one of the things that are compared.
type part struct {
	name        string // "output", "warnings", "exit", "wire"
	verdict     string
	left, right []string // what is shown: of the first run, and of one of phpstream's
	run         int      // which one
	rows        []row
	first       int  // the first row that counts as different, or -1
	varies      int  // the first line, from 1, that differs between runs of plain PHP, or 0
	unsteady    bool // phpstream differs from itself
}

// judge compares the runs of two engines. With one run each, whatever differs
// is different; with more, what differs between runs of plain PHP is flaky.
func judge(r *report, wire bool) {
	r.parts = []part{
		judgeText("output", r, func(run *result) []string { return lines(run.output) }),
		judgeText("warnings", r, func(run *result) []string { return lines(run.warnings) }),
		judgeEnd(r),
	}
	if wire {
		r.parts = append(r.parts, judgeText("wire", r, func(run *result) []string { return statements(run.wire) }))
	}
	r.verdict = same
	for _, p := range r.parts {
		if p.verdict == different || p.verdict == flaky && r.verdict == same {
			r.verdict = p.verdict
		}
	}
}

func judgeText(name string, r *report, of func(*result) []string) part {
	plain, ours := texts(r.php.runs, of), texts(r.ours.runs, of)
	m := newMask(plain)
	p := part{name: name, verdict: same, left: plain[0], right: ours[0], first: -1}
	if m.varies() {
		p.verdict, p.varies = flaky, firstVariation(plain)
	}
	for i, text := range ours {
		p.unsteady = p.unsteady || !slices.Equal(text, ours[0])
		if p.verdict != different && !m.fits(text) {
			p.verdict, p.right, p.run = different, text, i
		}
	}
	p.left, p.right = shorten(p.left, p.right)
	p.rows = align(len(p.left), len(p.right), func(i, j int) bool {
		if m.loose {
			return p.left[i] == p.right[j]
		}
		return m.lines[i].fits(p.right[j])
	})
	if p.verdict == different {
		p.first = slices.IndexFunc(p.rows, func(r row) bool { return !r.same })
	}
	return p
}

func firstVariation(runs [][]string) int {
	first := 0
	for _, run := range runs[1:] {
		i := 0
		for i < len(run) && i < len(runs[0]) && run[i] == runs[0][i] {
			i++
		}
		if i < max(len(run), len(runs[0])) && (first == 0 || i+1 < first) {
			first = i + 1
		}
	}
	return first
}

// mostLines bounds the texts that are laid side by side. Longer ones are so
// until some lines behind the first that differ.
const mostLines = 100_000

func shorten(left, right []string) (a, b []string) {
	if max(len(left), len(right)) <= mostLines {
		return left, right
	}
	i := 0
	for i < len(left) && i < len(right) && left[i] == right[i] {
		i++
	}
	i += 100
	return left[:min(i, len(left))], right[:min(i, len(right))]
}

// judgeEnd knows no mask: an exit code that varies has nothing in common with
// a crash.
func judgeEnd(r *report) part {
	of := func(run *result) []string { return []string{run.end} }
	plain, ours := texts(r.php.runs, of), texts(r.ours.runs, of)
	p := part{name: "exit", verdict: same, left: plain[0], right: ours[0], first: -1}
	for _, end := range plain {
		if end[0] != plain[0][0] {
			p.verdict = flaky
		}
	}
	for _, end := range ours {
		p.unsteady = p.unsteady || end[0] != ours[0][0]
		if p.verdict != different && !slices.ContainsFunc(plain, func(known []string) bool { return known[0] == end[0] }) {
			p.verdict, p.right, p.first = different, end, 0
		}
	}
	p.rows = []row{{0, 0, p.left[0] == p.right[0]}}
	return p
}

func texts(runs []*result, of func(*result) []string) (list [][]string) {
	for _, run := range runs {
		list = append(list, of(run))
	}
	return list
}

// lines keeps the ends of lines, which may differ, too.
func lines(text []byte) []string { return slices.Collect(strings.Lines(string(text))) }

// line is the first that is different, or else that varies.
func (p part) line() int {
	if p.first < 0 {
		return p.varies
	}
	return max(p.rows[p.first].left, p.rows[p.first].right) + 1
}

// headline is the verdict in a line.
func (r *report) headline() string {
	var found []string
	for _, p := range r.parts {
		if p.verdict != r.verdict {
			continue
		}
		text := map[string]string{"exit": "exit code", "wire": "bytes on the wire"}[p.name]
		if text == "" {
			text = p.name
		}
		if line := p.line(); line > 0 && p.name != "exit" && p.name != "wire" {
			text += fmt.Sprintf(" from line %d", line)
		}
		found = append(found, text)
	}
	list := strings.Join(found, ", ")
	switch {
	case r.verdict == different:
		return "different: " + list
	case r.verdict == flaky:
		return "flaky: plain PHP differs from itself: " + list
	case len(r.ours.runs[0].calls.Go) == 0:
		return "same, but phpstream answered no call: nothing was compared"
	}
	return "same"
}
