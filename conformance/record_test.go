package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/phpstream-go/phpstream/internal/bridgelog"
)

func TestParseReasons(t *testing.T) {
	why, err := parseReasons("# head\n\na.phpt\tours\tIt needs a server of the library.\na.phpt\tplain\tThe certificate has expired.\n")
	if err != nil {
		t.Fatal(err)
	}
	if why.ours["a.phpt"] != "It needs a server of the library." || why.plain["a.phpt"] != "The certificate has expired." {
		t.Errorf("%v", why)
	}
	for what, text := range map[string]string{
		"a cell is missing": "a.phpt\tIt needs a server of the library.\n",
		"a side is unknown": "a.phpt\tboth\tIt needs a server of the library.\n",
		"a row is double":   "a.phpt\tours\tIt needs a server of the library.\na.phpt\tours\tIt needs a server of the library.\n",
		"a reason is none":  "a.phpt\tours\ttodo\n",
		"a reason is empty": "a.phpt\tours\t\n",
	} {
		if _, err := parseReasons(text); err == nil || !strings.HasPrefix(err.Error(), "1:") && !strings.HasPrefix(err.Error(), "2:") {
			t.Errorf("where %s: %v", what, err)
		}
	}
}

func TestParseList(t *testing.T) {
	if diff := cmp.Diff([]string{"a.phpt", "b.phpt"}, parseList("# head\na.phpt\n\nb.phpt\n")); diff != "" {
		t.Error(diff)
	}
}

// sample is a test that opens a stream, and came out so.
func sample(plain, ours string, opened int) result {
	return result{
		test:  test{name: "a.phpt", opens: true},
		plain: outcome{plain}, ours: outcome{ours},
		calls: bridgelog.Calls{Go: map[string]int{"stream_socket_client": opened, "fgets": 1}},
	}
}

func TestProblems(t *testing.T) {
	const must, why = true, true
	otherFailure := sample("fail", "fail", 1)
	otherFailure.otherFailure = true
	for _, c := range []struct {
		result    result
		must, why bool
		want      string // a part of the problem; "" for none
	}{
		{sample("pass", "pass", 1), must, !why, ""},
		{sample("pass", "fail", 1), must, !why, "must pass"},
		{sample("fail", "pass", 1), must, !why, "must pass"},
		{sample("skip", "skip", 1), must, !why, "must pass"},
		{sample("pass", "pass", 0), must, !why, "Go opened no stream"},
		{sample("pass", "pass", 1), must, why, "take its reason out"},
		{sample("pass", "pass", 1), !must, !why, "isn't in"},
		{sample("pass", "pass", 0), !must, !why, "give a reason"},
		{sample("pass", "pass", 0), !must, why, ""},
		{sample("pass", "fail", 1), !must, !why, "give a reason"},
		{sample("pass", "fail", 1), !must, why, ""},
		{sample("fail", "pass", 1), !must, !why, "give a reason"},
		{sample("fail", "fail", 1), !must, !why, ""},
		{sample("fail", "fail", 1), !must, why, "take its reason out"},
		{sample("skip", "skip", 0), !must, !why, ""},
		{otherFailure, !must, !why, "fails here otherwise"},
		{otherFailure, !must, why, ""},
	} {
		rec := &record{reasons: reasons{ours: map[string]string{}}}
		if c.must {
			rec.mustPass = []string{"a.phpt"}
		}
		if c.why {
			rec.reasons.ours["a.phpt"] = "It needs a server of the library."
		}
		got := rec.problems([]result{c.result})
		switch {
		case c.want == "" && len(got) > 0:
			t.Errorf("%+v: %v", c, got)
		case c.want != "" && (len(got) != 1 || got[0].test != "a.phpt" || !strings.Contains(got[0].text, c.want)):
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestTestsThatAreGone(t *testing.T) {
	rec := &record{
		mustPass: []string{"a.phpt", "b.phpt"},
		reasons:  reasons{ours: map[string]string{"c.phpt": "x"}, plain: map[string]string{"d.phpt": "x"}},
	}
	var gone []string
	for _, p := range rec.problems([]result{sample("pass", "pass", 1)}) {
		if strings.Contains(p.text, "isn't there any more") {
			gone = append(gone, p.test)
		}
	}
	if diff := cmp.Diff([]string{"b.phpt", "c.phpt", "d.phpt"}, gone); diff != "" {
		t.Error(diff)
	}
}

// A test without a network call of the library needs none answered by Go.
func TestAServersTestPassesOnPHP(t *testing.T) {
	r := sample("pass", "pass", 0)
	r.opens = false
	rec := &record{mustPass: []string{"a.phpt"}}
	if got := rec.problems([]result{r}); len(got) > 0 {
		t.Error(got)
	}
}
