package x509text

import (
	"strings"
)

// pointName is where a list of revoked certificates is: full names, or a part
// of a name to be put behind the issuer's.
type pointName struct {
	full     []generalName
	relative name
	isFull   bool
}

func parsePointName(n node) (p pointName, ok bool) {
	switch {
	case n.context(0):
		p.isFull = true
		p.full, ok = parseGeneralNames(n.as(tagSequence))
	case n.context(1):
		members, ok := n.children()
		if !ok || !n.constructed {
			return p, false
		}
		for _, m := range members {
			a, ok := parseAttribute(m, 0)
			if !ok {
				return p, false
			}
			p.relative.attributes = append(p.relative.attributes, a)
		}
		return p, true
	}
	return p, ok
}

// print writes the name. OpenSSL 1.1.1 and 3.5 end it with a newline, 3.0
// does not for full names.
func (p pointName) print(o openSSL, out *strings.Builder) {
	if !p.isFull {
		out.WriteString("Relative Name:\n  " + p.relative.spaced(o) + "\n")
		return
	}
	out.WriteString("Full Name:\n")
	printNames(o, out, p.full)
	if o >= openSSL35 {
		out.WriteByte('\n')
	}
}

// printNames writes names on lines of their own.
func printNames(o openSSL, out *strings.Builder, names []generalName) {
	for i, g := range names {
		if i > 0 && o >= openSSL30 {
			out.WriteByte('\n')
		}
		out.WriteString("  " + g.print(o))
		if o == openSSL111 {
			out.WriteByte('\n')
		}
	}
}

func printReasons(out *strings.Builder, label string, b bits) {
	names := b.setNames(reasonBits)
	if names == nil {
		names = []string{"<EMPTY>"}
	}
	out.WriteString(label + ":\n  " + strings.Join(names, ", ") + "\n")
}

// distributionPoint is one place of a list of revoked certificates.
type distributionPoint struct {
	name    *pointName
	reasons *bits
	issuer  []generalName
	issued  bool // there is an issuer, be it empty
}

func parsePoint(n node) (d distributionPoint, ok bool) {
	parts, ok := n.sequence()
	if !ok {
		return d, false
	}
	last := -1
	for _, p := range parts {
		if p.class != classContext || p.tag <= last {
			return d, false
		}
		last = p.tag
		switch p.tag {
		case 0:
			inner, ok := p.inner()
			if !ok {
				return d, false
			}
			name, ok := parsePointName(inner)
			if !ok {
				return d, false
			}
			d.name = &name
		case 1:
			b, ok := p.as(tagBitString).bitString()
			if !ok {
				return d, false
			}
			d.reasons = &b
		case 2:
			d.issued = true
			if d.issuer, ok = parseGeneralNames(p.as(tagSequence)); !ok {
				return d, false
			}
		default:
			return d, false
		}
	}
	return d, true
}

func parsePoints(n node) (list []distributionPoint, ok bool) {
	items, ok := n.sequence()
	if !ok {
		return nil, false
	}
	for _, item := range items {
		d, ok := parsePoint(item)
		if !ok {
			return nil, false
		}
		list = append(list, d)
	}
	return list, true
}

func distributionPoints(o openSSL, n node) (string, bool) {
	points, ok := parsePoints(n)
	var out strings.Builder
	for i, d := range points {
		if i > 0 || o == openSSL111 {
			out.WriteByte('\n')
		}
		if d.name != nil {
			d.name.print(o, &out)
		}
		if d.reasons != nil {
			printReasons(&out, "Reasons", *d.reasons)
		}
		if d.issued {
			out.WriteString("CRL Issuer:\n")
			printNames(o, &out, d.issuer)
		}
	}
	return out.String(), ok
}

// issuingPoint prints what a list of revoked certificates is about.
func issuingPoint(o openSSL, n node) (string, bool) {
	parts, ok := n.sequence()
	if !ok {
		return "", false
	}
	labels := map[int]string{1: "Only User Certificates", 2: "Only CA Certificates", 4: "Indirect CRL", 5: "Only Attribute Certificates"}
	var out strings.Builder
	last := -1
	for _, p := range parts {
		if p.class != classContext || p.tag <= last {
			return "", false
		}
		last = p.tag
		switch p.tag {
		case 0:
			inner, ok := p.inner()
			if !ok {
				return "", false
			}
			name, ok := parsePointName(inner)
			if !ok {
				return "", false
			}
			name.print(o, &out)
		case 3:
			b, ok := p.as(tagBitString).bitString()
			if !ok {
				return "", false
			}
			printReasons(&out, "Only Some Reasons", b)
		case 1, 2, 4, 5:
			set, ok := p.as(tagBoolean).boolean()
			if !ok {
				return "", false
			}
			if set {
				out.WriteString(labels[p.tag] + "\n")
			}
		default:
			return "", false
		}
	}
	if out.Len() == 0 {
		return "<EMPTY>\n", true
	}
	return out.String(), true
}
