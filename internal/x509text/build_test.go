package x509text

import (
	"encoding/pem"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// The builders below write DER by hand: certificates that no library would
// issue are part of what is compared.

func tlv(id byte, parts ...[]byte) []byte {
	body := slices.Concat(parts...)
	head := []byte{id}
	switch n := len(body); {
	case n < 0x80:
		head = append(head, byte(n))
	case n < 0x100:
		head = append(head, 0x81, byte(n))
	default:
		head = append(head, 0x82, byte(n>>8), byte(n))
	}
	return append(head, body...)
}

func seq(parts ...[]byte) []byte { return tlv(0x30, parts...) }
func set(parts ...[]byte) []byte { return tlv(0x31, parts...) }

// ctx is a constructed context tag, prim a primitive one.
func ctx(tag int, parts ...[]byte) []byte { return tlv(0xA0|byte(tag), parts...) }
func prim(tag int, text string) []byte    { return tlv(0x80|byte(tag), []byte(text)) }
func str(tag int, text string) []byte     { return tlv(byte(tag), []byte(text)) }
func octets(parts ...[]byte) []byte       { return tlv(tagOctetString, parts...) }
func bitstr(unused int, text string) []byte {
	return tlv(tagBitString, []byte{byte(unused)}, []byte(text))
}
func null0() []byte { return []byte{5, 0} }

func boolean(v bool) []byte {
	if v {
		return []byte{1, 1, 0xFF}
	}
	return []byte{1, 1, 0}
}

func integer(n int64) []byte { return bigint(big.NewInt(n)) }

func bigint(n *big.Int) []byte {
	size := n.BitLen()/8 + 1
	if n.Sign() >= 0 {
		return tlv(tagInteger, n.FillBytes(make([]byte, size)))
	}
	complement := new(big.Int).Add(n, new(big.Int).Lsh(big.NewInt(1), uint(size*8)))
	b := complement.FillBytes(make([]byte, size))
	if len(b) > 1 && b[0] == 0xFF && b[1] >= 0x80 {
		b = b[1:]
	}
	return tlv(tagInteger, b)
}

func oid(dotted string) []byte { return tlv(tagOID, oidBody(dotted)) }

func oidBody(dotted string) (b []byte) {
	var arcs []uint64
	for part := range strings.SplitSeq(dotted, ".") {
		n, err := strconv.ParseUint(part, 10, 64)
		if err != nil {
			panic(err)
		}
		arcs = append(arcs, n)
	}
	arcs = append([]uint64{arcs[0]*40 + arcs[1]}, arcs[2:]...)
	for _, a := range arcs {
		var rev []byte
		for ok := true; ok; ok = a > 0 {
			c := byte(a & 0x7F)
			if len(rev) > 0 {
				c |= 0x80
			}
			rev, a = append(rev, c), a>>7
		}
		slices.Reverse(rev)
		b = append(b, rev...)
	}
	return b
}

// Attributes of names.
const (
	attrCN = "2.5.4.3"
	attrC  = "2.5.4.6"
	attrO  = "2.5.4.10"
	attrOU = "2.5.4.11"
)

func attr(id string, tag int, text string) []byte { return seq(oid(id), str(tag, text)) }

// dn builds a name with each attribute in a set of its own.
func dn(attrs ...[]byte) []byte {
	var sets [][]byte
	for _, a := range attrs {
		sets = append(sets, set(a))
	}
	return seq(sets...)
}

func cn(text string) []byte { return dn(attr(attrCN, tagUTF8, text)) }

// ext is one extension.
func ext(id string, critical bool, value []byte) []byte {
	if critical {
		return seq(oid(id), boolean(true), octets(value))
	}
	return seq(oid(id), octets(value))
}

// blueprint is a certificate to be built. What is left out has a default.
type blueprint struct {
	version         []byte // default v3; []byte{} leaves it out
	serial          []byte
	issuer, subject []byte
	from, to        []byte
	signature       string
	extensions      [][]byte
	tail            []byte // behind the extensions
}

func (b blueprint) der() []byte {
	or := func(v, other []byte) []byte {
		if v == nil {
			return other
		}
		return v
	}
	if b.signature == "" {
		b.signature = "1.2.840.113549.1.1.11"
	}
	algorithm := seq(oid(b.signature), null0())
	key := seq(seq(oid("1.2.840.113549.1.1.1"), null0()), bitstr(0, string(seq(integer(65537*3), integer(3)))))
	parts := [][]byte{
		or(b.version, ctx(0, integer(2))),
		or(b.serial, integer(1)),
		algorithm,
		or(b.issuer, cn("Issuer")),
		seq(or(b.from, str(tagUTCTime, "240102030405Z")), or(b.to, str(tagUTCTime, "491231235959Z"))),
		or(b.subject, cn("Subject")),
		key,
	}
	if b.extensions != nil {
		parts = append(parts, ctx(3, seq(b.extensions...)))
	}
	parts = append(parts, b.tail)
	return seq(seq(parts...), algorithm, bitstr(0, "signature"))
}

func (b blueprint) pem() string { return toPEM(b.der()) }

func toPEM(der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}
