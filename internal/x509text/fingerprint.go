package x509text

import (
	"encoding/hex"

	"github.com/phpstream-go/phpstream/internal/digest"
	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// Fingerprint returns the digest of a certificate in DER, in hexadecimal or as
// bytes. ok is false for an unknown digest.
//
// php-src: ext/openssl/openssl.c, php_openssl_x509_fingerprint.
func Fingerprint(v phpfacts.Version, der []byte, algorithm string, binary bool) (text string, ok bool) {
	c, err := parseCertificate(openSSLOf(v), der)
	if err != nil {
		return "", false
	}
	h, ok := digest.New(v, algorithm)
	if !ok {
		return "", false
	}
	h.Write(c.raw)
	if binary {
		return string(h.Sum(nil)), true
	}
	return hex.EncodeToString(h.Sum(nil)), true
}
