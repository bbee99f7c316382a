package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// A look is how a report is shown.
type look struct {
	width int
	color bool
}

const (
	pipeWidth   = 120 // where there is no terminal
	leastWidth  = 60
	aroundLines = 3  // lines that are shown before and after a difference
	wireEnds    = 20 // and at both ends of a connection
	mostRows    = 400
)

var colors = map[string]string{same: "1;32", different: "1;31", flaky: "1;33", "left": "31", "right": "32", "dim": "2"}

func (l look) paint(color, text string) string {
	if !l.color || text == "" {
		return text
	}
	return "\x1b[" + colors[color] + "m" + text + "\x1b[0m"
}

// show writes a report for people: the verdict first.
func (l look) show(w io.Writer, r *report) {
	l.width = max(l.width, leastWidth)
	word, rest, _ := strings.Cut(r.headline(), ":")
	fmt.Fprintln(w, l.paint(r.verdict, word)+strings.TrimSuffix(":"+rest, ":"))
	fmt.Fprintln(w)
	l.summary(w, r)
	for _, p := range r.parts {
		if p.verdict == different && (p.name == "output" || p.name == "warnings") {
			fmt.Fprintf(w, "\n%s\n", p.name)
			l.sideBySide(w, r, p.rows, p.left, p.right, p.first, aroundLines, 0)
		}
		if p.name == "wire" {
			l.wire(w, r, p)
		}
	}
	if r.verdict == different && len(r.php.runs) == 1 {
		fmt.Fprintln(w, "\nWhether the script differs from itself, -repeat 3 would tell.")
	}
	for _, p := range r.parts {
		if p.unsteady && p.verdict == different {
			fmt.Fprintf(w, "\nThe runs of %s differ from each other in %s.\n", r.ours.name, p.name)
		}
	}
}

// summary is the table of what can be said in a word.
func (l look) summary(w io.Writer, r *report) {
	left, right := &r.php, &r.ours
	const head = 18
	column := (l.width - head) / 2
	line := func(name, a, b string) {
		fmt.Fprintln(w, strings.TrimRight(fmt.Sprintf("%-*s%-*s%s", head, name, column, a, b), " "))
	}
	line("", left.name, right.name)
	end := r.parts[2]
	line("exit code", end.left[0], end.right[0])
	line("duration", durations(left.runs), durations(right.runs))
	a, b := left.runs[0], right.runs[0]
	line("output", amount(a.output), amount(b.output))
	line("warnings", amount(a.warnings), amount(b.warnings))
	calls := b.calls
	line("answered by Go", "", total(calls.Go))
	l.list(w, head, calls.Go)
	line("left to PHP", "", total(calls.Network)+" of the network")
	l.list(w, head, calls.Network)
}

func total(count map[string]int) string {
	sum := 0
	for _, n := range count {
		sum += n
	}
	return number(sum, "call")
}

// list writes the functions, those that were called most first.
func (l look) list(w io.Writer, indent int, count map[string]int) {
	var names []string
	for name := range count {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if count[a] != count[b] {
			return count[b] - count[a]
		}
		return strings.Compare(a, b)
	})
	text := ""
	for i, name := range names {
		word := fmt.Sprintf("%s %d", name, count[name])
		if i < len(names)-1 {
			word += ", "
		}
		if text != "" && indent+len(text)+len(strings.TrimSpace(word)) > l.width {
			fmt.Fprintln(w, strings.Repeat(" ", indent)+strings.TrimSpace(text))
			text = ""
		}
		text += word
	}
	if text != "" {
		fmt.Fprintln(w, strings.Repeat(" ", indent)+text)
	}
}

func number(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

func amount(text []byte) string {
	if len(text) == 0 {
		return "none"
	}
	return number(len(lines(text)), "line") + ", " + number(len(text), "byte")
}

func durations(runs []*result) string {
	all := make([]time.Duration, len(runs))
	for i, run := range runs {
		all[i] = run.duration
	}
	text := func(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }
	if least, most := text(slices.Min(all)), text(slices.Max(all)); least != most {
		return least + " to " + most
	}
	return text(all[0])
}

// wire shows the dialogue of each connection. Which line came first of two
// that crossed is chance: lines are marked only where the verdict is different.
func (l look) wire(w io.Writer, r *report, p part) {
	left, right := r.php.runs[0].wire, r.ours.runs[p.run].wire
	if len(left)+len(right) == 0 {
		fmt.Fprintf(w, "\nwire: no connection on either side\n")
	}
	for i := range max(len(left), len(right)) {
		a, b := nth(left, i), nth(right, i)
		fmt.Fprintf(w, "\nconnection %d: %s\n", i+1, places(a, b))
		rows := align(len(a.items), len(b.items), func(i, j int) bool { return sameItem(a.items[i], b.items[j]) })
		first := -1
		if p.verdict == different {
			first = slices.IndexFunc(rows, func(r row) bool { return !r.same })
		}
		l.sideBySide(w, r, rows, itemTexts(a), itemTexts(b), first, aroundLines, wireEnds)
	}
}

// nth is an empty connection where a side has fewer.
func nth(list []*connection, i int) *connection {
	if i < len(list) {
		return list[i]
	}
	return &connection{}
}

func places(a, b *connection) string {
	var list []string
	for _, c := range []*connection{a, b} {
		switch {
		case c.network == "":
			list = append(list, "none")
		case c.accepted:
			list = append(list, c.network+" from "+c.remote)
		default:
			list = append(list, c.network+" to "+c.remote)
		}
	}
	return strings.Join(slices.Compact(list), " | ")
}

func itemTexts(c *connection) (list []string) {
	for _, it := range c.items {
		list = append(list, it.String())
	}
	return list
}
