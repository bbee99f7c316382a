package filter

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phptest"
)

var record = flag.Bool("record", false, "write what PHP answers to testdata")

const goldenFile = "testdata/php.json"

// recorded is a question with PHP's answers: those that versions share stand
// once.
type recorded struct {
	question
	Answers []versioned `json:"answers"`
}

type versioned struct {
	Versions []string `json:"versions"`
	Answer   answer   `json:"answer"`
}

type answer struct {
	Made  bool    `json:"made"`
	Said  []event `json:"events,omitempty"`
	Steps []heard `json:"steps,omitempty"`
	Close heard   `json:"close"`
}

// heard is what one call came to: its answer, and each time that the filter
// passed something on, the pieces.
type heard struct {
	Answer any        `json:"answer,omitempty"`
	Pieces [][]string `json:"pieces,omitempty"`
	Said   []event    `json:"events,omitempty"`
}

type event [2]any // level, text

func ask(t *testing.T, php phptest.PHP, list []question) []answer {
	t.Helper()
	script, err := os.ReadFile("testdata/ask.php")
	if err != nil {
		t.Fatal(err)
	}
	input := make([]map[string]any, len(list))
	for i, q := range list {
		input[i] = map[string]any{"filter": q.Filter, "steps": q.Steps}
		if q.Steps == nil {
			input[i]["steps"] = []string{}
		}
		if !q.Plain {
			input[i]["params"] = q.Params
		}
	}
	text, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}
	var answers []answer
	if err := json.Unmarshal([]byte(php.Run(t, string(script), string(text))), &answers); err != nil {
		t.Fatalf("PHP %s: %v", php.Version, err)
	}
	if len(answers) != len(list) {
		t.Fatalf("PHP %s gave %d answers to %d questions", php.Version, len(answers), len(list))
	}
	return answers
}

// here is what this package makes of a question.
func here(q question, v string) answer {
	var a answer
	f, say := find(Request{Name: q.Filter, Given: !q.Plain, Params: q.Params, Facts: factsOf(v)})
	for _, s := range say {
		a.Said = append(a.Said, saidOf(s))
	}
	if a.Made = f != nil; !a.Made {
		return a
	}
	run := func(in Brigade, mode Mode) (h heard) {
		size := in.Size()
		r := f.Run(&in, mode)
		for len(in) > 0 {
			more := f.Run(&in, mode)
			r.Out, r.Used = append(r.Out, more.Out...), r.Used+more.Used
		}
		if r.Trouble != nil {
			h.Said = append(h.Said, saidOf(*r.Trouble))
		}
		if r.Status == PassOn {
			pieces := []string{}
			for _, piece := range r.Out {
				text := base64.StdEncoding.EncodeToString(piece)
				if len(text) > 400 {
					text = fmt.Sprintf("%d %x", len(piece), sha1.Sum(piece))
				}
				pieces = append(pieces, text)
			}
			h.Pieces = append(h.Pieces, pieces)
		}
		if size > 0 {
			h.Answer = float64(r.Used)
			if r.Status == Fatal {
				h.Answer = false
			}
		}
		return h
	}
	for _, step := range q.Steps {
		if len(step) == 0 {
			a.Steps = append(a.Steps, run(nil, FlushInc))
		} else {
			a.Steps = append(a.Steps, run(Brigade{step}, Normal))
		}
	}
	a.Close = run(nil, FlushClose)
	return a
}

func factsOf(version string) *phpfacts.Facts {
	for _, v := range phpfacts.Versions() {
		if v.String() == version {
			return phpfacts.Of(v)
		}
	}
	panic("no PHP " + version)
}

// find looks for a filter as PHP does.
func find(q Request) (f Filter, say []Trouble) {
	how := " to locate filter"
	for _, pattern := range Candidates(q.Name) {
		if !slices.Contains(Patterns(), pattern) {
			continue
		}
		how = " to create or locate filter"
		var more []Trouble
		f, more = New(pattern, q)
		if say = append(say, more...); f != nil || pattern == q.Name {
			break
		}
	}
	if f == nil {
		say = append(say, Trouble{Text: q.Facts.Unable + how + ` "` + q.Name + `"`})
	}
	return f, say
}

func saidOf(t Trouble) event {
	if t.Notice {
		return event{8.0, t.Text}
	}
	return event{2.0, t.Text}
}

func compare(t *testing.T, q question, version string, want answer) {
	t.Helper()
	got := here(q, version)
	if q.Filter == "zlib.deflate" || q.Filter == "zlib.DEFLATE" {
		want.Close, got.Close = heard{}, heard{} // other bytes, of the same meaning
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("PHP %s, %s %v, %q (-PHP +here):\n%s", version, q.Filter, q.Params, q.Steps, diff)
	}
}

// TestGolden compares with what PHP answered.
func TestGolden(t *testing.T) {
	if *record {
		save(t)
	}
	text, err := os.ReadFile(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	var list []recorded
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	for _, r := range list {
		if len(r.Answers) == 0 {
			t.Errorf("no answers to %v", r.question)
		}
		for _, a := range r.Answers {
			for _, version := range a.Versions {
				compare(t, r.question, version, a.Answer)
			}
		}
	}
}

func save(t *testing.T) {
	list := questions()
	phps := phptest.All(t)
	if len(phps) < 3 {
		t.Fatalf("recording needs three versions of PHP, found %d", len(phps))
	}
	all := make([]recorded, len(list))
	for i, q := range list {
		all[i].question = q
	}
	for _, php := range phps {
		for i, a := range ask(t, php, list) {
			r := &all[i]
			same := slices.IndexFunc(r.Answers, func(v versioned) bool { return cmp.Equal(v.Answer, a) })
			if same < 0 {
				r.Answers = append(r.Answers, versioned{Answer: a})
				same = len(r.Answers) - 1
			}
			r.Answers[same].Versions = append(r.Answers[same].Versions, php.Version)
		}
	}
	var b strings.Builder
	b.WriteString("[\n")
	for i, r := range all {
		line, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(line)
		if i < len(all)-1 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	b.WriteString("]\n")
	if err := os.WriteFile(goldenFile, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
