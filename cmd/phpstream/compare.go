package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/phpstream-go/phpstream/internal/phpext"
)

const compareUsage = `phpstream compare [flags] script.php [args]

Runs the script on plain PHP and on PHP with phpstream's extension, and compares
what it prints, its warnings (the error output) and its exit code. Each run finds
the same folder, environment and input (that of a file, "< input.txt"), and an empty
TMPDIR. The exit status is 0 where both are the same, 1 where they are different,
and 2 where the script could not be run, or is flaky: it differs from itself on
plain PHP, which -repeat shows, and nothing else differs.
`

// compareOptions are the flags.
type compareOptions struct {
	json, wire bool
	repeat     int
	timeout    time.Duration
}

func compare(ctx context.Context, args []string, stdin, stdout *os.File, stderr io.Writer) int {
	build := phpext.Options{Log: stderr}
	o := compareOptions{}
	set := newFlags("compare", compareUsage, &build)
	set.BoolVar(&o.json, "json", false, "print all of it as JSON")
	set.BoolVar(&o.wire, "wire", false, "show what went over the wire, too (with strace)")
	set.IntVar(&o.repeat, "repeat", 1, "run each `N` times, and tell flaky scripts from different ones")
	set.DurationVar(&o.timeout, "timeout", time.Minute, "how `long` one run may take")
	if status, stop := parse(set, args, stdout, stderr); stop {
		return status
	}
	r, err := compareScript(ctx, build, o, set.Args(), stdin)
	switch {
	case err != nil && o.json:
		writeJSON(stdout, jsonReport{Verdict: "failed", Error: err.Error()})
		return statusFailed
	case err != nil:
		fmt.Fprintf(stderr, "phpstream compare: %v\n", err)
		return statusFailed
	case o.json:
		writeJSON(stdout, r.json())
	default:
		lookOf(stdout).show(stdout, r)
	}
	return r.status()
}

func (r *report) status() int {
	return map[string]int{same: statusSame, different: statusDifferent, flaky: statusFailed}[r.verdict]
}

// compareScript makes the two engines and runs the script on them.
func compareScript(ctx context.Context, build phpext.Options, o compareOptions, script []string, stdin *os.File) (*report, error) {
	switch {
	case len(script) == 0:
		return nil, errors.New("no script is named; -h shows how")
	case o.repeat < 1:
		return nil, errors.New("-repeat is at least 1")
	case o.timeout <= 0:
		return nil, errors.New("-timeout is more than 0")
	}
	if info, err := os.Stat(script[0]); err != nil {
		return nil, err
	} else if info.IsDir() {
		return nil, fmt.Errorf("%s is a folder, not a script", script[0])
	}
	if strings.HasPrefix(script[0], "-") { // PHP would take it for a flag
		script = append([]string{"." + string(filepath.Separator) + script[0]}, script[1:]...)
	}
	extension, err := phpext.Build(ctx, build)
	if err != nil {
		return nil, err
	}
	if build.PHP == "" {
		build.PHP = "php"
	}
	php, err := exec.LookPath(build.PHP)
	if err != nil {
		return nil, err
	}
	plain := engine{name: "PHP", argv: []string{php}}
	ours := engine{name: "phpstream", argv: []string{php}, ini: "extension=\"" + extension + "\"\n"}
	s, err := newSurroundings(stdin)
	if err != nil {
		return nil, err
	}
	defer s.remove()
	version, err := s.version(ctx, plain, "php")
	if err != nil {
		return nil, err
	}
	plain.name += " " + version
	if _, err := s.version(ctx, ours, "phpstream"); err != nil {
		return nil, err
	}
	return s.compare(ctx, plain, ours, script, o)
}

// compare runs a script on both engines in turn.
func (s *surroundings) compare(ctx context.Context, plain, ours engine, script []string, o compareOptions) (*report, error) {
	if o.wire {
		if err := canTrace(ctx); err != nil {
			return nil, err
		}
	}
	r := &report{script: script, php: side{name: plain.name}, ours: side{name: ours.name}}
	for range o.repeat {
		run, err := s.run(ctx, plain, script, o)
		if err != nil {
			return nil, err
		}
		if run.unfinished {
			return nil, fmt.Errorf("on plain PHP the script had to be ended: %s", run.end)
		}
		r.php.runs = append(r.php.runs, run)
		if run, err = s.run(ctx, ours, script, o); err != nil {
			return nil, err
		}
		r.ours.runs = append(r.ours.runs, run)
	}
	judge(r, o.wire)
	return r, nil
}

// lookOf is plain where nobody looks.
func lookOf(stdout *os.File) look {
	width := terminalWidth(stdout)
	if width == 0 {
		return look{width: pipeWidth}
	}
	return look{width, os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
}
