package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/phpstream-go/phpstream/internal/phptest"
)

// versions lists the PHPs that mailer.php is recorded with.
var versions = []string{"7.4", "8.2", "8.4"}

// TestSameAsPHP runs mailer.go in every scenario, once in the voice of each
// PHP version, and compares it with what mailer.php did. Where that PHP is
// installed, mailer.php runs too.
func TestSameAsPHP(t *testing.T) {
	names := map[string]bool{}
	for _, s := range scenarios {
		if names[s.name] {
			t.Errorf("two scenarios are called %s", s.name)
		}
		names[s.name] = true
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			want := readRecording(t, s.name)
			for _, version := range versions {
				if php := phpProgram(t, version); php != nil {
					s.confirm(t, version, *php, want)
				}
			}
			for _, version := range []string{"8.2", "8.4"} {
				if php := phpProgram(t, version); php != nil && !*update {
					t.Run("php-"+version+"-on-this-library", func(t *testing.T) {
						php.args = append([]string{"-d", "extension=" + phptest.Bridge(t, php.command...)}, php.args...)
						php.env = []string{"PHPSTREAM_BRIDGE_STRICT=1"}
						compare(t, "mailer.php on this library", s.run(t, *php), expected(t, s.name, version, want[version]))
					})
				}
			}
			if *update && !t.Failed() {
				want.write(t, s.name)
			}
			for _, version := range versions {
				t.Run("go-"+version, func(t *testing.T) {
					compare(t, "mailer.go", s.run(t, goProgram(t, version)), expected(t, s.name, version, want[version]))
				})
			}
		})
	}
	t.Run("recordings", func(t *testing.T) {
		files, err := filepath.Glob("testdata/*.txt")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if !names[strings.TrimSuffix(filepath.Base(file), ".txt")] {
				t.Errorf("%s belongs to no scenario", file)
			}
		}
	})
}

// confirm runs mailer.php on a real PHP and compares it with the recording.
// With -update, what two runs agree on becomes the recording.
func (s scenario) confirm(t *testing.T, version string, php program, want recording) {
	t.Run("php-"+version, func(t *testing.T) {
		got := s.run(t, php)
		if *update && got != want[version] {
			compare(t, "mailer.php, run a second time,", s.run(t, php), got)
			want[version] = got
			return
		}
		compare(t, "mailer.php", got, want[version])
	})
}

// quickExit spares each run the second that the race detector waits at its end.
const quickExit = "GORACE=atexit_sleep_ms=0"

// goProgram returns mailer.go in the voice of that PHP: this test binary, which
// TestMain turns into the mailer.
func goProgram(t *testing.T, version string) program {
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return program{command: []string{path}, args: []string{"-php", version}, env: []string{"MAILER_TEST_RUN=flags", quickExit}}
}

func compare(t *testing.T, who string, got, want outcome) {
	t.Helper()
	for i, c := range got.channels() {
		if diff := cmp.Diff(*want.channels()[i].text, *c.text); diff != "" {
			t.Errorf("%s: %s differs (- expected, + got):\n%s", who, c.name, diff)
		}
	}
}

// phpProgram returns mailer.php on that PHP, or nil where it isn't installed.
func phpProgram(t *testing.T, version string) *program {
	command, err := phptest.Find(version)
	if err != nil {
		if os.Getenv("REQUIRE_PHP") == "1" || *update {
			t.Fatal(err)
		}
		return nil
	}
	dir, err := inputs()
	if err != nil {
		t.Fatal(err)
	}
	// -n: no php.ini, whose settings differ from system to system. Without
	// one, PHP 7.4 would keep notices to itself.
	return &program{command: command, args: []string{"-n", "-d", "error_reporting=-1", "-d", "memory_limit=256M", filepath.Join(dir, "mailer.php")}}
}
