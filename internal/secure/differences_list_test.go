package secure

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestDifferencesAreWhole: each is about something, and has its reason.
func TestDifferencesAreWhole(t *testing.T) {
	l := newLab(t)
	for _, d := range differences {
		if d.reason == "" || d.kind == "" || len(d.jobs) == 0 || len(d.versions) == 0 {
			t.Errorf("%s lacks a part", d.id)
		}
		for _, id := range d.jobs {
			if !slices.ContainsFunc(l.jobs, func(j job) bool { return j.ID == id }) {
				t.Errorf("%s: there is no job %q", d.id, id)
			}
		}
	}
}

// TestDifferencesAreListed: what the manual's page of differences is made from
// has each of them; with -record it is made.
func TestDifferencesAreListed(t *testing.T) {
	const file = "testdata/differences.tsv"
	recorded := readAnswers(t)
	var b strings.Builder
	b.WriteString("# Made from differences_test.go by go test -run DifferencesAreListed -record.\n")
	b.WriteString("# package\ttest\tkind\tversions\twhat\tPHP\there\treason\n")
	for _, d := range differences {
		newest := d.versions[len(d.versions)-1]
		want, _ := recorded[d.jobs[0]].of(newest)
		var versions []string
		for _, v := range slices.Backward(d.versions) {
			versions = append(versions, v.String())
		}
		fmt.Fprintln(&b, strings.Join([]string{
			"internal/secure", "TestAnswersArePHPs", d.kind, strings.Join(versions, ","), strings.Join(d.jobs, "; "), want.short(), d.ours(newest).short(), d.reason,
		}, "\t"))
	}
	if *recordAnswers {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != b.String() {
		t.Errorf("%s is stale (-record makes it): %v", file, err)
	}
}

// short is an outcome in a line of text.
func (o outcome) short() string {
	parts := []string{"refused"}
	if o.OK {
		parts[0] = strings.TrimSpace("accepted " + o.Protocol)
	}
	if o.Cipher != "" {
		parts = append(parts, o.Cipher)
	}
	if o.Line != "" {
		parts = append(parts, fmt.Sprintf("%q", o.Line))
	}
	if o.Seen != "" && o.Seen != "ok" {
		parts = append(parts, "the client sees: "+strings.TrimPrefix(o.Seen, "remote error: "))
	}
	for _, e := range o.Events {
		level, text, _ := strings.Cut(e, " ")
		parts = append(parts, map[string]string{"2": "Warning", "8": "Notice", "8192": "Deprecated"}[level]+fmt.Sprintf(" `%s`", strings.ReplaceAll(strings.ReplaceAll(text, "SSL operation failed with code 1. OpenSSL Error messages:\n", ""), "\n", "; ")))
	}
	return strings.Join(parts, ", ")
}
