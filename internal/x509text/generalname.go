package x509text

import (
	"fmt"
	"strings"
)

// Kinds of a GeneralName, which are its tags (RFC 5280, 4.2.1.6).
const (
	nameOther = iota
	nameEmail
	nameDNS
	nameX400
	nameDirectory
	nameEDI
	nameURI
	nameIP
	nameID
)

// generalName is one GeneralName.
type generalName struct {
	kind      int
	data      []byte // of an e-mail, DNS, URI or IP name
	directory name
	id        string // the registered name, or the kind of the other name
	value     node   // of the other name
}

func parseGeneralName(n node) (g generalName, ok bool) {
	if n.class != classContext {
		return g, false
	}
	g.kind, g.data = n.tag, n.body
	switch n.tag {
	case nameEmail, nameDNS, nameURI, nameIP:
		return g, !n.constructed
	case nameX400, nameEDI:
		_, ok = n.children()
		return g, ok && n.constructed
	case nameDirectory:
		inner, ok := n.inner()
		if !ok {
			return g, false
		}
		g.directory, ok = parseName(inner)
		return g, ok
	case nameID:
		g.id, ok = n.as(tagOID).oid()
		return g, ok
	case nameOther:
		parts, ok := n.as(tagSequence).sequence()
		if !ok || len(parts) != 2 {
			return g, false
		}
		if g.id, ok = parts[0].oid(); !ok {
			return g, false
		}
		g.value, ok = parts[1].explicit(0)
		return g, ok && g.value.valid()
	}
	return g, false
}

// parseGeneralNames reads a SEQUENCE OF GeneralName.
func parseGeneralNames(n node) (list []generalName, ok bool) {
	items, ok := n.sequence()
	if !ok {
		return nil, false
	}
	for _, item := range items {
		g, ok := parseGeneralName(item)
		if !ok {
			return nil, false
		}
		list = append(list, g)
	}
	return list, true
}

// otherNames are the other names that OpenSSL 3 shows, with the type that
// their value must have.
var otherNames = map[string]struct {
	label string
	tag   int
}{
	"1.3.6.1.5.5.7.8.9":      {"SmtpUTF8Mailbox", tagUTF8},
	"1.3.6.1.5.5.7.8.5":      {"XmppAddr", tagUTF8},
	"1.3.6.1.5.5.7.8.7":      {"SRVName", tagIA5},
	"1.3.6.1.4.1.311.20.2.3": {"UPN", tagUTF8},
	"1.3.6.1.5.5.7.8.8":      {"NAIRealm", tagUTF8},
}

const unsupported = "<unsupported>"

// print writes a name as OpenSSL's GENERAL_NAME_print does; ok is false
// where it fails.
func (g generalName) print(o openSSL) string {
	switch g.kind {
	case nameOther:
		known, listed := otherNames[g.id]
		if o == openSSL111 || !listed || !g.value.is(known.tag) {
			return "othername:" + unsupported
		}
		return "othername:" + known.label + ":" + cText(g.value.body)
	case nameX400:
		return "X400Name:" + unsupported
	case nameEDI:
		return "EdiPartyName:" + unsupported
	case nameEmail:
		return "email:" + dotted(g.data)
	case nameDNS:
		return "DNS:" + dotted(g.data)
	case nameURI:
		return "URI:" + dotted(g.data)
	case nameDirectory:
		return "DirName:" + g.directory.spaced(o)
	case nameID:
		return "Registered ID:" + o.long(g.id, 0)
	}
	return g.printIP(o)
}

func (g generalName) printIP(o openSSL) string {
	if o == openSSL111 && len(g.data) == 16 {
		// This one has a colon in front of each group, and a line end.
		return "IP Address:" + ipText(o, g.data) + "\n"
	}
	return "IP Address:" + ipText(o, g.data)
}

// ipText writes an address; IPv6 without any shortening.
func ipText(o openSSL, b []byte) string {
	switch len(b) {
	case 4:
		return fmt.Sprintf("%d.%d.%d.%d", b[0], b[1], b[2], b[3])
	case 16:
		var groups []string
		for i := 0; i < 16; i += 2 {
			groups = append(groups, fmt.Sprintf("%X", int(b[i])<<8|int(b[i+1])))
		}
		return strings.Join(groups, ":")
	}
	if o == openSSL111 {
		return "<invalid>"
	}
	return fmt.Sprintf("<invalid length=%d>", len(b))
}

// pair is a name and a value in a list of them; either may be missing.
type pair struct {
	name, value string
	only        int // 1: there is only a name, 2: only a value
}

const (
	onlyName  = 1
	onlyValue = 2
)

func (p pair) String() string {
	switch p.only {
	case onlyName:
		return p.name
	case onlyValue:
		return p.value
	}
	return p.name + ":" + p.value
}

// pair gives the name as it stands in lists (OpenSSL's i2v_GENERAL_NAME);
// ok is false where a text with a NUL makes the whole extension unreadable.
func (g generalName) pair(o openSSL) (p pair, ok bool) {
	labels := map[int]string{nameEmail: "email", nameDNS: "DNS", nameURI: "URI"}
	switch g.kind {
	case nameOther:
		return g.otherPair(o)
	case nameX400:
		return pair{name: "X400Name", value: unsupported}, true
	case nameEDI:
		return pair{name: "EdiPartyName", value: unsupported}, true
	case nameDirectory:
		return pair{name: "DirName", value: g.directory.oneline(o, 255)}, true
	case nameIP:
		return pair{name: "IP Address", value: ipText(o, g.data)}, true
	case nameID:
		return pair{name: "Registered ID", value: o.long(g.id, 255)}, true
	}
	return textPair(o, labels[g.kind], g.data)
}

// textPair makes a pair of a text, which must not have a NUL. OpenSSL 1.1.1
// overlooks one at the end, and forgets an empty text.
func textPair(o openSSL, label string, text []byte) (pair, bool) {
	p := pair{name: label, value: string(text)}
	if o == openSSL111 {
		p.value = strings.TrimSuffix(p.value, "\x00")
		if len(text) == 0 {
			p.only = onlyName
		}
	}
	return p, !strings.Contains(p.value, "\x00")
}

func (g generalName) otherPair(o openSSL) (pair, bool) {
	if o == openSSL111 {
		return pair{name: "othername", value: unsupported}, true
	}
	// OpenSSL 3.0 has one colon too many.
	colon := ""
	if o == openSSL30 {
		colon = ":"
	}
	if known, listed := otherNames[g.id]; listed {
		if !g.value.is(known.tag) || hasNUL(g.value.body) {
			return pair{}, false
		}
		return pair{name: "othername: " + known.label + colon, value: string(g.value.body)}, true
	}
	p := pair{name: "othername: " + o.long(g.id, 255) + colon, value: unsupported}
	if (g.value.is(tagIA5) || g.value.is(tagUTF8)) && !hasNUL(g.value.body) {
		p.value = string(g.value.body)
	}
	return p, true
}

func generalPairs(o openSSL, list []generalName) (pairs []pair, ok bool) {
	for _, g := range list {
		p, ok := g.pair(o)
		if !ok {
			return nil, false
		}
		pairs = append(pairs, p)
	}
	return pairs, true
}

// subjectAltName writes the names as PHP itself does, so that no byte of an
// e-mail, DNS or URI name is lost or changed.
//
// php-src: ext/openssl/openssl.c, openssl_x509v3_subjectAltName.
func subjectAltName(o openSSL, value []byte) (text string, ok bool) {
	n, _, ok := read(value)
	if !ok {
		return "", false
	}
	list, ok := parseGeneralNames(n)
	if !ok {
		return "", false
	}
	labels := map[int]string{nameEmail: "email:", nameDNS: "DNS:", nameURI: "URI:"}
	var parts []string
	for _, g := range list {
		if label, plain := labels[g.kind]; plain {
			parts = append(parts, label+string(g.data))
		} else {
			parts = append(parts, g.print(o))
		}
	}
	return strings.Join(parts, ", "), true
}

// dotted writes bytes that are not printable as dots (ASN1_STRING_print).
func dotted(b []byte) string {
	out := make([]byte, len(b))
	for i, c := range b {
		if (c < ' ' || c > '~') && c != '\n' && c != '\r' {
			c = '.'
		}
		out[i] = c
	}
	return string(out)
}

// cText is what C's printf writes of a text: all before the first NUL.
func cText(b []byte) string {
	s, _, _ := strings.Cut(string(b), "\x00")
	return s
}

func hasNUL(b []byte) bool { return strings.Contains(string(b), "\x00") }
