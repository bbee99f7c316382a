package secure

import (
	"regexp"
	"strings"
	"testing"
)

// TestMatchesWildcard: the shapes, beside the handshakes in nameJobs.
func TestMatchesWildcard(t *testing.T) {
	for _, tt := range []struct {
		name, pattern string
		want          bool
	}{
		{"a.test", "a.test", true},
		{"A.TEST", "a.test", true},
		{"a.test", "b.test", false},
		{"a.test", "a.test.", false},
		{"x.a.test", "*.a.test", true},
		{"a.test", "*.a.test", false},
		{"x.y.a.test", "*.a.test", false},
		{".a.test", "*.a.test", true},
		{"foo.test", "f*.test", true},
		{"f.test", "f*.test", true},
		{"foo.test", "*o.test", true},
		{"f.oo.test", "f*oo.test", false},
		{"foo.test", "f*o*.test", false},
		{"x.foo.test", "x.*.test", false},
		{"anything", "*", true},
		{"any.thing", "*", false},
		{"", "*", true},
		{"a", "a*a", false}, // where older PHPs read past the end
		{"aa", "a*a", true},
		{"\u212a.test", "k.test", false}, // the Kelvin sign is no K to strcasecmp
		{"ſ.test", "s.test", false},
		{"BÜ.test", "bü.test", false},
	} {
		if got := matchesWildcard(tt.name, tt.pattern); got != tt.want {
			t.Errorf("%q for %q: %v", tt.pattern, tt.name, got)
		}
	}
}

// FuzzMatchesWildcard holds the rule against a regular expression, and some of
// its pairs against PHP, where there is one.
func FuzzMatchesWildcard(f *testing.F) {
	for _, seed := range [][2]string{
		{"a.test", "a.test"}, {"x.a.test", "*.a.test"}, {"aaaa", "a*aaaa"}, {"", "*"}, {"x.y", "*.*"}, {"A*", "a*"}, {"a\x00b", "a*"}, {".", "*."}, {"www.example.org", "w*www.example.org"},
		{"a.test.", "a.test"}, {"a.test", "*.test."}, {"192.0.2.1", "192.0.2.*"}, {"\xff", "*"}, {"a.b", "a.*"}, {"a\nb", "*b"},
	} {
		f.Add(seed[0], seed[1])
	}
	ask := startAsking(f)
	f.Fuzz(func(t *testing.T, name, pattern string) {
		// Of names that are made without the pattern, nearly none fits.
		for _, name := range []string{name, strings.Replace(pattern, "*", name, 1)} {
			comparePattern(t, name, pattern)
			ask(t, name, pattern)
		}
	})
}

func comparePattern(t *testing.T, name, pattern string) {
	got := matchesWildcard(name, pattern)
	want := lowerASCII(name) == lowerASCII(pattern)
	if prefix, suffix, ok := strings.Cut(lowerASCII(pattern), "*"); ok && !strings.Contains(prefix, ".") {
		// As bytes: C knows no characters.
		latin := func(s string) string {
			var b strings.Builder
			for i := range len(s) {
				b.WriteRune(rune(s[i]))
			}
			return b.String()
		}
		re := regexp.MustCompile(`(?s)\A` + regexp.QuoteMeta(latin(prefix)) + `[^.]*` + regexp.QuoteMeta(latin(suffix)) + `\z`)
		want = want || re.MatchString(latin(lowerASCII(name)))
	}
	if got != want {
		t.Fatalf("%q for %q: %v", pattern, name, got)
	}
	if got && strings.Count(name, ".") != strings.Count(pattern, ".") {
		t.Fatalf("%q for %q crosses a dot", pattern, name)
	}
}
