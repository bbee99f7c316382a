package main

import (
	"os"
	"path/filepath"
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

func TestReadCalls(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log")
	log := `{"pid":1,"script":"a.php","go":{"fgets":2,"stream_socket_client":1},"php":{"fopen":1},"php_network":{}}
{"pid":2,"script":"w.php","go":{"fgets":1,"fsockopen":2},"php":{"stream_socket_accept":1},"php_network":{"stream_socket_accept":1}}
`
	if err := os.WriteFile(file, []byte(log), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := readCalls(file)
	if err != nil {
		t.Fatal(err)
	}
	want := calls{
		Go:         map[string]int{"fgets": 3, "stream_socket_client": 1, "fsockopen": 2},
		PHP:        map[string]int{"fopen": 1, "stream_socket_accept": 1},
		PHPNetwork: map[string]int{"stream_socket_accept": 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got.byGo() != 6 || got.opened() != 3 {
		t.Errorf("%d calls by Go, of which %d opened a connection", got.byGo(), got.opened())
	}
	if none, err := readCalls(file + ".none"); err != nil || none.byGo() != 0 {
		t.Errorf("without a log: %v, %v", none, err)
	}
	if err := os.WriteFile(file, []byte("{\"pid\":1,"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readCalls(file); err == nil {
		t.Error("half a line is taken for a log")
	}
}
