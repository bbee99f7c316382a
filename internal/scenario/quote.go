package scenario

import (
	"crypto/sha1"
	"fmt"
	"strings"
)

// longText is where strings are cut short; the driver has the same number.
const longText = 300

// Quote writes a string as both sides do: PHP's double-quoted form with only
// printable ASCII. A long one is shown by its beginning, length and hash.
func Quote(s string) string {
	rest := ""
	if len(s) > longText {
		rest = fmt.Sprintf("...(%d bytes, sha1 %x)", len(s), sha1.Sum([]byte(s)))
		s = s[:40]
	}
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		case c == '"' || c == '\\' || c == '$':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c > '~':
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String() + rest
}
