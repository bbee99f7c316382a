package phpext

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// The smallest module that makes an extension as the bridge is one.
var standIn = map[string]string{
	"go.mod": "module github.com/phpstream-go/phpstream\n\ngo 1.26\n",
	"bridge/bridge.go": `//go:build phpbridge

package main

import "C"

import _ "github.com/phpstream-go/phpstream/answer"

func main() {}
`,
	"bridge/module.c": `//go:build phpbridge

#include "php.h"

ZEND_BEGIN_ARG_INFO_EX(no_arguments, 0, 0, 0)
ZEND_END_ARG_INFO()

PHP_FUNCTION(phpstream_engine) { RETURN_STRING(ENGINE); }

static const zend_function_entry functions[] = { PHP_FE(phpstream_engine, no_arguments) PHP_FE_END };

zend_module_entry phpstream_module = { STANDARD_MODULE_HEADER, "phpstream", functions, NULL, NULL, NULL, NULL, NULL, "1", STANDARD_MODULE_PROPERTIES };

ZEND_DLEXPORT zend_module_entry *get_module(void) { return &phpstream_module; }
`,
	"bridge/engine.h":  "#define ENGINE \"phpstream\"\n",
	"answer/answer.go": "package answer\n\nconst Text = \"one\"\n",
	"other/other.go":   "package other\n",
}

func write(t *testing.T, root, name, text string) {
	t.Helper()
	path := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func makeStandIn(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range standIn {
		text = strings.Replace(text, `#include "php.h"`, "#include \"php.h\"\n#include \"engine.h\"", 1)
		write(t, root, name, text)
	}
	return root
}

// options skips the test where there is nothing to build for.
func options(t *testing.T) Options {
	t.Helper()
	o := Options{Cache: t.TempDir()}
	php, err := ask(t.Context(), "")
	if err == nil {
		_, err = php.headers(t.Context(), o)
	}
	if err != nil {
		if os.Getenv("REQUIRE_PHP") == "1" {
			t.Fatalf("REQUIRE_PHP=1 is set: %v", err)
		}
		t.Skip(err)
	}
	return o
}

// TestBuildOnce: one build for many callers at once, and the same file for
// those that come later, until the sources change.
func TestBuildOnce(t *testing.T) {
	o, root := options(t), makeStandIn(t)
	var log strings.Builder
	paths := make([]string, 3)
	var all sync.WaitGroup
	for i := range paths {
		all.Go(func() {
			path, err := build(t.Context(), root, o)
			if err != nil {
				t.Error(err)
			}
			paths[i] = path
		})
	}
	all.Wait()
	if t.Failed() {
		t.FailNow()
	}
	first := paths[0]
	if paths[1] != first || paths[2] != first {
		t.Fatalf("three paths: %q", paths)
	}
	if out, err := exec.Command("php", "-d", "extension="+first, "-r", "echo phpstream_engine();").Output(); err != nil || string(out) != "phpstream" {
		t.Errorf("%s answers %q, %v", first, out, err)
	}
	if entries, _ := os.ReadDir(o.Cache); len(entries) != 1 {
		t.Errorf("%d entries are left in the cache, want 1", len(entries))
	}

	again := o
	again.Log = &log
	write(t, root, "other/other.go", "package other // not linked\n")
	write(t, root, "answer/answer_test.go", "package answer\n")
	began := time.Now()
	if path, err := build(t.Context(), root, again); err != nil || path != first || log.Len() > 0 {
		t.Errorf("the second call gave %s, %v, and said %q; want %s and no word", path, err, &log, first)
	}
	t.Logf("the second call took %v", time.Since(began))

	write(t, root, "answer/answer.go", "package answer\n\nconst Text = \"two\"\n")
	path, err := build(t.Context(), root, again)
	if err != nil || path == first || log.Len() == 0 {
		t.Errorf("after a change: %s, %v, and it said %q", path, err, &log)
	}
}

// TestBrokenIsNotKept: neither what does not compile nor what PHP does not
// load is found by the next call.
func TestBrokenIsNotKept(t *testing.T) {
	o := options(t)
	for name, want := range map[string]string{
		"does not compile":   "undefined: nothing",
		"does not load":      "does not load the extension",
		"is somebody else's": `it says "another"`,
	} {
		t.Run(name, func(t *testing.T) {
			root := makeStandIn(t)
			switch name {
			case "does not compile":
				write(t, root, "answer/answer.go", "package answer\n\nvar Text = nothing\n")
			case "does not load":
				write(t, root, "bridge/module.c", "//go:build phpbridge\n")
			case "is somebody else's":
				write(t, root, "bridge/engine.h", "#define ENGINE \"another\"\n")
			}
			for range 2 {
				path, err := build(t.Context(), root, o)
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%q, %v; want an error with %q", path, err, want)
				}
			}
			if entries, _ := os.ReadDir(o.Cache); len(entries) != 0 {
				t.Errorf("%d entries are left in the cache", len(entries))
			}
		})
	}
}

// TestMissing: what has to be installed is said in one line.
func TestMissing(t *testing.T) {
	root, folder := makeStandIn(t), t.TempDir()
	fake := func(name, version, build string) string {
		path := filepath.Join(folder, name)
		write(t, folder, name, fmt.Sprintf("#!/bin/sh\necho 'PHP Version => %s'\necho 'PHP Extension Build => %s'\n", version, build))
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write(t, folder, "headers/Zend/zend_modules.h", "#define ZEND_MODULE_API_NO 20220829\n")
	headers := filepath.Join(folder, "headers")
	write(t, folder, "none/.keep", "")
	good := fake("good", "8.2.1", "API20220829,NTS")
	tests := map[string]struct {
		options Options
		path    string // PATH; as it is if ""
		want    []string
	}{
		"no PHP":         {Options{}, folder + "/none", []string{"php is not on the PATH", "php-cli"}},
		"no such PHP":    {Options{PHP: folder + "/none/php"}, "", []string{folder + "/none/php"}},
		"too old":        {Options{PHP: fake("old", "7.4.33", "API20190902,NTS")}, "", []string{"7.4.33", "8.1 to 8.5", "php8.2-cli"}},
		"too new":        {Options{PHP: fake("new", "8.6.0", "API20990101,NTS")}, "", []string{"8.6.0", "8.1 to 8.5"}},
		"thread-safe":    {Options{PHP: fake("zts", "8.3.1", "API20230831,TS")}, "", []string{"thread-safe", "php8.3-cli"}},
		"no php-config":  {Options{PHP: good}, folder + "/none", []string{"no php-config for PHP 8.2.1", "php8.2-dev"}},
		"its php-config": {Options{PHP: good, Config: folder + "/none/php-config"}, "", []string{"php-config"}},
		"no headers":     {Options{PHP: good, Include: folder + "/none"}, "", []string{folder + "/none", "php8.2-dev"}},
		"other headers":  {Options{PHP: fake("other", "8.4.1", "API20240924,NTS"), Include: headers}, "", []string{"not those of", "php8.4-dev"}},
		"no go":          {Options{PHP: good, Include: headers}, folder + "/none", []string{"go command", "1.26"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if test.path != "" {
				t.Setenv("PATH", test.path)
			}
			test.options.Cache = t.TempDir()
			_, err := build(t.Context(), root, test.options)
			if !errors.Is(err, ErrMissing) || strings.Contains(err.Error(), "\n") {
				t.Fatalf("%v; want one line that says what is missing", err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q lacks %q", err, want)
				}
			}
		})
	}
	t.Run("no compiler", func(t *testing.T) {
		t.Setenv("CC", "cc-that-is-not-there -m64")
		_, err := build(t.Context(), root, Options{PHP: good, Include: headers, Cache: t.TempDir()})
		if !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "cc-that-is-not-there") || !strings.Contains(err.Error(), "gcc") {
			t.Error(err)
		}
	})
}

// TestModuleRoot finds the sources of this very test.
func TestModuleRoot(t *testing.T) {
	root, err := moduleRoot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "internal", "phpext", "phpext_test.go")); err != nil {
		t.Error(err)
	}
}
