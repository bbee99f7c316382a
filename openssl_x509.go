package phpstream

import (
	"github.com/phpstream-go/phpstream/internal/x509text"
)

// OpensslX509Parse answers what PHP shows of a certificate: an
// *x509.Certificate, as the context option capture_peer_cert leaves it; a text
// in PEM; or "file://" and the path of one. Names have OpenSSL's short forms
// ("CN") unless shortNames is false ("commonName").
//
// The keys are "name", "subject", "hash", "issuer", "version" (0 for v1),
// "serialNumber", "serialNumberHex", "validFrom", "validTo" (as they stand),
// "validFrom_time_t", "validTo_time_t" (Unix seconds), "signatureTypeSN",
// "signatureTypeLN", "signatureTypeNID", "purposes" and "extensions". Names
// are map[string]any of strings, or []string where an attribute is repeated;
// "purposes" is map[int]any of []any{as itself, as an authority, its name};
// "extensions" is map[string]any of OpenSSL's texts, or the bytes where it has
// none. They are those of the profile's OpenSSL: 3.5, 3.0 or 1.1.1.
//
// ok is false, without a warning, where there is no certificate to be read.
//
// Differences: some extensions that only attribute certificates have are shown
// as bytes.
//
//	PHP: openssl_x509_parse(OpenSSLCertificate|string $certificate,
//	     bool $short_names = true): array|false
//
// php-src: ext/openssl/openssl.c.
func OpensslX509Parse(certificate any, shortNames ...bool) (parsed map[string]any, ok bool) {
	return defaultRuntime.OpensslX509Parse(certificate, shortNames...)
}

// OpensslX509Parse is [OpensslX509Parse] for this Runtime.
func (rt *Runtime) OpensslX509Parse(certificate any, shortNames ...bool) (parsed map[string]any, ok bool) {
	c := rt.call("openssl_x509_parse")
	defer c.deliver()
	a, ok := c.x509().Parse(certificate, len(shortNames) == 0 || shortNames[0])
	if !ok {
		return nil, false
	}
	return a.Map(), true
}

// FingerprintOption is an optional argument of [OpensslX509Fingerprint]: a
// [DigestAlgo], [Binary].
type FingerprintOption interface{ fingerprint(*fingerprintArgs) }

type fingerprintArgs struct {
	algorithm string
	binary    bool
}

// DigestAlgo is the name of a digest: "sha256".
type DigestAlgo string

// Binary says whether a digest is answered as bytes, and not in hexadecimal.
type Binary bool

func (d DigestAlgo) fingerprint(a *fingerprintArgs) { a.algorithm = string(d) }
func (b Binary) fingerprint(a *fingerprintArgs)     { a.binary = bool(b) }

// OpensslX509Fingerprint answers the digest of a certificate, given as for
// [OpensslX509Parse]: by SHA-1 and in hexadecimal, unless the options say
// otherwise. ok is false with a warning: "X.509 Certificate cannot be retrieved",
// or "Unknown digest algorithm".
//
// Differences: BLAKE2, MD4, RIPEMD-160, SHAKE, SM3 and Whirlpool are unknown
// here.
//
//	PHP: openssl_x509_fingerprint(OpenSSLCertificate|string $certificate,
//	     string $digest_algo = "sha1", bool $binary = false): string|false
//
// php-src: ext/openssl/openssl.c.
func OpensslX509Fingerprint(certificate any, opts ...FingerprintOption) (digest string, ok bool) {
	return defaultRuntime.OpensslX509Fingerprint(certificate, opts...)
}

// OpensslX509Fingerprint is [OpensslX509Fingerprint] for this Runtime.
func (rt *Runtime) OpensslX509Fingerprint(certificate any, opts ...FingerprintOption) (digest string, ok bool) {
	c := rt.call("openssl_x509_fingerprint")
	defer c.deliver()
	a := fingerprintArgs{algorithm: "sha1"}
	for _, o := range opts {
		if o != nil {
			o.fingerprint(&a)
		}
	}
	return c.x509().Fingerprint(certificate, a.algorithm, a.binary)
}

// x509 prepares the certificate functions for a call.
func (c *call) x509() x509text.Calls {
	return x509text.Calls{
		Version: c.rt.version,
		Report: func(p x509text.Complaint) {
			switch {
			case p.Class != "":
				c.throw(p.Class, c.name+"(): "+p.Text)
			case p.Deprecated:
				c.raise(E_DEPRECATED, p.Text)
			default:
				c.warning(p.Text)
			}
		},
	}
}
