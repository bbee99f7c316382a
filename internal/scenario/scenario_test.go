package scenario

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestParseScript holds the PHP that scripts are written in.
func TestParseScript(t *testing.T) {
	got, err := ParseScript("# a remark\n\n" +
		`$fp = @f("a\n\x41\101\$\u{e9}\q", 'b\n\'', -1, 1.5, true, null) //time` + "\n" +
		`g($fp)["k"][0];` + "\n" +
		`$a = ["k" => [1, 2], A | B, "x" . $y]`)
	if err != nil {
		t.Fatal(err)
	}
	want := []Statement{
		{Number: 1, Label: "f", Timed: true, Source: `$fp = @f("a\n\x41\101\$\u{e9}\q", 'b\n\'', -1, 1.5, true, null)`,
			Expr: Assign{"fp", Silence{Call{"f", []Expr{
				Literal{"a\nAA$é\\q"}, Literal{`b\n'`}, Minus{Literal{int64(1)}}, Literal{1.5}, Literal{true}, Literal{nil}}}}}},
		{Number: 2, Label: "g", Source: `g($fp)["k"][0]`,
			Expr: Index{Index{Call{"g", []Expr{Variable{"fp"}}}, Literal{"k"}}, Literal{int64(0)}}},
		{Number: 3, Source: `$a = ["k" => [1, 2], A | B, "x" . $y]`,
			Expr: Assign{"a", Array{[]Item{
				{Literal{"k"}, Array{[]Item{{nil, Literal{int64(1)}}, {nil, Literal{int64(2)}}}}},
				{nil, Or{Constant{"A"}, Constant{"B"}}},
				{nil, Join{Literal{"x"}, Variable{"y"}}}}}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestParseScriptErrors(t *testing.T) {
	for _, text := range []string{
		`f(`, `f(1 2)`, `f(1))`, `"open`, `$`, `f("$x")`, `f("{$x}")`, `[1`, `$x =`, `f(;`, `1.2.3`, `%`, `f()["k"`,
	} {
		if got, err := ParseScript(text); err == nil {
			t.Errorf("%s was taken as %v", text, got)
		}
	}
}

// TestParsePeer holds the peers' scripts, and what is wrong in them.
func TestParsePeer(t *testing.T) {
	got, err := ParsePeer("b", "listen tcp6\nquiet\nsend \"a b\\r\\n\" # remark\nsplit \"x\" 5ms\nrepeat 3 \"y\"\naccept\ntls cert=good max=1.2\nrecv 5\nmark done")
	if err != nil {
		t.Fatal(err)
	}
	want := Peer{Name: "b", Listen: "tcp6", Quiet: true, Conns: [][]Step{
		{{Verb: "send", Text: "a b\r\n"}, {Verb: "split", Text: "x", Wait: 5e6}, {Verb: "repeat", Text: "y", N: 3}},
		{{Verb: "tls", TLS: map[string]string{"cert": "good", "max": "1.2"}}, {Verb: "recv", N: 5}, {Verb: "mark", Text: "done"}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, text := range []string{
		"listen ftp", "nonsense", "send", "send abc", `send "a" "b"`, "sleep", "sleep 5", "repeat x \"a\"", "tls colour=red", "mark", "close now", `mark "done"`, "await 'done'",
	} {
		if _, err := ParsePeer("", text); err == nil {
			t.Errorf("%s was taken", text)
		}
	}
	// A name in quotes would be another one than the script's, and waited for in vain.
	const refused = `line 2: await wants a name without quotes, not "done"`
	if _, err := ParsePeer("", "recvline\nawait \"done\""); err == nil || err.Error() != refused {
		t.Errorf("a name in quotes: %v, want %s", err, refused)
	}
}

// TestParseScenario holds what a file must have.
func TestParseScenario(t *testing.T) {
	const good = "A sentence.\n-- calls --\nf()\n-- want 8.4 8.2 --\n1 f = 1\n-- want 7.4 --\n1 f = 2\n"
	s, err := Parse("a/b", []byte(good))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(s.Format([]byte(good))); got != good {
		t.Errorf("formatted as\n%s", got)
	}
	s.Want["7.4"] = s.Want["8.4"]
	if got := string(s.Format([]byte(good))); !strings.Contains(got, "-- want 8.4 8.2 7.4 --\n1 f = 1\n") || strings.Contains(got, "= 2") {
		t.Errorf("versions that agree don't share a section:\n%s", got)
	}
	for _, bad := range []string{
		"-- calls --\nf()\n", "A sentence.\n", "A sentence.\n-- calls --\nf(\n", "A sentence.\n-- calls --\nf()\n-- want 5.3 --\n",
		"A sentence.\n-- calls --\nf()\n-- want --\n", "A sentence.\n-- calls --\nf()\n-- want 8.4 --\n-- want 8.4 --\n",
		"A sentence.\n-- what --\n", "A sentence.\n-- peer --\nnonsense\n-- calls --\nf()\n",
	} {
		if _, err := Parse("a/b", []byte(bad)); err == nil {
			t.Errorf("this was taken:\n%s", bad)
		}
	}
}

const answer = `1 f = resource(stream)
  $errno = 0
  $errstr = ""
  E_WARNING "one"
  E_NOTICE silenced second "two"
  elapsed {{ELAPSED 0.9..2.1}}
3 g throws ValueError "no"
wire main/1 = "a" tls(TLSv1.3) "b"
`

func TestAnswerText(t *testing.T) {
	a, err := ParseAnswer(answer)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(answer, a.Text()); diff != "" {
		t.Error(diff)
	}
	var names []string
	for _, f := range a.Fields {
		names = append(names, f.Name)
	}
	want := []string{"1 return", "1 $errno", "1 $errstr", "1 events", "1 elapsed", "3 throws", "wire main/1"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{"  $x = 1\n", "nonsense\n", "1 f = 1\n   odd\n"} {
		if _, err := ParseAnswer(bad); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

// TestCompare holds that every kind of field counts, and what placeholders
// stand for.
func TestCompare(t *testing.T) {
	parse := func(text string) *Answer {
		a, err := ParseAnswer(text)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	base := parse(answer)
	run := strings.Replace(answer, "{{ELAPSED 0.9..2.1}}", "1.234", 1)
	if diff := Compare(base, parse(run)); len(diff) > 0 {
		t.Errorf("equal answers differ: %v", diff)
	}
	for _, change := range []struct{ old, new, field string }{
		{"resource(stream)", "false", "1 return"},
		{"$errno = 0", "$errno = 5", "1 $errno"},
		{`E_WARNING "one"`, `E_WARNING "One"`, "1 events"},
		{"silenced ", "", "1 events"},
		{"1.234", "2.2", "1 elapsed"},
		{"1.234", "0.8", "1 elapsed"},
		{`"no"`, `"yes"`, "3 throws"},
		{`TLSv1.3`, `TLSv1.2`, "wire main/1"},
	} {
		changed := strings.Replace(run, change.old, change.new, 1)
		diff := Compare(base, parse(changed))
		if len(diff) != 1 || diff[0].Field != change.field {
			t.Errorf("%s for %s: %v", change.new, change.old, diff)
		}
	}
	missing := strings.Replace(run, `3 g throws ValueError "no"`+"\n", "", 1)
	if diff := Compare(base, parse(missing)); len(diff) != 1 || diff[0].Got != none {
		t.Errorf("a missing statement: %v", diff)
	}
	if diff := Compare(parse(missing), parse(run)); len(diff) != 1 || diff[0].Want != none {
		t.Errorf("a further statement: %v", diff)
	}
	for want, list := range map[string]map[string]bool{
		"{{INT}}":                 {"5": true, "-5": true, "{{INT}}": true, "": false, "x": false, "5x": false},
		`"between 0 and {{INT}}"`: {`"between 0 and 77"`: true, `"between 0 and"`: false},
		"plain":                   {"plain": true, "plain.": false},
	} {
		for got, ok := range list {
			if matches(want, got) != ok {
				t.Errorf("%s against %s isn't %v", want, got, ok)
			}
		}
	}
}

// TestMerge holds that a recording needs two runs that agree, but for
// integers, which become {{INT}} and stay so.
func TestMerge(t *testing.T) {
	parse := func(text string) *Answer {
		a, err := ParseAnswer(text)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	a := parse("1 f = false\n  $errno = 17\n  elapsed 1.0\n")
	b := parse("1 f = false\n  $errno = 18\n  elapsed 1.1\n")
	merged, err := Merge(a, b, nil)
	if err != nil {
		t.Fatal(err)
	}
	const want = "1 f = false\n  $errno = {{INT}}\n  elapsed {{ELAPSED 0.9..3.7}}\n"
	if diff := cmp.Diff(want, merged.Text()); diff != "" {
		t.Error(diff)
	}
	again, err := Merge(a, a, merged)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, again.Text()); diff != "" {
		t.Errorf("what was unspecified isn't any longer: %s", diff)
	}
	for _, other := range []string{"1 f = true\n", "1 f = false\n  $errno = x\n  elapsed 1.0\n", "1 f = false\n"} {
		if m, err := Merge(a, parse(other), nil); err == nil {
			t.Errorf("%q was merged: %s", other, m.Text())
		}
	}
	if m, err := Merge(parse("1 f = false\n"), a, nil); err == nil {
		t.Errorf("a longer second run was merged: %s", m.Text())
	}
}

func TestQuote(t *testing.T) {
	for in, want := range map[string]string{
		"":                       `""`,
		"a\r\n\t\"\\$\x00\xff~ ": `"a\r\n\t\"\\\$\x00\xff~ "`,
		strings.Repeat("x", 300): `"` + strings.Repeat("x", 300) + `"`,
		strings.Repeat("x", 301): `"` + strings.Repeat("x", 40) + `"...(301 bytes, sha1 `,
	} {
		if got := Quote(in); got != want && !(len(in) > longText && strings.HasPrefix(got, want)) {
			t.Errorf("%q: %s", in, got)
		}
	}
}
