package secure

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// defaultLevel is the security level of Debian's OpenSSL, all three of them.
const defaultLevel = 2

// readLevel takes the option security_level, which stands above @SECLEVEL in
// the cipher string. Values out of range warn and then count as the nearest.
func readLevel(o *options, list *cipherList) int {
	level := defaultLevel
	if list.secLevel >= 0 {
		level = list.secLevel
	}
	if _, ok := o.get("security_level"); !ok {
		return level
	}
	n := o.number("security_level", 0)
	if n < 0 || n > 5 {
		o.warn("Security level must be between 0 and 5")
	}
	return int(min(max(int64(int32(n)), 0), 5))
}

// levelBits is how many bits of security each level asks for.
var levelBits = [6]int{0, 80, 112, 128, 192, 256}

// levelAllowsSuite is OpenSSL's judgement of a suite.
//
// OpenSSL: ssl/ssl_cert.c, ssl_security_default_callback.
func levelAllowsSuite(v phpfacts.Version, c *phpfacts.Cipher, level int) bool {
	if level <= 0 {
		return true
	}
	forwardSecret := c.Kx == "ECDHE" || c.Kx == "DHE" || c.Protocol == "TLSv1.3"
	switch {
	case c.Strength(v) < levelBits[level],
		c.Auth == "NULL",
		c.Mac == "MD5",
		c.Mac == "SHA1" && levelBits[level] > 160,
		level >= 3 && !forwardSecret:
		return false
	}
	return true
}

// levelCurves limits the key exchange; nil leaves it to crypto/tls.
func levelCurves(level int) []tls.CurveID {
	switch {
	case level >= 5:
		return []tls.CurveID{tls.CurveP521}
	case level == 4:
		return []tls.CurveID{tls.CurveP384, tls.CurveP521}
	}
	return nil
}

// keyBits is what a public key is worth, in bits of security.
func keyBits(key any) int {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return bitsOfSize(k.N.BitLen())
	case *ecdsa.PublicKey:
		if k.Curve.Params().BitSize == 521 {
			return 256
		}
		return k.Curve.Params().BitSize / 2
	case ed25519.PublicKey:
		return 128
	}
	return 0
}

// bitsOfSize is what a key of RSA, or of Diffie-Hellman, is worth.
func bitsOfSize(size int) int {
	for _, row := range []struct{ size, worth int }{{15360, 256}, {7680, 192}, {3072, 128}, {2048, 112}, {1024, 80}} {
		if size >= row.size {
			return row.worth
		}
	}
	return 0
}

// digestBits is what the digest of a certificate's signature is worth.
// OpenSSL 3 counts the known attacks on SHA-1.
func digestBits(v phpfacts.Version, a x509.SignatureAlgorithm) int {
	switch a {
	case x509.SHA1WithRSA, x509.ECDSAWithSHA1:
		if v >= phpfacts.PHP82 {
			return 63
		}
		return 80
	case x509.SHA256WithRSA, x509.ECDSAWithSHA256, x509.SHA256WithRSAPSS, x509.PureEd25519:
		return 128
	case x509.SHA384WithRSA, x509.ECDSAWithSHA384, x509.SHA384WithRSAPSS:
		return 192
	case x509.SHA512WithRSA, x509.ECDSAWithSHA512, x509.SHA512WithRSAPSS:
		return 256
	}
	return 0
}

func isSHA1(a x509.SignatureAlgorithm) bool {
	return a == x509.SHA1WithRSA || a == x509.ECDSAWithSHA1
}
