// Package x509text shows certificates as PHP's openssl_x509_parse does: in
// the words of the OpenSSL that the PHP of a version is built with.
package x509text

import (
	"fmt"
	"strings"

	"github.com/phpstream-go/phpstream/internal/assoc"
	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/x509name"
)

// Parse returns the array that openssl_x509_parse gives for a certificate in
// DER, in PHP's order: a new one for each call. short chooses short names for
// the parts of the names and for the purposes. warn, if not nil, hears PHP's
// warnings, without the function's name. ok is false where PHP answers false.
//
// php-src: ext/openssl/openssl.c, openssl_x509_parse.
func Parse(v phpfacts.Version, der []byte, short bool, warn func(text string)) (out assoc.Array, ok bool) {
	o := openSSLOf(v)
	c, err := parseCertificate(o, der)
	if err != nil {
		return nil, false
	}
	hash, err := x509name.FileBase(c.subject.raw)
	if err != nil {
		return nil, false
	}
	out.Set("name", c.subject.oneline(o, 0))
	out.Set("subject", c.subject.array(o, short))
	out.Set("hash", hash)
	out.Set("issuer", c.issuer.array(o, short))
	out.Set("version", int(c.version.Int64()))
	out.Set("serialNumber", integerText(c.serial))
	out.Set("serialNumberHex", hexInt(c.serial))
	out.Set("validFrom", string(c.notBefore.body))
	out.Set("validTo", string(c.until.body))
	for _, t := range []struct {
		key  string
		time node
	}{{"validFrom_time_t", c.notBefore}, {"validTo_time_t", c.until}} {
		seconds, complaint := unixTime(t.time)
		if v <= phpfacts.PHP74 {
			complaint = lowerFirst(complaint)
		}
		if complaint != "" && warn != nil {
			warn(complaint)
		}
		out.Set(t.key, seconds)
	}
	signature, _ := o.object(c.signature)
	out.Set("signatureTypeSN", signature.short)
	out.Set("signatureTypeLN", signature.long)
	out.Set("signatureTypeNID", signature.nid)
	out.Set("purposes", c.purposeArray(o, short))
	extensions := assoc.Array{}
	for _, e := range c.extensions {
		text, ok := extensionText(o, e)
		if !ok {
			return nil, false
		}
		key := fmt.Sprintf("%.254s", e.id)
		if obj, known := o.object(e.id); known {
			key = obj.short
		}
		extensions.Set(key, text)
	}
	out.Set("extensions", extensions)
	return out, true
}

// lowerFirst begins a warning as PHP 7 does.
func lowerFirst(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToLower(s[:1]) + s[1:]
}
