package x509text

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

const badTime = "Bad time value"

// timeLength reports whether a time is long enough to be read: OpenSSL 3.5
// wants the seconds and a zone.
func (o openSSL) timeLength(n node) bool {
	least := map[int]int{tagUTCTime: len("YYMMDDHHMMSSZ"), tagGeneralTime: len("YYYYMMDDHHMMSSZ")}
	return o < openSSL35 || len(n.body) >= least[n.tag]
}

// generalizedTime writes a GeneralizedTime as OpenSSL does: with the fraction
// that it has, in GMT.
func (o openSSL) generalizedTime(b []byte) string {
	s := string(b)
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	if digits != 12 && digits != 14 {
		return badTime
	}
	stamp, rest := s[:digits], s[digits:]
	if digits == 12 {
		stamp += "00"
	}
	t, err := time.Parse("20060102150405", stamp)
	if err != nil {
		return badTime
	}
	fraction := ""
	if strings.HasPrefix(rest, ".") {
		n := len(rest[1:]) - len(strings.TrimLeft(rest[1:], "0123456789"))
		if n == 0 || digits != 14 {
			return badTime
		}
		fraction, rest = rest[:n+1], rest[n+1:]
	}
	gmt := " GMT"
	if rest != "Z" {
		zone, err := time.Parse("-0700", rest)
		if err != nil {
			return badTime
		}
		_, offset := zone.Zone()
		t = t.Add(-time.Duration(offset) * time.Second)
		if o == openSSL111 {
			gmt = "" // it was counted in, all the same
		}
	}
	return t.Format("Jan _2 15:04:05") + fraction + t.Format(" 2006") + gmt
}

// unixTime turns a certificate's time into seconds since 1970 the way PHP
// does, which takes the digits from behind and does not look at the zone. A
// complaint is PHP's warning, with -1 for the time.
//
// php-src: ext/openssl/openssl.c, php_openssl_asn1_time_to_time_t.
func unixTime(n node) (seconds int, complaint string) {
	s := string(n.body)
	switch {
	case strings.Contains(s, "\x00"):
		return -1, "Illegal length in timestamp"
	case len(s) < 13 && len(s) != 11, n.is(tagGeneralTime) && len(s) < 15:
		return -1, fmt.Sprintf("Unable to parse time string %s correctly", s)
	}
	// take cuts the text at n characters from its end and reads the number
	// that begins there.
	take := func(n int) int {
		at := max(len(s)-n, 0)
		v := leadingNumber(s[at:])
		s = s[:at]
		return v
	}
	second := 0
	minute := 0
	if len(s) == 11 {
		minute = take(3)
	} else {
		second = take(3)
		minute = take(2)
	}
	hour, day, month := take(2), take(2), take(2)
	year := 0
	if n.is(tagUTCTime) {
		if year = take(2); year < 68 {
			year += 100
		}
		year += 1900
	} else {
		year = take(4)
	}
	return int(time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC).Unix()), ""
}

// leadingNumber reads a number as C's atoi does.
func leadingNumber(s string) int {
	s = strings.TrimLeft(s, " \t\n\v\f\r")
	end := 0
	if end < len(s) && (s[end] == '+' || s[end] == '-') {
		end++
	}
	for end < len(s) && '0' <= s[end] && s[end] <= '9' {
		end++
	}
	v, _ := strconv.Atoi(s[:end])
	return v
}
