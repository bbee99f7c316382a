package localfile_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/phpstream-go/phpstream/internal/localfile"
)

// TestDir: a directory that takes several reads, read twice.
func TestDir(t *testing.T) {
	dir := t.TempDir()
	want := []string{".", ".."}
	for i := range 1000 {
		name := fmt.Sprintf("a file with a long name, number %d", i)
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
		want = append(want, name)
	}
	slices.Sort(want)
	d, err := localfile.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		var got []string
		for name, ok := d.Next(); ok; name, ok = d.Next() {
			got = append(got, name)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%d entries, want %d: %q", len(got), len(want), got)
		}
		if err := d.Rewind(); err != nil {
			t.Error(err)
		}
	}
	d.Next()
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if err := d.Rewind(); err == nil {
		t.Error("a closed directory begins anew")
	}
	if name, ok := d.Next(); ok {
		t.Errorf("a closed directory has %q", name)
	}
}

func TestNoDir(t *testing.T) {
	file := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]error{file: syscall.ENOTDIR, file + "2": syscall.ENOENT} {
		if d, err := localfile.OpenDir(path); d != nil || !errors.Is(err, want) {
			t.Errorf("OpenDir(%q) = %v, %v, want %v", path, d, err, want)
		}
	}
}
