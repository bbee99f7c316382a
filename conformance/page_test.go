package main

import (
	"strings"
	"testing"
)

func samplePage(r result) page {
	return page{
		php: "8.2.36", suite: "php8.2-8.2.32", results: []result{r},
		reasons: reasons{
			ours:  map[string]string{"a.phpt": "It needs a server of the library."},
			plain: map[string]string{"a.phpt": "The certificate has expired."},
		},
	}
}

func TestPage(t *testing.T) {
	r := sample("pass", "fail", 2)
	r.calls.Network = map[string]int{"stream_socket_server": 1, "stream_socket_accept": 3}
	text := samplePage(r).String()
	for _, want := range []string{
		"plain PHP 8.2.36", "php8.2-8.2.32",
		"1 tests: 1 pass on plain PHP, 0 here, 0 of these with streams opened by Go. 1 that pass on plain PHP don't here.",
		"| a.phpt | pass | fail | 3 | stream_socket_accept, stream_socket_server | It needs a server of the library. |\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
	if text := samplePage(sample("fail", "fail", 1)).String(); !strings.Contains(text, "| The certificate has expired. ") {
		t.Errorf("no reason why plain PHP fails:\n%s", text)
	}
}

func TestAPageGrowsStale(t *testing.T) {
	old := sample("pass", "pass", 2)
	old.calls.Network = map[string]int{"stream_socket_server": 1}
	rec := &record{page: samplePage(old).String()}
	for what, c := range map[string]struct {
		now   result
		stale bool
	}{
		"nothing changed":      {old, false},
		"counts changed":       {sample("pass", "pass", 9), false},
		"it wasn't steady":     {result{test: old.test, plain: outcome{"pass"}, ours: outcome{"fail", "pass", "pass"}}, false},
		"it stopped passing":   {sample("pass", "fail", 2), true},
		"plain PHP changed":    {sample("fail", "pass", 2), true},
		"it has another name":  {result{test: test{name: "b.phpt"}, plain: outcome{"pass"}, ours: outcome{"pass"}}, true},
		"it was skipped today": {sample("skip", "skip", 0), true},
	} {
		if got := rec.stale(samplePage(c.now)); (len(got) > 0) != c.stale {
			t.Errorf("where %s: %v", what, got)
		}
	}
	p := samplePage(old)
	p.reasons.ours["a.phpt"] = "Another reason, not less true."
	if len(rec.stale(p)) == 0 {
		t.Error("another reason isn't noticed")
	}
}
