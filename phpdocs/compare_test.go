package phpdocs_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phpstream-go/phpstream/internal/bridgelog"
	"github.com/phpstream-go/phpstream/internal/phpext"
)

const phpunit = "/usr/bin/phpunit"

// varying is what differs from run to run and from machine to machine in what
// the commands print.
var varying = []struct {
	pattern *regexp.Regexp
	text    string
}{
	{regexp.MustCompile(`\b\d+\.\d\d s\b`), "0.00 s"},
	{regexp.MustCompile(`Time: [0-9:.]+`), "Time: 0"},
	{regexp.MustCompile(`Memory: [0-9.]+ MB`), "Memory: 0 MB"},
	{regexp.MustCompile(`\b(PHP|PHPUnit) \d+\.\d+\.\d+`), "$1 0.0.0"},
}

func steady(text string) string {
	for _, v := range varying {
		text = v.pattern.ReplaceAllString(text, v.text)
	}
	return text
}

// TestCompareExample follows compare.md: it writes the files, and runs the
// commands one after the other.
func TestCompareExample(t *testing.T) {
	_, err := phpext.Build(t.Context(), phpext.Options{})
	if err == nil {
		_, err = os.Stat(phpunit)
	}
	if err != nil {
		missing := errors.Is(err, phpext.ErrMissing) || errors.Is(err, os.ErrNotExist)
		if missing && os.Getenv("REQUIRE_PHP") != "1" {
			t.Skip(err)
		}
		t.Fatal(err)
	}
	folder, bin := t.TempDir(), t.TempDir()
	if out, err := exec.Command("go", "build", "-o", bin+"/phpstream", "../cmd/phpstream").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	printed, ran := "", 0
	for _, b := range blocks(t, "compare.md") {
		switch {
		case b.attrs["file"] != "":
			path := filepath.Join(folder, b.attrs["file"])
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(b.text), 0o644); err != nil {
				t.Fatal(err)
			}
		case b.lang == "sh" && b.attrs["run"] != "":
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			cmd := exec.CommandContext(ctx, "sh", "-c", b.text)
			cmd.Dir, cmd.WaitDelay = folder, time.Second
			cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
			out, _ := cmd.CombinedOutput() // a difference has a status, too
			cancel()
			printed = string(out)
			ran++
		case b.attrs["shell"] != "":
			// A page that is brought up to date keeps its figures where nothing
			// else has changed.
			if steady(b.text) != steady(printed) {
				if diff := cmp.Diff(steady(wanted(b, printed)), steady(printed)); diff != "" {
					t.Errorf("%v: (-want +got)\n%s", b, diff)
				}
			}
		}
	}
	if ran == 0 {
		t.Fatal("no command was run")
	}
	if *updating {
		t.Cleanup(func() { writeUpdates(t) })
	}
}

// TestKeptByPHP: the functions of the index are those that the bridge answers and
// those that it leaves to PHP, for the reasons that compare.md shows.
func TestKeptByPHP(t *testing.T) {
	var want [][]string
	for _, k := range bridgelog.KeptByPHP {
		want = append(want, []string{"`" + strings.Join(k.Functions, "`, `") + "`", k.Why})
	}
	if diff := cmp.Diff(want, rows(t, "compare.md", "### What stays PHP's own")); diff != "" {
		t.Errorf("compare.md: %s", diff)
	}
	table, err := os.ReadFile("../bridge/functions.c")
	if err != nil {
		t.Fatal(err)
	}
	answered := map[string]bool{}
	for _, row := range regexp.MustCompile(`(?m)^\t\{"(\w+)", (PS_\w+)`).FindAllStringSubmatch(string(table), -1) {
		answered[row[1]] = row[2] != "PS_COUNTED"
	}
	for name, e := range index(t) {
		if e.state != notYet && answered[name] == bridgelog.IsKeptByPHP(name) {
			t.Errorf("%s: answered by the bridge: %t; said to be PHP's own: %t", name, answered[name], bridgelog.IsKeptByPHP(name))
		}
	}
}
