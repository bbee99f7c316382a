// Command conformance runs PHP's own tests of network streams by PHP's own
// run-tests.php: on plain PHP, and on PHP with this library under its stream
// functions. It holds the one against the other and both against the record:
//
//	conformance/run
//
// gets the tests and starts it. What must pass stands in must-pass.txt, why a
// test differs in reasons.tsv, and the whole in php-8.2.md, which is generated.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/phpstream-go/phpstream/internal/bridgelog"
)

const (
	folder    = "conformance"
	pageFile  = folder + "/php-8.2.md"
	listFile  = folder + "/must-pass.txt"
	whyFile   = folder + "/reasons.tsv"
	limit     = 10 * time.Minute // for the whole
	mostAgain = 20               // tests that are run again; more than so many are no accident
	ourMarker = `echo function_exists("phpstream_engine") ? phpstream_engine() : "";`
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	ctx, cancel := context.WithTimeout(ctx, limit)
	err := command(ctx, os.Args[1:], os.Stdout)
	cancel()
	stop()
	if err != nil && err != flag.ErrHelp {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(1)
	}
}

func command(ctx context.Context, args []string, out io.Writer) error {
	set := flag.NewFlagSet("conformance", flag.ContinueOnError)
	php := set.String("php", "php8.2", "the PHP `command`")
	update := set.Bool("update", false, "write "+pageFile+", and add what passes to "+listFile)
	if err := set.Parse(args); err != nil {
		return err
	}
	if set.NArg() != 1 {
		return errors.New("which folder has PHP's tests? conformance/run knows")
	}
	source, err := filepath.Abs(set.Arg(0))
	if err != nil {
		return err
	}
	tests, err := findTests(source)
	if err != nil {
		return err
	}
	rec, err := readRecord(tests)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "phpstream-conformance-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	plain, ours, err := engines(ctx, source, work, *php)
	if err != nil {
		return err
	}
	results, err := compare(ctx, out, tests, rec, plain, ours)
	if err != nil {
		return err
	}
	page := page{php: plain.version, suite: filepath.Base(source), results: results, reasons: rec.reasons}
	if *update {
		if err := rec.update(page); err != nil {
			return err
		}
	}
	fmt.Fprintln(out, page.tally())
	problems := append(rec.problems(results), rec.stale(page)...)
	if len(problems) == 0 {
		return nil
	}
	for _, p := range problems {
		fmt.Fprintf(out, "%s: %s\n", p.test, p.text)
		ours.showDiff(out, p.test)
	}
	return fmt.Errorf("%d problems", len(problems))
}

// engines makes the two: plain PHP, and PHP with this library.
func engines(ctx context.Context, source, work, php string) (plain, ours *engine, err error) {
	path, err := exec.LookPath(php)
	if err != nil {
		return nil, nil, err
	}
	build := exec.CommandContext(ctx, "go", "run", "./cmd/phpstream", "bridge", "-php", path)
	build.Stderr = os.Stderr
	said, err := build.Output()
	if err != nil {
		return nil, nil, fmt.Errorf("building the extension: %w", err)
	}
	lines := strings.Split(strings.TrimSpace(string(said)), "\n")
	if plain, err = newEngine(ctx, "plain PHP", source, work, path, ""); err != nil {
		return nil, nil, err
	}
	if ours, err = newEngine(ctx, "ours", source, work, path, lines[len(lines)-1]); err != nil {
		return nil, nil, err
	}
	return plain, ours, nil
}

// compare runs all tests on both engines. Those that would be a problem are run
// twice more, alone, and what happens more often counts: a test that fails now
// and then on plain PHP fails so here as well.
func compare(ctx context.Context, out io.Writer, tests []test, rec *record, plain, ours *engine) ([]result, error) {
	results := make([]result, len(tests))
	for i, t := range tests {
		results[i].test = t
	}
	if err := runBoth(ctx, out, results, plain, ours, parallelJobs); err != nil {
		return nil, err
	}
	troubled := map[string]bool{}
	for _, p := range rec.problems(results) {
		troubled[p.test] = true
	}
	again := slices.DeleteFunc(slices.Clone(results), func(r result) bool { return !troubled[r.name] })
	if len(again) == 0 || len(again) > mostAgain {
		return results, nil
	}
	for range 2 {
		if err := runBoth(ctx, out, again, plain, ours, 1); err != nil {
			return nil, err
		}
	}
	for _, r := range again {
		results[slices.IndexFunc(results, func(old result) bool { return old.name == r.name })] = r
	}
	return results, nil
}

// runBoth runs the tests of results on each engine and adds what came of it.
func runBoth(ctx context.Context, out io.Writer, results []result, plain, ours *engine, jobs int) error {
	names := make([]string, len(results))
	for i := range results {
		names[i] = results[i].name
	}
	for _, e := range []*engine{plain, ours} {
		began := time.Now()
		got, err := e.run(ctx, names, jobs)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s, PHP %s: %d tests in %.0f s\n", e.name, e.version, len(names), time.Since(began).Seconds())
		for i := range results {
			r := &results[i]
			if e == plain {
				r.plain = append(r.plain, got[r.name])
				continue
			}
			r.ours = append(r.ours, got[r.name])
			if r.calls, err = bridgelog.Read(e.log(r.name)); err != nil {
				return err
			}
		}
	}
	for i := range results {
		r := &results[i]
		was, err := plain.failure(r.name)
		if err != nil {
			return err
		}
		is, err := ours.failure(r.name)
		if err != nil {
			return err
		}
		r.otherFailure = was != "" && is != "" && was != is
	}
	return nil
}
