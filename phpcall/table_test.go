package phpcall_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/phpstream-go/phpstream/internal/phptest"
	"github.com/phpstream-go/phpstream/phpcall"
)

var update = flag.Bool("update", false, "write the recorded signatures anew, from PHP 8.4")

const signatures = "testdata/signatures-8.4.txt"

// reflect prints PHP's own signatures in the form of describe. $input holds
// the functions' names. Resources have no type in PHP's reflection.
const reflect = `<?php
foreach (explode(',', $input) as $name) {
    $out = [];
    foreach ((new ReflectionFunction($name))->getParameters() as $p) {
        $out[] = ($p->isPassedByReference() ? '&' : '') . '$' . $p->getName() . ($p->isOptional() ? '?' : '')
            . ' ' . ($p->getType() ?? 'untyped');
    }
    echo $name, '(', implode(', ', $out), ")\n";
}`

func describe(f phpcall.Function) string {
	var params []string
	for _, p := range f.Params {
		text := "$" + p.Name
		if p.ByRef {
			text = "&" + text
		}
		if p.Optional {
			text += "?"
		}
		kind := strings.TrimPrefix(p.Type, "?")
		switch {
		case kind == "resource" || p.ByRef && kind == "mixed" || f.Name == "stream_is_local" || strings.HasPrefix(f.Name, "socket_set") && p.Name == "value":
			kind = "untyped"
		case kind == "string|int|float|bool":
			kind = "string|int|float|bool|null"
		default:
			kind = p.Type
		}
		params = append(params, text+" "+kind)
	}
	return fmt.Sprintf("%s(%s)\n", f.Name, strings.Join(params, ", "))
}

// TestSignatures compares the table with PHP's own: names, order, types,
// references, what is optional.
func TestSignatures(t *testing.T) {
	var ours strings.Builder
	var names []string
	for _, f := range phpcall.Functions() {
		ours.WriteString(describe(f))
		names = append(names, f.Name)
	}
	t.Run("PHP", func(t *testing.T) {
		for _, php := range phptest.All(t) {
			if php.Version == "8.4" {
				theirs := php.Run(t, reflect, strings.Join(names, ","))
				if *update {
					if err := os.WriteFile(signatures, []byte(theirs), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				compare(t, theirs, recorded(t))
			}
		}
	})
	compare(t, ours.String(), recorded(t))
}

func recorded(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(signatures)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func compare(t *testing.T, got, want string) {
	t.Helper()
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
		t.Error(diff)
	}
}

// notCalled are functions of the library that take what isn't a PHP value.
var notCalled = []string{"set_error_handler", "stream_filter_register", "stream_wrapper_register", "stream_bucket_make_writeable", "stream_bucket_append", "stream_bucket_prepend", "stream_bucket_new"}

// TestEveryFunction holds that each of the library's functions with a PHP
// signature in its comment can be called.
func TestEveryFunction(t *testing.T) {
	files, err := filepath.Glob("../*.go")
	if err != nil {
		t.Fatal(err)
	}
	signature := regexp.MustCompile(`(?m)^//\tPHP: ([a-z_0-9]+)\(`)
	found := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range signature.FindAllStringSubmatch(string(text), -1) {
			found++
			if _, ok := phpcall.Lookup(m[1]); !ok && !slices.Contains(notCalled, m[1]) {
				t.Errorf("%s: %s has no row", filepath.Base(file), m[1])
			}
		}
	}
	if found < 40 {
		t.Errorf("only %d signatures found", found)
	}
}

// TestConstants holds a few constants by their PHP names.
func TestConstants(t *testing.T) {
	for name, want := range map[string]int64{
		"STREAM_CLIENT_CONNECT": 4, "STREAM_CRYPTO_METHOD_TLS_CLIENT": 121, "E_WARNING": 2, "E_ALL": 30719,
		"STREAM_SHUT_RDWR": 2, "DNS_MX": 16384,
	} {
		if got, ok := phpcall.Constant(name); !ok || got != want {
			t.Errorf("%s is %v", name, got)
		}
	}
	if _, ok := phpcall.Constant("NO_SUCH"); ok {
		t.Error("NO_SUCH is a constant")
	}
}
