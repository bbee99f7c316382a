package x509text

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/phpstream-go/phpstream/internal/assoc"
	"github.com/phpstream-go/phpstream/internal/x509name"
)

// name is a distinguished name.
type name struct {
	attributes []attribute
	raw        []byte
	canonical  []byte // the form in which names are compared
}

// attribute is one part of a name. Attributes of one set have its number in
// common.
type attribute struct {
	id    string
	value node
	set   int
}

// nameTypes are the types that OpenSSL takes for an attribute's value; those
// with false are kept, but are no text.
var nameTypes = map[int]bool{
	tagUTF8: true, tagNumeric: true, tagPrintable: true, tagT61: true,
	tagIA5: true, tagUniversal: true, tagBMP: true,
	tagBitString: false, tagSequence: false,
	7: false, 8: false, 9: false, 10: false, 11: false, 13: false, 14: false, 15: false,
}

// parseName reads a Name. A text that is not valid in its type makes the name
// unreadable, since it has no form to be compared in.
func parseName(n node) (name, bool) {
	sets, ok := n.sequence()
	if !ok {
		return name{}, false
	}
	out := name{raw: n.whole}
	for i, set := range sets {
		if !set.is(tagSet) || !set.constructed {
			return name{}, false
		}
		members, ok := set.children()
		if !ok {
			return name{}, false
		}
		for _, m := range members {
			a, ok := parseAttribute(m, i)
			if !ok {
				return name{}, false
			}
			out.attributes = append(out.attributes, a)
		}
	}
	var err error
	if out.canonical, err = x509name.Canonical(n.whole); err != nil {
		return name{}, false
	}
	return out, true
}

func parseAttribute(n node, set int) (a attribute, ok bool) {
	parts, ok := n.sequence()
	if !ok || len(parts) != 2 {
		return attribute{}, false
	}
	a = attribute{value: parts[1], set: set}
	if a.id, ok = parts[0].oid(); !ok {
		return attribute{}, false
	}
	if _, allowed := nameTypes[a.value.tag]; a.value.class != classUniversal || !allowed || !a.value.valid() {
		return attribute{}, false
	}
	return a, true
}

// text returns the value as UTF-8; ok is false where it is no text.
func (a attribute) text() (text string, ok bool) {
	if !nameTypes[a.value.tag] {
		return "", false
	}
	b := a.value.body
	switch a.value.tag {
	case tagUTF8:
		return string(b), true
	case tagBMP:
		return wide(b, 2), true
	case tagUniversal:
		return wide(b, 4), true
	}
	return wide(b, 1), true
}

// wide turns characters of a fixed size into UTF-8.
func wide(b []byte, size int) string {
	var out []byte
	for i := 0; i+size <= len(b); i += size {
		var c uint32
		switch size {
		case 1:
			c = uint32(b[i])
		case 2:
			c = uint32(binary.BigEndian.Uint16(b[i:]))
		case 4:
			c = binary.BigEndian.Uint32(b[i:])
		}
		out = utf8.AppendRune(out, rune(c))
	}
	return string(out)
}

// array is the name as PHP shows it: by short or long names, several
// attributes of one kind as a list.
//
// php-src: ext/openssl/openssl.c, php_openssl_add_assoc_name_entry.
func (n name) array(o openSSL, short bool) assoc.Array {
	out := assoc.Array{}
	for _, a := range n.attributes {
		text, ok := a.text()
		if !ok {
			continue
		}
		obj, _ := o.object(a.id)
		key := obj.long
		if short {
			key = obj.short
		}
		switch old, _ := out.Get(key); old := old.(type) {
		case nil:
			out.Set(key, text)
		case string:
			out.Set(key, []string{old, text})
		case []string:
			out.Set(key, append(old, text))
		}
	}
	return out
}

// oneline writes the name as "/C=DE/CN=x" does. limit is how long the text
// may be, 0 for any length: an attribute that does not fit ends it.
func (n name) oneline(o openSSL, limit int) string {
	var out strings.Builder
	set := -1
	for _, a := range n.attributes {
		part := a.oneline(o, a.set == set)
		if limit > 0 && out.Len()+len(part) > limit {
			break
		}
		out.WriteString(part)
		set = a.set
	}
	return out.String()
}

// oneline writes one attribute. Since OpenSSL 3.0 those of one set are joined
// by "+", and "/" and "+" in a value are escaped.
func (a attribute) oneline(o openSSL, sameSet bool) string {
	var out strings.Builder
	if sameSet && o >= openSSL30 {
		out.WriteByte('+')
	} else {
		out.WriteByte('/')
	}
	if obj, known := o.object(a.id); known {
		out.WriteString(obj.short)
	} else {
		out.WriteString(o.long(a.id, 79))
	}
	out.WriteByte('=')
	for _, c := range a.contents() {
		switch {
		case c < ' ' || c > '~':
			fmt.Fprintf(&out, `\x%02X`, c)
		case (c == '/' || c == '+') && o >= openSSL30:
			out.WriteByte('\\')
			out.WriteByte(c)
		default:
			out.WriteByte(c)
		}
	}
	return out.String()
}

// contents is the value as OpenSSL stores it: a SEQUENCE with its header, a
// BIT STRING without the number of unused bits.
func (a attribute) contents() []byte {
	switch a.value.tag {
	case tagSequence:
		return a.value.whole
	case tagBitString:
		if b, ok := a.value.bitString(); ok {
			return b.bytes
		}
	}
	return a.value.body
}

// spaced writes the name as "C = DE, CN = x" (OpenSSL's XN_FLAG_ONELINE), as
// it stands in extensions.
func (n name) spaced(o openSSL) string {
	var out strings.Builder
	for i, a := range n.attributes {
		if i > 0 {
			if a.set == n.attributes[i-1].set {
				out.WriteString(" + ")
			} else {
				out.WriteString(", ")
			}
		}
		if obj, known := o.object(a.id); known {
			out.WriteString(obj.short)
		} else {
			out.WriteString(a.id)
		}
		out.WriteString(" = ")
		out.WriteString(a.quoted())
	}
	return out.String()
}

// quoted writes the value with the escapes of RFC 2253, in quotes where a
// character asks for them; what is no text is dumped.
func (a attribute) quoted() string {
	text, ok := a.text()
	if !ok {
		return fmt.Sprintf("#%X", a.value.whole)
	}
	var out strings.Builder
	quotes := false
	for i := range len(text) {
		c := text[i]
		edge := i == 0 || i == len(text)-1
		switch {
		case strings.IndexByte("+,;<>", c) >= 0, c == ' ' && edge, c == '#' && i == 0 && len(text) > 1:
			quotes = true
			out.WriteByte(c)
		case c == '"' || c == '\\':
			out.WriteByte('\\')
			out.WriteByte(c)
		case c < ' ' || c >= 0x7F:
			fmt.Fprintf(&out, `\%02X`, c)
		default:
			out.WriteByte(c)
		}
	}
	if quotes {
		return `"` + out.String() + `"`
	}
	return out.String()
}
