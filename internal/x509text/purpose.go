package x509text

import (
	"math/big"

	"github.com/phpstream-go/phpstream/internal/assoc"
)

// usage is what the extensions say about a certificate's use (OpenSSL's
// ex_flags and their like).
type usage struct {
	invalid     bool // an extension cannot be read: OpenSSL then has no answer
	v1          bool
	constraints bool // there are basic constraints
	ca          bool
	selfSigned  bool
	critical    map[string]bool // kinds of extensions that are critical

	hasKey, hasExt, hasCert bool // keyUsage, extKeyUsage, nsCertType are there
	key                     int  // bits of keyUsage, as below
	cert                    int
	ext                     map[string]bool
}

// Bits of keyUsage, the first one lowest.
const (
	keySign = 1 << iota
	keyNonRepudiation
	keyEncipher
	dataEncipher
	keyAgree
	keyCertSign
	keyCRLSign
)

// Bits of nsCertType.
const (
	certClient = 1 << iota
	certServer
	certMail
	certObject
	_
	certSSLCA
	certMailCA
	certObjectCA
)

// Extended key uses.
const (
	useServer    = "1.3.6.1.5.5.7.3.1"
	useClient    = "1.3.6.1.5.5.7.3.2"
	useCode      = "1.3.6.1.5.5.7.3.3"
	useMail      = "1.3.6.1.5.5.7.3.4"
	useTime      = "1.3.6.1.5.5.7.3.8"
	useOCSP      = "1.3.6.1.5.5.7.3.9"
	useDVCS      = "1.3.6.1.5.5.7.3.10"
	useAny       = "2.5.29.37.0"
	useMicrosoft = "1.3.6.1.4.1.311.10.3.3" // server gated cryptography
	useNetscape  = "2.16.840.1.113730.4.1"
)

// knownUses are those that OpenSSL looks at.
var knownUses = map[string]bool{
	useServer: true, useClient: true, useCode: true, useMail: true, useTime: true,
	useOCSP: true, useDVCS: true, useAny: true, useMicrosoft: true, useNetscape: true,
}

// usageOf reads the extensions that decide about purposes.
func (c *certificate) usageOf(o openSSL) *usage {
	u := &usage{v1: c.version.Sign() == 0, ext: map[string]bool{}, critical: map[string]bool{}}
	for _, e := range c.extensions {
		if e.critical {
			u.critical[e.id] = true
		}
	}
	for id, check := range map[string]func(node) bool{
		idBasicConstraints: func(n node) bool { return u.readConstraints(o, n) },
		idKeyUsage:         func(n node) bool { return u.readKeyUsage(o, n) },
		idExtKeyUsage:      u.readUses,
		idCertType: func(n node) (ok bool) {
			u.cert, u.hasCert, ok = flags(n)
			return ok
		},
		idSubjectKey:      readable(keyIdentifier, o),
		idAuthorityKey:    func(n node) bool { _, ok := authorityKeyOf(n); return ok },
		idSubjectAltName:  func(n node) bool { _, ok := parseGeneralNames(n); return ok },
		idNameConstraints: readable(nameConstraints, o),
		idCRLPoints:       func(n node) bool { return pointsUsable(o, n) },
		idAddressBlocks:   func(n node) bool { _, ok := parseAddressBlocks(n); return ok },
		idASNumbers:       readable(autonomousSystems, o),
		idProxyInfo:       readable(proxyInfo, o),
	} {
		e, twice := c.find(id)
		switch {
		case twice:
			u.invalid = true
		case e != nil:
			n, _, ok := read(e.value)
			if !ok || !check(n) {
				u.invalid = true
			}
		}
	}
	if c.has(idProxyInfo) && (u.ca || c.has(idSubjectAltName) || c.has(idIssuerAltName)) {
		u.invalid = true
	}
	u.selfSigned = c.selfIssued() && c.keyMatches()
	return u
}

func (c *certificate) has(id string) bool {
	for _, e := range c.extensions {
		if e.id == id {
			return true
		}
	}
	return false
}

// readable turns a printer into a check of the encoding.
func readable(p printer, o openSSL) func(node) bool {
	return func(n node) bool {
		_, ok := p(o, n)
		return ok
	}
}

func (u *usage) readConstraints(o openSSL, n node) bool {
	ca, pathlen, negative, ok := basicConstraintsOf(n)
	if !ok || negative {
		return false
	}
	u.constraints, u.ca = true, ca
	// OpenSSL 1.1.1 takes a path length without CA for an error.
	return o >= openSSL30 || ca || pathlen == "" || pathlen == "0"
}

func (u *usage) readKeyUsage(o openSSL, n node) (ok bool) {
	u.key, u.hasKey, ok = flags(n)
	return ok && (o == openSSL111 || u.key != 0)
}

func (u *usage) readUses(n node) bool {
	ids, ok := objectIDs(n)
	u.hasExt = ok
	for _, id := range ids {
		if knownUses[id] {
			u.ext[id] = true
		}
	}
	return ok
}

// flags reads the first 16 bits of a BIT STRING, the first one lowest.
func flags(n node) (value int, present, ok bool) {
	b, ok := n.bitString()
	for i := range 16 {
		if b.has(i) {
			value |= 1 << i
		}
	}
	return value, ok, ok
}

// pointsUsable checks the places of lists of revoked certificates: since
// OpenSSL 3.0 each needs a name or an issuer.
func pointsUsable(o openSSL, n node) bool {
	points, ok := parsePoints(n)
	for _, d := range points {
		if o >= openSSL30 && d.name == nil && len(d.issuer) == 0 {
			return false
		}
	}
	return ok
}

// keyMatches reports whether a certificate that names itself as issuer fits
// its own authority key identifier.
func (c *certificate) keyMatches() bool {
	e, _ := c.find(idAuthorityKey)
	if e == nil {
		return true
	}
	n, _, _ := read(e.value)
	a, ok := authorityKeyOf(n)
	if !ok {
		return true
	}
	if a.hasKey {
		if own, _ := c.find(idSubjectKey); own != nil {
			if k, _, ok := read(own.value); ok && string(k.body) != string(a.key) {
				return false
			}
		}
	}
	if a.hasSerial && new(big.Int).SetBytes(a.serial).Cmp(c.serial) != 0 {
		return false
	}
	for _, g := range a.issuer {
		if g.kind == nameDirectory {
			return string(g.directory.canonical) == string(c.issuer.canonical)
		}
	}
	return true
}

// forbids reports whether keyUsage is there and has none of the bits.
func (u *usage) forbids(bits int) bool { return u.hasKey && u.key&bits == 0 }

// lacks reports whether extKeyUsage is there and has none of the uses.
func (u *usage) lacks(uses ...string) bool {
	if !u.hasExt {
		return false
	}
	for _, use := range uses {
		if u.ext[use] {
			return false
		}
	}
	return true
}

// authority says why the certificate counts as an authority's.
type authority int

const (
	noAuthority authority = iota
	byConstraints
	bySelfSigned // an old root without extensions
	byKeyUsage
	byCertType
)

func (u *usage) authority() authority {
	switch {
	case u.forbids(keyCertSign):
		return noAuthority
	case u.constraints && u.ca:
		return byConstraints
	case u.constraints:
		return noAuthority
	case u.v1 && u.selfSigned:
		return bySelfSigned
	case u.hasKey:
		return byKeyUsage
	case u.hasCert && u.cert&(certSSLCA|certMailCA|certObjectCA) != 0:
		return byCertType
	}
	return noAuthority
}

func (u *usage) sslAuthority() bool {
	a := u.authority()
	return a != noAuthority && (a != byCertType || u.cert&certSSLCA != 0)
}

func (u *usage) sslClient(ca bool) bool {
	switch {
	case u.lacks(useClient):
		return false
	case ca:
		return u.sslAuthority()
	}
	return !u.forbids(keySign|keyAgree) && (!u.hasCert || u.cert&certClient != 0)
}

func (u *usage) sslServer(ca bool) bool {
	switch {
	case u.lacks(useServer, useMicrosoft, useNetscape):
		return false
	case ca:
		return u.sslAuthority()
	}
	return !u.forbids(keySign|keyEncipher|keyAgree) && (!u.hasCert || u.cert&certServer != 0)
}

func (u *usage) netscapeServer(ca bool) bool {
	return u.sslServer(ca) && (ca || !u.forbids(keyEncipher))
}

func (u *usage) mail(ca bool) bool {
	switch {
	case u.lacks(useMail):
		return false
	case ca:
		a := u.authority()
		return a != noAuthority && (a != byCertType || u.cert&certMailCA != 0)
	}
	return !u.hasCert || u.cert&(certMail|certClient) != 0
}

func (u *usage) mailSign(ca bool) bool {
	return u.mail(ca) && (ca || !u.forbids(keySign|keyNonRepudiation))
}

func (u *usage) mailEncrypt(ca bool) bool {
	return u.mail(ca) && (ca || !u.forbids(keyEncipher))
}

func (u *usage) crlSign(ca bool) bool {
	if ca {
		return u.authority() != noAuthority
	}
	return !u.forbids(keyCRLSign)
}

func (u *usage) ocspHelper(ca bool) bool { return !ca || u.authority() != noAuthority }

func (u *usage) timeStamp(ca bool) bool {
	if ca {
		return u.authority() != noAuthority
	}
	const allowed = keySign | keyNonRepudiation
	if u.hasKey && (u.key&^allowed != 0 || u.key&allowed == 0) {
		return false
	}
	return u.hasExt && len(u.ext) == 1 && u.ext[useTime] && u.critical[idExtKeyUsage]
}

func (u *usage) codeSign(ca bool) bool {
	if ca {
		return u.authority() != noAuthority
	}
	return u.hasKey && u.key&keySign != 0 && u.key&(keyCertSign|keyCRLSign) == 0 && u.critical[idKeyUsage] &&
		u.hasExt && u.ext[useCode] && !u.ext[useAny] && !u.ext[useServer]
}

// purposes lists OpenSSL's purposes by number, the first being 1.
var purposes = []struct {
	check       func(*usage, bool) bool
	short, long string
	since       openSSL
}{
	{(*usage).sslClient, "sslclient", "SSL client", openSSL111},
	{(*usage).sslServer, "sslserver", "SSL server", openSSL111},
	{(*usage).netscapeServer, "nssslserver", "Netscape SSL server", openSSL111},
	{(*usage).mailSign, "smimesign", "S/MIME signing", openSSL111},
	{(*usage).mailEncrypt, "smimeencrypt", "S/MIME encryption", openSSL111},
	{(*usage).crlSign, "crlsign", "CRL signing", openSSL111},
	{func(*usage, bool) bool { return true }, "any", "Any Purpose", openSSL111},
	{(*usage).ocspHelper, "ocsphelper", "OCSP helper", openSSL111},
	{(*usage).timeStamp, "timestampsign", "Time Stamp signing", openSSL111},
	{(*usage).codeSign, "codesign", "Code signing", openSSL35},
}

// purposeArray is the certificate's fitness for each purpose, as itself and
// as an authority. OpenSSL's -1 for an unreadable certificate is true in PHP.
func (c *certificate) purposeArray(o openSSL, short bool) assoc.Array {
	u := c.usageOf(o)
	out := assoc.Array{}
	for i, p := range purposes {
		if p.since > o {
			continue
		}
		label := p.long
		if short {
			label = p.short
		}
		out.Set(i+1, assoc.List{u.invalid || p.check(u, false), u.invalid || p.check(u, true), label})
	}
	return out
}
