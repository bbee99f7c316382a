package x509text

import (
	"crypto/x509"
	"strings"

	"github.com/phpstream-go/phpstream/internal/assoc"
	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

// Calls are PHP's functions with their arguments taken and complained about
// as the PHP of the given version does.
type Calls struct {
	Version phpfacts.Version
	// Report hears of warnings, deprecations and errors that PHP throws.
	Report func(Complaint)
}

// Complaint is a warning; a deprecation; or an error that PHP throws where
// Class is set. Its text begins after the function's name.
type Complaint struct {
	Class      string
	Deprecated bool
	Text       string
}

func (c Calls) warn(text string) { c.Report(Complaint{Text: text}) }

// Parse is openssl_x509_parse of an *x509.Certificate, a PEM text or the
// "file://path" of one.
func (c Calls) Parse(certificate any, short bool) (assoc.Array, bool) {
	der, ok := c.certificate(certificate)
	if !ok || der == nil {
		return nil, false
	}
	return Parse(c.Version, der, short, c.warn)
}

// Fingerprint is openssl_x509_fingerprint.
func (c Calls) Fingerprint(certificate any, algorithm string, binary bool) (string, bool) {
	der, ok := c.certificate(certificate)
	if !ok {
		return "", false
	}
	unreadable, unknown := "X.509 Certificate cannot be retrieved", "Unknown digest algorithm"
	if c.Version <= phpfacts.PHP74 {
		unreadable, unknown = "cannot get cert from parameter 1", "Unknown signature algorithm"
	}
	if der != nil {
		if _, err := parseCertificate(openSSLOf(c.Version), der); err != nil {
			der = nil
		}
	}
	if der == nil {
		c.warn(unreadable)
		return "", false
	}
	text, ok := Fingerprint(c.Version, der, algorithm, binary)
	if !ok {
		c.warn(unknown)
	}
	return text, ok
}

// certificate takes the argument. der is nil where there is no certificate;
// ok is false where PHP does not even begin.
func (c Calls) certificate(v any) (der []byte, ok bool) {
	if cert, isCert := v.(*x509.Certificate); isCert && cert != nil {
		return cert.Raw, true
	}
	text, isText := phpvalue.String(v)
	throws := c.Version > phpfacts.PHP74
	switch {
	case isText && text == "" && phpvalue.TypeName(v, c.Version) == "null" && throws:
		c.Report(Complaint{Deprecated: true, Text: "Passing null to parameter #1 ($certificate) of type OpenSSLCertificate|string is deprecated"})
	case !isText && throws:
		c.Report(Complaint{Class: phpfacts.TypeError, Text: "Argument #1 ($certificate) must be of type OpenSSLCertificate|string, " + phpvalue.TypeName(v, c.Version) + " given"})
		return nil, false
	}
	if isFile(text) && strings.Contains(text, "\x00") {
		if throws {
			c.Report(Complaint{Class: phpfacts.ValueError, Text: "Argument #1 ($certificate) must not contain any null bytes"})
			return nil, false
		}
		text, _, _ = strings.Cut(text, "\x00")
	}
	der, err := FromText(text)
	if err != nil {
		return nil, true
	}
	return der, true
}
