package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "record from PHP what differs from the recordings")

// A recording holds what mailer.php did in one scenario, by PHP version. In
// the file, an answer that all versions share stands once, under the name of
// its channel; one that some share stands under "stderr 7.4 8.2".
type recording map[string]outcome

func recordingPath(scenario string) string {
	return filepath.Join("testdata", scenario+".txt")
}

func readRecording(t *testing.T, scenario string) recording {
	t.Helper()
	data, err := os.ReadFile(recordingPath(scenario))
	if os.IsNotExist(err) && *update {
		return recording{}
	}
	if err != nil {
		t.Fatalf("%v (go test -update records it from PHP)", err)
	}
	rec := recording{}
	for _, file := range txtar.Parse(data).Files {
		channel, list, some := strings.Cut(file.Name, " ")
		versions := versions
		if some {
			versions = strings.Fields(list)
		}
		for _, version := range versions {
			o := rec[version]
			for _, c := range o.channels() {
				if c.name == channel {
					*c.text = strings.TrimSuffix(string(file.Data), "\n")
				}
			}
			rec[version] = o
		}
	}
	return rec
}

// write keeps the recording of all versions.
func (rec recording) write(t *testing.T, scenario string) {
	t.Helper()
	archive := &txtar.Archive{}
	for i, c := range new(outcome).channels() {
		text := func(version string) string {
			o := rec[version]
			return *o.channels()[i].text
		}
		for at, version := range versions {
			if slices.ContainsFunc(versions[:at], func(v string) bool { return text(v) == text(version) }) {
				continue
			}
			var same []string
			for _, v := range versions[at:] {
				if text(v) == text(version) {
					same = append(same, v)
				}
			}
			name := c.name
			if len(same) < len(versions) {
				name += " " + strings.Join(same, " ")
			}
			data := []byte(text(version))
			if len(data) > 0 {
				data = append(data, '\n')
			}
			archive.Files = append(archive.Files, txtar.File{Name: name, Data: data})
		}
	}
	path := recordingPath(scenario)
	data := txtar.Format(archive)
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, data) {
		return
	}
	if err := os.MkdirAll("testdata", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Logf("recorded %s", path)
}
