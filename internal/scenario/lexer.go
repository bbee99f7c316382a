package scenario

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// token is one word of a script line. kind is the first byte's class: 'v' a
// $variable, 's' a string, 'i' an int, 'f' a float, 'n' a name, 'p' else.
type token struct {
	kind  byte
	text  string
	value any
}

func lex(line string) ([]token, error) {
	var out []token
	for i := 0; i < len(line); {
		c := line[i]
		switch {
		case c == ' ' || c == '\t':
			i++
		case c == '$':
			j := i + 1
			for j < len(line) && isName(line[j]) {
				j++
			}
			if j == i+1 {
				return nil, fmt.Errorf("a $ without a name")
			}
			out = append(out, token{'v', line[i+1 : j], nil})
			i = j
		case c == '"' || c == '\'':
			text, n, err := lexString(line[i:])
			if err != nil {
				return nil, err
			}
			out = append(out, token{'s', line[i : i+n], text})
			i += n
		case c >= '0' && c <= '9':
			t, n, err := lexNumber(line[i:])
			if err != nil {
				return nil, err
			}
			out = append(out, t)
			i += n
		case isName(c):
			j := i
			for j < len(line) && isName(line[j]) {
				j++
			}
			out = append(out, token{'n', line[i:j], nil})
			i = j
		case strings.HasPrefix(line[i:], "=>"):
			out = append(out, token{'p', "=>", nil})
			i += 2
		case strings.IndexByte("()[],;=@|-.", c) >= 0:
			out = append(out, token{'p', string(c), nil})
			i++
		default:
			return nil, fmt.Errorf("unexpected %q", c)
		}
	}
	return out, nil
}

func isName(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func lexNumber(s string) (token, int, error) {
	n := 0
	for n < len(s) && (isName(s[n]) || s[n] == '.' ||
		(s[n] == '-' || s[n] == '+') && (s[n-1] == 'e' || s[n-1] == 'E')) {
		n++
	}
	if i, err := strconv.ParseInt(s[:n], 0, 64); err == nil {
		return token{'i', s[:n], i}, n, nil
	}
	f, err := strconv.ParseFloat(s[:n], 64)
	if err != nil {
		return token{}, 0, fmt.Errorf("bad number %q", s[:n])
	}
	return token{'f', s[:n], f}, n, nil
}

// lexString reads a PHP string literal and returns its value and length.
// Interpolation is refused: PHP would see something else than we do.
func lexString(s string) (string, int, error) {
	var b strings.Builder
	quote := s[0]
	for i := 1; i < len(s); i++ {
		c := s[i]
		switch {
		case c == quote:
			return b.String(), i + 1, nil
		case quote == '"' && (c == '$' || c == '{' && strings.HasPrefix(s[i:], "{$")):
			return "", 0, fmt.Errorf("variables in strings aren't supported")
		case c != '\\':
			b.WriteByte(c)
		case i+1 == len(s):
			return "", 0, fmt.Errorf("unterminated string")
		case quote == '\'':
			if s[i+1] == '\'' || s[i+1] == '\\' {
				i++
			}
			b.WriteByte(s[i])
		default:
			n := escape(&b, s[i+1:])
			i += n
		}
	}
	return "", 0, fmt.Errorf("unterminated string")
}

var simpleEscapes = map[byte]byte{
	'n': '\n', 'r': '\r', 't': '\t', 'v': '\v', 'e': 0x1b, 'f': '\f', '\\': '\\', '$': '$', '"': '"',
}

// escape writes what the escape after a backslash means and returns how many
// bytes it took. An unknown one stands for itself, backslash included.
func escape(b *strings.Builder, s string) int {
	if c, ok := simpleEscapes[s[0]]; ok {
		b.WriteByte(c)
		return 1
	}
	if digits := span(s, "01234567", 3); digits > 0 {
		n, _ := strconv.ParseUint(s[:digits], 8, 16)
		b.WriteByte(byte(n))
		return digits
	}
	if s[0] == 'x' {
		if digits := span(s[1:], "0123456789abcdefABCDEF", 2); digits > 0 {
			n, _ := strconv.ParseUint(s[1:1+digits], 16, 8)
			b.WriteByte(byte(n))
			return 1 + digits
		}
	}
	if strings.HasPrefix(s, "u{") {
		if end := strings.IndexByte(s, '}'); end > 0 {
			if n, err := strconv.ParseUint(s[2:end], 16, 32); err == nil {
				b.Write(utf8.AppendRune(nil, rune(n)))
				return end + 1
			}
		}
	}
	b.WriteByte('\\')
	b.WriteByte(s[0])
	return 1
}

func span(s, set string, most int) int {
	n := 0
	for n < len(s) && n < most && strings.IndexByte(set, s[n]) >= 0 {
		n++
	}
	return n
}
