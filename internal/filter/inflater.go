package filter

import "hash"

// inflater unpacks RFC 1951, with the envelope of RFC 1950 or 1952 where it has
// one. compress/flate asks a reader for more and holds back what it has; this
// one is given pieces, and makes all that a piece allows for, as zlib does.
type inflater struct {
	wrap   wrapping
	maxWin int // the largest window that the envelope may ask for, log-2; 0: any

	in   []byte
	hold uint64
	n    uint // bits in hold

	out    []byte // what this call has made
	window [1 << 15]byte
	pos    int // where the window goes on
	full   bool

	step    inflating
	last    bool // this is the last block
	left    int  // bytes of a stored block, or of a match
	dist    int
	nlit    int
	ndist   int
	ncode   int
	have    int // lengths that have been read
	symbol  int
	lengths [320]byte
	code    huffman // of the lengths
	lit     huffman
	distan  huffman

	sum    hash.Hash32
	total  uint32
	gzip   bool
	flags  byte
	header hash.Hash32 // of a gzip header
}

// wrapping is the envelope of the data.
type wrapping int

const (
	wrapNone wrapping = iota
	wrapZlib
	wrapGzip
	wrapEither
)

type inflating int

const (
	inflateHead inflating = iota
	inflateGzipFlags
	inflateGzipTime
	inflateGzipExtraLength
	inflateGzipExtra
	inflateGzipName
	inflateGzipComment
	inflateGzipSum
	inflateBlock
	inflateStoredLength
	inflateStored
	inflateTable
	inflateCodeLengths
	inflateLengths
	inflateRepeat
	inflateSymbol
	inflateLengthExtra
	inflateDistance
	inflateDistanceExtra
	inflateMatch
	inflateCheck
	inflateSize
	inflateEnd
	inflateBad
)

// inflateError is zlib's name for what is wrong.
type inflateError string

func (e inflateError) Error() string { return string(e) }

const (
	errData       inflateError = "data error"
	errDictionary inflateError = "need dictionary"
)

// need makes sure that there are n bits in hold.
func (z *inflater) need(n uint) bool {
	for z.n < n {
		if len(z.in) == 0 {
			return false
		}
		z.hold |= uint64(z.in[0]) << z.n
		z.in = z.in[1:]
		z.n += 8
	}
	return true
}

func (z *inflater) take(n uint) int {
	v := z.hold & (1<<n - 1)
	z.drop(n)
	return int(v)
}

func (z *inflater) drop(n uint) {
	z.hold >>= n
	z.n -= n
}

// run unpacks p until most bytes have been made, p is used up, or the data end.
// It answers what is left of p. The bytes are in z.out.
func (z *inflater) run(p []byte, most int) (rest []byte, end bool, err error) {
	z.in = p
	start := 0
	if z.out != nil {
		z.out = z.out[:0]
	}
	for err == nil && z.step != inflateEnd && len(z.out) < most {
		var goOn bool
		if goOn, err = z.advance(most); !goOn {
			break
		}
		if z.sum != nil && len(z.out) > start && z.step >= inflateCheck {
			z.count(start)
			start = len(z.out)
		}
	}
	z.count(start)
	rest = z.in
	z.in = nil
	if err != nil {
		z.step = inflateBad
	}
	return rest, z.step == inflateEnd, err
}

// count adds what has been made to the checksum.
func (z *inflater) count(start int) {
	if z.sum != nil && start < len(z.out) {
		z.sum.Write(z.out[start:])
		z.total += uint32(len(z.out) - start)
	}
}

func (z *inflater) put(c byte) {
	z.out = append(z.out, c)
	z.window[z.pos] = c
	if z.pos++; z.pos == len(z.window) {
		z.pos, z.full = 0, true
	}
}

// advance does one step; false: it needs more input, or fails.
func (z *inflater) advance(most int) (bool, error) {
	switch z.step {
	case inflateBad:
		return false, errData
	case inflateHead, inflateGzipFlags, inflateGzipTime, inflateGzipExtraLength, inflateGzipExtra,
		inflateGzipName, inflateGzipComment, inflateGzipSum, inflateCheck, inflateSize:
		return z.envelope()
	case inflateBlock:
		return z.block()
	case inflateStoredLength:
		if !z.need(32) {
			return false, nil
		}
		n, inverse := z.take(16), z.take(16)
		if n != inverse^0xffff {
			return false, errData
		}
		z.left, z.step = n, inflateStored
	case inflateStored:
		for ; z.left > 0 && len(z.out) < most; z.left-- {
			if !z.need(8) {
				return false, nil
			}
			z.put(byte(z.take(8)))
		}
		if z.left == 0 {
			z.step = inflateBlock
		}
	case inflateTable, inflateCodeLengths, inflateLengths, inflateRepeat:
		return z.tables()
	default:
		return z.symbols(most)
	}
	return true, nil
}

func (z *inflater) block() (bool, error) {
	if z.last {
		z.drop(z.n & 7)
		z.step = inflateEnd
		if z.wrap != wrapNone {
			z.step = inflateCheck
		}
		return true, nil
	}
	if !z.need(3) {
		return false, nil
	}
	z.last = z.take(1) == 1
	switch z.take(2) {
	case 0:
		z.drop(z.n & 7)
		z.step = inflateStoredLength
	case 1:
		z.lit, z.distan = fixedLit, fixedDist
		z.step = inflateSymbol
	case 2:
		z.step = inflateTable
	default:
		return false, errData
	}
	return true, nil
}

// fixedLit and fixedDist are the codes of blocks without codes of their own.
var fixedLit, fixedDist = func() (lit, dist huffman) {
	lengths := make([]byte, 288)
	for i := range lengths {
		switch {
		case i < 144:
			lengths[i] = 8
		case i < 256:
			lengths[i] = 9
		case i < 280:
			lengths[i] = 7
		default:
			lengths[i] = 8
		}
	}
	lit.build(lengths, false)
	for i := range 32 {
		lengths[i] = 5
	}
	dist.build(lengths[:32], false)
	return lit, dist
}()

// next reads a symbol; not ok: it needs more input, or there is none like that.
func (z *inflater) next(h *huffman) (symbol int, ok bool, err error) {
	for {
		symbol, taken, d := h.decode(z.hold, z.n)
		switch {
		case d == decodedSymbol:
			z.drop(taken)
			return symbol, true, nil
		case d == decodedNothing:
			return 0, false, errData
		case len(z.in) == 0:
			return 0, false, nil
		}
		z.need(z.n + 1)
	}
}

// lengthBases and distBases are the least length or distance of a symbol, and
// how many bits follow it.
var lengthBases, distBases = func() (l [29]base, d [30]base) {
	for i, v := 0, 3; i < 28; i++ {
		if i >= 8 {
			l[i].extra = uint(i/4 - 1)
		}
		l[i].least = v
		v += 1 << l[i].extra
	}
	l[28] = base{least: 258}
	for i, v := 0, 1; i < 30; i++ {
		if i >= 4 {
			d[i].extra = uint(i/2 - 1)
		}
		d[i].least = v
		v += 1 << d[i].extra
	}
	return l, d
}()

type base struct {
	least int
	extra uint
}

func (z *inflater) symbols(most int) (bool, error) {
	switch z.step {
	case inflateSymbol:
		for len(z.out) < most {
			symbol, ok, err := z.next(&z.lit)
			if !ok {
				return false, err
			}
			if symbol < 256 {
				z.put(byte(symbol))
				continue
			}
			if symbol == 256 {
				z.step = inflateBlock
				return true, nil
			}
			if symbol -= 257; symbol >= len(lengthBases) {
				return false, errData
			}
			z.symbol, z.step = symbol, inflateLengthExtra
			return true, nil
		}
	case inflateLengthExtra:
		b := lengthBases[z.symbol]
		if !z.need(b.extra) {
			return false, nil
		}
		z.left, z.step = b.least+z.take(b.extra), inflateDistance
	case inflateDistance:
		symbol, ok, err := z.next(&z.distan)
		if !ok {
			return false, err
		}
		if symbol >= len(distBases) {
			return false, errData
		}
		z.symbol, z.step = symbol, inflateDistanceExtra
	case inflateDistanceExtra:
		b := distBases[z.symbol]
		if !z.need(b.extra) {
			return false, nil
		}
		z.dist = b.least + z.take(b.extra)
		if z.dist > z.pos && !z.full {
			return false, errData
		}
		z.step = inflateMatch
	case inflateMatch:
		for ; z.left > 0 && len(z.out) < most; z.left-- {
			z.put(z.window[(z.pos-z.dist)&(len(z.window)-1)])
		}
		if z.left == 0 {
			z.step = inflateSymbol
		}
	}
	return true, nil
}
