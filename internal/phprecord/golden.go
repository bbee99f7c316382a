package phprecord

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"testing"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phptest"
)

// Record is set by -record: tests that can run PHP store its answers.
var Record = flag.Bool("record", false, "store what the installed PHPs answer")

// Golden is a file of recorded answers. An answer that several versions give
// stands in it once.
type Golden struct {
	// PHP holds the exact versions that answered.
	PHP   map[string]string `json:"php"`
	Calls []Recorded        `json:"calls"`
}

// Recorded is what PHP answered to one call.
type Recorded struct {
	ID      string   `json:"id"`
	Answers []Answer `json:"answers"`
}

// Answer is what some versions of PHP answered.
type Answer struct {
	Versions []string        `json:"versions"`
	Outcome  json.RawMessage `json:"outcome"`
}

// Load reads a golden file; the test fails without it.
func Load(t *testing.T, path string) *Golden {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	g := new(Golden)
	if err := json.Unmarshal(text, g); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return g
}

// Want returns the canonical text of what version v answered to a call.
func (g *Golden) Want(t *testing.T, id string, v phpfacts.Version) string {
	t.Helper()
	for _, r := range g.Calls {
		if r.ID != id {
			continue
		}
		for _, a := range r.Answers {
			if slices.Contains(a.Versions, v.String()) {
				got, err := decode(a.Outcome)
				if err != nil {
					t.Fatal(err)
				}
				return outcomeText(got)
			}
		}
	}
	t.Fatalf("no recorded answer of PHP %s to %s", v, id)
	return ""
}

// Save writes a golden file of what each PHP answered, in the calls' order.
// All three versions must be there.
func Save(t *testing.T, path string, calls []Call, answers map[phpfacts.Version]map[string]string, installed []PHP) {
	t.Helper()
	if len(installed) != len(phptest.Versions) {
		t.Fatalf("recording needs %d versions of PHP, found %d", len(phptest.Versions), len(installed))
	}
	g := Golden{PHP: map[string]string{}}
	for _, p := range installed {
		g.PHP[p.Version.String()] = p.Text
	}
	for _, c := range calls {
		r := Recorded{ID: c.ID}
		for _, p := range installed {
			text := answers[p.Version][c.ID]
			i := slices.IndexFunc(r.Answers, func(a Answer) bool { return string(a.Outcome) == text })
			if i < 0 {
				r.Answers = append(r.Answers, Answer{Outcome: json.RawMessage(text)})
				i = len(r.Answers) - 1
			}
			r.Answers[i].Versions = append(r.Answers[i].Versions, p.Version.String())
		}
		g.Calls = append(g.Calls, r)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(g); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
