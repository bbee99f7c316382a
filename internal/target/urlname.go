package target

import "strings"

// URLName is the host that PHP's TLS takes out of a target's rest, for server
// name indication and as the expected name where no peer_name is set; "" for
// none. PHP reads the rest as a URL for this, and not as the address that it
// connects to: "localhost:25" gives "localhost" and "user@host:25" gives
// "host", but "[::1]:25" gives nothing. Dots at the end are cut.
//
// php-src: ext/openssl/xp_ssl.c, php_openssl_get_url_name.
func URLName(rest string) string {
	u, ok := ParseURL(rest)
	if !ok {
		return ""
	}
	return strings.TrimRight(u.Host, ".")
}
