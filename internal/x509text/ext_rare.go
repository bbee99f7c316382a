package x509text

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// keyPeriod prints how long the private key may be used.
func keyPeriod(o openSSL, n node) (string, bool) {
	parts, ok := n.sequence()
	if !ok {
		return "", false
	}
	labels := []string{"Not Before: ", "Not After: "}
	var texts []string
	last := -1
	for _, p := range parts {
		if p.class != classContext || p.tag <= last || p.tag >= len(labels) {
			return "", false
		}
		last = p.tag
		if !o.timeLength(p.as(tagGeneralTime)) {
			return "", false
		}
		texts = append(texts, labels[p.tag]+o.generalizedTime(p.body))
	}
	return strings.Join(texts, ", "), true
}

// tlsFeatures prints the TLS extensions that a server with this certificate
// must send (RFC 7633).
func tlsFeatures(_ openSSL, n node) (string, bool) {
	items, ok := n.sequence()
	if !ok || len(items) == 0 {
		return "", false
	}
	known := map[string]string{"5": "status_request", "17": "status_request_v2"}
	var texts []string
	for _, item := range items {
		v, ok := item.integer()
		if !ok {
			return "", false
		}
		text := integerText(v)
		if name, ok := known[text]; ok {
			text = name
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ", "), true
}

// proxyInfo prints the terms of a proxy certificate (RFC 3820).
func proxyInfo(o openSSL, n node) (string, bool) {
	parts, ok := n.sequence()
	if !ok || len(parts) == 0 || len(parts) > 2 {
		return "", false
	}
	length := "infinite"
	if len(parts) == 2 {
		v, ok := parts[0].integer()
		if !ok {
			return "", false
		}
		length = hexBytes(v)
	}
	policy, ok := parts[len(parts)-1].sequence()
	if !ok || len(policy) == 0 || len(policy) > 2 {
		return "", false
	}
	language, ok := policy[0].oid()
	if !ok {
		return "", false
	}
	out := &lines{o: o}
	out.add(0, "Path Length Constraint: %s", length)
	out.add(0, "Policy Language: %s", o.long(language, 0))
	if len(policy) == 2 {
		if !policy[1].is(tagOctetString) {
			return "", false
		}
		out.add(0, "Policy Text: %s", cText(policy[1].body))
	}
	return out.text.String(), true
}

// hexBytes writes a number as two digits for each byte (i2a_ASN1_INTEGER),
// 35 bytes on a line.
func hexBytes(v *big.Int) string {
	b := new(big.Int).Abs(v).Bytes()
	if len(b) == 0 {
		b = []byte{0}
	}
	var rows []string
	for row := range slices.Chunk(b, 35) {
		rows = append(rows, fmt.Sprintf("%X", row))
	}
	text := strings.Join(rows, "\\\n")
	if v.Sign() < 0 {
		return "-" + text
	}
	return text
}

// strongExtranet prints Thawte's Strong Extranet identifiers.
func strongExtranet(_ openSSL, n node) (string, bool) {
	parts, ok := n.sequence()
	if !ok || len(parts) != 2 {
		return "", false
	}
	version, ok := parts[0].integer()
	if !ok {
		return "", false
	}
	ids, ok := parts[1].sequence()
	if !ok {
		return "", false
	}
	text := "Version: " + unsupported
	if version.IsInt64() {
		v := version.Int64()
		text = fmt.Sprintf("Version: %d (0x%X)", v+1, uint64(v))
	}
	for _, id := range ids {
		fields, ok := id.sequence()
		if !ok || len(fields) != 2 || !fields[1].is(tagOctetString) {
			return "", false
		}
		zone, ok := fields[0].integer()
		if !ok {
			return "", false
		}
		text += "\nZone: " + integerText(zone) + ", User: " + dotted(fields[1].body)
	}
	return text, true
}

func crlID(o openSSL, n node) (string, bool) {
	parts, ok := n.sequence()
	if !ok {
		return "", false
	}
	var out strings.Builder
	last := -1
	for _, p := range parts {
		inner, ok := p.inner()
		if !ok || p.class != classContext || p.tag <= last {
			return "", false
		}
		last = p.tag
		switch {
		case p.tag == 0 && inner.is(tagIA5):
			out.WriteString("crlUrl: " + dotted(inner.body) + "\n")
		case p.tag == 1 && inner.is(tagInteger):
			v, ok := inner.integer()
			if !ok {
				return "", false
			}
			out.WriteString("crlNum: " + hexBytes(v) + "\n")
		case p.tag == 2 && inner.is(tagGeneralTime) && o.timeLength(inner):
			text := o.generalizedTime(inner.body)
			if text == badTime {
				return "", false
			}
			out.WriteString("crlTime: " + text + "\n")
		default:
			return "", false
		}
	}
	return out.String(), true
}

func serviceLocator(o openSSL, n node) (string, bool) {
	parts, ok := n.sequence()
	if !ok || len(parts) == 0 || len(parts) > 2 {
		return "", false
	}
	issuer, ok := parseName(parts[0])
	if !ok || len(issuer.attributes) == 0 {
		return "", false
	}
	text := "Issuer: " + issuer.spaced(o)
	if len(parts) == 1 {
		return text, true
	}
	items, ok := parts[1].sequence()
	if !ok {
		return "", false
	}
	for _, item := range items {
		method, location, ok := accessOf(item)
		if !ok {
			return "", false
		}
		text += "\n" + o.long(method, 0) + " - " + location.print(o)
	}
	return text, true
}

func signTool(_ openSSL, n node) (string, bool) {
	return cText(n.body), n.is(tagUTF8) && len(n.body) > 0
}

// issuerSignTool prints the tools that a Russian authority signs with.
func issuerSignTool(_ openSSL, n node) (string, bool) {
	parts, ok := n.sequence()
	if !ok || len(parts) != 4 {
		return "", false
	}
	var rows []string
	for i, label := range []string{"signTool    : ", "cATool      : ", "signToolCert: ", "cAToolCert  : "} {
		if !parts[i].is(tagUTF8) {
			return "", false
		}
		rows = append(rows, label+string(parts[i].body))
	}
	return strings.Join(rows, "\n"), true
}

func attributeConstraints(_ openSSL, n node) (string, bool) {
	authority, pathlen, _, ok := basicConstraintsOf(n)
	text := "authority:FALSE"
	if authority {
		text = "authority:TRUE"
	}
	if pathlen != "" {
		text += ", pathlen:" + pathlen
	}
	return text, ok
}

// directoryAttributes prints attributes with simple values.
func directoryAttributes(o openSSL, n node) (string, bool) {
	items, ok := n.sequence()
	if !ok {
		return "", false
	}
	if len(items) == 0 {
		return "<Empty Attributes>\n", true
	}
	var out strings.Builder
	for _, item := range items {
		parts, ok := item.sequence()
		if !ok || len(parts) != 2 || !parts[1].is(tagSet) {
			return "", false
		}
		id, ok := parts[0].oid()
		if !ok {
			return "", false
		}
		out.WriteString(o.long(id, 0) + ":\n")
		values, ok := parts[1].children()
		if !ok {
			return "", false
		}
		if len(values) == 0 {
			out.WriteString("    <No Values>\n")
		}
		for _, v := range values {
			text, ok := attributeValue(o, v)
			if !ok {
				return "", false
			}
			out.WriteString("    " + text + "\n")
		}
	}
	return out.String(), true
}

func attributeValue(o openSSL, n node) (string, bool) {
	if n.class != classUniversal {
		return "", false
	}
	switch n.tag {
	case tagBoolean:
		v, ok := n.boolean()
		return strings.ToUpper(fmt.Sprint(v)), ok
	case tagOctetString:
		return colons(n.body), true
	case tagBitString:
		b, ok := n.bitString()
		return colons(b.bytes), ok
	case tagNull:
		return "NULL", true
	case tagOID:
		id, ok := n.oid()
		obj, _ := o.object(id)
		return id + " (" + obj.long + ")", ok
	case tagInteger:
		v, ok := n.integer()
		if !ok {
			return "", false
		}
		// OpenSSL shows a decimal number for an ENUMERATED only.
		return colons(v.Abs(v).FillBytes(make([]byte, max(1, (v.BitLen()+7)/8)))), true
	case tagEnumerated:
		v, ok := n.as(tagInteger).integer()
		if !ok || !v.IsInt64() {
			return "", false
		}
		return v.String(), true
	case tagUTF8, tagNumeric, tagPrintable, tagT61, tagIA5, tagUTCTime, tagGeneralTime, tagVisible, tagGeneral:
		return cText(n.body), true
	}
	return "", false
}
