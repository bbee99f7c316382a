package secure

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"slices"
	"time"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// defaultDepth is OPENSSL_DEFAULT_STREAM_VERIFY_DEPTH.
const defaultDepth = 9

// A chainCheck is OpenSSL's check of a certificate chain with PHP's settings.
// crypto/x509 finds the chains; each must then pass what OpenSSL asks beyond.
type chainCheck struct {
	version         phpfacts.Version
	store           *store
	level           int
	depth           uint64 // of the last certificate, the peer's own being 0
	allowSelfSigned bool
	now             func() time.Time
	otherClock      bool // now is not the machine's
}

func readChainCheck(o *options, trust *store, level int, now func() time.Time) *chainCheck {
	otherClock := now != nil
	if !otherClock {
		now = time.Now
	}
	return &chainCheck{
		version:         o.version,
		store:           trust,
		level:           level,
		depth:           uint64(o.number("verify_depth", defaultDepth)), // PHP's cast: -1 is no limit
		allowSelfSigned: o.truth("allow_self_signed", false),
		now:             now,
		otherClock:      otherClock,
	}
}

// check judges the chain that a peer shows, its own certificate first. What
// the directories hold is only read when the file isn't enough, as in OpenSSL.
func (c *chainCheck) check(shown []*x509.Certificate) error {
	if len(shown) == 0 {
		return errNoCertificate
	}
	shown = shown[:min(len(shown), maxShown)]
	err := c.try(c.newBuilder(shown, nil), shown[0])
	if err != nil && len(c.store.dirs) > 0 {
		if more := c.store.fromDirs(shown); len(more) > 0 {
			err = c.try(c.newBuilder(shown, more), shown[0])
		}
	}
	return err
}

func (c *chainCheck) try(b *chainBuilder, leaf *x509.Certificate) error {
	chains, err := b.chains(leaf)
	var first error
	for _, chain := range chains {
		refusal := c.audit(b, chain)
		if refusal == nil {
			return nil
		}
		if first == nil {
			first = refusal
		}
	}
	if first != nil {
		return first
	}
	if c.allowSelfSigned && selfSigned(leaf) {
		return c.audit(b, []*x509.Certificate{leaf})
	}
	return c.diagnose(b, leaf, err)
}

func (c *chainCheck) refuse(code phpfacts.VerifyCode, cause error) *VerifyError {
	n, text := code.Of(c.version)
	return &VerifyError{Code: n, Text: text, Err: cause}
}

// audit holds a chain, from the peer's certificate to the anchor, against what
// OpenSSL asks of it, in OpenSSL's order.
//
// OpenSSL: crypto/x509/x509_vfy.c, verify_chain.
func (c *chainCheck) audit(b *chainBuilder, chain []*x509.Certificate) error {
	leaf, last := chain[0], len(chain)-1
	minBits := levelBits[c.level]
	if keyBits(leaf.PublicKey) < minBits {
		return c.refuse(phpfacts.VerifyWeakKey, errShortKey)
	}
	for _, cert := range chain {
		if b.isRejected(cert) {
			return c.refuse(phpfacts.VerifyRejected, errRejected)
		}
	}
	below := 0 // authorities under this one that count for its path length
	for i, cert := range chain {
		if len(cert.UnhandledCriticalExtensions) > 0 {
			return c.refuse(phpfacts.VerifyUnhandledCritical, x509.UnhandledCriticalExtension{})
		}
		if i > 0 && !isAuthority(cert) {
			return c.refuse(phpfacts.VerifyInvalidCA, x509.CertificateInvalidError{Cert: cert, Reason: x509.NotAuthorizedToSign})
		}
		if !mayServe(cert, c.store.peer, i > 0) {
			return c.refuse(phpfacts.VerifyPurpose, x509.CertificateInvalidError{Cert: cert, Reason: x509.IncompatibleUsage})
		}
		if i > 0 && cert.BasicConstraintsValid && cert.MaxPathLen >= 0 && (cert.MaxPathLen > 0 || cert.MaxPathLenZero) && below > cert.MaxPathLen {
			return c.refuse(phpfacts.VerifyPathLength, x509.CertificateInvalidError{Cert: cert, Reason: x509.TooManyIntermediates})
		}
		if i > 0 && !bytes.Equal(cert.RawSubject, cert.RawIssuer) {
			below++
		}
	}
	if err := c.auditExtensions(chain); err != nil {
		return err
	}
	if err := c.auditNames(chain); err != nil {
		return err
	}
	for i, cert := range chain {
		if i > 0 && keyBits(cert.PublicKey) < minBits {
			return c.refuse(phpfacts.VerifyWeakCAKey, errShortKey)
		}
		if i < last && digestBits(c.version, cert.SignatureAlgorithm) < minBits {
			return c.refuse(phpfacts.VerifyWeakCADigest, x509.InsecureAlgorithmError(cert.SignatureAlgorithm))
		}
	}
	if uint64(last) > c.depth {
		return c.refuse(phpfacts.VerifyTooLong, x509.CertificateInvalidError{Cert: leaf, Reason: x509.TooManyIntermediates})
	}
	now := c.now()
	for i := last; i >= 0; i-- {
		if err := c.checkTime(chain[i], now); err != nil {
			return err
		}
	}
	return nil
}

func (c *chainCheck) checkTime(cert *x509.Certificate, now time.Time) error {
	switch {
	case now.Before(cert.NotBefore):
		return c.refuse(phpfacts.VerifyNotYetValid, x509.CertificateInvalidError{Cert: cert, Reason: x509.Expired, Detail: "not yet valid"})
	case now.After(cert.NotAfter):
		return c.refuse(phpfacts.VerifyExpired, x509.CertificateInvalidError{Cert: cert, Reason: x509.Expired, Detail: "expired"})
	}
	return nil
}

var (
	errShortKey = errors.New("a key is too short for the security level")
	errRejected = errors.New("a trusted certificate's file says that it isn't one for TLS servers")
)

// isAuthority tells whether a certificate may sign others.
//
// OpenSSL: crypto/x509/v3_purp.c, check_ca.
func isAuthority(c *x509.Certificate) bool {
	switch {
	case c.KeyUsage != 0 && c.KeyUsage&x509.KeyUsageCertSign == 0:
		return false
	case c.BasicConstraintsValid:
		return c.IsCA
	case c.Version == 1:
		return selfSigned(c)
	}
	return c.KeyUsage != 0
}

// purposes are the uses that a certificate must be good for.
//
// OpenSSL: crypto/x509/v3_purp.c, check_purpose_ssl_server and
// check_purpose_ssl_client.
var purposes = [...]struct {
	extended []x509.ExtKeyUsage
	usage    x509.KeyUsage
	netscape int // the bit of Netscape's extension
}{
	servers: {
		[]x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageMicrosoftServerGatedCrypto, x509.ExtKeyUsageNetscapeServerGatedCrypto},
		x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment | x509.KeyUsageKeyAgreement, 1,
	},
	clients: {
		[]x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		x509.KeyUsageDigitalSignature | x509.KeyUsageKeyAgreement, 0,
	},
}

// mayServe tells whether a certificate may stand in the chain of a TLS peer. The
// extended key usage counts for authorities too, and "any" isn't enough.
func mayServe(c *x509.Certificate, peer role, authority bool) bool {
	purpose := &purposes[peer]
	if len(c.ExtKeyUsage)+len(c.UnknownExtKeyUsage) > 0 {
		ok := func(usage x509.ExtKeyUsage) bool { return slices.Contains(purpose.extended, usage) }
		if !slices.ContainsFunc(c.ExtKeyUsage, ok) {
			return false
		}
	}
	return authority || (c.KeyUsage == 0 || c.KeyUsage&purpose.usage != 0) && netscapeAllows(c, purpose.netscape)
}

var oidNetscapeCertType = asn1.ObjectIdentifier{2, 16, 840, 1, 113730, 1, 1}

// netscapeAllows reads an extension of the nineties that OpenSSL still heeds.
func netscapeAllows(c *x509.Certificate, bit int) bool {
	for _, ext := range c.Extensions {
		if ext.Id.Equal(oidNetscapeCertType) {
			var bits asn1.BitString
			if _, err := asn1.Unmarshal(ext.Value, &bits); err != nil {
				return false
			}
			return bits.At(bit) == 1
		}
	}
	return true
}

// diagnose finds OpenSSL's name for what crypto/x509 refused. It decides
// nothing: the answer is an error in any case.
func (c *chainCheck) diagnose(b *chainBuilder, leaf *x509.Certificate, cause error) error {
	if keyBits(leaf.PublicKey) < levelBits[c.level] {
		return c.refuse(phpfacts.VerifyWeakKey, cause)
	}
	var unknown x509.UnknownAuthorityError
	if c.store.pool == nil || errors.As(cause, &unknown) {
		if code := b.walk(leaf); code != 0 {
			return c.refuse(code, cause)
		}
	}
	var (
		bad      x509.CertificateInvalidError
		critical x509.UnhandledCriticalExtension
		weak     x509.InsecureAlgorithmError
	)
	switch {
	case errors.As(cause, &bad):
		switch bad.Reason {
		case x509.Expired:
			if err := c.checkTime(bad.Cert, c.now()); err != nil {
				return err
			}
		case x509.NotAuthorizedToSign:
			return c.refuse(phpfacts.VerifyInvalidCA, cause)
		case x509.TooManyIntermediates:
			return c.refuse(phpfacts.VerifyPathLength, cause)
		case x509.IncompatibleUsage:
			return c.refuse(phpfacts.VerifyPurpose, cause)
		case x509.CANotAuthorizedForThisName, x509.UnconstrainedName, x509.TooManyConstraints, x509.NameConstraintsWithoutSANs:
			return c.refuse(phpfacts.VerifyPermittedSubtree, cause)
		}
	case errors.As(cause, &critical):
		return c.refuse(phpfacts.VerifyUnhandledCritical, cause)
	case errors.As(cause, &weak):
		return c.refuse(phpfacts.VerifyWeakCADigest, cause)
	}
	return c.refuse(phpfacts.VerifySignature, cause)
}
