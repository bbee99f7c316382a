package scenario

import (
	"fmt"
	"sort"
	"strings"
)

var kindTitles = []struct{ kind, title, text string }{
	{Deliberate, "On purpose", "This module does otherwise because it is safer, or because PHP's manual promises it."},
	{Impossible, "Not possible", "Go, or its TLS, can't do what PHP does here."},
	{Todo, "Not yet", "To be mended."},
	{Unspecified, "Unspecified in PHP", "PHP doesn't say itself what these values are: they change from run to run. This module's are as good as any."},
}

// Page is phpdocs/differences.md: of the table, and of what other tests hold.
func (d *Differences) Page(all []*Scenario, held []*Held) (string, error) {
	byID := map[string]*Scenario{}
	for _, s := range all {
		byID[s.ID] = s
	}
	var b strings.Builder
	b.WriteString("# Differences from PHP\n\n")
	b.WriteString("Made from `testdata/compat/differences.tsv` and two tables beside the tests by `go test -run Compat -update .`; a test fails when\n")
	b.WriteString("it is stale. A difference is held by a scenario, where PHP's answer was recorded from PHP and this module's is checked beside\n")
	b.WriteString("it, or by the test that its row names.\n")
	for _, k := range kindTitles {
		var rows []*Row
		for _, r := range d.Rows {
			if r.Kind == k.kind {
				rows = append(rows, r)
			}
		}
		var others []*Held
		for _, h := range held {
			if h.Kind == k.kind {
				others = append(others, h)
			}
		}
		if len(rows)+len(others) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", k.title, k.text)
		if k.kind == Unspecified {
			b.WriteString(unspecifiedList(rows))
			continue
		}
		for _, group := range sameReason(rows, func(r *Row) string { return r.Reason }) {
			section, err := section(group, byID)
			if err != nil {
				return "", err
			}
			b.WriteString(section)
		}
		for _, group := range sameReason(others, func(h *Held) string { return h.Reason }) {
			b.WriteString(heldSection(group))
		}
	}
	return b.String(), nil
}

// sameReason puts the rows of one reason together, in the table's order.
func sameReason[T any](rows []T, reason func(T) string) [][]T {
	var out [][]T
next:
	for _, r := range rows {
		for i, g := range out {
			if reason(g[0]) == reason(r) {
				out[i] = append(g, r)
				continue next
			}
		}
		out = append(out, []T{r})
	}
	return out
}

func unspecifiedList(rows []*Row) string {
	var b strings.Builder
	for _, group := range sameReason(rows, func(r *Row) string { return r.Reason }) {
		ids := map[string]bool{}
		for _, r := range group {
			ids["`"+r.ID+"`"] = true
		}
		list := make([]string, 0, len(ids))
		for id := range ids {
			list = append(list, id)
		}
		sort.Strings(list)
		fmt.Fprintf(&b, "\n- %s Scenarios: %s.\n", group[0].Reason, strings.Join(list, ", "))
	}
	return b.String()
}

// section is one reason with its scenarios: the calls in question, what PHP
// answers, and what is answered here.
func section(rows []*Row, byID map[string]*Scenario) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "\n### %s\n", rows[0].Reason)
	for _, r := range rows {
		s := byID[r.ID]
		version := r.Versions[0]
		want, err := s.Recorded(version)
		if err != nil || want == nil {
			return "", fmt.Errorf("%s: no recording from %s: %v", r.ID, version, err)
		}
		ours, err := ParseAnswer(s.Ours[version])
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "\n`%s` (PHP %s): %s\n\n", r.ID, strings.Join(r.Versions, ", "), s.Comment)
		if r.Kind == Todo { // what is answered here isn't pinned
			b.WriteString("| | PHP " + version + " |\n| --- | --- |\n")
		} else {
			b.WriteString("| | PHP " + version + " | here |\n| --- | --- | --- |\n")
		}
		for _, f := range r.Fields {
			fmt.Fprintf(&b, "| %s | %s |", fieldTitle(s, f), cell(want, f))
			if r.Kind != Todo {
				fmt.Fprintf(&b, " %s |", cell(ours, f))
			}
			b.WriteString("\n")
		}
	}
	return b.String(), nil
}

// fieldTitle is the call that a field belongs to, and what of it is meant.
func fieldTitle(s *Scenario, field string) string {
	number, what, _ := strings.Cut(field, " ")
	for _, st := range s.Script {
		if fmt.Sprint(st.Number) == number {
			title := code(st.Source)
			if what != "return" && what != "throws" {
				title += ", " + what
			}
			return title
		}
	}
	return "what the peer saw"
}

func cell(a *Answer, field string) string {
	v, ok := a.Get(field)
	if !ok {
		return ""
	}
	lines := strings.Split(v, "\n")
	for i := range lines {
		lines[i] = code(lines[i])
	}
	return strings.Join(lines, "<br>")
}

func code(text string) string {
	text = strings.ReplaceAll(text, "|", `\|`)
	if strings.Contains(text, "`") {
		return "`` " + text + " ``"
	}
	return "`" + text + "`"
}
