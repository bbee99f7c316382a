package resolve

import (
	"errors"
	"fmt"
)

// Limits of a domain name in a message.
const (
	maxLabel = 63
	maxWire  = 255
	// maxText is the C library's limit for a name as text.
	maxText = 1024
)

var errName = errors.New("resolve: malformed domain name")

// packName appends the wire form of a name written as text. A backslash
// takes the next character, or the byte that three digits name, as it is.
func packName(dst []byte, name string) ([]byte, error) {
	start := len(dst)
	label := []byte{}
	flush := func() error {
		if len(label) == 0 || len(label) > maxLabel {
			return errName
		}
		dst = append(append(dst, byte(len(label))), label...)
		label = label[:0]
		return nil
	}
	if name == "." {
		name = ""
	}
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case c == '.':
			if err := flush(); err != nil {
				return nil, err
			}
		case c == '\\':
			b, n, err := unescape(name[i+1:])
			if err != nil {
				return nil, err
			}
			label = append(label, b)
			i += n
		default:
			label = append(label, c)
		}
	}
	if len(label) > 0 {
		if err := flush(); err != nil {
			return nil, err
		}
	}
	dst = append(dst, 0)
	if len(dst)-start > maxWire {
		return nil, errName
	}
	return dst, nil
}

// unescape reads what stands behind a backslash: the byte, and how many
// characters name it.
func unescape(s string) (b byte, n int, err error) {
	if s == "" {
		return 0, 0, errName
	}
	if !digit(s[0]) {
		return s[0], 1, nil
	}
	if len(s) < 3 || !digit(s[1]) || !digit(s[2]) {
		return 0, 0, errName
	}
	v := int(s[0]-'0')*100 + int(s[1]-'0')*10 + int(s[2]-'0')
	if v > 255 {
		return 0, 0, errName
	}
	return byte(v), 3, nil
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

// expandName reads the name at off, following compression, and returns it as
// the C library's dn_expand writes it (no final dot, special characters
// escaped, the root as ""), and the offset behind it.
//
// Package dnsmessage refuses labels with a dot in them, which mailboxes in
// SOA records have, and does not read names inside records unknown to it; so
// names are read here.
func expandName(msg []byte, off int) (name string, next int, err error) {
	var text []byte
	wire, read := 1, 0
	jumped := false
	for pos := off; ; {
		if pos < 0 || pos >= len(msg) {
			return "", 0, errName
		}
		c := int(msg[pos])
		pos++
		switch c & 0xC0 {
		case 0x00:
			if c == 0 {
				if !jumped {
					next = pos
				}
				return string(text), next, nil
			}
			if pos+c > len(msg) {
				return "", 0, errName
			}
			if wire += c + 1; wire > maxWire {
				return "", 0, errName
			}
			if len(text) > 0 {
				text = append(text, '.')
			}
			text = escapeLabel(text, msg[pos:pos+c])
			pos += c
			read += c + 1
		case 0xC0:
			if pos >= len(msg) {
				return "", 0, errName
			}
			if !jumped {
				next, jumped = pos+1, true
			}
			pos = (c&0x3F)<<8 | int(msg[pos])
			// A name that was read for longer than the message is long
			// goes round in circles.
			read += 2
		default:
			return "", 0, errName
		}
		if read >= len(msg) {
			return "", 0, errName
		}
	}
}

func escapeLabel(text, label []byte) []byte {
	for _, c := range label {
		switch {
		case c == '"' || c == '.' || c == ';' || c == '\\' || c == '@' || c == '$':
			text = append(text, '\\', c)
		case c <= ' ' || c >= 0x7F:
			text = fmt.Appendf(text, `\%03d`, c)
		default:
			text = append(text, c)
		}
	}
	return text
}

// skipName returns the offset behind the name at off without following
// pointers.
func skipName(msg []byte, off int) (next int, err error) {
	for off < len(msg) {
		c := int(msg[off])
		off++
		switch {
		case c == 0:
			return off, nil
		case c&0xC0 == 0xC0:
			if off+1 > len(msg) {
				return 0, errName
			}
			return off + 1, nil
		case c&0xC0 != 0 || off+c > len(msg):
			return 0, errName
		}
		off += c
	}
	return 0, errName
}
