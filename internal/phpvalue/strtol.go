package phpvalue

import (
	"strconv"
	"strings"
)

// Strtol is C's strtol: white space, a sign, digits. What is out of range is the
// nearest that is in it. rest is what follows, all of s where there is no number.
func Strtol(s string) (n int64, rest string) {
	text := strings.TrimLeft(s, " \t\n\v\f\r")
	end := 0
	if text != "" && (text[0] == '-' || text[0] == '+') {
		end++
	}
	first := end
	for end < len(text) && '0' <= text[end] && text[end] <= '9' {
		end++
	}
	if end == first {
		return 0, s
	}
	n, _ = strconv.ParseInt(text[:end], 10, 64) // which saturates as strtol does
	return n, text[end:]
}

// CString is where C ends a string: at a NUL.
func CString(s string) string {
	s, _, _ = strings.Cut(s, "\x00")
	return s
}

// Atoi is C's: what [Strtol] finds, cut to an int.
func Atoi(s string) int {
	n, _ := Strtol(s)
	return int(int32(n))
}
