package secure

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"strings"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/x509name"
)

// This file is what OpenSSL checks of a chain and crypto/x509 does not: the
// names in subjects against name constraints, whether an issuer is the one that
// its certificate names by key, and extensions that mean more than they seem to.

var (
	oidNameConstraints = asn1.ObjectIdentifier{2, 5, 29, 30}
	oidAuthorityKey    = asn1.ObjectIdentifier{2, 5, 29, 35}
	oidProxy           = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 14}
	oidAddressBlocks   = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 7}
	oidSystemNumbers   = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 8}
)

var (
	errOtherIssuer = errors.New("the certificate names another key as its issuer's")
	errProxy       = errors.New("a proxy certificate")
	errResources   = errors.New("the certificate holds internet resources, which are not followed")
)

// auditExtensions is the part of [chainCheck.audit] that asks for single
// certificates and their issuers.
func (c *chainCheck) auditExtensions(chain []*x509.Certificate) error {
	for i, cert := range chain {
		switch {
		case hasExtension(cert, oidProxy):
			return c.refuse(phpfacts.VerifyProxy, errProxy)
		case hasExtension(cert, oidAddressBlocks), hasExtension(cert, oidSystemNumbers):
			return c.refuse(phpfacts.VerifyResources, errResources)
		case i+1 < len(chain) && !namesIssuer(cert, chain[i+1]):
			return c.refuse(phpfacts.VerifyNoLocalIssuer, errOtherIssuer)
		case c.version < phpfacts.PHP82 && cert.BasicConstraintsValid && !cert.IsCA && cert.MaxPathLen >= 0:
			return c.refuse(phpfacts.VerifyPurpose, x509.CertificateInvalidError{Cert: cert, Reason: x509.IncompatibleUsage})
		}
	}
	return nil
}

func hasExtension(cert *x509.Certificate, id asn1.ObjectIdentifier) bool {
	return extension(cert, id) != nil
}

func extension(cert *x509.Certificate, id asn1.ObjectIdentifier) []byte {
	for _, ext := range cert.Extensions {
		if ext.Id.Equal(id) {
			return ext.Value
		}
	}
	return nil
}

// namesIssuer holds what a certificate says of its issuer's key against the
// issuer: the key's identifier, and the issuer's own issuer and number.
//
// OpenSSL: crypto/x509/v3_purp.c, X509_check_akid.
func namesIssuer(cert, issuer *x509.Certificate) bool {
	if len(cert.AuthorityKeyId) > 0 && len(issuer.SubjectKeyId) > 0 && !bytes.Equal(cert.AuthorityKeyId, issuer.SubjectKeyId) {
		return false
	}
	value := extension(cert, oidAuthorityKey)
	if value == nil {
		return true
	}
	const tagIssuer, tagSerial, tagDirectory = 1, 2, 4
	for _, part := range elements(value) {
		switch part.Tag {
		case tagSerial:
			der := append([]byte{asn1.TagInteger}, part.FullBytes[1:]...)
			want, err := asn1.Marshal(issuer.SerialNumber)
			if err != nil || !bytes.Equal(der, want) {
				return false
			}
		case tagIssuer:
			for name, rest, ok := next(part.Bytes); ok; name, rest, ok = next(rest) {
				if name.Tag == tagDirectory {
					if !sameName(name.Bytes, issuer.RawIssuer) {
						return false
					}
					break
				}
			}
		}
	}
	return true
}

func sameName(a, b []byte) bool {
	x, err := x509name.Canonical(a)
	if err != nil {
		return false
	}
	y, err := x509name.Canonical(b)
	return err == nil && bytes.Equal(x, y)
}

// next takes one element off DER.
func next(der []byte) (v asn1.RawValue, rest []byte, ok bool) {
	if len(der) == 0 {
		return v, nil, false
	}
	rest, err := asn1.Unmarshal(der, &v)
	return v, rest, err == nil
}

// elements are the members of a sequence, up to the first broken one.
func elements(der []byte) (list []asn1.RawValue) {
	outer, _, _ := next(der)
	for v, rest, ok := next(outer.Bytes); ok; v, rest, ok = next(rest) {
		list = append(list, v)
	}
	return list
}

// auditNames holds the names of a chain against the name constraints of its
// authorities, where crypto/x509 does not: the common names of a certificate
// without an alternative DNS name, which PHP then goes by, and directory names.
//
// OpenSSL: crypto/x509/x509_vfy.c, check_name_constraints; v3_ncons.c.
func (c *chainCheck) auditNames(chain []*x509.Certificate) error {
	for j := 1; j < len(chain); j++ {
		value := extension(chain[j], oidNameConstraints)
		if value == nil {
			continue
		}
		limits := readConstraints(value)
		for i, cert := range chain[:j] {
			if i > 0 && bytes.Equal(cert.RawSubject, cert.RawIssuer) {
				continue
			}
			if !limits.allowDirectory(cert.RawSubject) || i == 0 && !limits.allowCommonNames(cert) {
				return c.refuse(phpfacts.VerifyPermittedSubtree, x509.CertificateInvalidError{Cert: cert, Reason: x509.CANotAuthorizedForThisName})
			}
		}
	}
	return nil
}

// nameLimits are the subtrees of a name constraint that are looked at here.
type nameLimits struct{ permitted, excluded subtrees }

type subtrees struct {
	dns         []string
	directories [][]byte
}

func readConstraints(value []byte) (limits nameLimits) {
	const tagDNS, tagDirectory = 2, 4
	for _, part := range elements(value) {
		into := &limits.permitted
		if part.Tag == 1 {
			into = &limits.excluded
		}
		for tree, rest, ok := next(part.Bytes); ok; tree, rest, ok = next(rest) {
			switch base, _, _ := next(tree.Bytes); base.Tag {
			case tagDNS:
				into.dns = append(into.dns, string(base.Bytes))
			case tagDirectory:
				into.directories = append(into.directories, base.Bytes)
			}
		}
	}
	return limits
}

func (l nameLimits) allowDirectory(rawName []byte) bool {
	if len(l.permitted.directories)+len(l.excluded.directories) == 0 {
		return true
	}
	name, err := x509name.Canonical(rawName)
	if err != nil {
		return false
	}
	if len(name) == 0 {
		return true // OpenSSL passes over an empty subject
	}
	within := func(base []byte) bool {
		prefix, err := x509name.Canonical(base)
		return err == nil && bytes.HasPrefix(name, prefix)
	}
	return allowed(l.permitted.directories, l.excluded.directories, within)
}

func (l nameLimits) allowCommonNames(cert *x509.Certificate) bool {
	if len(alternativeNames(cert).dns) > 0 {
		return true
	}
	for _, attribute := range cert.Subject.Names {
		name, isText := attribute.Value.(string)
		if !isText || !attribute.Type.Equal(oidCommonName) {
			continue
		}
		name = strings.TrimRight(name, "\x00")
		if looksLikeHost(name) && !allowed(l.permitted.dns, l.excluded.dns, func(base string) bool { return withinDomain(name, base) }) {
			return false
		}
	}
	return true
}

// allowed: within one of the permitted ones, if there are any, and none of the
// excluded ones.
func allowed[T any](permitted, excluded []T, within func(T) bool) bool {
	ok := len(permitted) == 0
	for _, base := range permitted {
		ok = ok || within(base)
	}
	for _, base := range excluded {
		ok = ok && !within(base)
	}
	return ok
}

func withinDomain(name, base string) bool {
	at := len(name) - len(base)
	if at < 0 || !equalFold(name[at:], base) {
		return false
	}
	return at == 0 || base == "" || base[0] == '.' || name[at-1] == '.'
}

// looksLikeHost tells whether OpenSSL takes a common name for a DNS name: two
// labels at least, of letters, digits, underscores, and hyphens within.
func looksLikeHost(name string) bool {
	dots := 0
	for i := range len(name) {
		b := name[i]
		switch inside := i > 0 && i < len(name)-1; {
		case b == '_', b >= '0' && b <= '9', lower(b) >= 'a' && lower(b) <= 'z':
		case inside && b == '-':
		case inside && b == '.' && name[i-1] != '.' && name[i-1] != '-' && name[i+1] != '-':
			dots++
		default:
			return false
		}
	}
	return dots > 0
}
