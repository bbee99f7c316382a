package filter

// codeOrder is the order in which the lengths of the code lengths come.
var codeOrder = [19]byte{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// repeats are the symbols 16 to 18: how many bits follow, and the least number.
var repeats = [3]struct {
	bits  uint
	least int
}{{2, 3}, {3, 3}, {7, 11}}

func (z *inflater) tables() (bool, error) {
	switch z.step {
	case inflateTable:
		if !z.need(14) {
			return false, nil
		}
		z.nlit, z.ndist, z.ncode = z.take(5)+257, z.take(5)+1, z.take(4)+4
		if z.nlit > 286 || z.ndist > 30 {
			return false, errData
		}
		z.lengths = [320]byte{}
		z.have, z.step = 0, inflateCodeLengths
	case inflateCodeLengths:
		for ; z.have < z.ncode; z.have++ {
			if !z.need(3) {
				return false, nil
			}
			z.lengths[codeOrder[z.have]] = byte(z.take(3))
		}
		if !z.code.build(z.lengths[:19], false) {
			return false, errData
		}
		z.lengths = [320]byte{}
		z.have, z.step = 0, inflateLengths
	case inflateLengths:
		for z.have < z.nlit+z.ndist {
			symbol, ok, err := z.next(&z.code)
			if !ok {
				return false, err
			}
			if symbol >= 16 {
				z.symbol, z.step = symbol, inflateRepeat
				return true, nil
			}
			z.lengths[z.have] = byte(symbol)
			z.have++
		}
		lengths := z.lengths[:]
		if lengths[256] == 0 || !z.lit.build(lengths[:z.nlit], true) || !z.distan.build(lengths[z.nlit:z.nlit+z.ndist], true) {
			return false, errData
		}
		z.step = inflateSymbol
	case inflateRepeat:
		r := repeats[z.symbol-16]
		if !z.need(r.bits) {
			return false, nil
		}
		n, length := r.least+z.take(r.bits), byte(0)
		if z.symbol == 16 {
			if z.have == 0 {
				return false, errData
			}
			length = z.lengths[z.have-1]
		}
		if z.have+n > z.nlit+z.ndist {
			return false, errData
		}
		for range n {
			z.lengths[z.have] = length
			z.have++
		}
		z.step = inflateLengths
	}
	return true, nil
}
