package phpvalue

import "strings"

// Quantity reads an ini value as PHP reads numbers with units: "64", "1k", "2M",
// "1G". The complaint is PHP's, empty where the value is in order.
//
// php-src: Zend/zend_ini.c, zend_ini_parse_quantity.
func Quantity(s string) (n int64, complaint string) {
	t := strings.Trim(s, " \t\n\r\v\f")
	digits := t
	if digits != "" && (digits[0] == '-' || digits[0] == '+') {
		digits = digits[1:]
	}
	end := 0
	for end < len(digits) && digits[end] >= '0' && digits[end] <= '9' {
		end++
	}
	if end == 0 {
		if t == "" {
			return 0, ""
		}
		return 0, `Invalid quantity "` + s + `": no valid leading digits, interpreting as "0" for backwards compatibility`
	}
	number := t[:len(t)-len(digits)+end]
	n = Int(number)
	unit := strings.TrimLeft(digits[end:], " \t\n\r\v\f")
	if unit == "" {
		return n, ""
	}
	last := unit[len(unit)-1]
	shift, known := units[last|0x20]
	switch {
	case !known:
		return n, `Invalid quantity "` + s + `": unknown multiplier "` + string(last) + `", interpreting as "` + number + `" for backwards compatibility`
	case len(unit) > 1:
		complaint = `Invalid quantity "` + s + `", interpreting as "` + number + string(last) + `" for backwards compatibility`
	}
	return n << shift, complaint
}

var units = map[byte]uint{'k': 10, 'm': 20, 'g': 30}
