// Package ftpwire reads what an FTP server says as PHP reads it. It is pure: what
// goes over the wire is its caller's.
//
// php-src: ext/standard/ftp_fopen_wrapper.c.
package ftpwire

import (
	"strings"
	"time"

	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

// MaxLine is how much of a line PHP takes at once. A longer one counts as several.
const MaxLine = 510

// MaxEntry is how much of a line of a directory PHP takes at once.
const MaxEntry = 4095

// Text is what C sees of a line: what comes before a NUL.
func Text(line string) string { return phpvalue.CString(line) }

// Last tells whether a line ends a reply: three digits and a space.
func Last(line string) bool {
	return len(line) > 3 && isDigit(line[0]) && isDigit(line[1]) && isDigit(line[2]) && line[3] == ' '
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

// Code is the number that a reply begins with, 0 where it has none. PHP takes a
// line for a reply, too, that a connection's end has left as the last one.
func Code(line string) int {
	return phpvalue.Atoi(line)
}

// Done tells whether a code says that all went well.
func Done(code int) bool { return 200 <= code && code <= 299 }

// More tells whether a code asks for more: a password, the rest of a command.
func More(code int) bool { return 300 <= code && code <= 399 }

// Size is the number in the reply to SIZE, not ok where it has no space. It is
// C's int: what is larger comes out wrong, as in PHP.
func Size(line string) (size int, ok bool) {
	_, rest, found := strings.Cut(line, " ")
	return phpvalue.Atoi(rest), found
}

// afterCode is where PHP begins to look into a reply.
const afterCode = 4

// StatSize is [Size] as stat looks for it: right behind the code.
func StatSize(line string) int { return phpvalue.Atoi(line[min(afterCode, len(line)):]) }

// Passive is the port in the reply to PASV, "227 ... (h1,h2,h3,h4,p1,p2)", 0
// where there is none. The host in it is not looked at.
func Passive(line string) (port uint16) {
	if len(line) < afterCode {
		return 0
	}
	rest := strings.TrimLeftFunc(line[afterCode:], func(r rune) bool { return r < '0' || r > '9' })
	for range 4 {
		rest = strings.TrimLeft(rest, "0123456789")
		if rest == "" || rest[0] != ',' {
			return 0
		}
		rest = rest[1:]
	}
	high, rest := phpvalue.Strtol(rest)
	if rest == "" || rest[0] != ',' {
		return 0
	}
	low, _ := phpvalue.Strtol(rest[1:])
	return uint16(high)*256 + uint16(low)
}

// ExtendedPassive is the port in the reply to EPSV, "229 ... (|||port|)", 0 where
// there is none.
func ExtendedPassive(line string) (port uint16) {
	if len(line) < afterCode {
		return 0
	}
	parts := strings.SplitN(line[afterCode:], "|", 4)
	if len(parts) < 4 {
		return 0
	}
	n, _ := phpvalue.Strtol(parts[3])
	return uint16(n)
}

// Modified is the time in the reply to MDTM, "213 YYYYMMDDhhmmss".
func Modified(line string) (seconds int64, ok bool) {
	if len(line) < afterCode {
		return 0, false
	}
	rest := strings.TrimLeftFunc(line[afterCode:], func(r rune) bool { return r < '0' || r > '9' })
	var parts [6]int
	for i := range parts {
		width := 2
		if i == 0 {
			width = 4
		}
		field := rest[:min(width, len(rest))]
		n, left := phpvalue.Strtol(field)
		if left == field {
			return 0, false
		}
		parts[i] = int(n)
		rest = rest[len(field)-len(left):]
	}
	t := time.Date(parts[0], time.Month(parts[1]), parts[2], parts[3], parts[4], parts[5], 0, time.UTC)
	return t.Unix(), true
}

// Entry is the name in a line of a directory: the last part of a path. PHP before
// 8.4 takes two bytes off its end, whatever they are: cuts.
func Entry(line string, cuts bool) string {
	path := strings.TrimRight(line, "/")
	name := path[strings.LastIndexByte(path, '/')+1:]
	switch n := len(name); {
	case !cuts:
		return Text(strings.TrimRight(name, "\n\r\t "))
	case n == 0:
		return ""
	case n == 1:
		return Text(line)
	default:
		return Text(name[:n-2])
	}
}
