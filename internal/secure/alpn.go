package secure

import (
	"strings"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// readALPN takes the option alpn_protocols, a list with commas. OpenSSL
// refuses an empty name in it; PHP 8.4 says so, older ones go on without ALPN.
//
// php-src: ext/openssl/xp_ssl.c, php_openssl_alpn_protos_parse.
func (p *Policy) readALPN(o *options) error {
	text, ok := o.cString("alpn_protocols")
	if !ok {
		return nil
	}
	const maxList, maxName = 65535, 255
	names := strings.Split(text, ",")
	tooLong, empty := len(text) >= maxList, false
	for _, name := range names {
		tooLong = tooLong || len(name) > maxName
		empty = empty || name == "" && o.peer == servers // a server never chooses it
	}
	switch {
	case tooLong:
		o.warn("Failed parsing comma-separated TLS ALPN protocol string")
		return errSetup
	case empty && p.version >= phpfacts.PHP84:
		o.warn("Failed setting TLS ALPN protocols, protocol names must not be empty")
		return errSetup
	case empty:
		o.note("ssl option alpn_protocols: a list with an empty name is not sent")
		return nil
	}
	p.alpn = names
	return nil
}
