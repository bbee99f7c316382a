package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	parallelJobs = 2  // run-tests.php knows which tests must not run side by side
	testSeconds  = 30 // for a test and the workers that it started
)

// engine is a PHP that the tests are run on, with a copy of the tests: they
// write files beside themselves.
type engine struct {
	name    string
	version string
	dir     string // the copy
	logs    string // what the extension says of each process; "" on plain PHP
	php     string // plain PHP: run-tests.php itself runs on it
	wrapper string // what run-tests.php takes for PHP
}

// newEngine prepares a folder below work. extension is "" for plain PHP.
func newEngine(ctx context.Context, name, source, work, php, extension string) (*engine, error) {
	home := filepath.Join(work, strings.ReplaceAll(name, " ", "-"))
	e := &engine{name: name, dir: filepath.Join(home, "tests"), php: php, wrapper: filepath.Join(home, "php")}
	if err := os.CopyFS(e.dir, os.DirFS(source)); err != nil {
		return nil, err
	}
	settings := ""
	if extension != "" {
		e.logs = filepath.Join(home, "logs")
		ini := filepath.Join(home, "ini")
		if err := os.Mkdir(ini, 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(ini, "phpstream.ini"), []byte("extension="+extension+"\n"), 0o644); err != nil {
			return nil, err
		}
		settings = fmt.Sprintf(bridgeSettings, ini, e.logs)
	}
	script := fmt.Sprintf(wrapperScript, settings, testSeconds, php)
	if err := os.WriteFile(e.wrapper, []byte(script), 0o755); err != nil {
		return nil, err
	}
	said, err := exec.CommandContext(ctx, e.wrapper, "-r", "echo PHP_VERSION, ' ';"+ourMarker).Output()
	if err != nil {
		return nil, fmt.Errorf("%s doesn't run: %w", name, err)
	}
	var marker string
	e.version, marker, _ = strings.Cut(string(said), " ")
	if (marker == "phpstream") != (extension != "") {
		return nil, fmt.Errorf("%s: phpstream_engine() answers %q", name, marker)
	}
	return e, nil
}

// The wrapper is what run-tests.php takes for PHP. timeout ends the test's
// workers with it. The settings are made here so that run-tests.php itself,
// which has sockets of its own, stays on plain PHP.
const wrapperScript = `#!/bin/sh
%sexec timeout -k 2 %d '%s' "$@"
`

// A test's workers are other processes with the same log: they inherit it.
const bridgeSettings = `export PHP_INI_SCAN_DIR=':%s' PHPSTREAM_BRIDGE_STRICT=1
if [ -z "${PHPSTREAM_BRIDGE_LOG:-}" ]; then
    for argument; do
        case $argument in
        /*.php)
            export PHPSTREAM_BRIDGE_LOG="%s$argument"
            mkdir -p "${PHPSTREAM_BRIDGE_LOG%%/*}"
            ;;
        esac
    done
fi
`

// run runs tests and answers the status of each.
func (e *engine) run(ctx context.Context, names []string, jobs int) (map[string]string, error) {
	if e.logs != "" {
		for _, name := range names {
			if err := os.RemoveAll(e.log(name)); err != nil {
				return nil, err
			}
		}
	}
	list := filepath.Join(filepath.Dir(e.dir), "results")
	args := []string{"-n", "run-tests.php", "-q", "--no-progress", "-g", "FAIL,BORK,WARN,LEAK",
		"--set-timeout", strconv.Itoa(2 * testSeconds), "-j" + strconv.Itoa(jobs), "-W", list}
	cmd := exec.CommandContext(ctx, e.php, append(args, names...)...)
	cmd.Dir = e.dir
	cmd.Env = append(os.Environ(), "TEST_PHP_EXECUTABLE="+e.wrapper, "SKIP_ONLINE_TESTS=1", "NO_INTERACTION=1")
	cmd.WaitDelay = 5 * time.Second
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	// Its exit status tells no more than that some test failed.
	runError := cmd.Run()
	data, err := os.ReadFile(list)
	if err != nil {
		return nil, fmt.Errorf("run-tests.php on %s: %v\n%s", e.name, runError, said.String())
	}
	got, err := parseResults(data, e.dir, names)
	if err != nil {
		return nil, fmt.Errorf("run-tests.php on %s: %w (%v)\n%s", e.name, err, runError, said.String())
	}
	return got, nil
}

// log is the file with what the processes of a test had answered by whom. The
// processes that decide about skipping and that clean up have files of their own.
func (e *engine) log(name string) string {
	return e.logs + filepath.Join(e.dir, strings.TrimSuffix(name, "t"))
}

var digits = regexp.MustCompile(`\d+`)

// failure is what a test printed that failed when it was run last, in a form that
// can be compared: without numbers, which are ports and resources, and with its
// lines sorted, since several processes may have written them. It is empty where
// the test didn't fail.
func (e *engine) failure(name string) (string, error) {
	data, err := os.ReadFile(filepath.Join(e.dir, strings.TrimSuffix(name, "phpt")+"out"))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	} else if err != nil {
		return "", err
	}
	text := strings.ReplaceAll(string(data), e.dir, "")
	lines := strings.Split(digits.ReplaceAllString(text, "N"), "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n"), nil
}

// showDiff prints what a test that failed printed otherwise than it should.
func (e *engine) showDiff(out io.Writer, name string) {
	diff, err := os.ReadFile(filepath.Join(e.dir, strings.TrimSuffix(name, "phpt")+"diff"))
	if err != nil {
		return
	}
	for line := range strings.Lines(string(diff)) {
		fmt.Fprint(out, "    ", line)
	}
	fmt.Fprintln(out)
}
