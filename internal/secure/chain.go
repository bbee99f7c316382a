package secure

import (
	"bytes"
	"crypto/x509"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// A chainBuilder gathers, for one connection, the certificates that a chain
// can be made of.
type chainBuilder struct {
	options  x509.VerifyOptions
	sources  []*trusted // of the store
	between  []*x509.Certificate
	shown    int // how many of between the peer showed; the rest is the store's
	sha1     bool
	upward   map[*x509.Certificate][][]*x509.Certificate
	climbing map[*x509.Certificate]bool
}

// maxShown bounds how much of what a peer shows is looked at.
const maxShown = 64

func (c *chainCheck) newBuilder(shown []*x509.Certificate, more []*trusted) *chainBuilder {
	b := &chainBuilder{
		// A signature with SHA-1 is for OpenSSL a matter of the level alone.
		sha1:     levelBits[c.level] <= digestBits(c.version, x509.SHA1WithRSA),
		upward:   map[*x509.Certificate][][]*x509.Certificate{},
		climbing: map[*x509.Certificate]bool{},
	}
	var roots *x509.CertPool
	switch {
	case c.store.file != nil:
		b.sources = append(b.sources, c.store.file)
		roots = c.store.file.anchors // shared: not to be added to
	case c.store.pool != nil:
		roots = c.store.pool
	default:
		roots = x509.NewCertPool()
	}
	if len(more) > 0 {
		roots = roots.Clone()
		b.sources = append(b.sources, more...)
		for _, t := range more {
			for _, cert := range t.certs {
				if cert.isAnchor(t.peer) {
					roots.AddCert(cert.cert)
				}
			}
		}
	}
	b.between = append(b.between, shown[1:]...)
	b.shown = len(b.between)
	for _, t := range b.sources {
		b.between = append(b.between, t.others...)
	}
	between := x509.NewCertPool()
	for _, cert := range b.between {
		between.AddCert(cert)
	}
	b.options = x509.VerifyOptions{
		Roots:         roots,
		Intermediates: between,
		CurrentTime:   c.now(),
		KeyUsages:     []x509.ExtKeyUsage{x509.ExtKeyUsageAny}, // OpenSSL's rule differs: audit has it
	}
	return b
}

// fromDirs reads from the directories what the chain can need: the issuers of
// what the peer showed, and theirs.
func (s *store) fromDirs(shown []*x509.Certificate) (found []*trusted) {
	if len(s.dirs) == 0 {
		return nil
	}
	asked := map[string]bool{}
	queue := append([]*x509.Certificate(nil), shown...)
	for len(queue) > 0 && len(asked) < maxShown {
		cert := queue[0]
		queue = queue[1:]
		if asked[string(cert.RawIssuer)] {
			continue
		}
		asked[string(cert.RawIssuer)] = true
		for _, t := range s.lookUp(cert.RawIssuer) {
			found = append(found, t)
			for _, c := range t.certs {
				queue = append(queue, c.cert)
			}
		}
	}
	return found
}

func (b *chainBuilder) isRejected(cert *x509.Certificate) bool {
	for _, t := range b.sources {
		for _, r := range t.rejected {
			if r.Equal(cert) {
				return true
			}
		}
	}
	return false
}

// chains returns the chains from cert to an anchor. crypto/x509 does the work;
// only where the security level allows SHA-1, which crypto/x509 never does,
// the links that are signed with it are put in here.
func (b *chainBuilder) chains(cert *x509.Certificate) ([][]*x509.Certificate, error) {
	found, err := cert.Verify(b.options)
	if found = b.endingWell(found); len(found) > 0 {
		return found, nil
	}
	if err == nil {
		err = x509.UnknownAuthorityError{Cert: cert}
	}
	if !b.sha1 {
		return nil, err
	}
	if old := b.oldChains(cert); len(old) > 0 {
		return old, nil
	}
	return nil, err
}

// endingWell drops chains that end at a certificate of the system's pool that
// isn't self-signed. What came out of files was sorted before.
func (b *chainBuilder) endingWell(chains [][]*x509.Certificate) (out [][]*x509.Certificate) {
	for _, chain := range chains {
		last := chain[len(chain)-1]
		if selfSigned(last) || b.isGranted(last) {
			out = append(out, chain)
		}
	}
	return out
}

func (b *chainBuilder) isGranted(cert *x509.Certificate) bool {
	for _, t := range b.sources {
		for _, c := range t.certs {
			if c.trust[t.peer] == trustGranted && c.cert.Equal(cert) {
				return true
			}
		}
	}
	return false
}

// oldChains returns chains that hold signatures with SHA-1. Either cert itself
// is signed so: then its issuer's chains count, behind a signature checked
// here. Or an authority above it is: then crypto/x509 checks the way up to
// that authority, as if it were an anchor, and its own chains follow.
//
// What crypto/x509 would check over the whole chain is either checked in audit
// (times, path lengths, the right to sign) or excluded here: names that an
// authority constrains.
func (b *chainBuilder) oldChains(cert *x509.Certificate) (out [][]*x509.Certificate) {
	if done, ok := b.upward[cert]; ok {
		return done
	}
	if b.climbing[cert] || len(b.climbing) > defaultDepth {
		return nil
	}
	b.climbing[cert] = true
	defer delete(b.climbing, cert)

	if isSHA1(cert.SignatureAlgorithm) {
		for _, issuer := range b.issuers(cert) {
			if issuer.CheckSignature(cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature) != nil {
				continue
			}
			above, _ := b.chains(issuer)
			for _, chain := range above {
				out = appendChain(out, cert, chain)
			}
		}
	} else {
		for _, authority := range b.between {
			if authority.Equal(cert) || !isSHA1(authority.SignatureAlgorithm) || b.climbing[authority] {
				continue
			}
			above := b.oldChains(authority)
			if len(above) == 0 {
				continue
			}
			options := b.options
			options.Roots = x509.NewCertPool()
			options.Roots.AddCert(authority)
			below, err := cert.Verify(options)
			if err != nil {
				continue
			}
			for _, lower := range below {
				for _, chain := range above {
					out = appendChain(out, lower[0], append(lower[1:len(lower)-1:len(lower)-1], chain...))
				}
			}
		}
	}
	b.upward[cert] = out
	return out
}

func appendChain(out [][]*x509.Certificate, cert *x509.Certificate, above []*x509.Certificate) [][]*x509.Certificate {
	for _, c := range above {
		if hasExtension(c, oidNameConstraints) || c.Equal(cert) {
			return out
		}
	}
	return append(out, append([]*x509.Certificate{cert}, above...))
}

// issuers returns the certificates at hand that bear cert's issuer's name.
func (b *chainBuilder) issuers(cert *x509.Certificate) (out []*x509.Certificate) {
	for _, t := range b.sources {
		for _, c := range t.certs {
			if c.trust[t.peer] != trustRejected && bytes.Equal(c.cert.RawSubject, cert.RawIssuer) && !c.cert.Equal(cert) {
				out = append(out, c.cert)
			}
		}
	}
	for _, c := range b.between[:b.shown] {
		if bytes.Equal(c.RawSubject, cert.RawIssuer) && !c.Equal(cert) {
			out = append(out, c)
		}
	}
	return out
}

// issuer returns the one whose signature cert bears.
func (b *chainBuilder) issuer(cert *x509.Certificate) *x509.Certificate {
	for _, c := range b.issuers(cert) {
		if c.CheckSignature(cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature) == nil {
			return c
		}
	}
	return nil
}

// walk follows issuers from a refused certificate upward, by name and
// signature, to where the chain ends, and returns OpenSSL's name for that
// end; zero when it ends at an anchor, so that something else is wrong.
func (b *chainBuilder) walk(cert *x509.Certificate) phpfacts.VerifyCode {
	fromStore := false
	for depth := range maxShown {
		if b.isAnchor(cert) {
			return 0
		}
		if selfSigned(cert) {
			if depth == 0 {
				return phpfacts.VerifySelfSigned
			}
			return phpfacts.VerifySelfSignedInChain
		}
		issuer := b.issuer(cert)
		switch {
		case issuer == nil && fromStore:
			return phpfacts.VerifyNoIssuer
		case issuer == nil:
			return phpfacts.VerifyNoLocalIssuer
		case !isAuthority(issuer):
			return phpfacts.VerifyInvalidCA
		}
		fromStore = fromStore || b.inStore(issuer)
		cert = issuer
	}
	return phpfacts.VerifyTooLong
}

func (b *chainBuilder) isAnchor(cert *x509.Certificate) bool {
	for _, t := range b.sources {
		for _, c := range t.certs {
			if c.trust[t.peer] != trustRejected && c.isAnchor(t.peer) && c.cert.Equal(cert) {
				return true
			}
		}
	}
	return false
}

func (b *chainBuilder) inStore(cert *x509.Certificate) bool {
	for _, t := range b.sources {
		for _, c := range t.certs {
			if c.cert.Equal(cert) {
				return true
			}
		}
	}
	return false
}
