//go:build !race

package main

// Not under the race detector: it has pools forget what they hold.

import (
	"testing"

	. "github.com/phpstream-go/phpstream"
)

// A line costs one allocation, the string, and nothing when the buffer is
// filled again. crypto/tls allocates a little for each record of up to 16 KB.
func TestFgetsAllocatesTheLineAlone(t *testing.T) {
	const perRun, runs = 1000, 50
	perRecord := map[string]float64{"plain": 0, "TLS": 2}
	for name, j := range transports(server(t)) {
		t.Run(name, func(t *testing.T) {
			fp := ported(t, j, "lines 1000000\n")
			allocs := testing.AllocsPerRun(runs, func() {
				for range perRun {
					if line, ok := Fgets(fp); !ok || len(line) != lineLength {
						t.Fatal(line, ok)
					}
				}
			})
			// Records begin small; by the warm-up's end they are large.
			reads := float64(perRun*lineLength)/1024 + 1
			if most := perRun + perRecord[name]*reads; allocs > most {
				t.Errorf("%v allocations for %d lines, want at most %v", allocs, perRun, most)
			}
		})
	}
}

// A line that is in the buffer already costs exactly its string.
func TestFgetsOfBufferedLine(t *testing.T) {
	for name, j := range transports(server(t)) {
		t.Run(name, func(t *testing.T) {
			fp := ported(t, j, "page 110\n")
			Fwrite(fp, "!")
			if _, ok := Fgets(fp); !ok {
				t.Fatal("no line")
			}
			perRun := StreamGetMetaData(fp).UnreadBytes / lineLength / 2 // one run goes before the counted one
			if perRun < 1 {
				t.Fatal("nothing is buffered")
			}
			allocs := testing.AllocsPerRun(1, func() {
				for range perRun {
					Fgets(fp)
				}
			})
			if allocs != float64(perRun) {
				t.Errorf("%v allocations for %d buffered lines", allocs, perRun)
			}
		})
	}
}

// A small body behind a URL costs what its stream, its request and the lines of
// its answer are; net/http has twice as many.
func TestFileGetContentsAllocatesLittle(t *testing.T) {
	const most = 40
	address := url(job{Addr: server(t).Web}, page)
	allocs := testing.AllocsPerRun(100, func() {
		if data, ok := FileGetContents(address); !ok || len(data) != page {
			t.Fatal(len(data), ok)
		}
	})
	if allocs > most {
		t.Errorf("%v allocations, want at most %d", allocs, most)
	}
}
