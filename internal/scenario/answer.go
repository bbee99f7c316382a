package scenario

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Answer is what one run of a script said: a list of fields in order. The
// fields of a statement are "N return", "N $name" for each by-reference
// output, "N events", "N throws" and "N elapsed"; the bytes that the peers saw
// are "wire PEER/CONNECTION".
type Answer struct {
	Fields []Field
}

// Field is one thing that was answered.
type Field struct {
	Name  string
	Label string // the function, for a statement's first field
	Value string
}

// Get returns a field's value.
func (a *Answer) Get(name string) (string, bool) {
	for _, f := range a.Fields {
		if f.Name == name {
			return f.Value, true
		}
	}
	return "", false
}

// Set changes a field's value.
func (a *Answer) Set(name, value string) {
	for i, f := range a.Fields {
		if f.Name == name {
			a.Fields[i].Value = value
		}
	}
}

// Text is the answer as it stands in a scenario file:
//
//	1 fgets = false
//	  $errno = 0
//	  E_WARNING "fgets(): ..."
//	  elapsed {{ELAPSED 0.9..2}}
//	2 fread throws TypeError "..."
//	wire main/1 = "EHLO x\r\n" tls "QUIT\r\n"
func (a *Answer) Text() string {
	var b strings.Builder
	for _, f := range a.Fields {
		number, what, _ := strings.Cut(f.Name, " ")
		switch {
		case number == "wire":
			fmt.Fprintf(&b, "%s = %s\n", f.Name, f.Value)
		case what == "return":
			fmt.Fprintf(&b, "%s %s = %s\n", number, f.Label, f.Value)
		case what == "throws":
			fmt.Fprintf(&b, "%s %s throws %s\n", number, f.Label, f.Value)
		case what == "events":
			for _, e := range strings.Split(f.Value, "\n") {
				fmt.Fprintf(&b, "  %s\n", e)
			}
		case what == "elapsed":
			fmt.Fprintf(&b, "  elapsed %s\n", f.Value)
		default:
			fmt.Fprintf(&b, "  %s = %s\n", what, f.Value)
		}
	}
	return b.String()
}

var (
	answerHead = regexp.MustCompile(`^(\d+) (\w+) (?:= (.*)|throws (\w+ .*))$`)
	answerOut  = regexp.MustCompile(`^  (\$\w+) = (.*)$`)
	answerWire = regexp.MustCompile(`^(wire \S+) = (.*)$`)
	answerWarn = regexp.MustCompile(`^  (E_\w+.*)$`)
	answerTime = regexp.MustCompile(`^  elapsed (.*)$`)
)

// ParseAnswer reads what Text wrote.
func ParseAnswer(text string) (*Answer, error) {
	a := &Answer{}
	number := ""
	for _, line := range strings.Split(text, "\n") {
		if line == "" {
			continue
		}
		if m := answerHead.FindStringSubmatch(line); m != nil {
			number = m[1]
			if m[4] != "" {
				a.Fields = append(a.Fields, Field{number + " throws", m[2], m[4]})
			} else {
				a.Fields = append(a.Fields, Field{number + " return", m[2], m[3]})
			}
		} else if m := answerWire.FindStringSubmatch(line); m != nil {
			a.Fields = append(a.Fields, Field{Name: m[1], Value: m[2]})
		} else if number == "" {
			return nil, fmt.Errorf("an answer without a statement: %q", line)
		} else if m := answerOut.FindStringSubmatch(line); m != nil {
			a.Fields = append(a.Fields, Field{Name: number + " " + m[1], Value: m[2]})
		} else if m := answerTime.FindStringSubmatch(line); m != nil {
			a.Fields = append(a.Fields, Field{Name: number + " elapsed", Value: m[1]})
		} else if m := answerWarn.FindStringSubmatch(line); m != nil {
			last := &a.Fields[len(a.Fields)-1]
			if last.Name == number+" events" {
				last.Value += "\n" + m[1]
			} else {
				a.Fields = append(a.Fields, Field{Name: number + " events", Value: m[1]})
			}
		} else {
			return nil, fmt.Errorf("can't read the answer %q", line)
		}
	}
	return a, nil
}

// The placeholders that stand for a class of values. All others stand for one
// value of the run and are put in before answers are compared.
var (
	placeholder   = regexp.MustCompile(`\{\{[^{}]*\}\}`)
	elapsedHolder = regexp.MustCompile(`^\{\{ELAPSED ([0-9.]+)\.\.([0-9.]+)\}\}$`)
	anyInt        = "{{INT}}"
)

// matches says whether a value is what was wanted. {{INT}} stands for any
// integer, {{ELAPSED a..b}} for a duration in seconds; the rest is literal.
func matches(want, got string) bool {
	if m := elapsedHolder.FindStringSubmatch(want); m != nil {
		low, _ := strconv.ParseFloat(m[1], 64)
		high, _ := strconv.ParseFloat(m[2], 64)
		if g := elapsedHolder.FindStringSubmatch(got); g != nil {
			return m[1] == g[1] && m[2] == g[2]
		}
		seconds, err := strconv.ParseFloat(got, 64)
		return err == nil && seconds >= low && seconds <= high
	}
	if !strings.Contains(want, anyInt) {
		return want == got
	}
	pattern := strings.ReplaceAll(regexp.QuoteMeta(want), regexp.QuoteMeta(anyInt), `(-?\d+|\{\{INT\}\})`)
	return regexp.MustCompile("^" + pattern + "$").MatchString(got)
}

// Difference is a field in which two answers differ. A field that one side
// doesn't have is "(none)" there.
type Difference struct {
	Field, Want, Got string
}

const none = "(none)"

// Compare returns the fields in which got isn't what was wanted.
func Compare(want, got *Answer) []Difference {
	var out []Difference
	for _, w := range want.Fields {
		g, ok := got.Get(w.Name)
		if !ok {
			g = none
		}
		if !ok || !matches(w.Value, g) {
			out = append(out, Difference{w.Name, w.Value, g})
		}
	}
	for _, g := range got.Fields {
		if _, ok := want.Get(g.Name); !ok {
			out = append(out, Difference{g.Name, none, g.Value})
		}
	}
	return out
}

// Merge makes the recording of two runs of PHP in different contexts. Where
// they disagree on an integer it becomes {{INT}}, as it does where the earlier
// recording already says so; where they disagree on anything else there is no
// recording.
func Merge(a, b, earlier *Answer) (*Answer, error) {
	out := &Answer{}
	for i, f := range a.Fields {
		if i >= len(b.Fields) || b.Fields[i].Name != f.Name {
			return nil, fmt.Errorf("two runs of PHP disagree from %s on:\n%s\n%s", f.Name, a.Text(), b.Text())
		}
		switch other := b.Fields[i].Value; {
		case strings.HasSuffix(f.Name, " elapsed"):
			f.Value = elapsedRange(f.Value, other)
			if earlier != nil {
				if e, ok := earlier.Get(f.Name); ok && matches(e, a.Fields[i].Value) && matches(e, other) {
					f.Value = e
				}
			}
		case f.Value != other:
			merged, ok := mergeInts(f.Value, other)
			if !ok {
				return nil, fmt.Errorf("two runs of PHP disagree on %s:\n%s\n%s", f.Name, f.Value, other)
			}
			f.Value = merged
		}
		if earlier != nil {
			if e, ok := earlier.Get(f.Name); ok && strings.Contains(e, anyInt) && matches(e, f.Value) {
				f.Value = e
			}
		}
		out.Fields = append(out.Fields, f)
	}
	if len(b.Fields) > len(a.Fields) {
		return nil, fmt.Errorf("two runs of PHP disagree: the second one says more:\n%s\n%s", a.Text(), b.Text())
	}
	return out, nil
}

var integer = regexp.MustCompile(`-?\d+`)

func mergeInts(a, b string) (string, bool) {
	as, bs := integer.FindAllString(a, -1), integer.FindAllString(b, -1)
	if len(as) != len(bs) || integer.ReplaceAllString(a, "") != integer.ReplaceAllString(b, "") {
		return "", false
	}
	i := -1
	return integer.ReplaceAllStringFunc(a, func(s string) string {
		if i++; as[i] != bs[i] {
			return anyInt
		}
		return s
	}), true
}

// elapsedRange is what a timed statement may take: a little less than the
// quicker of two runs, and two and a half seconds more than the slower, for
// busy machines.
func elapsedRange(a, b string) string {
	x, _ := strconv.ParseFloat(a, 64)
	y, _ := strconv.ParseFloat(b, 64)
	low := float64(int(min(x, y)*0.95*10)) / 10
	high := float64(int((max(x, y)+2.5)*10+1)) / 10
	return fmt.Sprintf("{{ELAPSED %.1f..%.1f}}", low, high)
}
