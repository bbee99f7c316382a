package x509text

import (
	"fmt"
	"strings"
)

// cutter collects text until it is closed: OpenSSL stops writing where a
// naming authority says nothing. 1.1.1 does not take that for an error.
type cutter struct {
	strings.Builder
	closed bool
}

func (c *cutter) put(text string) {
	if !c.closed {
		c.WriteString(text)
	}
}

// admission prints what German law says about the holder of a profession
// (Common PKI, part 1).
func admission(o openSSL, n node) (string, bool) {
	parts, ok := n.sequence()
	if !ok || len(parts) == 0 || len(parts) > 2 {
		return "", false
	}
	out := &cutter{}
	if len(parts) == 2 {
		g, ok := parseGeneralName(parts[0])
		if !ok {
			return "", false
		}
		out.put("admissionAuthority:\n  " + g.print(o) + "\n")
	}
	entries, ok := parts[len(parts)-1].sequence()
	if !ok {
		return "", false
	}
	for i, e := range entries {
		out.put(fmt.Sprintf("Entry %d:\n", i+1))
		if !admissionEntry(o, out, e) {
			return "", false
		}
	}
	return out.String(), !out.closed || o == openSSL111
}

func admissionEntry(o openSSL, out *cutter, n node) bool {
	parts, ok := n.sequence()
	if !ok || len(parts) == 0 {
		return false
	}
	for _, p := range parts[:len(parts)-1] {
		inner, ok := p.inner()
		switch {
		case !ok:
			return false
		case p.context(0):
			g, ok := parseGeneralName(inner)
			if !ok {
				return false
			}
			out.put("  admissionAuthority:\n    " + g.print(o) + "\n")
		case p.context(1):
			indent := 2
			if o == openSSL111 {
				indent = 0
			}
			if !namingAuthority(o, out, inner, indent) {
				return false
			}
		default:
			return false
		}
	}
	infos, ok := parts[len(parts)-1].sequence()
	if !ok {
		return false
	}
	for i, info := range infos {
		out.put(fmt.Sprintf("  Profession Info Entry %d:\n", i+1))
		if !professionInfo(o, out, info) {
			return false
		}
	}
	return true
}

// directoryText reads a DirectoryString.
func directoryText(n node) (string, bool) {
	switch n.tag {
	case tagUTF8, tagPrintable, tagT61, tagUniversal, tagBMP:
		return dotted(n.body), n.class == classUniversal
	}
	return "", false
}

// namingAuthority prints who names the profession.
func namingAuthority(o openSSL, out *cutter, n node, indent int) bool {
	parts, ok := n.sequence()
	if !ok {
		return false
	}
	if len(parts) == 0 {
		out.closed = true
	}
	var id, url, text string
	for _, p := range parts {
		switch {
		case p.is(tagOID) && url == "" && text == "":
			number, ok := p.oid()
			if !ok {
				return false
			}
			obj, _ := o.object(number)
			id = obj.long + " (" + number + ")"
		case p.is(tagIA5) && text == "":
			url = dotted(p.body)
		default:
			if text, ok = directoryText(p); !ok {
				return false
			}
		}
	}
	labels := [...]string{"namingAuthority:\n", "namingAuthorityId: "}
	if o == openSSL111 {
		labels = [...]string{"namingAuthority: ", "admissionAuthorityId: "}
	}
	margin := strings.Repeat(" ", indent)
	out.put(margin + labels[0])
	for _, row := range [][2]string{{labels[1], id}, {"namingAuthorityText: ", text}, {"namingAuthorityUrl: ", url}} {
		if row[1] != "" {
			out.put(margin + "  " + row[0] + row[1] + "\n")
		}
	}
	return true
}

// profession is what stands about one profession.
type profession struct {
	authority   *node
	items, oids []node
	number      string
	hasNumber   bool
}

func parseProfession(n node) (p profession, ok bool) {
	parts, ok := n.sequence()
	if !ok {
		return p, false
	}
	if len(parts) > 0 && parts[0].context(0) {
		inner, ok := parts[0].inner()
		if !ok {
			return p, false
		}
		p.authority, parts = &inner, parts[1:]
	}
	if len(parts) == 0 {
		return p, false
	}
	if p.items, ok = parts[0].sequence(); !ok {
		return p, false
	}
	parts = parts[1:]
	if len(parts) > 0 && parts[0].is(tagSequence) {
		if p.oids, ok = parts[0].sequence(); !ok {
			return p, false
		}
		parts = parts[1:]
	}
	if len(parts) > 0 && parts[0].is(tagPrintable) {
		p.number, p.hasNumber, parts = dotted(parts[0].body), true, parts[1:]
	}
	if len(parts) > 0 && parts[0].is(tagOctetString) {
		parts = parts[1:]
	}
	return p, len(parts) == 0
}

func professionInfo(o openSSL, out *cutter, n node) bool {
	p, ok := parseProfession(n)
	if !ok {
		return false
	}
	if p.hasNumber {
		out.put("    registrationNumber: " + p.number + "\n")
	}
	if p.authority != nil {
		indent := 4
		if o == openSSL111 {
			indent = 2
		}
		if !namingAuthority(o, out, *p.authority, indent) {
			return false
		}
	}
	out.put("    Info Entries:\n")
	for _, item := range p.items {
		text, ok := directoryText(item)
		if !ok {
			return false
		}
		out.put("      " + text + "\n")
	}
	if p.oids == nil {
		return true
	}
	out.put("    Profession OIDs:\n")
	for _, item := range p.oids {
		id, ok := item.oid()
		if !ok {
			return false
		}
		obj, _ := o.object(id)
		out.put("      " + obj.long + " (" + id + ")\n")
	}
	return true
}
