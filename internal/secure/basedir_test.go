package secure

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

func TestWithin(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string) string { return filepath.Join(root, name) }
	for _, dir := range []string{"in/deep", "inner", "out"} {
		os.MkdirAll(at(dir), 0o755)
	}
	for _, file := range []string{"in/a", "in/deep/b", "inner/c", "out/d"} {
		os.WriteFile(at(file), nil, 0o644)
	}
	os.Symlink(at("out/d"), at("in/way-out"))
	os.Symlink(at("out"), at("in/folder-out"))
	os.Symlink(at("in/a"), at("out/way-in"))
	os.Symlink(at("in"), at("link"))
	for _, c := range []struct {
		basedir, path string
		want          bool
	}{
		{"", at("out/d"), true},
		{at("in"), at("in/a"), true},
		{at("in"), at("in/deep/b"), true},
		{at("in"), at("in"), true},
		{at("in"), at("in/none"), true},
		{at("in") + "/", at("in/a"), true},
		{at("link"), at("in/a"), true},
		{at("in"), at("link/a"), true},
		{at("out") + ":" + at("in"), at("in/a"), true},
		{":" + at("in"), at("in/a"), true},
		{"/", at("out/d"), true},

		{at("in"), at("inner/c"), false}, // the name goes on
		{at("in"), at("out/d"), false},
		{at("in"), at("in/../out/d"), false},
		{at("in"), at("in/way-out"), false},
		{at("in"), at("in/folder-out/d"), false},
		{at("in"), at("in/folder-out/none"), false},
		{at("out"), at("out/way-in"), false},
		{at("in/a"), at("in/deep/b"), false},
		{":", at("in/a"), false},
	} {
		if got := within(c.basedir, c.path); got != c.want {
			t.Errorf("%q within %q: %v", c.path, c.basedir, got)
		}
	}
}

// TestBasedirOfCertificates: a file outside is not read, and PHP's words say so.
func TestBasedirOfCertificates(t *testing.T) {
	dir := t.TempDir()
	for _, option := range []map[string]any{
		{"local_cert": "/etc/hosts"},
		{"SNI_server_certs": map[string]any{"a.test": "/etc/hosts"}},
	} {
		_, warnings, err := NewPolicy(Settings{Options: option, Version: phpfacts.PHP84, Method: 0, OpenBasedir: dir})
		if err == nil || len(warnings) == 0 {
			t.Fatalf("%v: %v, %v", option, warnings, err)
		}
		if want := "open_basedir restriction in effect. File(/etc/hosts) is not within the allowed path(s): (" + dir + ")"; warnings[0].Text != want {
			t.Errorf("%v: %q, not %q", option, warnings[0].Text, want)
		}
	}
}
