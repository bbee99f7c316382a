package x509text

import "strings"

type bitName struct {
	bit  int
	name string
}

var certTypeBits = []bitName{
	{0, "SSL Client"}, {1, "SSL Server"}, {2, "S/MIME"}, {3, "Object Signing"},
	{4, "Unused"}, {5, "SSL CA"}, {6, "S/MIME CA"}, {7, "Object Signing CA"},
}

var keyUsageBits = []bitName{
	{0, "Digital Signature"}, {1, "Non Repudiation"}, {2, "Key Encipherment"},
	{3, "Data Encipherment"}, {4, "Key Agreement"}, {5, "Certificate Sign"},
	{6, "CRL Sign"}, {7, "Encipher Only"}, {8, "Decipher Only"},
}

var reasonBits = []bitName{
	{0, "Unused"}, {1, "Key Compromise"}, {2, "CA Compromise"},
	{3, "Affiliation Changed"}, {4, "Superseded"}, {5, "Cessation Of Operation"},
	{6, "Certificate Hold"}, {7, "Privilege Withdrawn"}, {8, "AA Compromise"},
}

// setNames returns the names of the bits that are set.
func (b bits) setNames(table []bitName) (names []string) {
	for _, row := range table {
		if b.has(row.bit) {
			names = append(names, row.name)
		}
	}
	return names
}

// bitNames prints a BIT STRING with named bits.
func bitNames(table []bitName) printer {
	return func(_ openSSL, n node) (string, bool) {
		b, ok := n.bitString()
		names := b.setNames(table)
		return strings.Join(names, ", "), ok && len(names) > 0
	}
}

// ia5 prints a text.
func ia5(_ openSSL, n node) (string, bool) {
	return cText(n.body), n.is(tagIA5) && len(n.body) > 0
}

func keyIdentifier(_ openSSL, n node) (string, bool) {
	return colons(n.body), n.is(tagOctetString) && !n.constructed
}

// basicConstraintsOf reads the extension; pathlen is "" where there is none.
func basicConstraintsOf(n node) (ca bool, pathlen string, negative, ok bool) {
	parts, ok := n.sequence()
	if !ok || len(parts) > 2 {
		return false, "", false, false
	}
	if len(parts) > 0 && parts[0].is(tagBoolean) {
		if ca, ok = parts[0].boolean(); !ok {
			return false, "", false, false
		}
		parts = parts[1:]
	}
	if len(parts) == 0 {
		return ca, "", false, true
	}
	length, ok := parts[0].integer()
	if !ok || len(parts) > 1 {
		return false, "", false, false
	}
	return ca, integerText(length), length.Sign() < 0, true
}

func basicConstraints(_ openSSL, n node) (string, bool) {
	ca, pathlen, _, ok := basicConstraintsOf(n)
	text := "CA:FALSE"
	if ca {
		text = "CA:TRUE"
	}
	if pathlen != "" {
		text += ", pathlen:" + pathlen
	}
	return text, ok
}

// authorityKeyID is the authority's key identifier, and its issuer and
// serial number.
type authorityKeyID struct {
	key, serial       []byte
	hasKey, hasSerial bool
	issuer            []generalName
	hasIssuer         bool
}

func authorityKeyOf(n node) (a authorityKeyID, ok bool) {
	parts, ok := n.sequence()
	if !ok {
		return a, false
	}
	last := -1
	for _, p := range parts {
		if p.class != classContext || p.tag <= last {
			return a, false
		}
		last = p.tag
		switch p.tag {
		case 0:
			a.key, a.hasKey, ok = p.body, true, !p.constructed
		case 1:
			a.hasIssuer = true
			a.issuer, ok = parseGeneralNames(p.as(tagSequence))
		case 2:
			a.hasSerial = true
			if _, ok = p.as(tagInteger).integer(); ok {
				// OpenSSL keeps the magnitude.
				v := twosComplement(p.body)
				a.serial = v.Abs(v).Bytes()
				if len(a.serial) == 0 {
					a.serial = []byte{0}
				}
			}
		default:
			ok = false
		}
		if !ok {
			return a, false
		}
	}
	return a, true
}

func authorityKey(o openSSL, n node) (string, bool) {
	a, ok := authorityKeyOf(n)
	if !ok {
		return "", false
	}
	var pairs []pair
	if a.hasKey {
		p, _ := textPair(o, "keyid", []byte(colons(a.key)))
		if o >= openSSL30 && !a.hasIssuer && !a.hasSerial {
			p.only = onlyValue
		}
		pairs = append(pairs, p)
	}
	if a.hasIssuer {
		names, ok := generalPairs(o, a.issuer)
		if !ok {
			return "", false
		}
		pairs = append(pairs, names...)
	}
	if a.hasSerial {
		pairs = append(pairs, pair{name: "serial", value: colons(a.serial)})
	}
	if pairs == nil && !a.hasIssuer {
		return "", false
	}
	return list(o, pairs, true), true
}

func generalNameList(o openSSL, n node) (string, bool) {
	names, ok := parseGeneralNames(n)
	if !ok {
		return "", false
	}
	pairs, ok := generalPairs(o, names)
	return list(o, pairs, false), ok
}

// accessList prints where to find more about the issuer or the subject.
func accessList(o openSSL, n node) (string, bool) {
	items, ok := n.sequence()
	if !ok {
		return "", false
	}
	var pairs []pair
	for _, item := range items {
		method, location, ok := accessOf(item)
		if !ok {
			return "", false
		}
		p, ok := location.pair(o)
		if !ok {
			return "", false
		}
		p.name = o.long(method, 79) + " - " + p.name
		pairs = append(pairs, p)
	}
	return list(o, pairs, true), true
}

func accessOf(n node) (method string, location generalName, ok bool) {
	parts, ok := n.sequence()
	if !ok || len(parts) != 2 {
		return "", location, false
	}
	if method, ok = parts[0].oid(); !ok {
		return "", location, false
	}
	location, ok = parseGeneralName(parts[1])
	return method, location, ok
}

// objectIDs reads a SEQUENCE OF OBJECT IDENTIFIER.
func objectIDs(n node) (ids []string, ok bool) {
	items, ok := n.sequence()
	if !ok {
		return nil, false
	}
	for _, item := range items {
		id, ok := item.oid()
		if !ok {
			return nil, false
		}
		ids = append(ids, id)
	}
	return ids, true
}

func objectList(o openSSL, n node) (string, bool) {
	ids, ok := objectIDs(n)
	var names []string
	for _, id := range ids {
		names = append(names, o.long(id, 79))
	}
	return strings.Join(names, ", "), ok && len(names) > 0
}

func number(_ openSSL, n node) (string, bool) {
	v, ok := n.integer()
	if !ok {
		return "", false
	}
	return integerText(v), true
}

// null prints an extension that says all by being there.
func null(text string) printer {
	return func(_ openSSL, n node) (string, bool) {
		return text, n.is(tagNull) && len(n.body) == 0
	}
}

// crlReasons are the names of reason codes.
var crlReasons = map[string]string{
	"0": "Unspecified", "1": "Key Compromise", "2": "CA Compromise",
	"3": "Affiliation Changed", "4": "Superseded", "5": "Cessation Of Operation",
	"6": "Certificate Hold", "8": "Remove From CRL", "9": "Privilege Withdrawn",
	"10": "AA Compromise",
}

func reasonCode(_ openSSL, n node) (string, bool) {
	if !n.is(tagEnumerated) {
		return "", false
	}
	v, ok := n.as(tagInteger).integer()
	if !ok {
		return "", false
	}
	text := integerText(v)
	if name, known := crlReasons[text]; known {
		text = name
	}
	return text, true
}
