package x509text

import (
	"fmt"
	"strings"
)

const (
	qualifierCPS    = "1.3.6.1.5.5.7.2.1"
	qualifierNotice = "1.3.6.1.5.5.7.2.2"
)

// lines collects output lines. OpenSSL 1.1.1 ends each with a newline; later
// ones put newlines between them only.
type lines struct {
	o    openSSL
	text strings.Builder
}

func (l *lines) add(indent int, format string, args ...any) {
	if l.o >= openSSL30 && l.text.Len() > 0 {
		l.text.WriteByte('\n')
	}
	l.text.WriteString(strings.Repeat(" ", indent))
	fmt.Fprintf(&l.text, format, args...)
	if l.o == openSSL111 {
		l.text.WriteByte('\n')
	}
}

func certificatePolicies(o openSSL, n node) (string, bool) {
	items, ok := n.sequence()
	if !ok {
		return "", false
	}
	out := &lines{o: o}
	for _, item := range items {
		if !printPolicy(out, item) {
			return "", false
		}
	}
	return out.text.String(), true
}

func printPolicy(out *lines, n node) bool {
	parts, ok := n.sequence()
	if !ok || len(parts) == 0 || len(parts) > 2 {
		return false
	}
	id, ok := parts[0].oid()
	if !ok {
		return false
	}
	out.add(0, "Policy: %s", out.o.long(id, 0))
	if len(parts) == 1 {
		return true
	}
	qualifiers, ok := parts[1].sequence()
	if !ok {
		return false
	}
	if len(qualifiers) == 0 && out.o >= openSSL30 {
		out.text.WriteByte('\n')
	}
	for _, q := range qualifiers {
		fields, ok := q.sequence()
		if !ok || len(fields) != 2 {
			return false
		}
		kind, ok := fields[0].oid()
		if !ok {
			return false
		}
		switch kind {
		case qualifierCPS:
			if !fields[1].is(tagIA5) {
				return false
			}
			out.add(2, "CPS: %s", cText(fields[1].body))
		case qualifierNotice:
			out.add(2, "User Notice:")
			before := out.text.Len()
			if !printNotice(out, fields[1], 4) {
				return false
			}
			if out.text.Len() == before && out.o >= openSSL30 {
				out.text.WriteByte('\n')
			}
		default:
			out.add(4, "Unknown Qualifier: %s", out.o.long(kind, 0))
		}
	}
	return true
}

// displayTypes are the types of a text for display (RFC 5280, 4.2.1.4).
var displayTypes = map[int]bool{tagIA5: true, tagVisible: true, tagBMP: true, tagUTF8: true}

func isDisplay(n node) bool { return n.class == classUniversal && displayTypes[n.tag] }

// printNotice prints a UserNotice.
func printNotice(out *lines, n node, indent int) bool {
	parts, ok := n.sequence()
	if !ok || len(parts) > 2 {
		return false
	}
	if len(parts) > 0 && parts[0].is(tagSequence) {
		if !printReference(out, parts[0], indent) {
			return false
		}
		parts = parts[1:]
	}
	switch {
	case len(parts) == 0:
		return true
	case len(parts) > 1 || !isDisplay(parts[0]):
		return false
	}
	out.add(indent, "Explicit Text: %s", cText(parts[0].body))
	return true
}

func printReference(out *lines, n node, indent int) bool {
	parts, ok := n.sequence()
	if !ok || len(parts) != 2 || !isDisplay(parts[0]) {
		return false
	}
	items, ok := parts[1].sequence()
	if !ok {
		return false
	}
	var numbers []string
	for _, item := range items {
		v, ok := item.integer()
		if !ok {
			return false
		}
		numbers = append(numbers, integerText(v))
	}
	plural := ""
	if len(numbers) > 1 {
		plural = "s"
	}
	out.add(indent, "Organization: %s", cText(parts[0].body))
	out.add(indent, "Number%s: %s", plural, strings.Join(numbers, ", "))
	return true
}

func userNotices(o openSSL, n node) (string, bool) {
	items, ok := n.sequence()
	if !ok {
		return "", false
	}
	text := "User Notices:\n"
	for _, item := range items {
		out := &lines{o: o}
		if !printNotice(out, item, 4) {
			return "", false
		}
		text += out.text.String() + "\n\n"
	}
	return text, true
}

func policyMappings(o openSSL, n node) (string, bool) {
	items, ok := n.sequence()
	if !ok || len(items) == 0 {
		return "", false
	}
	var pairs []pair
	for _, item := range items {
		ids, ok := objectIDs(item)
		if !ok || len(ids) != 2 {
			return "", false
		}
		pairs = append(pairs, pair{name: o.long(ids[0], 79), value: o.long(ids[1], 79)})
	}
	return list(o, pairs, false), true
}

func policyConstraints(o openSSL, n node) (string, bool) {
	parts, ok := n.sequence()
	if !ok {
		return "", false
	}
	names := []string{"Require Explicit Policy", "Inhibit Policy Mapping"}
	var pairs []pair
	last := -1
	for _, p := range parts {
		if p.class != classContext || p.tag <= last || p.tag >= len(names) {
			return "", false
		}
		v, ok := p.as(tagInteger).integer()
		if !ok {
			return "", false
		}
		last = p.tag
		pairs = append(pairs, pair{name: names[p.tag], value: integerText(v)})
	}
	return list(o, pairs, false), pairs != nil
}

// nameConstraints prints the subtrees that names must, or must not, be in.
func nameConstraints(o openSSL, n node) (string, bool) {
	parts, ok := n.sequence()
	if !ok {
		return "", false
	}
	labels := []string{"Permitted", "Excluded"}
	var blocks []string
	last := -1
	for _, p := range parts {
		if p.class != classContext || p.tag <= last || p.tag >= len(labels) {
			return "", false
		}
		items, ok := p.as(tagSequence).sequence()
		if !ok {
			return "", false
		}
		last = p.tag
		out := &lines{o: o}
		if len(items) > 0 {
			out.add(0, "%s:", labels[p.tag])
		}
		for _, item := range items {
			text, ok := subtree(o, item)
			if !ok {
				return "", false
			}
			out.add(2, "%s", text)
		}
		blocks = append(blocks, out.text.String())
	}
	between := "\n"
	if o == openSSL111 {
		between = ""
	}
	return strings.Join(blocks, between), true
}

func subtree(o openSSL, n node) (string, bool) {
	parts, ok := n.sequence()
	if !ok || len(parts) == 0 || len(parts) > 3 {
		return "", false
	}
	for _, p := range parts[1:] {
		if _, ok := p.as(tagInteger).integer(); !ok || p.class != classContext {
			return "", false
		}
	}
	g, ok := parseGeneralName(parts[0])
	if !ok {
		return "", false
	}
	if g.kind != nameIP {
		return g.print(o), true
	}
	if o == openSSL111 {
		if len(g.data) != 8 && len(g.data) != 32 {
			return "IP:IP Address:<invalid>", true
		}
	}
	half := min(len(g.data), 4)
	if len(g.data) >= 16 {
		half = 16
	}
	return "IP:" + ipText(o, g.data[:half]) + "/" + ipText(o, g.data[half:]), true
}
