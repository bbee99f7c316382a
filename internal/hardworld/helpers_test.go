package hardworld

import (
	"flag"
	"os"
	"regexp"
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

func diff(there, here string) string {
	return cmp.Diff(strings.Split(there, "\n"), strings.Split(here, "\n"))
}
