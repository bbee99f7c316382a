package target

import (
	"strings"

	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

// URL is what PHP's parse_url finds. Where a part is not there, Has says so.
//
// php-src: ext/standard/url.c, php_url_parse_ex2.
type URL struct {
	Scheme, User, Pass, Host, Path, Query string
	Port                                  int // 0 where there is none

	HasUser, HasPass, HasHost, HasQuery bool
}

// ParseURL takes a URL apart as PHP does, which has rules of its own: "host:25"
// and "//host" have a host, "mailto:x" has a path. Control bytes become "_". ok is
// false where parse_url answers false.
func ParseURL(s string) (u URL, ok bool) {
	colon := strings.IndexByte(s, ':')
	if colon < 0 {
		return relative(s)
	}
	if colon == 0 {
		return afterPort(s, colon)
	}
	scheme, behind := s[:colon], s[colon+1:]
	if !isScheme(scheme) {
		if behind != "" && !strings.ContainsAny(scheme, "?#") {
			return afterPort(s, colon)
		}
		return relative(s)
	}
	if behind == "" {
		return URL{Scheme: maskControls(scheme)}, true
	}
	if !strings.HasPrefix(behind, "/") {
		// "host:25" and "host:25/path" have no scheme; "mailto:x" has. Six digits
		// are no port.
		digits := len(behind) - len(strings.TrimLeft(behind, "0123456789"))
		if digits < 6 && (digits == len(behind) || behind[digits] == '/') {
			return afterPort(s, colon)
		}
	}
	u.Scheme = scheme
	rest, found := strings.CutPrefix(behind, "//")
	switch {
	case !found:
		u.path(behind)
	case strings.EqualFold(scheme, "file") && strings.HasPrefix(rest, "/"):
		if len(rest) > 2 && rest[2] == ':' {
			rest = rest[1:] // a drive of Windows
		}
		u.path(rest)
	default:
		ok = u.authority(rest)
		return u, ok
	}
	return u, true
}

func isScheme(s string) bool {
	for i := range len(s) {
		if !isSchemeByte(s[i]) {
			return false
		}
	}
	return true
}

// afterPort goes on where the first colon may stand before a port, which is not
// looked for again.
func afterPort(s string, colon int) (u URL, ok bool) {
	behind := s[colon+1:]
	digits := 0
	for digits < len(behind) && digits < 6 && isDigit(behind[digits]) {
		digits++
	}
	switch {
	case 0 < digits && digits < 6 && (digits == len(behind) || behind[digits] == '/'):
		if u.Port = phpvalue.Atoi(behind[:digits]); u.Port > 65535 {
			return u, false
		}
		ok = u.authority(strings.TrimPrefix(s, "//"))
		return u, ok
	case behind == "":
		return u, false
	}
	return relative(s)
}

// relative reads "//host/path" and "/path".
func relative(s string) (u URL, ok bool) {
	rest, found := strings.CutPrefix(s, "//")
	if found {
		ok = u.authority(rest)
		return u, ok
	}
	u.path(s)
	return u, true
}

// authority reads "user:password@host:port/path".
func (u *URL) authority(s string) bool {
	end := len(s)
	if i := strings.IndexAny(s, "/?#"); i >= 0 {
		end = i
	}
	host, rest := s[:end], s[end:]
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		user, pass, hasPass := strings.Cut(host[:at], ":")
		u.User, u.HasUser = maskControls(user), true
		u.Pass, u.HasPass = maskControls(pass), hasPass
		host = host[at+1:]
	}
	if !strings.HasPrefix(host, "[") || !strings.HasSuffix(host, "]") {
		if colon := strings.LastIndexByte(host, ':'); colon >= 0 {
			port := host[colon+1:]
			if u.Port == 0 && port != "" {
				if !isURLPort(port) {
					return false
				}
				u.Port = phpvalue.Atoi(port)
			}
			host = host[:colon]
		}
	}
	if host == "" {
		return false
	}
	u.Host, u.HasHost = maskControls(host), true
	if rest != "" {
		u.path(rest)
	}
	return true
}

// path reads "/path?query#fragment".
func (u *URL) path(s string) {
	s, _, _ = strings.Cut(s, "#")
	path, query, hasQuery := strings.Cut(s, "?")
	u.Path = maskControls(path)
	u.Query, u.HasQuery = maskControls(query), hasQuery
}

// isURLPort reports whether s is a port to C's strtol.
func isURLPort(s string) bool {
	port, rest := phpvalue.Strtol(s)
	return len(s) <= 5 && rest != s && 0 <= port && port <= 65535
}

// maskControls writes "_" for each control byte, as PHP does.
func maskControls(s string) string {
	if !HasControl(s) {
		return s
	}
	masked := []byte(s)
	for i, c := range masked {
		if isControl(c) {
			masked[i] = '_'
		}
	}
	return string(masked)
}

// HasControl tells whether a text has control bytes, which could end a command or
// a header.
func HasControl(s string) bool {
	for i := range len(s) {
		if isControl(s[i]) {
			return true
		}
	}
	return false
}

func isControl(c byte) bool { return c < 0x20 || c == 0x7f }
