package filter

import "math/bits"

const (
	maxCode  = 15 // bits of the longest code
	fastBits = 9  // codes up to here are looked up at once
)

// huffman decodes one alphabet: short codes by a table, long ones bit by bit.
type huffman struct {
	fast    [1 << fastBits]uint16 // symbol<<4 | length; 0: look bit by bit
	counts  [maxCode + 1]uint16   // how many codes have a length
	symbols [288]uint16           // in the order of their codes
}

// build makes the decoder from the lengths of the codes. It answers false for
// sets that no encoder makes, but for one single code, or none, where lone says
// that there may be.
func (h *huffman) build(lengths []byte, lone bool) bool {
	h.counts = [maxCode + 1]uint16{}
	for _, n := range lengths {
		h.counts[n]++
	}
	h.counts[0] = 0
	left, longest := 1, 0
	for n := 1; n <= maxCode; n++ {
		left = left<<1 - int(h.counts[n])
		if left < 0 {
			return false
		}
		if h.counts[n] > 0 {
			longest = n
		}
	}
	if left > 0 && longest > 0 && !(lone && longest == 1) {
		return false
	}
	var next, code [maxCode + 2]uint16
	for n := 1; n <= maxCode; n++ {
		next[n+1] = next[n] + h.counts[n]
		code[n+1] = (code[n] + h.counts[n]) << 1
	}
	h.fast = [1 << fastBits]uint16{}
	for symbol, n := range lengths {
		if n == 0 {
			continue
		}
		h.symbols[next[n]] = uint16(symbol)
		next[n]++
		if n <= fastBits {
			// Codes come with their first bit lowest.
			reversed := bits.Reverse16(code[n]) >> (16 - n)
			for i := int(reversed); i < len(h.fast); i += 1 << n {
				h.fast[i] = uint16(symbol)<<4 | uint16(n)
			}
		}
		code[n]++
	}
	return true
}

type decoded int

const (
	decodedSymbol  decoded = iota
	decodedTooFew          // bits
	decodedNothing         // no code begins like that
)

// decode reads a symbol from the n lowest of the bits, and answers how many it
// took.
func (h *huffman) decode(hold uint64, n uint) (symbol int, taken uint, d decoded) {
	if e := h.fast[hold&(1<<fastBits-1)]; e != 0 {
		if taken = uint(e & 15); taken <= n {
			return int(e >> 4), taken, decodedSymbol
		}
		return 0, 0, decodedTooFew
	}
	code, first, index := 0, 0, 0
	for taken = 1; taken <= maxCode; taken++ {
		if taken > n {
			return 0, 0, decodedTooFew
		}
		code |= int(hold & 1)
		hold >>= 1
		count := int(h.counts[taken])
		if code-first < count {
			return int(h.symbols[index+code-first]), taken, decodedSymbol
		}
		index += count
		first = (first + count) << 1
		code <<= 1
	}
	return 0, 0, decodedNothing
}
