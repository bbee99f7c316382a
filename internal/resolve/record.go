package resolve

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/phpstream-go/phpstream/internal/assoc"
)

// reader walks through a message. A read beyond the end sets failed and
// returns zero; what follows fails, too.
type reader struct {
	msg    []byte
	off    int
	failed bool
}

// need fails the reader where fewer than n bytes are left.
func (r *reader) need(n int) bool {
	if r.failed || r.off+n > len(r.msg) {
		r.failed = true
	}
	return !r.failed
}

func (r *reader) u8() int {
	if !r.need(1) {
		return 0
	}
	r.off++
	return int(r.msg[r.off-1])
}

func (r *reader) u16() int {
	if !r.need(2) {
		return 0
	}
	r.off += 2
	return int(binary.BigEndian.Uint16(r.msg[r.off-2:]))
}

func (r *reader) u32() int {
	if !r.need(4) {
		return 0
	}
	r.off += 4
	return int(binary.BigEndian.Uint32(r.msg[r.off-4:]))
}

func (r *reader) bytes(n int) string {
	if n < 0 || !r.need(n) {
		r.failed = true
		return ""
	}
	r.off += n
	return string(r.msg[r.off-n : r.off])
}

// text reads a character-string: a length and that many bytes.
func (r *reader) text() string { return r.bytes(r.u8()) }

func (r *reader) name() string {
	if r.failed {
		return ""
	}
	name, next, err := expandName(r.msg, r.off)
	if err != nil {
		r.failed = true
		return ""
	}
	r.off = next
	return name
}

// skipQuestions moves the reader behind the question section.
func (r *reader) skipQuestions(n int) bool {
	for range n {
		next, err := skipName(r.msg, r.off)
		if err != nil {
			r.failed = true
			return false
		}
		r.off = next + 4
	}
	return true
}

// record reads the next resource record. It returns PHP's array for it, or
// nil where the record is not of the wanted type or of one that PHP does not
// show. Where the record is cut short, the reader fails and the array holds
// what was read until then: PHP shows that.
//
// php-src: ext/standard/dns.c, php_parserr.
func (r *reader) record(want uint16, raw bool) assoc.Array {
	host := r.name()
	rtype, _, ttl, size := uint16(r.u16()), r.u16(), r.u32(), r.u16()
	if !r.need(size) || size == 0 {
		r.failed = true
		return nil
	}
	start := r.off
	if want != typeANY && rtype != want {
		r.off += size
		return nil
	}
	rec := assoc.Array{{Key: "host", Value: host}, {Key: "class", Value: "IN"}, {Key: "ttl", Value: ttl}}
	if raw {
		rec.Set("type", int(rtype))
		rec.Set("data", r.bytes(size))
		return rec
	}
	show, known := shapes[rtype]
	if !known {
		r.off = start + size
		return nil
	}
	f := &fields{reader: r, rec: rec, size: size}
	show(f)
	return f.rec
}

// fields fills the array of one record. Once the reader has failed nothing
// more is added.
type fields struct {
	*reader
	rec  assoc.Array
	size int // of the record's data
}

func (f *fields) put(key string, value any) {
	if !f.failed {
		f.rec.Set(key, value)
	}
}

func (f *fields) typ(name string) { f.put("type", name) }

// shapes holds what PHP shows of each type, in its order of keys.
var shapes = map[uint16]func(*fields){
	typeA: func(f *fields) {
		end := f.off + f.size
		if f.need(4) {
			f.typ("A")
			f.put("ip", netip.AddrFrom4([4]byte(f.msg[f.off:])).String())
			f.off = end
		}
	},
	typeNS:    nameOnly("NS"),
	typeCNAME: nameOnly("CNAME"),
	typePTR:   nameOnly("PTR"),
	typeMX: func(f *fields) {
		if f.need(2) {
			f.typ("MX")
			f.put("pri", f.u16())
			f.put("target", f.name())
		}
	},
	typeSOA: func(f *fields) {
		f.typ("SOA")
		f.put("mname", f.name())
		f.put("rname", f.name())
		if f.need(5 * 4) {
			for _, key := range []string{"serial", "refresh", "retry", "expire", "minimum-ttl"} {
				f.put(key, f.u32())
			}
		}
	},
	typeHINFO: func(f *fields) {
		f.typ("HINFO")
		f.put("cpu", f.text())
		f.put("os", f.text())
	},
	typeTXT: txt,
	typeAAAA: func(f *fields) {
		if f.need(16) {
			var v6 v6Text
			for range 8 {
				v6.group(f.u16())
			}
			f.typ("AAAA")
			f.put("ipv6", v6.String())
		}
	},
	typeSRV: func(f *fields) {
		if f.need(6) {
			f.typ("SRV")
			f.put("pri", f.u16())
			f.put("weight", f.u16())
			f.put("port", f.u16())
			f.put("target", f.name())
		}
	},
	typeNAPTR: func(f *fields) {
		if f.need(4) {
			f.typ("NAPTR")
			f.put("order", f.u16())
			f.put("pref", f.u16())
			f.put("flags", f.text())
			f.put("services", f.text())
			f.put("regex", f.text())
			f.put("replacement", f.name())
		}
	},
	typeCAA: func(f *fields) {
		f.typ("CAA")
		f.put("flags", f.u8())
		tag := f.text()
		f.put("tag", tag)
		f.put("value", f.bytes(f.size-2-len(tag)))
	},
	typeA6: a6,
}

// nameOnly shows a record whose data is a name.
func nameOnly(typ string) func(*fields) {
	return func(f *fields) {
		f.typ(typ)
		f.put("target", f.name())
	}
}

// txt shows the strings of a TXT record, joined and apart. A string that is
// longer than the record ends with it; empty ones are left out.
func txt(f *fields) {
	f.typ("TXT")
	var joined bytes.Buffer
	entries := []string{}
	for data := f.msg[f.off : f.off+f.size]; len(data) > 0; {
		n := min(int(data[0]), len(data)-1)
		if n > 0 {
			joined.Write(data[1 : n+1])
			entries = append(entries, string(data[1:n+1]))
		}
		data = data[n+1:]
	}
	f.off += f.size
	f.put("txt", joined.String())
	f.put("entries", entries)
}

// a6 shows the obsolete A6 record: a part of an address and, where the
// record goes on, the name that has the rest.
func a6(f *fields) {
	end := f.off + f.size
	f.typ("A6")
	mask := f.u8()
	f.put("masklen", mask)
	var v6 v6Text
	if mask > 15 {
		v6.open()
	}
	if mask%16 > 8 {
		v6.part(f.u8())
	}
	for range 8 - (mask+8)/16 {
		v6.group(f.u16())
	}
	f.put("ipv6", v6.String())
	if f.off < end {
		f.put("chain", f.name())
	}
}

// v6Text writes an IPv6 address as PHP's DNS functions do, which is not the
// form of RFC 5952: the first run of zeros is the one that is left out, be it
// one group long.
type v6Text struct {
	text          []byte
	broken, inGap bool
}

func (v *v6Text) open() {
	v.broken, v.inGap = true, true
	v.text = append(v.text, ':')
}

func (v *v6Text) group(n int) {
	switch {
	case n != 0:
		v.sep()
		v.text = fmt.Appendf(v.text, "%x", n)
	case !v.broken:
		v.open()
	case !v.inGap:
		v.text = append(v.text, ":0"...)
	}
}

// part writes the half group at the front of an A6 address. PHP writes it
// over the same place again: the next group replaces it.
func (v *v6Text) part(n int) {
	if n != 0 {
		v.sep()
		return
	}
	v.group(0)
}

func (v *v6Text) sep() {
	if len(v.text) > 0 {
		v.inGap = false
		v.text = append(v.text, ':')
	}
}

func (v *v6Text) String() string {
	if v.broken && v.inGap {
		return string(v.text) + ":"
	}
	return string(v.text)
}
