package filter

import (
	"encoding/binary"
	"hash/adler32"
	"hash/crc32"
)

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
