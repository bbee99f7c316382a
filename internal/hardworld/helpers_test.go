package hardworld

import (
	"flag"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func readDriver(t *testing.T) string {
	t.Helper()
	code, err := os.ReadFile("testdata/dialogue.php")
	if err != nil {
		t.Fatal(err)
	}
	return string(code)
}

// selected tells whether -run asks for a subtest.
func selected(t *testing.T, name string) bool {
	_, pattern, ok := strings.Cut(flag.Lookup("test.run").Value.String(), "/")
	if !ok {
		return true
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return re.MatchString(strings.ReplaceAll(name, " ", "_"))
}

// figure is a number of phpdocs/limits.md, by the beginning of its row.
func figure(t *testing.T, what string) uint64 {
	t.Helper()
	page, err := os.ReadFile("../../phpdocs/limits.md")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(line, " | ")
		if !strings.HasPrefix(line, "| "+what) || len(cells) != 3 {
			continue
		}
		n, err := strconv.ParseUint(cells[1], 10, 64)
		if name, _, _ := strings.Cut(t.Name(), "/"); err != nil || !strings.Contains(cells[2], "`"+name+"`") {
			t.Fatalf("limits.md has %q", line)
		}
		return n
	}
	t.Fatalf("limits.md has no %q", what)
	return 0
}

func diff(there, here string) string {
	return cmp.Diff(strings.Split(there, "\n"), strings.Split(here, "\n"))
}
