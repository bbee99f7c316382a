package x509text

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// autonomousSystems prints the networks' numbers (RFC 3779, 3).
func autonomousSystems(_ openSSL, n node) (string, bool) {
	parts, ok := n.sequence()
	if !ok {
		return "", false
	}
	labels := []string{"Autonomous System Numbers", "Routing Domain Identifiers"}
	var out strings.Builder
	last := -1
	for _, p := range parts {
		choice, ok := p.inner()
		if !ok || p.class != classContext || p.tag <= last || p.tag >= len(labels) {
			return "", false
		}
		last = p.tag
		out.WriteString(labels[p.tag] + ":\n")
		if choice.is(tagNull) {
			out.WriteString("  inherit\n")
			continue
		}
		items, ok := choice.sequence()
		if !ok {
			return "", false
		}
		for _, item := range items {
			text, ok := numberOrRange(item)
			if !ok {
				return "", false
			}
			out.WriteString("  " + text + "\n")
		}
	}
	return out.String(), true
}

func numberOrRange(n node) (string, bool) {
	if v, ok := n.integer(); ok {
		return integerText(v), true
	}
	ends, ok := n.sequence()
	if !ok || len(ends) != 2 {
		return "", false
	}
	from, ok1 := ends[0].integer()
	to, ok2 := ends[1].integer()
	if !ok1 || !ok2 {
		return "", false
	}
	return integerText(from) + "-" + integerText(to), true
}

// safis are the sub-address families (RFC 3779, 2.2.3.3).
var safis = map[byte]string{
	1: "Unicast", 2: "Multicast", 3: "Unicast/Multicast", 4: "MPLS",
	64: "Tunnel", 65: "VPLS", 66: "BGP MDT", 128: "MPLS-labeled VPN",
}

// addressFamily is a kind of addresses, and those of it; no ranges means that
// they are the issuer's.
type addressFamily struct {
	afi    int
	label  string
	ranges []addressRange
	own    bool
}

// addressRange is a prefix, or a range where it has a second end.
type addressRange struct {
	from bits
	to   *bits
}

// addressBlocks prints address ranges (RFC 3779, 2).
func addressBlocks(_ openSSL, n node) (string, bool) {
	families, ok := parseAddressBlocks(n)
	if !ok {
		return "", false
	}
	var out strings.Builder
	for _, f := range families {
		out.WriteString(f.label)
		if !f.own {
			out.WriteString(": inherit\n")
			continue
		}
		out.WriteString(":\n")
		for _, r := range f.ranges {
			text, ok := r.text(f.afi)
			if !ok {
				return "", false
			}
			out.WriteString("  " + text + "\n")
		}
	}
	return out.String(), true
}

func parseAddressBlocks(n node) (families []addressFamily, ok bool) {
	items, ok := n.sequence()
	if !ok {
		return nil, false
	}
	for _, item := range items {
		parts, ok := item.sequence()
		if !ok || len(parts) != 2 || !parts[0].is(tagOctetString) {
			return nil, false
		}
		f := familyOf(parts[0].body)
		if !parts[1].is(tagNull) {
			f.own = true
			if f.ranges, ok = parseRanges(parts[1]); !ok {
				return nil, false
			}
		}
		families = append(families, f)
	}
	return families, true
}

// familyOf names the kind of addresses.
func familyOf(kind []byte) (f addressFamily) {
	if len(kind) >= 2 {
		f.afi = int(binary.BigEndian.Uint16(kind))
	}
	switch f.afi {
	case 1:
		f.label = "IPv4"
	case 2:
		f.label = "IPv6"
	default:
		f.label = fmt.Sprintf("Unknown AFI %d", f.afi)
	}
	if len(kind) > 2 {
		name, known := safis[kind[2]]
		if !known {
			name = fmt.Sprintf("Unknown SAFI %d", kind[2])
		}
		f.label += " (" + name + ")"
	}
	return f
}

func parseRanges(n node) (ranges []addressRange, ok bool) {
	items, ok := n.sequence()
	if !ok {
		return nil, false
	}
	for _, item := range items {
		var r addressRange
		if item.is(tagBitString) {
			r.from, ok = item.bitString()
		} else {
			var ends []node
			if ends, ok = item.sequence(); !ok || len(ends) != 2 {
				return nil, false
			}
			to, fine := ends[1].bitString()
			r.from, ok = ends[0].bitString()
			r.to, ok = &to, ok && fine
		}
		if !ok {
			return nil, false
		}
		ranges = append(ranges, r)
	}
	return ranges, true
}

func (r addressRange) text(afi int) (string, bool) {
	from, ok := blockAddress(afi, r.from, 0)
	if r.to == nil {
		return fmt.Sprintf("%s/%d", from, len(r.from.bytes)*8-r.from.unused), ok
	}
	to, fine := blockAddress(afi, *r.to, 0xFF)
	return from + "-" + to, ok && fine
}

// blockAddress writes an address whose missing bits are those of fill.
func blockAddress(afi int, b bits, fill byte) (string, bool) {
	size := map[int]int{1: 4, 2: 16}[afi]
	if size == 0 {
		var groups []string
		for _, c := range b.bytes {
			groups = append(groups, fmt.Sprintf("%02x", c))
		}
		return fmt.Sprintf("%s[%d]", strings.Join(groups, ":"), b.unused), true
	}
	if len(b.bytes) > size {
		return "", false
	}
	full := slices.Clone(b.bytes)
	if last := len(full) - 1; last >= 0 && fill != 0 {
		full[last] |= byte(1<<b.unused - 1)
	}
	for len(full) < size {
		full = append(full, fill)
	}
	if size == 4 {
		return ipText(0, full), true
	}
	return shortIPv6(full), true
}

// shortIPv6 leaves out the zeros at the end.
func shortIPv6(b []byte) string {
	n := 16
	for n > 1 && b[n-1] == 0 && b[n-2] == 0 {
		n -= 2
	}
	var out strings.Builder
	for i := 0; i < n; i += 2 {
		fmt.Fprintf(&out, "%x", binary.BigEndian.Uint16(b[i:]))
		if i < 14 {
			out.WriteByte(':')
		}
	}
	if n < 16 {
		out.WriteByte(':')
	}
	if n == 0 {
		out.WriteByte(':')
	}
	return out.String()
}
