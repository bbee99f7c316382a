package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	phpFunction = regexp.MustCompile(`(?m)^function (\w+)\(`)
	goFunction  = regexp.MustCompile(`(?m)^func (\w+)\(`)
	phpCall     = regexp.MustCompile(`\b(?:stream_\w+|f(?:gets|write|eof|close)|is_resource|gethostname|set_error_handler|restore_error_handler|error_reporting)\(`)
	goCall      = regexp.MustCompile(`\b(?:Stream[A-Z]\w*|F(?:gets|write|eof|close)|IsResource|Gethostname|SetErrorHandler|RestoreErrorHandler|ErrorReporting)\(`)
)

// camel writes a PHP name as Go does.
func camel(name string) string {
	words := strings.Split(name, "_")
	for i, word := range words[1:] {
		words[i+1] = strings.ToUpper(word[:1]) + word[1:]
	}
	return strings.Join(words, "")
}

// TestSameFunctions holds that the files can be read side by side: the same
// functions in the same order, and in each of them the same calls of PHP's
// stream functions.
func TestSameFunctions(t *testing.T) {
	for _, name := range []string{"mailer", "message"} {
		php, golang := source(t, name+".php"), source(t, name+".go")
		phpNames, phpBodies := bodies(phpFunction, php)
		goNames, goBodies := bodies(goFunction, golang)
		for i, name := range phpNames {
			phpNames[i] = camel(name)
		}
		if !slices.Equal(phpNames, goNames) {
			t.Fatalf("%s.php has the functions\n%q, and %s.go\n%q", name, phpNames, name, goNames)
		}
		if name != "mailer" {
			continue // no streams there
		}
		for i := range phpBodies {
			want := calls(phpCall, phpBodies[i])
			for j, call := range want {
				want[j] = strings.ToUpper(call[:1]) + camel(call)[1:]
			}
			if got := calls(goCall, goBodies[i]); !slices.Equal(got, want) {
				t.Errorf("%s calls\n%q, in PHP\n%q", goNames[i], got, want)
			}
		}
	}
}

func source(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// functions returns the names of the functions and the text up to the next.
func bodies(pattern *regexp.Regexp, text string) (names, bodies []string) {
	found := pattern.FindAllStringSubmatchIndex(text, -1)
	for i, at := range found {
		end := len(text)
		if i+1 < len(found) {
			end = found[i+1][0]
		}
		names = append(names, text[at[2]:at[3]])
		bodies = append(bodies, text[at[1]:end])
	}
	return names, bodies
}

func calls(pattern *regexp.Regexp, body string) []string {
	found := pattern.FindAllString(body, -1)
	for i, call := range found {
		found[i] = strings.TrimSuffix(call, "(")
	}
	return found
}
