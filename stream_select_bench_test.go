//go:build unix

package phpstream_test

import (
	"fmt"
	"testing"

	. "github.com/phpstream-go/phpstream"
)

// BenchmarkStreamSelect is one call, for streams that are all idle, of which one
// can be written, and of which all can.
func BenchmarkStreamSelect(b *testing.B) {
	rt := NewRuntime()
	for _, n := range []int{1, 10, 100, 1000, 10000} {
		streams := make([]*Stream, n)
		for i := range streams {
			if streams[i], _, _ = rt.StreamSocketClient("udp://127.0.0.1:9"); streams[i] == nil {
				b.Fatal("the system allows no more descriptors")
			}
		}
		for _, bench := range []struct {
			name     string
			writable int
		}{{"idle", 0}, {"one", 1}, {"all", n}} {
			b.Run(fmt.Sprintf("%s/%d", bench.name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					r, w := streams, streams[:bench.writable]
					if got, ok := StreamSelect(&r, &w, nil, 0); got != bench.writable || !ok {
						b.Fatal(got, ok)
					}
				}
			})
		}
		for _, fp := range streams {
			fp.Close()
		}
	}
}
