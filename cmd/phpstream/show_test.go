package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/phpstream-go/phpstream/internal/bridgelog"
)

var updating = flag.Bool("update", false, "write what is shown into testdata; look at it then")

// golden compares a text with the file of that name.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *updating {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}

// ran is a run as a test makes it up.
func ran(output, warnings, end string) *result {
	return &result{output: []byte(output), warnings: []byte(warnings), end: end, duration: 1234 * time.Millisecond,
		calls: bridgelog.Calls{Go: map[string]int{}, PHP: map[string]int{}, Network: map[string]int{}}}
}

func answered(r *result, count map[string]int) *result {
	r.calls = bridgelog.Calls{Go: count, PHP: map[string]int{"fopen": 1}, Network: map[string]int{"stream_socket_server": 1, "stream_socket_accept": 2}}
	return r
}

func judged(wire bool, runs ...*result) *report {
	r := &report{script: []string{"script.php", "one"}, php: side{name: "PHP 8.2.36"}, ours: side{name: "phpstream"}}
	for i, run := range runs {
		if i%2 == 0 {
			r.php.runs = append(r.php.runs, run)
		} else {
			r.ours.runs = append(r.ours.runs, run)
		}
	}
	judge(r, wire)
	return r
}

func numbered(from, to int) string {
	var b strings.Builder
	for i := from; i <= to; i++ {
		fmt.Fprintln(&b, "line", i)
	}
	return b.String()
}

func reports() map[string]*report {
	some := map[string]int{"fgets": 12, "fwrite": 5, "stream_socket_client": 1, "fclose": 1, "feof": 12, "stream_get_meta_data": 2, "stream_set_timeout": 1, "stream_select": 7}
	slow := answered(ran("port 10\n", "", "0"), some)
	slow.duration *= 2
	sent := func(texts ...string) *connection {
		c := &connection{network: "tcp", remote: "127.0.0.1:25"}
		for i, text := range texts {
			c.feed((i+1)%2, []byte(text))
		}
		c.finish()
		return c
	}
	hello := "\x16\x03\x01\x00\x08\x01\x00\x00\x04abcd"
	left, right := ran("ok\n", "", "0"), answered(ran("ok\n", "", "0"), some)
	left.wire = []*connection{sent("220 hi\r\n", "EHLO x\r\n", "250 STARTTLS\r\n", "STARTTLS\r\n", "220 go\n", hello, "\x17\x03\x03\x00\x03abc")}
	right.wire = []*connection{sent("220 hi\r\n", "EHLO y\r\n", "250 STARTTLS\r\n", "STARTTLS\r\n", "220 go\n", hello+hello, "\x17\x03\x03\x00\x05abcde\x17\x03\x03\x00\x01a"),
		sent("\x1b[2Jclear")}
	sameLeft, sameRight := ran("", "", "0"), answered(ran("", "", "0"), some)
	sameLeft.wire = []*connection{sent(numbered(1, 50), hello)}
	sameRight.wire = []*connection{sent(numbered(1, 50), hello+hello)}

	return map[string]*report{
		"same":      judged(false, ran("a\nb", "", "0"), answered(ran("a\nb", "", "0"), some)),
		"unasked":   judged(false, ran("a\n", "", "0"), ran("a\n", "", "0")),
		"different": judged(false, ran(numbered(1, 20)+"greeting: one\nx\n"+numbered(21, 40)+"last\n", "", "0"), answered(ran(numbered(1, 20)+"greeting: two\nx\n"+numbered(21, 33)+"more\n"+numbered(34, 40)+"last", "\nWarning: fgets(): tab\there \xff\x1b[31m \u202e in x.php on line 3\n", "killed by SIGSEGV"), some)),
		"long":      judged(false, ran(strings.Repeat("word ", 40)+"left "+strings.Repeat("tail ", 200)+"\nshort\n", "", "0"), answered(ran(strings.Repeat("word ", 40)+"right "+strings.Repeat("tail ", 200)+"\nshort, and then longer than one column is, so that it goes on\n", "", "0"), some)),
		"flaky":     judged(false, ran("port 1\n", "", "0"), slow, ran("port 22\n", "", "0"), slow),
		"unsteady":  judged(false, ran("a\n", "", "0"), answered(ran("a\n", "", "0"), some), ran("a\n", "", "0"), answered(ran("b\n", "", "0"), some)),
		"wire":      judged(true, left, right),
		"wire-same": judged(true, sameLeft, sameRight),
		"binary":    judged(false, ran("\x00\xff", "", "0"), ran("\x00\xfe\n", "", "0")),
	}
}

func TestShow(t *testing.T) {
	for name, r := range reports() {
		t.Run(name, func(t *testing.T) {
			var text bytes.Buffer
			look{width: 100}.show(&text, r)
			for line := range strings.Lines(text.String()) {
				if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 100 {
					t.Errorf("a line of %d columns: %q", n, line)
				}
			}
			golden(t, name+".txt", text.String())
		})
	}
	t.Run("color", func(t *testing.T) {
		var text bytes.Buffer
		look{width: 80, color: true}.show(&text, reports()["different"])
		golden(t, "color.txt", strings.ReplaceAll(text.String(), "\x1b", "ESC"))
	})
}

func TestJSON(t *testing.T) {
	all := reports()
	for _, name := range []string{"different", "wire", "flaky", "binary"} {
		t.Run(name, func(t *testing.T) {
			var text bytes.Buffer
			writeJSON(&text, all[name].json())
			golden(t, name+".json", text.String())
		})
	}
}
