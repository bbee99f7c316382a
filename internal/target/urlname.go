package target

import (
	"strconv"
	"strings"
)

// URLName is the host that PHP's TLS takes out of a target's rest, for server
// name indication and as the expected name where no peer_name is set; "" for
// none. PHP reads the rest as a URL for this, and not as the address that it
// connects to: "localhost:25" gives "localhost" and "user@host:25" gives
// "host", but "[::1]:25" gives nothing. Dots at the end are cut.
//
// php-src: ext/openssl/xp_ssl.c, php_openssl_get_url_name, which asks
// ext/standard/url.c, php_url_parse_ex.
func URLName(rest string) string {
	authority, port, ok := urlAuthority(rest)
	if !ok {
		return ""
	}
	return strings.TrimRight(urlHost(authority, port), ".")
}

// urlAuthority finds the "user@host:port" in what PHP takes for a URL. PHP
// decides by the first colon: is it the end of a scheme, or does a port follow?
// A port found here is not looked for again.
func urlAuthority(s string) (authority string, port int, ok bool) {
	colon := strings.IndexByte(s, ':')
	if colon <= 0 {
		if colon == 0 {
			return afterPort(s, colon)
		}
		return relative(s)
	}
	scheme, behind := s[:colon], s[colon+1:]
	if !isScheme(scheme) {
		if behind != "" && !strings.ContainsAny(scheme, "?#") {
			return afterPort(s, colon)
		}
		return relative(s)
	}
	if !strings.HasPrefix(behind, "/") {
		// "host:25" and "host:25/path" have no scheme; "mailto:x" has, and
		// then no host. Six digits are no port.
		digits := len(behind) - len(strings.TrimLeft(behind, "0123456789"))
		if behind != "" && digits < 6 && (digits == len(behind) || behind[digits] == '/') {
			return afterPort(s, colon)
		}
		return "", 0, false
	}
	if !strings.HasPrefix(behind, "//") || strings.EqualFold(scheme, "file") && strings.HasPrefix(behind, "///") {
		return "", 0, false
	}
	return untilPath(behind[2:]), 0, true
}

func isScheme(s string) bool {
	for i := range len(s) {
		if !isSchemeByte(s[i]) {
			return false
		}
	}
	return true
}

// afterPort goes on where the first colon may stand before a port.
func afterPort(s string, colon int) (authority string, port int, ok bool) {
	behind := s[colon+1:]
	digits := 0
	for digits < len(behind) && digits < 6 && isDigit(behind[digits]) {
		digits++
	}
	switch {
	case 0 < digits && digits < 6 && (digits == len(behind) || behind[digits] == '/'):
		port, _ = strconv.Atoi(behind[:digits])
		if port > 65535 {
			return "", 0, false
		}
		return untilPath(strings.TrimPrefix(s, "//")), port, true
	case behind == "":
		return "", 0, false
	}
	return relative(s)
}

// relative reads "//host/path".
func relative(s string) (authority string, port int, ok bool) {
	s, ok = strings.CutPrefix(s, "//")
	return untilPath(s), 0, ok
}

func untilPath(s string) string {
	if end := strings.IndexAny(s, "/?#"); end >= 0 {
		return s[:end]
	}
	return s
}

// urlHost takes the host out of "user:password@host:port", "" for none or a
// port that is none. port is one that is already known, or 0.
func urlHost(authority string, port int) string {
	host := authority[strings.LastIndexByte(authority, '@')+1:]
	if !strings.HasPrefix(host, "[") || !strings.HasSuffix(host, "]") {
		if colon := strings.LastIndexByte(host, ':'); colon >= 0 {
			if port == 0 && !isURLPort(host[colon+1:]) {
				return ""
			}
			host = host[:colon]
		}
	}
	return maskControls(host)
}

// isURLPort reports whether s is a port to C's strtol, or empty.
func isURLPort(s string) bool {
	if s == "" {
		return true
	}
	if len(s) > 5 {
		return false
	}
	digits := strings.TrimLeft(s, " \t\n\v\f\r")
	if digits != "" && (digits[0] == '+' || digits[0] == '-') {
		digits = digits[1:]
	}
	if digits == "" || !isDigit(digits[0]) {
		return false
	}
	port := atoi(s)
	return 0 <= port && port <= 65535
}

// maskControls writes "_" for each control byte, as PHP does.
func maskControls(s string) string {
	masked := []byte(s)
	for i, c := range masked {
		if c < 0x20 || c == 0x7f {
			masked[i] = '_'
		}
	}
	return string(masked)
}
