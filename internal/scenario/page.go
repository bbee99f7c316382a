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

// Page is phpdocs/differences.md.
func (d *Differences) Page(all []*Scenario) (string, error) {
	byID := map[string]*Scenario{}
	for _, s := range all {
		byID[s.ID] = s
	}
	var b strings.Builder
	b.WriteString("# Differences from PHP\n\n")
	b.WriteString("Made from `testdata/compat/differences.tsv` by `go test -run Compat -update .`; a test fails when it is stale.\n")
	b.WriteString("Each difference is held by a scenario: PHP's answer was recorded from PHP, and this module's is checked beside it.\n")
	for _, k := range kindTitles {
		var rows []*Row
		for _, r := range d.Rows {
			if r.Kind == k.kind {
				rows = append(rows, r)
			}
		}
		if len(rows) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", k.title, k.text)
		if k.kind == Unspecified {
			b.WriteString(unspecifiedList(rows))
			continue
		}
		for _, group := range sameReason(rows) {
			section, err := section(group, byID)
			if err != nil {
				return "", err
			}
			b.WriteString(section)
		}
	}
	return b.String(), nil
}

// sameReason puts the rows of one reason together, in the table's order.
func sameReason(rows []*Row) [][]*Row {
	var out [][]*Row
next:
	for _, r := range rows {
		for i, g := range out {
			if g[0].Reason == r.Reason {
				out[i] = append(g, r)
				continue next
			}
		}
		out = append(out, []*Row{r})
	}
	return out
}

func unspecifiedList(rows []*Row) string {
	var b strings.Builder
	for _, group := range sameReason(rows) {
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
