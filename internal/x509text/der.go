package x509text

import (
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// ASN.1 tags that are looked for.
const (
	tagBoolean     = 1
	tagInteger     = 2
	tagBitString   = 3
	tagOctetString = 4
	tagNull        = 5
	tagOID         = 6
	tagEnumerated  = 10
	tagUTF8        = 12
	tagSequence    = 16
	tagSet         = 17
	tagNumeric     = 18
	tagPrintable   = 19
	tagT61         = 20
	tagIA5         = 22
	tagUTCTime     = 23
	tagGeneralTime = 24
	tagVisible     = 26
	tagGeneral     = 27
	tagUniversal   = 28
	tagBMP         = 30
)

const (
	classUniversal = 0
	classContext   = 2
)

// node is one value of a DER encoding. Unlike encoding/asn1 the reader takes
// lengths that are longer than they need be, as OpenSSL does.
type node struct {
	class, tag  int
	constructed bool
	body        []byte // without identifier and length
	whole       []byte
}

// is reports whether the node is of a universal type.
func (n node) is(tag int) bool { return n.class == classUniversal && n.tag == tag }

// context reports whether the node carries a context-specific tag.
func (n node) context(tag int) bool { return n.class == classContext && n.tag == tag }

// read takes the first value off b.
func read(b []byte) (n node, rest []byte, ok bool) {
	if len(b) < 2 {
		return node{}, nil, false
	}
	n.class, n.constructed, n.tag = int(b[0]>>6), b[0]&0x20 != 0, int(b[0]&0x1F)
	at := 1
	if n.tag == 0x1F {
		n.tag = 0
		for {
			if at >= len(b) || n.tag > 1<<20 {
				return node{}, nil, false
			}
			c := b[at]
			at++
			n.tag = n.tag<<7 | int(c&0x7F)
			if c&0x80 == 0 {
				break
			}
		}
	}
	if at >= len(b) {
		return node{}, nil, false
	}
	size := int(b[at])
	at++
	if size&0x80 != 0 {
		count := size & 0x7F
		if count == 0 || count > 8 || at+count > len(b) {
			return node{}, nil, false
		}
		size = 0
		for _, c := range b[at : at+count] {
			if size > 1<<40 {
				return node{}, nil, false
			}
			size = size<<8 | int(c)
		}
		at += count
	}
	if size > len(b)-at {
		return node{}, nil, false
	}
	n.body, n.whole = b[at:at+size], b[:at+size]
	return n, b[at+size:], true
}

// children splits the content of a constructed value.
func (n node) children() (list []node, ok bool) {
	for b := n.body; len(b) > 0; {
		var c node
		if c, b, ok = read(b); !ok {
			return nil, false
		}
		list = append(list, c)
	}
	return list, true
}

// sequence returns the children of a SEQUENCE.
func (n node) sequence() ([]node, bool) {
	if !n.is(tagSequence) || !n.constructed {
		return nil, false
	}
	return n.children()
}

// inner returns the only child of an explicit tag.
func (n node) inner() (node, bool) {
	if !n.constructed {
		return node{}, false
	}
	c, rest, ok := read(n.body)
	return c, ok && len(rest) == 0
}

// explicit returns what stands inside an explicit context tag.
func (n node) explicit(tag int) (node, bool) {
	if !n.context(tag) {
		return node{}, false
	}
	return n.inner()
}

// as gives an implicitly tagged value its universal type.
func (n node) as(tag int) node {
	n.class, n.tag = classUniversal, tag
	return n
}

// boolean reads a BOOLEAN.
func (n node) boolean() (value, ok bool) {
	if !n.is(tagBoolean) || len(n.body) != 1 {
		return false, false
	}
	return n.body[0] != 0, true
}

// integer reads an INTEGER; padding makes it invalid.
func (n node) integer() (*big.Int, bool) {
	if !n.is(tagInteger) || n.constructed || len(n.body) == 0 {
		return nil, false
	}
	if len(n.body) > 1 && (n.body[0] == 0 && n.body[1] < 0x80 || n.body[0] == 0xFF && n.body[1] >= 0x80) {
		return nil, false
	}
	return twosComplement(n.body), true
}

func twosComplement(b []byte) *big.Int {
	v := new(big.Int).SetBytes(b)
	if b[0] >= 0x80 {
		v.Sub(v, new(big.Int).Lsh(big.NewInt(1), uint(len(b)*8)))
	}
	return v
}

// bits is the content of a BIT STRING. The unused bits at its end are zero.
type bits struct {
	bytes  []byte
	unused int
}

func (n node) bitString() (b bits, ok bool) {
	if !n.is(tagBitString) || n.constructed || len(n.body) == 0 || n.body[0] > 7 {
		return bits{}, false
	}
	b = bits{slices.Clone(n.body[1:]), int(n.body[0])}
	if last := len(b.bytes) - 1; last >= 0 {
		b.bytes[last] &= 0xFF << b.unused
	}
	return b, true
}

// has reports whether bit i is set, the first being the topmost of the first
// byte.
func (b bits) has(i int) bool {
	return i/8 < len(b.bytes) && b.bytes[i/8]&(0x80>>(i%8)) != 0
}

// oid reads an OBJECT IDENTIFIER in dotted form.
func (n node) oid() (dotted string, ok bool) {
	if !n.is(tagOID) || n.constructed {
		return "", false
	}
	return dotOID(n.body)
}

// maxOID is the longest encoding that OpenSSL writes as numbers (RFC 2578,
// 3.5).
const maxOID = 586

func dotOID(der []byte) (dotted string, ok bool) {
	if len(der) == 0 || len(der) > maxOID || der[len(der)-1]&0x80 != 0 {
		return "", false
	}
	var parts []string
	arc, fresh := new(big.Int), true
	for _, c := range der {
		if fresh && c == 0x80 {
			return "", false // padded
		}
		arc.Lsh(arc, 7).Or(arc, big.NewInt(int64(c&0x7F)))
		fresh = c&0x80 == 0
		if !fresh {
			continue
		}
		if parts == nil {
			first := int64(2)
			if arc.Cmp(big.NewInt(80)) < 0 {
				first = arc.Int64() / 40
			}
			parts = append(parts, strconv.FormatInt(first, 10))
			arc.Sub(arc, big.NewInt(first*40))
		}
		parts = append(parts, arc.String())
		arc.SetInt64(0)
	}
	return strings.Join(parts, "."), true
}

// valid reports whether a value of any type has the content that its type
// asks for. What stands inside a SEQUENCE or SET is not looked at.
func (n node) valid() (ok bool) {
	if n.class != classUniversal {
		return true
	}
	switch n.tag {
	case 0: // marks an end
		return false
	case tagBoolean:
		_, ok = n.boolean()
	case tagInteger, tagEnumerated:
		_, ok = n.as(tagInteger).integer()
	case tagBitString:
		_, ok = n.bitString()
	case tagNull:
		ok = len(n.body) == 0
	case tagOID:
		_, ok = n.oid()
	case tagSequence, tagSet:
		ok = n.constructed
	case tagBMP:
		ok = len(n.body)%2 == 0
	case tagUniversal:
		ok = len(n.body)%4 == 0
	default:
		ok = true
	}
	return ok
}
