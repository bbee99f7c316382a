package secure

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"slices"
	"strings"
)

// A storeCert is a trusted certificate as it stands in a file.
type storeCert struct {
	cert  *x509.Certificate
	trust trustFor
}

// trust is what a "TRUSTED CERTIFICATE" says about itself; most say nothing.
type trust int

const (
	trustUnset    trust = iota // an anchor if it is self-signed
	trustGranted               // an anchor
	trustRejected              // no chain may hold it
)

// trustFor is the trust by what the peer plays in TLS.
type trustFor [2]trust

// A role is what a peer plays in TLS.
type role int

const (
	servers role = iota
	clients
)

// A pemBlock is one block of a PEM file.
type pemBlock struct {
	kind    string
	headers bool // what stood in front of the data, between the lines
	der     []byte
	bad     bool // cut short, or no base64
}

// nextPEM finds the next block as OpenSSL reads: by lines, spaces at their
// ends apart. It differs from encoding/pem in that it doesn't pass over a
// broken block.
//
// OpenSSL: crypto/pem/pem_lib.c, PEM_read_bio_ex.
func nextPEM(data []byte) (block pemBlock, rest []byte, ok bool) {
	const begin, end, tail = "-----BEGIN ", "-----END ", "-----"
	var body strings.Builder
	for len(data) > 0 {
		var line []byte
		line, data = cutLine(data)
		text := string(bytes.TrimRight(line, "\x00\t\n\v\f\r "))
		switch {
		case !ok:
			if kind, found := strings.CutPrefix(text, begin); found && strings.HasSuffix(kind, tail) {
				block.kind, ok = strings.TrimSuffix(kind, tail), true
			}
		case strings.HasPrefix(text, end):
			block.bad = text != end+block.kind+tail
			if !block.bad {
				block.der, block.bad = decodeBase64(body.String())
			}
			return block, data, true
		case strings.Contains(text, ":"):
			block.headers = true
			body.Reset()
		default:
			body.WriteString(text)
		}
	}
	block.bad = true // no end
	return block, nil, ok
}

func cutLine(data []byte) (line, rest []byte) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return data[:i+1], data[i+1:]
	}
	return data, nil
}

func decodeBase64(s string) (der []byte, bad bool) {
	der, err := base64.StdEncoding.DecodeString(s)
	return der, err != nil || len(der) == 0
}

// A bundle is what a file of trusted certificates holds.
type bundle struct {
	certs      []storeCert
	unreadable int // certificates that OpenSSL reads and crypto/x509 doesn't
	found      int // entries that OpenSSL counts, whatever becomes of them
	broken     bool
}

// add reads the certificate of a block. It reports false where OpenSSL would
// stop.
func (b *bundle) add(block pemBlock) bool {
	if block.bad || block.headers {
		return false
	}
	var outer asn1.RawValue
	rest, err := asn1.Unmarshal(block.der, &outer)
	if err != nil || outer.Tag != asn1.TagSequence || !outer.IsCompound || len(outer.Bytes) < minCertificate {
		return false
	}
	sc := storeCert{}
	if block.kind == "TRUSTED CERTIFICATE" && len(rest) > 0 {
		var ok bool
		if sc.trust, ok = readTrust(rest); !ok {
			return false
		}
	}
	b.found++
	if sc.cert, err = x509.ParseCertificate(outer.FullBytes); err != nil {
		b.unreadable++
		return true
	}
	b.certs = append(b.certs, sc)
	return true
}

// minCertificate tells a certificate that crypto/x509 doesn't want to read
// from something that is none.
const minCertificate = 64

// readTrust reads what follows the certificate in a "TRUSTED CERTIFICATE":
// the uses that it is trusted for, and those that it is not.
//
// OpenSSL: crypto/x509/x_x509a.c, X509_CERT_AUX; trust_1oidany.
func readTrust(der []byte) (t trustFor, ok bool) {
	var outer asn1.RawValue
	if _, err := asn1.Unmarshal(der, &outer); err != nil || outer.Class != asn1.ClassUniversal || outer.Tag != asn1.TagSequence {
		return t, false
	}
	var granted, rejected []asn1.ObjectIdentifier
	last := -1
	for rest := outer.Bytes; len(rest) > 0; {
		var part asn1.RawValue
		var err error
		if rest, err = asn1.Unmarshal(rest, &part); err != nil {
			return t, false
		}
		place := slices.Index(trustParts, trustPart{part.Class, part.Tag})
		if place <= last {
			return t, false
		}
		last = place
		switch place {
		case 0:
			granted, err = readOIDs(part.Bytes)
		case 1:
			rejected, err = readOIDs(part.Bytes)
		}
		if err != nil {
			return t, false
		}
	}
	for peer, use := range map[role]asn1.ObjectIdentifier{servers: oidServerAuth, clients: oidClientAuth} {
		switch {
		case hasOID(rejected, use), hasOID(rejected, oidAnyUsage):
			t[peer] = trustRejected
		case hasOID(granted, use), hasOID(granted, oidAnyUsage):
			t[peer] = trustGranted
		case len(granted) > 0:
			t[peer] = trustRejected // for something else only
		}
	}
	return t, true
}

type trustPart struct{ class, tag int }

// trustParts are the parts in their order: uses trusted, uses rejected, a
// name, an id, and anything else. All may be absent.
var trustParts = []trustPart{
	{asn1.ClassUniversal, asn1.TagSequence}, {asn1.ClassContextSpecific, 0},
	{asn1.ClassUniversal, asn1.TagUTF8String}, {asn1.ClassUniversal, asn1.TagOctetString}, {asn1.ClassContextSpecific, 1},
}

var (
	oidServerAuth = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 1}
	oidClientAuth = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 2}
	oidAnyUsage   = asn1.ObjectIdentifier{2, 5, 29, 37, 0}
)

func readOIDs(der []byte) (out []asn1.ObjectIdentifier, err error) {
	for len(der) > 0 {
		var oid asn1.ObjectIdentifier
		if der, err = asn1.Unmarshal(der, &oid); err != nil {
			return nil, err
		}
		out = append(out, oid)
	}
	return out, nil
}

func hasOID(list []asn1.ObjectIdentifier, want asn1.ObjectIdentifier) bool {
	for _, oid := range list {
		if oid.Equal(want) {
			return true
		}
	}
	return false
}

func isCertificateBlock(kind string) bool {
	return kind == "CERTIFICATE" || kind == "X509 CERTIFICATE" || kind == "TRUSTED CERTIFICATE"
}

// readCAFile reads a file as OpenSSL reads a cafile: one broken block spoils
// all of it, and without a certificate or a revocation list it doesn't count.
//
// OpenSSL: crypto/x509/by_file.c, X509_load_cert_crl_file.
func readCAFile(data []byte) *bundle {
	b := &bundle{}
	for {
		block, rest, ok := nextPEM(data)
		if !ok {
			break
		}
		data = rest
		switch {
		case block.bad:
			b.broken = true
		case isCertificateBlock(block.kind):
			b.broken = b.broken || !b.add(block)
		case block.kind == "X509 CRL":
			b.found++
		}
	}
	b.broken = b.broken || b.found == 0
	return b
}

// readCAPathFile reads a file of a capath, where OpenSSL keeps what stands
// before the first broken block.
//
// OpenSSL: crypto/x509/by_file.c, X509_load_cert_file.
func readCAPathFile(data []byte) *bundle {
	b := &bundle{}
	for {
		block, rest, ok := nextPEM(data)
		if !ok {
			break
		}
		data = rest
		if block.bad || isCertificateBlock(block.kind) && !b.add(block) {
			break
		}
	}
	b.broken = b.found == 0
	return b
}

// readCAStream reads a file as PHP does where OpenSSL gave up: only lines that
// are exactly right count, and a broken certificate is passed over.
//
// php-src: ext/openssl/xp_ssl.c, php_openssl_load_stream_cafile.
func readCAStream(data []byte) *bundle {
	const begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
	b := &bundle{}
	var block []byte
	for len(data) > 0 {
		var line []byte
		line, data = cutLine(data)
		text := string(line)
		switch {
		case block == nil && (text == begin+"\n" || text == begin+"\r\n"):
			block = append([]byte(nil), line...)
		case block == nil:
		case text == end || text == end+"\n" || text == end+"\r\n":
			block = append(block, line...)
			if p, _, ok := nextPEM(block); ok && p.kind == "CERTIFICATE" {
				b.add(p)
			}
			block = nil
		default:
			block = append(block, line...)
		}
	}
	b.broken = b.found == 0
	return b
}
