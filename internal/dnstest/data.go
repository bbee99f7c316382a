package dnstest

import (
	"encoding/binary"
	"net/netip"
	"strconv"
	"strings"
)

var typeNames = map[uint16]string{
	1: "A", 2: "NS", 5: "CNAME", 6: "SOA", 12: "PTR", 13: "HINFO", 15: "MX",
	16: "TXT", 28: "AAAA", 33: "SRV", 35: "NAPTR", 38: "A6", 255: "ANY", 257: "CAA",
}

// TypeName returns a type as Zone's keys have it.
func TypeName(t uint16) string {
	if name, ok := typeNames[t]; ok {
		return name
	}
	return strconv.Itoa(int(t))
}

// TypeNumber is the reverse of TypeName.
func TypeNumber(name string) uint16 {
	for t, n := range typeNames {
		if n == name {
			return t
		}
	}
	n, err := strconv.ParseUint(name, 10, 16)
	must(err)
	return uint16(n)
}

// RR makes a record of the question's name. Each part of its data is an int
// (16 bits), a uint32, a byte, bytes, an address, or a string: a domain name
// in wire form where it ends in a dot, else a character-string. "@" is a
// pointer to the question's name.
func RR(typ string, parts ...any) Record {
	return Record{Type: TypeNumber(typ), TTL: 300, Data: Data(parts...)}
}

// Data puts parts together as RR does.
func Data(parts ...any) (d []byte) {
	for _, p := range parts {
		switch p := p.(type) {
		case int:
			d = binary.BigEndian.AppendUint16(d, uint16(p))
		case uint32:
			d = binary.BigEndian.AppendUint32(d, p)
		case byte:
			d = append(d, p)
		case []byte:
			d = append(d, p...)
		case netip.Addr:
			d = append(d, p.AsSlice()...)
		case string:
			switch {
			case p == "@":
				d = append(d, 0xC0, 12)
			case strings.HasSuffix(p, "."):
				d = append(d, wireName(p)...)
			default:
				d = append(append(d, byte(len(p))), p...)
			}
		default:
			panic("dnstest: no data of this kind")
		}
	}
	return d
}

// wireName writes a name without compression; `\.` is a dot inside a label.
func wireName(name string) (d []byte) {
	const dot = "\x00"
	name = strings.ReplaceAll(strings.TrimSuffix(name, "."), `\.`, dot)
	if name == "" {
		return []byte{0}
	}
	for label := range strings.SplitSeq(name, ".") {
		label = strings.ReplaceAll(label, dot, ".")
		d = append(append(d, byte(len(label))), label...)
	}
	return append(d, 0)
}

// From gives the record another owner.
func (r Record) From(name string) Record {
	r.Name = name
	return r
}
