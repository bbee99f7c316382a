package main

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
	"github.com/phpstream-go/phpstream/internal/phptest"
	"github.com/phpstream-go/phpstream/internal/porttest"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

// output is what fetch.php prints on PHP 7.4, 8.2 and 8.4.
const output = `A server that does not always do as it should, and what is fetched from it:

whole       [########################################] 1000000 bytes
moved       [########################################] 1000000 bytes
breaks off  [################                        ] broke off: 400000 of 1000000 bytes
            [================################        ] broke off: 800000 of 1000000 bytes
            [================================########] 1000000 bytes, in 3 tries
changes     [################                        ] broke off: 400000 of 1000000 bytes
            [########################################] 1000000 bytes, in 2 tries
sends all   [################                        ] broke off: 400000 of 1000000 bytes
            [########################################] 1000000 bytes, in 2 tries
has no tag  [################                        ] broke off: 400000 of 1000000 bytes
            [########################################] 1000000 bytes, in 2 tries
stalls      [################                        ] nothing came for 2 seconds: 400000 of 1000000 bytes
            [================########################] 1000000 bytes, in 2 tries
too large   [                                        ] gave up: 1000000 bytes, and 999999 are the limit
endless     [                                        ] gave up: more than 999999 bytes
not there   [                                        ] gave up: 404 Not Found
nobody      [                                        ] gave up: Connection refused
`

const runLimit = time.Minute

// folder is one where PHPs in a changed root see what is in it, too.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "fetch-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// scripts puts the PHP program there.
func scripts(t *testing.T) string {
	t.Helper()
	dir := folder(t)
	for _, script := range []string{"fetch.php", "bar.php", "server.php", "serve.php", "demo.php", "main.php"} {
		data, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		testcert.WriteFile(dir, script, data)
	}
	return dir
}

// A result is what a run of the program comes to.
type result struct {
	Code           int
	Stdout, Stderr string
}

// inPHP runs the PHP program.
func inPHP(t *testing.T, version, dir string, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), runLimit)
	defer cancel()
	cmd := phptest.Cmd(ctx, phptest.Need(t, version), append([]string{"-n", "-d", "error_reporting=-1", "-d", "display_errors=stderr", filepath.Join(dir, "fetch.php")}, args...)...)
	cmd.WaitDelay = time.Second
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if failed := (*exec.ExitError)(nil); err != nil && !errors.As(err, &failed) || ctx.Err() != nil {
		t.Fatalf("PHP %s: %v %v\n%s", version, err, ctx.Err(), stderr.String())
	}
	return result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// here runs its port, which may leave nothing open.
func here(t *testing.T, version string, args ...string) result {
	t.Helper()
	var code int
	var stdout, stderr strings.Builder
	porttest.LeavesNothing(t, func() { code = run(append([]string{"-php", version}, args...), &stdout, &stderr) })
	return result{code, stdout.String(), stderr.String()}
}

// TestSameOutput runs the demonstration on each PHP that is installed, and its
// port in the voice of each.
func TestSameOutput(t *testing.T) {
	dir := scripts(t)
	want := result{Stdout: output}
	for _, version := range phptest.Versions {
		t.Run("php-"+version, func(t *testing.T) {
			if diff := cmp.Diff(want, inPHP(t, version, dir)); diff != "" {
				t.Errorf("fetch.php comes to something else (- expected, + got):\n%s", diff)
			}
		})
		t.Run("go-"+version, func(t *testing.T) {
			if diff := cmp.Diff(want, here(t, version)); diff != "" {
				t.Errorf("fetch.go comes to something else (- expected, + got):\n%s", diff)
			}
		})
	}
}

// TestReadme holds that the page shows what is printed.
func TestReadme(t *testing.T) {
	page, err := os.ReadFile("README.md")
	must(t, err)
	if !strings.Contains(string(page), regexp.MustCompile(`(?m)^(.)`).ReplaceAllString(output, "    $1")) {
		t.Error("README.md shows another output")
	}
}

// TestFlags holds that what makes no sense is refused before anything is fetched.
func TestFlags(t *testing.T) {
	dir := scripts(t)
	for _, args := range [][]string{
		{"/etc/passwd"}, {"file:///etc/passwd"}, {"php://stdin"}, {"http://a b/"}, {"http://a/\n"}, {"ftp://127.0.0.1/"},
		{"http://127.0.0.1/", "http://127.0.0.1/"}, {"-limit", "0", "http://127.0.0.1/"}, {"-limit", "-1", "http://127.0.0.1/"},
		{"-tries", "0", "http://127.0.0.1/"}, {"-timeout", "0", "http://127.0.0.1/"}, {"-timeout", "inf", "http://127.0.0.1/"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			got := here(t, "8.4", args...)
			if got.Code != 2 || got.Stdout != "" || !strings.HasPrefix(got.Stderr, "fetch: ") {
				t.Errorf("%+v", got)
			}
			for _, version := range phptest.Versions {
				if _, err := phptest.Find(version); err == nil {
					if diff := cmp.Diff(got, inPHP(t, version, dir, args...)); diff != "" {
						t.Errorf("PHP %s comes to something else (- here, + there):\n%s", version, diff)
					}
				}
			}
		})
	}
}

// TestNames holds how a file is named after its URL.
func TestNames(t *testing.T) {
	for url, want := range map[string]string{
		"http://a/b.iso":            "b.iso",
		"https://a/b/c.tar.gz?d#e":  "c.tar.gz",
		"http://a":                  "",
		"http://a/":                 "",
		"http://a/b/":               "",
		"http://a/b/..":             "",
		"http://a/.bashrc":          "",
		"http://a/x?/etc/passwd":    "x",
		"http://a/b/%2e%2e%2fc":     "",
		"http://a/b.c:d@e/f g.html": "",
	} {
		got := ""
		if match := urlName.FindStringSubmatch(url); match != nil {
			got = match[1]
		}
		if got != want {
			t.Errorf("%s is kept as %q, not %q", url, got, want)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
