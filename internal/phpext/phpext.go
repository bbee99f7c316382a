// Package phpext builds the PHP extension of package bridge and keeps what it
// has built.
package phpext

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// Options say for which PHP the extension is. The zero value is for the php
// on PATH, with the headers that its php-config names.
type Options struct {
	PHP     string    // the interpreter, by path or by name
	Config  string    // its php-config
	Include string    // the folder of its headers, in place of php-config
	Cache   string    // where built extensions are kept, if not in the user's cache directory
	Log     io.Writer // hears that something is built, since that takes a while
}

// ErrMissing is in the chain of an error about something that has to be
// installed first. The error's text says what and how, in one line.
var ErrMissing = errors.New("missing")

type missing string

func (m missing) Error() string        { return string(m) }
func (m missing) Is(target error) bool { return target == ErrMissing }

// unused is how long an extension is kept that nobody asks for.
const unused = 7 * 24 * time.Hour

// Build returns the path of an extension that was built for this PHP from the
// sources as they are now, and that this PHP has loaded. What was built before
// is used again. Calls at the same time don't disturb each other.
func Build(ctx context.Context, o Options) (string, error) {
	if runtime.GOOS == "windows" {
		return "", missing("the bridge needs a UNIX system")
	}
	root, err := moduleRoot(ctx)
	if err != nil {
		return "", err
	}
	return build(ctx, root, o)
}

func build(ctx context.Context, root string, o Options) (string, error) {
	php, err := ask(ctx, o.PHP)
	if err != nil {
		return "", err
	}
	include, err := php.headers(ctx, o)
	if err != nil {
		return "", err
	}
	golang, err := askGo(ctx, root)
	if err != nil {
		return "", err
	}
	sources, err := hashSources(ctx, root)
	if err != nil {
		return "", err
	}
	folder, err := cacheFolder(o.Cache)
	if err != nil {
		return "", err
	}
	key := hash(sources, golang.String(), php.version, php.build, include)
	path := filepath.Join(folder, "phpstream-php"+php.short()+"-"+key[:16]+".so")
	if now := time.Now(); os.Chtimes(path, now, now) == nil {
		return path, nil
	}
	if err := golang.compiler(); err != nil {
		return "", err
	}
	if o.Log != nil {
		fmt.Fprintf(o.Log, "building the extension for PHP %s\n", php.version)
	}
	prune(folder)
	temp, err := os.MkdirTemp(folder, "building-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(temp)
	// PHP runs as whoever it is run by, perhaps inside a folder of its own.
	if err := os.Chmod(temp, 0o755); err != nil {
		return "", err
	}
	made := filepath.Join(temp, "phpstream.so")
	if err := golang.build(ctx, root, include, made); err != nil {
		return "", err
	}
	// What this PHP doesn't load must not be found by the next call.
	if err := php.load(ctx, made); err != nil {
		return "", err
	}
	return path, os.Rename(made, path)
}

func cacheFolder(folder string) (string, error) {
	if folder == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("there is no place to keep the extension: %w", err)
		}
		folder = filepath.Join(cache, "phpstream", "extensions")
	}
	folder, err := filepath.Abs(folder)
	if err != nil {
		return "", err
	}
	return folder, os.MkdirAll(folder, 0o755)
}

// prune removes what nobody has asked for in a while, and what is left of
// builds that were killed.
func prune(folder string) {
	entries, _ := os.ReadDir(folder)
	for _, e := range entries {
		info, err := e.Info()
		ours := strings.HasPrefix(e.Name(), "building-") || strings.HasPrefix(e.Name(), "phpstream-php")
		if err == nil && ours && time.Since(info.ModTime()) > unused {
			os.RemoveAll(filepath.Join(folder, e.Name()))
		}
	}
}

// output runs a command; what it wrote to its error output is in the error.
func output(cmd *exec.Cmd) (string, error) {
	cmd.WaitDelay = 5 * time.Second
	var problems strings.Builder
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, strings.TrimSpace(problems.String()+string(out)))
	}
	return string(out), err
}
