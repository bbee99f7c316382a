// Package testcert makes certificates for tests: authorities, chains, leaves
// with odd names, times and keys, and the files and directories in which
// programs look for them. Everything it makes is thrown away with the test.
package testcert

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"sync"
	"time"
)

// Spec says what a certificate looks like. The zero value is a valid
// ECDSA P-256 certificate without any name, good from an hour ago until
// tomorrow.
type Spec struct {
	CN      string    // common name; empty for none
	Org     string    // organization; NewCA fills it in when there is no CN either
	Subject pkix.Name // the whole subject; replaces CN and Org when not empty

	DNS   []string // subjectAltName entries
	IP    []string
	Email []string

	NotBefore, NotAfter time.Time

	// Key is P256 (default), P384, RSA1024, RSA2048, RSA3072, RSA4096 or
	// Ed25519. RSA keys are made once per process and role, as they are slow.
	Key KeyKind
	// Hash is what the issuer signs with: crypto.SHA256 (default), SHA1,
	// SHA384, SHA512. Ed25519 issuers have no choice.
	Hash crypto.Hash

	// EKU is the extended key usage; nil: server authentication for a leaf,
	// none for an authority. An empty slice that is not nil: no extension.
	EKU []x509.ExtKeyUsage
	// PathLen bounds the number of authorities below; nil: no bound.
	PathLen *int
	// Extra extensions; one with an extension's own id replaces it, which is
	// how a malformed subjectAltName is made.
	Extra []pkix.Extension
}

// KeyKind names a key type and size.
type KeyKind string

// The keys that a Spec may ask for.
const (
	P256    KeyKind = "P256"
	P384    KeyKind = "P384"
	RSA1024 KeyKind = "RSA1024"
	RSA2048 KeyKind = "RSA2048"
	RSA3072 KeyKind = "RSA3072"
	RSA4096 KeyKind = "RSA4096"
	Ed25519 KeyKind = "Ed25519"
)

// Cert is a certificate with its key and its issuer.
type Cert struct {
	DER    []byte
	X509   *x509.Certificate // nil when crypto/x509 refuses to parse it
	Key    crypto.Signer
	Issuer *Cert // nil when self-signed
	Spec   Spec
}

// NewCA makes a self-signed authority.
func NewCA(s Spec) *Cert {
	if s.CN == "" && s.Org == "" && len(s.Subject.Names) == 0 && s.Subject.CommonName == "" {
		s.Org, s.CN = "Test", "Test Root"
	}
	return create(s, nil, true)
}

// SelfSigned makes a certificate that signs itself and is no authority.
func SelfSigned(s Spec) *Cert { return create(s, nil, false) }

// NewCA makes an authority below c.
func (c *Cert) NewCA(s Spec) *Cert { return create(s, c, true) }

// Issue makes a leaf below c. That c is an authority isn't checked, so that
// a leaf that signs another can be made too.
func (c *Cert) Issue(s Spec) *Cert { return create(s, c, false) }

// Chain makes an authority, n authorities below each other, and a leaf, and
// returns the leaf and the root.
func Chain(n int, leaf Spec) (*Cert, *Cert) {
	root := NewCA(Spec{})
	at := root
	for i := range n {
		at = at.NewCA(Spec{CN: fmt.Sprintf("Test Intermediate %d", i+1)})
	}
	return at.Issue(leaf), root
}

// Root returns the self-signed certificate at the end of c's chain.
func (c *Cert) Root() *Cert {
	for c.Issuer != nil {
		c = c.Issuer
	}
	return c
}

// TLS returns what a server shows: the certificate and everything up to, but
// without, the root.
func (c *Cert) TLS() tls.Certificate {
	t := tls.Certificate{Certificate: [][]byte{c.DER}, PrivateKey: c.Key, Leaf: c.X509}
	for at := c.Issuer; at != nil && at.Issuer != nil; at = at.Issuer {
		t.Certificate = append(t.Certificate, at.DER)
	}
	return t
}

// TLSAlone returns the certificate without its intermediates.
func (c *Cert) TLSAlone() tls.Certificate {
	return tls.Certificate{Certificate: [][]byte{c.DER}, PrivateKey: c.Key, Leaf: c.X509}
}

// TLSFull returns the certificate with its whole chain, the root included.
func (c *Cert) TLSFull() tls.Certificate {
	t := c.TLS()
	if root := c.Root(); root != c {
		t.Certificate = append(t.Certificate, root.DER)
	}
	return t
}

// Pool returns a pool that trusts the given certificates.
func Pool(certs ...*Cert) *x509.CertPool {
	p := x509.NewCertPool()
	for _, c := range certs {
		p.AddCert(c.X509)
	}
	return p
}

var zeroTime time.Time

func create(s Spec, issuer *Cert, isCA bool) *Cert {
	now := time.Now()
	if s.NotBefore.Equal(zeroTime) {
		s.NotBefore = now.Add(-time.Hour)
	}
	if s.NotAfter.Equal(zeroTime) {
		s.NotAfter = now.Add(24 * time.Hour)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	must(err)

	t := &x509.Certificate{
		SerialNumber:          serial.Add(serial, big.NewInt(1)),
		Subject:               s.Subject,
		NotBefore:             s.NotBefore,
		NotAfter:              s.NotAfter,
		DNSNames:              s.DNS,
		EmailAddresses:        s.Email,
		BasicConstraintsValid: true,
		IsCA:                  isCA,
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage:           s.EKU,
		ExtraExtensions:       s.Extra,
	}
	if len(s.Subject.ToRDNSequence()) == 0 {
		t.Subject.CommonName = s.CN
		if s.Org != "" {
			t.Subject.Organization = []string{s.Org}
		}
	}
	for _, text := range s.IP {
		ip := net.ParseIP(text)
		if ip == nil {
			panic("testcert: no such address: " + text)
		}
		if v4 := ip.To4(); v4 != nil {
			ip = v4
		}
		t.IPAddresses = append(t.IPAddresses, ip)
	}
	if isCA {
		t.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	} else if s.EKU == nil {
		t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	}
	if isCA && s.PathLen != nil {
		t.MaxPathLen, t.MaxPathLenZero = *s.PathLen, *s.PathLen == 0
	}

	c := &Cert{Issuer: issuer, Spec: s, Key: key(s.Key, issuer, isCA)}
	parent, signer := t, c.Key
	if issuer != nil {
		signer = issuer.Key
		if parent = issuer.X509; parent == nil {
			panic("testcert: the issuer can't be parsed")
		}
	}
	t.SignatureAlgorithm = signatureAlgorithm(signer, s.Hash)
	c.DER, err = x509.CreateCertificate(rand.Reader, t, parent, c.Key.Public(), signer)
	must(err)
	c.X509, _ = x509.ParseCertificate(c.DER)
	return c
}

func signatureAlgorithm(signer crypto.Signer, h crypto.Hash) x509.SignatureAlgorithm {
	if h == 0 {
		h = crypto.SHA256
	}
	switch signer.Public().(type) {
	case *rsa.PublicKey:
		return map[crypto.Hash]x509.SignatureAlgorithm{
			crypto.SHA1: x509.SHA1WithRSA, crypto.SHA256: x509.SHA256WithRSA,
			crypto.SHA384: x509.SHA384WithRSA, crypto.SHA512: x509.SHA512WithRSA,
		}[h]
	case *ecdsa.PublicKey:
		return map[crypto.Hash]x509.SignatureAlgorithm{
			crypto.SHA1: x509.ECDSAWithSHA1, crypto.SHA256: x509.ECDSAWithSHA256,
			crypto.SHA384: x509.ECDSAWithSHA384, crypto.SHA512: x509.ECDSAWithSHA512,
		}[h]
	}
	return x509.PureEd25519
}

var (
	keysMu sync.Mutex
	keys   = map[string]crypto.Signer{}
)

// key makes a key. RSA keys are shared between certificates of one role
// (the depth of the authority, or leaf), never between two of one chain.
func key(kind KeyKind, issuer *Cert, isCA bool) crypto.Signer {
	bits := 0
	switch kind {
	case "", P256:
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		must(err)
		return k
	case P384:
		k, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
		must(err)
		return k
	case Ed25519:
		_, k, err := ed25519.GenerateKey(rand.Reader)
		must(err)
		return k
	case RSA1024:
		bits = 1024
	case RSA2048:
		bits = 2048
	case RSA3072:
		bits = 3072
	case RSA4096:
		bits = 4096
	default:
		panic("testcert: no such key: " + string(kind))
	}
	depth := 0
	for at := issuer; at != nil; at = at.Issuer {
		depth++
	}
	name := fmt.Sprint(kind, " ", depth, " ", isCA)
	keysMu.Lock()
	defer keysMu.Unlock()
	if k := keys[name]; k != nil {
		return k
	}
	k, err := rsa.GenerateKey(rand.Reader, bits)
	must(err)
	keys[name] = k
	return k
}

// NewKey makes a key that belongs to no certificate.
func NewKey() crypto.Signer { return key(P256, nil, false) }

func must(err error) {
	if err != nil {
		panic("testcert: " + err.Error())
	}
}
