package main

// The demonstration: a server that does not always do as it should, and fetches
// from it.

import (
	"fmt"
	"io"
	"path/filepath"

	. "github.com/phpstream-go/phpstream"
)

// demonstrate answers whether all came out as it should.
func demonstrate(php *Runtime, stdout io.Writer, dir string) bool {
	fmt.Fprint(stdout, "A server that does not always do as it should, and what is fetched from it:\n\n")
	nobody, none := bind(php, STREAM_SERVER_BIND)
	place, stop := startServer()
	file := filepath.Join(dir, "page")
	ok := true
	// What is asked for, and how it is called here; the limit; which version of the page
	// comes of it, 0 where none does.
	for _, c := range []struct {
		url, name string
		limit     int
		version   int
	}{
		{"http://" + place + "/whole", "whole", 1000000, 1},
		{"http://" + place + "/moved", "moved", 1000000, 1},
		{"http://" + place + "/breaks", "breaks off", 1000000, 1},
		{"http://" + place + "/changes", "changes", 1000000, 2},
		{"http://" + place + "/ignores", "sends all", 1000000, 1},
		{"http://" + place + "/untagged", "has no tag", 1000000, 1},
		{"http://" + place + "/stalls", "stalls", 1000000, 1},
		{"http://" + place + "/whole", "too large", 999999, 0},
		{"http://" + place + "/endless", "endless", 999999, 0},
		{"http://" + place + "/none", "not there", 1000000, 0},
		{"http://" + none + "/", "nobody", 1000000, 0},
	} {
		bar := &bar{out: stdout}
		bar.begin(c.name)
		fetch := newFetch(php, bar)
		fetch.timeout = 2.0
		fetch.limit = c.limit
		done := fetch.run(c.url, file)
		got, want := "", ""
		if done {
			got, _ = php.FileGetContents(file)
		}
		if c.version > 0 {
			want = page(c.version)
		}
		if done != (c.version > 0) || got != want || php.FileExists(file+".part") {
			ok = false
		}
		if done {
			php.Unlink(file)
		}
	}
	stop()
	Fclose(nobody)
	return ok
}
