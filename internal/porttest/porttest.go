// Package porttest holds that a PHP file and its port to Go can be read side
// by side. Only tests import it.
package porttest

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	phpFunction = regexp.MustCompile(`(?m)^(?:class (\w+)$| *(?:(?:public|private) )?function (\w+)\()`)
	goFunction  = regexp.MustCompile(`(?m)^func (?:\(\w+ \*?\w+\) )?(\w+)\(`)
	phpCall     = regexp.MustCompile(`\b(?:stream_\w+|f(?:open|gets|read|write|eof|tell|truncate|close)|is_resource|gethostname|set_error_handler|restore_error_handler|error_reporting)\(`)
	goCall      = regexp.MustCompile(`\b(?:Stream[A-Z]\w*|F(?:open|gets|read|write|eof|tell|truncate|close)|IsResource|Gethostname|SetErrorHandler|RestoreErrorHandler|ErrorReporting)\(`)
)

// Functions holds that NAME.php and NAME.go have the same functions in the same
// order. A constructor is named after its class: newLoop for the one of Loop.
func Functions(t *testing.T, name string) {
	t.Helper()
	compare(t, name)
}

// Calls is [Functions], and in each function there are the same calls of PHP's
// stream functions.
func Calls(t *testing.T, name string) {
	t.Helper()
	goNames, phpBodies, goBodies := compare(t, name)
	for i := range phpBodies {
		want := calls(phpCall, phpBodies[i])
		for j, call := range want {
			want[j] = strings.ToUpper(call[:1]) + camel(call)[1:]
		}
		if got := calls(goCall, goBodies[i]); !slices.Equal(got, want) {
			t.Errorf("%s in %s.go calls\n%q, in PHP\n%q", goNames[i], name, got, want)
		}
	}
}

func compare(t *testing.T, name string) (names, phpBodies, goBodies []string) {
	t.Helper()
	phpNames, phpBodies := phpFunctions(source(t, name+".php"))
	goNames, goBodies := goFunctions(source(t, name+".go"))
	if !slices.Equal(phpNames, goNames) {
		t.Fatalf("%s.php has the functions\n%q, and %s.go\n%q", name, phpNames, name, goNames)
	}
	if len(phpNames) == 0 {
		t.Fatalf("%s.php has no functions", name)
	}
	return phpNames, phpBodies, goBodies
}

func source(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// camel writes a PHP name as Go does.
func camel(name string) string {
	words := strings.Split(name, "_")
	for i, word := range words[1:] {
		words[i+1] = strings.ToUpper(word[:1]) + word[1:]
	}
	return strings.Join(words, "")
}

// phpFunctions returns the names, as Go has them, and the text up to the next.
func phpFunctions(text string) (names, bodies []string) {
	class := ""
	found := phpFunction.FindAllStringSubmatchIndex(text, -1)
	for i, at := range found {
		if at[2] >= 0 {
			class = text[at[2]:at[3]]
			continue
		}
		name := "new" + class
		if text[at[4]:at[5]] != "__construct" {
			name = camel(text[at[4]:at[5]])
		}
		names = append(names, name)
		bodies = append(bodies, text[at[1]:end(text, found, i)])
	}
	return names, bodies
}

func goFunctions(text string) (names, bodies []string) {
	found := goFunction.FindAllStringSubmatchIndex(text, -1)
	for i, at := range found {
		names = append(names, text[at[2]:at[3]])
		bodies = append(bodies, text[at[1]:end(text, found, i)])
	}
	return names, bodies
}

// end is where the text of the i-th find ends.
func end(text string, found [][]int, i int) int {
	if i+1 < len(found) {
		return found[i+1][0]
	}
	return len(text)
}

func calls(pattern *regexp.Regexp, body string) []string {
	found := pattern.FindAllString(body, -1)
	for i, call := range found {
		found[i] = strings.TrimSuffix(call, "(")
	}
	return found
}
