package scenario

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// The kinds of differences.
const (
	Deliberate  = "deliberate"  // this module does better, on purpose
	Impossible  = "impossible"  // Go or its TLS can't
	Unspecified = "unspecified" // PHP itself leaves it open: the field is {{INT}} in the recording
	Todo        = "todo"        // to be mended
)

// Row is a line of the table of differences: fields of a scenario in which this
// module may answer otherwise than PHP.
type Row struct {
	ID       string
	Versions []string
	Fields   []string
	Kind     string
	Reason   string

	line int
	used map[string]bool // version and field, where the difference was seen
}

// Differences is the table, testdata/compat/differences.tsv: scenario,
// versions, fields, kind and reason, parted by tabs; versions and fields by
// commas.
type Differences struct {
	Rows []*Row
}

// LoadDifferences reads and checks the table.
func LoadDifferences(path string, all []*Scenario) (*Differences, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	d := &Differences{}
	known := map[string]*Scenario{}
	for _, s := range all {
		known[s.ID] = s
	}
	for n, line := range strings.Split(string(data), "\n") {
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		r, err := parseRow(line)
		if err == nil && known[r.ID] == nil {
			err = fmt.Errorf("there is no scenario %q", r.ID)
		}
		if err == nil {
			err = d.overlap(r)
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, n+1, err)
		}
		r.line = n + 1
		d.Rows = append(d.Rows, r)
	}
	return d, nil
}

func parseRow(line string) (*Row, error) {
	cells := strings.Split(line, "\t")
	if len(cells) != 5 {
		return nil, fmt.Errorf("%d cells, not scenario, versions, fields, kind and reason", len(cells))
	}
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	r := &Row{ID: cells[0], Kind: cells[3], Reason: cells[4], used: map[string]bool{}}
	for _, v := range strings.Split(cells[1], ",") {
		if v = strings.TrimSpace(v); !slices.Contains(Versions, v) {
			return nil, fmt.Errorf("unknown version %q", v)
		}
		r.Versions = append(r.Versions, v)
	}
	for _, f := range strings.Split(cells[2], ",") {
		r.Fields = append(r.Fields, strings.TrimSpace(f))
	}
	if !slices.Contains([]string{Deliberate, Impossible, Unspecified, Todo}, r.Kind) {
		return nil, fmt.Errorf("unknown kind %q", r.Kind)
	}
	if len(r.Reason) < 20 || !strings.HasSuffix(r.Reason, ".") {
		return nil, fmt.Errorf("a row needs a reason, and a sentence: %q", r.Reason)
	}
	return r, nil
}

// overlap refuses a second row for one field.
func (d *Differences) overlap(r *Row) error {
	for _, v := range r.Versions {
		for _, f := range r.Fields {
			if other := d.find(r.ID, v, f); other != nil {
				return fmt.Errorf("%s %s of %s has a row already, in line %d", v, f, r.ID, other.line)
			}
		}
	}
	return nil
}

func (d *Differences) find(id, version, field string) *Row {
	for _, r := range d.Rows {
		if r.ID == id && slices.Contains(r.Versions, version) && slices.Contains(r.Fields, field) {
			return r
		}
	}
	return nil
}

// Verdict is what is wrong with an answer.
type Verdict struct {
	Differences []Difference // without a row
	Pinned      []Difference // from the scenario's "ours"
	Excused     bool         // some fields differ as rows of the table allow
	Notes       []string
}

// OK says whether nothing is.
func (v *Verdict) OK() bool {
	return len(v.Differences) == 0 && len(v.Pinned) == 0 && len(v.Notes) == 0
}

// Judge compares this module's answer with what PHP answered. A field with a
// row may differ, but only as the scenario's "ours" section says.
func (d *Differences) Judge(s *Scenario, version string, got *Answer) (*Verdict, error) {
	want, err := s.Recorded(version)
	if err != nil {
		return nil, err
	}
	if want == nil {
		return nil, fmt.Errorf("%s has no recording from %s", s.ID, version)
	}
	v := &Verdict{}
	for _, f := range want.Fields {
		if !strings.Contains(f.Value, anyInt) {
			continue
		}
		if r := d.find(s.ID, version, f.Name); r != nil && r.Kind == Unspecified {
			r.used[version+" "+f.Name] = true
		} else {
			v.Notes = append(v.Notes, f.Name+" is {{INT}} and has no row that says why PHP leaves it open")
		}
	}
	pinned := false
	for _, diff := range Compare(want, got) {
		r := d.find(s.ID, version, diff.Field)
		if r == nil || r.Kind == Unspecified {
			v.Differences = append(v.Differences, diff)
			continue
		}
		r.used[version+" "+diff.Field] = true
		v.Excused = true
		pinned = pinned || r.Kind != Todo
	}
	text, has := s.Ours[version]
	switch {
	case pinned && !has:
		v.Notes = append(v.Notes, `the differences need an "ours" section that holds this module's answer (-update writes it)`)
	case has && !pinned:
		v.Notes = append(v.Notes, `there is an "ours" section, but no difference that it could hold (-update takes it out)`)
	case has:
		ours, err := ParseAnswer(text)
		if err != nil {
			return nil, err
		}
		v.Pinned = Compare(ours, got)
	}
	return v, nil
}

// JudgeBridge compares what PHP answered with this module behind it. A field
// with a row may be PHP's, where PHP has a hand in it, or the "ours" section's.
func (d *Differences) JudgeBridge(s *Scenario, version string, got *Answer) (*Verdict, error) {
	want, err := s.Recorded(version)
	if err != nil {
		return nil, err
	}
	if want == nil {
		return nil, fmt.Errorf("%s has no recording from %s", s.ID, version)
	}
	ours, err := ParseAnswer(s.Ours[version])
	if err != nil {
		return nil, err
	}
	pinned := map[string]bool{}
	for _, diff := range Compare(ours, got) {
		pinned[diff.Field] = true
	}
	v := &Verdict{}
	for _, diff := range Compare(want, got) {
		switch r := d.find(s.ID, version, diff.Field); {
		case r == nil || r.Kind == Unspecified:
			v.Differences = append(v.Differences, diff)
		case r.Kind != Todo && pinned[diff.Field]:
			v.Pinned = append(v.Pinned, diff)
		}
	}
	return v, nil
}

// Pin keeps this module's answer in the scenario where rows of the table allow
// it, and takes it out where there is no need of it. An answer that differs in
// further fields isn't kept.
func (d *Differences) Pin(s *Scenario, version string, got *Answer) error {
	want, err := s.Recorded(version)
	if err != nil || want == nil {
		return err
	}
	needed := false
	for _, diff := range Compare(want, got) {
		switch r := d.find(s.ID, version, diff.Field); {
		case r == nil || r.Kind == Unspecified:
			return nil
		case r.Kind != Todo:
			needed = true
		}
	}
	if !needed {
		delete(s.Ours, version)
		return nil
	}
	pin := &Answer{}
	for _, f := range got.Fields {
		if w, ok := want.Get(f.Name); ok && matches(w, f.Value) {
			f.Value = w // ranges and {{INT}} as they stand
		} else if strings.HasSuffix(f.Name, " elapsed") {
			f.Value = elapsedRange(f.Value, f.Value)
		}
		pin.Fields = append(pin.Fields, f)
	}
	s.Ours[version] = pin.Text()
	return nil
}

// Unused lists the fields that have a row but didn't differ, among the
// scenarios that ran.
func (d *Differences) Unused(ran func(id, version string) bool) []string {
	var out []string
	for _, r := range d.Rows {
		for _, v := range r.Versions {
			for _, f := range r.Fields {
				if ran(r.ID, v) && !r.used[v+" "+f] {
					out = append(out, fmt.Sprintf("line %d: %s doesn't differ from PHP %s in %q", r.line, r.ID, v, f))
				}
			}
		}
	}
	return out
}
