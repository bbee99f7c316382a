package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseResults(t *testing.T) {
	names := []string{"ext/a.phpt", "ext/b.phpt"}
	got, err := parseResults([]byte("PASSED\t/w/ext/b.phpt\nSKIPPED\t/w/ext/a.phpt\n"), "/w", names)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"ext/a.phpt": "skip", "ext/b.phpt": "pass"}, got); diff != "" {
		t.Error(diff)
	}
	for what, list := range map[string]string{
		"a test is missing":     "PASSED\t/w/ext/a.phpt\n",
		"a test is there twice": "PASSED\t/w/ext/a.phpt\nFAILED\t/w/ext/a.phpt\nPASSED\t/w/ext/b.phpt\n",
		"a word is unknown":     "PASSED\t/w/ext/a.phpt\nHUNG\t/w/ext/b.phpt\n",
		"a test is a stranger":  "PASSED\t/w/ext/a.phpt\nPASSED\t/w/ext/b.phpt\nPASSED\t/w/ext/c.phpt\n",
		"a line is cut off":     "PASSED\t/w/ext/a.phpt\nPASSED",
	} {
		if got, err := parseResults([]byte(list), "/w", names); err == nil {
			t.Errorf("where %s: %v", what, got)
		}
	}
}

func TestOutcome(t *testing.T) {
	for _, c := range []struct {
		all    outcome
		status string
		text   string
	}{
		{outcome{"pass"}, "pass", "pass"},
		{outcome{"fail", "pass", "pass"}, "pass", "pass (2 of 3)"},
		{outcome{"fail", "pass", "fail"}, "fail", "fail (2 of 3)"},
		{outcome{"fail", "fail", "fail"}, "fail", "fail"},
		{outcome{"skip", "pass", "fail"}, "fail", "fail (1 of 3)"},
	} {
		if got := c.all.status(); got != c.status {
			t.Errorf("status of %q: %s", []string(c.all), got)
		}
		if got := c.all.String(); got != c.text {
			t.Errorf("text of %q: %s", []string(c.all), got)
		}
	}
}
