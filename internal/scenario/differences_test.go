package scenario

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func table(t *testing.T, s *Scenario, rows string) (*Differences, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "differences.tsv")
	if err := os.WriteFile(path, []byte(rows), 0o644); err != nil {
		t.Fatal(err)
	}
	return LoadDifferences(path, []*Scenario{s})
}

func example(t *testing.T) *Scenario {
	t.Helper()
	s, err := Parse("a/b", []byte("A sentence.\n-- calls --\nf($x)\ng()\n-- want 8.4 --\n1 f = 1\n  E_WARNING \"w\"\n2 g = {{INT}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const (
	deliberate  = "a/b\t8.4\t1 return\tdeliberate\tBetter so, for a good reason.\n"
	unspecified = "a/b\t8.4\t2 return\tunspecified\tPHP leaves it to C, and C to chance.\n"
)

// TestDifferencesRows holds what a row must have.
func TestDifferencesRows(t *testing.T) {
	s := example(t)
	if _, err := table(t, s, "# remark\n\n"+deliberate+unspecified); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{
		"a/b\t8.4\t1 return\tdeliberate\n",
		"a/b\t8.4\t1 return\tdeliberate\t\n",
		"a/b\t8.4\t1 return\tdeliberate\tToo short.\n",
		"a/b\t8.4\t1 return\tdeliberate\tno sentence, without a full stop\n",
		"a/b\t8.4\t1 return\twhatever\tBetter so, for a good reason.\n",
		"a/b\t5.3\t1 return\tdeliberate\tBetter so, for a good reason.\n",
		"x/y\t8.4\t1 return\tdeliberate\tBetter so, for a good reason.\n",
		deliberate + deliberate,
	} {
		if _, err := table(t, s, bad); err == nil {
			t.Errorf("this was taken: %q", bad)
		}
	}
}

// TestJudge holds when an answer may differ from PHP's.
func TestJudge(t *testing.T) {
	same := "1 f = 1\n  E_WARNING \"w\"\n2 g = 7\n"
	other := "1 f = 2\n  E_WARNING \"w\"\n2 g = 7\n"
	worse := "1 f = 2\n2 g = 7\n"
	todo := strings.Replace(deliberate, "deliberate", "todo", 1)
	for _, test := range []struct {
		name, rows, ours, got string
		ok                    bool
		unused                int
	}{
		{"equal", unspecified, "", same, true, 0},
		{"{{INT}} without a row", "", "", same, false, 0},
		{"different without a row", unspecified, "", other, false, 0},
		{"different with a row, not pinned", deliberate + unspecified, "", other, false, 0},
		{"different with a row, pinned", deliberate + unspecified, other, other, true, 0},
		{"different with a row, pinned otherwise", deliberate + unspecified, strings.Replace(other, "= 2", "= 3", 1), other, false, 0},
		{"different in a further field", deliberate + unspecified, other, worse, false, 0},
		{"a row that isn't needed", deliberate + unspecified, "", same, true, 1},
		{"a pin that isn't needed", unspecified, same, same, false, 0},
		{"to be mended", todo + unspecified, "", other, true, 0},
		{"an unspecified row excuses no other value", deliberate + unspecified, other, strings.Replace(other, "= 7", "= x", 1), false, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := example(t)
			d, err := table(t, s, test.rows)
			if err != nil {
				t.Fatal(err)
			}
			if test.ours != "" {
				s.Ours["8.4"] = test.ours
			}
			got, err := ParseAnswer(test.got)
			if err != nil {
				t.Fatal(err)
			}
			v, err := d.Judge(s, "8.4", got)
			if err != nil {
				t.Fatal(err)
			}
			if v.OK() != test.ok {
				t.Errorf("%+v", v)
			}
			if unused := d.Unused(func(string, string) bool { return true }); len(unused) != test.unused {
				t.Errorf("unused: %v", unused)
			}
		})
	}
}

// TestPin holds that our own answer is kept where it differs with a row, and
// nowhere else.
func TestPin(t *testing.T) {
	s := example(t)
	d, err := table(t, s, deliberate+unspecified)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := ParseAnswer("1 f = 2\n  E_WARNING \"w\"\n2 g = 7\n")
	if err := d.Pin(s, "8.4", got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("1 f = 2\n  E_WARNING \"w\"\n2 g = {{INT}}\n", s.Ours["8.4"]); diff != "" {
		t.Error(diff)
	}
	got.Set("1 events", `E_WARNING "another"`)
	got.Set("1 return", "3")
	if err := d.Pin(s, "8.4", got); err != nil || !strings.Contains(s.Ours["8.4"], "1 f = 2") {
		t.Errorf("an answer with a difference that has no row was kept: %v %v", s.Ours, err)
	}
	got.Set("1 events", `E_WARNING "w"`)
	got.Set("1 return", "1")
	if err := d.Pin(s, "8.4", got); err != nil || len(s.Ours) > 0 {
		t.Errorf("still pinned: %v %v", s.Ours, err)
	}
}

// TestPage holds the page's form.
func TestPage(t *testing.T) {
	s := example(t)
	s.Ours["8.4"] = "1 f = 2|3\n"
	d, err := table(t, s, deliberate+unspecified)
	if err != nil {
		t.Fatal(err)
	}
	held, err := parseHeld("internal/scenario\tTestPage\tdeliberate\t8.4,7.4\tit\tthis | that\tanother\tBetter held by a test.")
	if err != nil {
		t.Fatal(err)
	}
	page, err := d.Page([]*Scenario{s}, []*Held{held})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"## On purpose", "### Better so, for a good reason.", "`a/b` (PHP 8.4): A sentence.",
		"| `f($x)` | `1` | `2\\|3` |", "## Unspecified in PHP", "PHP leaves it to C, and C to chance. Scenarios: `a/b`.",
		"### Better held by a test.", "| it | 8.4, 7.4 | this \\| that | another | `TestPage` in internal/scenario |",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("%q isn't in\n%s", want, page)
		}
	}
}

// TestHeld holds what is checked of a row.
func TestHeld(t *testing.T) {
	for _, test := range []struct{ row, want string }{
		{"internal/scenario\tTestHeld/part\tdeliberate\t8.4\tw\tp\th\tr", ""},
		{"internal/scenario\tTestNowhere\tdeliberate\t8.4\tw\tp\th\tr", "there is no test TestNowhere"},
		{"internal/nowhere\tTestHeld\tdeliberate\t8.4\tw\tp\th\tr", "there is no test TestHeld"},
		{"internal/scenario\tTestHeld\tdeliberate\t8.9\tw\tp\th\tr", "unknown version"},
		{"internal/scenario\tTestHeld\tunspecified\t8.4\tw\tp\th\tr", "unknown kind"},
		{"internal/scenario\tTestHeld\tdeliberate\t8.4\tw\tp\th\t ", "cell 8 is empty"},
		{"internal/scenario\tTestHeld", "2 cells"},
	} {
		path := filepath.Join(t.TempDir(), "held.tsv")
		if err := os.WriteFile(path, []byte("# a remark\n"+test.row+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		list, err := LoadHeld(path, "../..")
		switch {
		case test.want == "" && (err != nil || len(list) != 1):
			t.Errorf("%q: %v", test.row, err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%q: %v, want %s", test.row, err, test.want)
		}
	}
}
