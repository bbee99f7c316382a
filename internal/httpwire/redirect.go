package httpwire

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/phpstream-go/phpstream/internal/target"
)

// Redirect is the URL that a Location leads to, from the URL that answered. A
// relative one is put behind the path's last slash, with another slash, as PHP
// does unless the path is the root.
func Redirect(from target.URL, location string) string {
	for _, scheme := range [...]string{"http://", "https://", "ftp://", "ftps://"} {
		if len(location) >= 8 && len(location) >= len(scheme) && strings.EqualFold(location[:len(scheme)], scheme) {
			return location
		}
	}
	path := location
	if !strings.HasPrefix(location, "/") {
		directory := ""
		if len(location) > 1 && from.Path != "" {
			directory = from.Path[:strings.LastIndexByte(from.Path, '/')+1]
			if directory == "/" {
				directory = ""
			}
		}
		path = directory + "/" + location
	}
	host := from.Host
	if from.Port != port(target.URL{Scheme: from.Scheme}) {
		host += ":" + strconv.Itoa(from.Port)
	}
	return from.Scheme + "://" + host + path
}

// isTLS is how PHP tells https from http.
func isTLS(scheme string) bool { return len(scheme) > 4 && scheme[4] == 's' }

// SameOrigin tells whether two URLs have the same scheme, host and port.
func SameOrigin(a, b target.URL) bool {
	return strings.EqualFold(a.Scheme, b.Scheme) && strings.EqualFold(a.Host, b.Host) && port(a) == port(b)
}

// port is a URL's port, which may be left out.
func port(u target.URL) int {
	if u.Port != 0 {
		return u.Port
	}
	return DefaultPort(isTLS(u.Scheme))
}

// DefaultPort is that of http, or of https.
func DefaultPort(tls bool) int {
	if tls {
		return 443
	}
	return 80
}

// Safe tells whether a URL that a server leads to has no control bytes in user,
// password and path, written or encoded.
func Safe(u target.URL) bool {
	return !target.HasControl(Decoded(u.User)) && !target.HasControl(Decoded(u.Pass)) && !target.HasControl(Decoded(u.Path))
}

// Decoded is PHP's urldecode: what isn't a code stays.
func Decoded(s string) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+':
			b = append(b, ' ')
		case s[i] == '%' && i+2 < len(s):
			if code, err := url.PathUnescape(s[i : i+3]); err == nil {
				b = append(b, code...)
				i += 2
				continue
			}
			b = append(b, '%')
		default:
			b = append(b, s[i])
		}
	}
	return string(b)
}
