package phpstream_test

import (
	"os"
	"path/filepath"
	"testing"

	. "github.com/phpstream-go/phpstream"
)

// The tests of this file hold rows of testdata/compat/differences-by-test.tsv
// that nothing else holds.

// TestOtherOptionsOfPHPAreMissing: the ini values are those that count here.
func TestOtherOptionsOfPHPAreMissing(t *testing.T) {
	rt, _ := newRuntime()
	for _, option := range []string{"precision", "error_reporting", "max_execution_time"} {
		if v, ok := rt.IniGet(option); ok {
			t.Errorf("%s is %q", option, v)
		}
		if v, ok := rt.IniSet(option, "1"); ok {
			t.Errorf("%s was %q", option, v)
		}
	}
}

// TestAllErrorsAreReported: error_reporting begins at E_ALL, without a php.ini,
// and a handler hears of each level.
func TestAllErrorsAreReported(t *testing.T) {
	for profile, want := range map[Profile]ErrorLevel{PHP84: 30719, PHP82: 32767, PHP74: 32767} {
		if got := NewRuntime(profile).ErrorReporting(); got != want {
			t.Errorf("%v: %d, not %d", profile, got, want)
		}
	}
	rt := NewRuntime()
	var heard []ErrorLevel
	rt.SetErrorHandler(func(level ErrorLevel, _, _ string, _ int) bool {
		heard = append(heard, level)
		return true
	})
	rt.ErrorReporting(0)
	for _, level := range []ErrorLevel{E_NOTICE, E_WARNING, E_DEPRECATED} {
		rt.Raise(level, "", "text")
	}
	if len(heard) != 3 {
		t.Error(heard)
	}
}

// TestResourceNumbersAreOurOwn: they tell resources apart, and no more.
func TestResourceNumbersAreOurOwn(t *testing.T) {
	rt, _ := newRuntime()
	seen := map[int]bool{}
	for range 3 {
		id := GetResourceId(rt.StreamContextCreate(nil))
		if id <= 0 || seen[id] {
			t.Errorf("%d comes twice, or is none", id)
		}
		seen[id] = true
	}
}

// TestLoopsEndAtWhatIsClosed: where PHP 8 throws, a loop that reads until the end
// would go round for ever with another answer; PHP 7.4's do.
func TestLoopsEndAtWhatIsClosed(t *testing.T) {
	for profile, want := range map[Profile]bool{PHP84: true, PHP82: true, PHP74: false} {
		rt, _ := newRuntime(profile)
		fp := rt.Fopen("php://memory", "r")
		Fclose(fp)
		if got := Feof(fp); got != want {
			t.Errorf("%v: Feof is %t, want %t", profile, got, want)
		}
		if got := StreamGetMetaData(fp).Eof; got != want {
			t.Errorf("%v: Eof is %t, want %t", profile, got, want)
		}
	}
	Silence(func() {
		if !Feof(nil) {
			t.Error("nil is not at its end")
		}
	})
}

// TestStatKeepsNothing: a file that has grown since it was looked at is as large
// as it is now.
func TestStatKeepsNothing(t *testing.T) {
	rt, _ := newRuntime()
	name := filepath.Join(t.TempDir(), "f")
	for _, text := range []string{"a", "abc"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if n, ok := rt.Filesize(name); !ok || n != len(text) {
			t.Errorf("with %q in it: %d, %t", text, n, ok)
		}
	}
}
