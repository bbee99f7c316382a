package secure

import (
	"math/rand/v2"
	"testing"
)

// makeRecord makes one TLS record with an n-byte body.
func makeRecord(n int) []byte {
	b := make([]byte, recordHeader+n)
	b[0], b[1], b[2], b[3], b[4] = 23, 3, 3, byte(n>>8), byte(n)
	for i := range n {
		b[recordHeader+i] = byte(i)
	}
	return b
}

// TestScannerStopsAtRecordEnds holds what stream_select and switching crypto
// off rely on: crypto/tls never gets a byte past the current record.
func TestScannerStopsAtRecordEnds(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var stream []byte
		var ends []int
		for range 1 + rng.IntN(6) {
			stream = append(stream, makeRecord(rng.IntN(3)*rng.IntN(9000))...)
			ends = append(ends, len(stream))
		}
		var s recordScanner
		at := 0
		for at < len(stream) {
			piece := stream[at:min(len(stream), at+1+rng.IntN(20000))]
			n := s.advance(piece)
			if n <= 0 {
				t.Fatalf("no progress at %d", at)
			}
			next := ends[0]
			if at+n > next {
				t.Fatalf("went to %d, past the record's end at %d", at+n, next)
			}
			if at+n == next {
				ends = ends[1:]
			}
			at += n
		}
	}
}

// TestScannerStopsBehindOddHeaders: what isn't TLS stays for whoever reads next.
func TestScannerStopsBehindOddHeaders(t *testing.T) {
	for text, want := range map[string]int{
		"220 mail.example ready\r\n":        recordHeader,
		"\x16\x03\x03\xff\xff and the rest": recordHeader,
		"\x16\x03\x03\x00\x03abc and on":    recordHeader + 3,
	} {
		var s recordScanner
		if n := s.advance([]byte(text)); n != want {
			t.Errorf("%q: %d bytes, not %d", text, n, want)
		}
	}
}
