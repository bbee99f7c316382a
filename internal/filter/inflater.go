package filter

import (
	"encoding/binary"
	"hash"
	"hash/adler32"
	"hash/crc32"
)

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
	extra   uint // bits that follow
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

// envelope reads the header and the trailer.
func (z *inflater) envelope() (bool, error) {
	switch z.step {
	case inflateHead:
		if z.wrap == wrapNone {
			z.step = inflateBlock
			return true, nil
		}
		if !z.need(16) {
			return false, nil
		}
		cmf, flg := z.take(8), z.take(8)
		if z.wrap != wrapZlib && cmf == 0x1f && flg == 0x8b {
			z.gzip, z.sum, z.header = true, crc32.NewIEEE(), crc32.NewIEEE()
			z.header.Write([]byte{0x1f, 0x8b})
			z.step = inflateGzipFlags
			return true, nil
		}
		window := cmf>>4 + 8
		if z.wrap == wrapGzip || (cmf<<8|flg)%31 != 0 || cmf&15 != 8 || window > 15 || z.maxWin > 0 && window > z.maxWin {
			return false, errData
		}
		if flg&0x20 != 0 {
			return false, errDictionary
		}
		z.sum = adler32.New()
		z.step = inflateBlock
	case inflateCheck:
		if !z.need(32) {
			return false, nil
		}
		// Of what this call has made, nothing has been counted yet when it ends
		// here: run counts before it comes to this step.
		var b [4]byte
		binary.LittleEndian.PutUint32(b[:], uint32(z.take(32)))
		want := binary.BigEndian.Uint32(b[:])
		z.step = inflateEnd
		if z.gzip {
			want = binary.LittleEndian.Uint32(b[:])
			z.step = inflateSize
		}
		if want != z.sum.Sum32() {
			return false, errData
		}
	case inflateSize:
		if !z.need(32) {
			return false, nil
		}
		if uint32(z.take(32)) != z.total {
			return false, errData
		}
		z.step = inflateEnd
	default:
		return z.gzipHeader()
	}
	return true, nil
}

// gzipHeader reads what stands before the data in RFC 1952.
func (z *inflater) gzipHeader() (bool, error) {
	byteOf := func() (byte, bool) {
		if !z.need(8) {
			return 0, false
		}
		c := byte(z.take(8))
		z.header.Write([]byte{c})
		return c, true
	}
	for {
		if z.step == inflateGzipSum {
			if z.flags&2 != 0 {
				if !z.need(16) {
					return false, nil
				}
				if uint32(z.take(16)) != z.header.Sum32()&0xffff {
					return false, errData
				}
			}
			z.step = inflateBlock
			return true, nil
		}
		if z.gzipSkips() {
			z.have, z.left = 0, 0
			z.step++
			continue
		}
		c, ok := byteOf()
		if !ok {
			return false, nil
		}
		switch z.step {
		case inflateGzipFlags: // the method, the flags
			if z.have == 0 && c != 8 || z.have == 1 && c&0xe0 != 0 {
				return false, errData
			}
			z.flags = c
			z.have++
		case inflateGzipTime: // the time, what packed it, where
			z.have++
		case inflateGzipExtraLength:
			z.left |= int(c) << (8 * z.have)
			if z.have++; z.have == 2 {
				z.have = 0
				z.step = inflateGzipExtra
			}
		case inflateGzipExtra:
			z.left--
		case inflateGzipName, inflateGzipComment:
			if c == 0 {
				z.step++
			}
		}
	}
}

// gzipSkips tells whether a part of the header is over, or not there.
func (z *inflater) gzipSkips() bool {
	switch z.step {
	case inflateGzipFlags:
		return z.have == 2
	case inflateGzipTime:
		return z.have == 6
	case inflateGzipExtraLength, inflateGzipExtra:
		return z.flags&4 == 0 || z.step == inflateGzipExtra && z.left == 0
	case inflateGzipName:
		return z.flags&8 == 0
	}
	return z.flags&16 == 0
}
