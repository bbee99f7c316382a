package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// An engine is a PHP that answers a script's stream functions.
type engine struct {
	name string   // "PHP 8.2.36", the heading of its column
	argv []string // what runs a script
	ini  string   // its own lines of php.ini
}

// Warnings come on the error output, once, and as PHP words them, whatever the
// machine's php.ini says of them.
const commonINI = "display_errors=stderr\nlog_errors=0\nhtml_errors=0\n"

// Surroundings are what scripts find. They are made new before each run, in
// the same place, so that a script which prints a path prints the same one.
type surroundings struct {
	root  string
	stdin string // a file, or "" for none
	env   []string
}

func newSurroundings(stdin *os.File) (*surroundings, error) {
	root, err := os.MkdirTemp("", "phpstream-compare-")
	if err != nil {
		return nil, err
	}
	s := &surroundings{root: root}
	// PHP may run as somebody else, inside a folder of its own.
	if err := errors.Join(os.Chmod(root, 0o755), s.keepInput(stdin)); err != nil {
		s.remove()
		return nil, err
	}
	// An empty entry stands for the folder that PHP was built with.
	scan, set := os.LookupEnv("PHP_INI_SCAN_DIR")
	if !set {
		scan = ""
	}
	s.env = append(os.Environ(),
		"PHP_INI_SCAN_DIR="+scan+string(os.PathListSeparator)+s.path("ini"),
		"PHPSTREAM_BRIDGE_LOG="+s.path("calls"),
		"TMPDIR="+s.path("tmp"))
	return s, nil
}

func (s *surroundings) path(name string) string { return filepath.Join(s.root, name) }

func (s *surroundings) remove() { os.RemoveAll(s.root) }

// keepInput makes a file's content the input of every run. Anything else might
// never end, so that scripts find an empty input then.
func (s *surroundings) keepInput(stdin *os.File) error {
	if stdin == nil {
		return nil
	}
	info, err := stdin.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	s.stdin = s.path("input")
	file, err := os.Create(s.stdin)
	if err != nil {
		return err
	}
	_, err = file.ReadFrom(stdin)
	return errors.Join(err, file.Close())
}

// renew makes all of it as the first run finds it.
func (s *surroundings) renew(e engine) error {
	for _, name := range []string{"ini", "tmp", "calls", "trace"} {
		if err := os.RemoveAll(s.path(name)); err != nil {
			return err
		}
	}
	return errors.Join(
		os.Mkdir(s.path("tmp"), 0o777),
		os.Mkdir(s.path("ini"), 0o755),
		os.WriteFile(filepath.Join(s.path("ini"), "phpstream.ini"), []byte(commonINI+e.ini), 0o644))
}

// version asks an engine for its version, and makes sure that it is the one
// that it is held for.
func (s *surroundings) version(ctx context.Context, e engine, held string) (string, error) {
	if err := s.renew(e); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	const question = `echo PHP_VERSION, " ", function_exists("phpstream_engine") ? phpstream_engine() : "php";`
	cmd := exec.CommandContext(ctx, e.argv[0], append(e.argv[1:len(e.argv):len(e.argv)], "-r", question)...)
	cmd.Env, cmd.WaitDelay = s.env, time.Second
	var problems strings.Builder
	cmd.Stderr = &problems
	out, err := cmd.Output()
	version, answer, _ := strings.Cut(string(out), " ")
	if err == nil && answer != held {
		err = fmt.Errorf("it should be %q that answers; is there something about it in php.ini?", held)
	}
	if err != nil {
		return "", fmt.Errorf("%s says %q: %w\n%s", e.argv[0], out, err, problems.String())
	}
	return version, nil
}
