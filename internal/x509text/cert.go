package x509text

import (
	"bytes"
	"errors"
	"math/big"
)

// certificate is a certificate taken apart as far as PHP shows it.
type certificate struct {
	raw              []byte
	version          *big.Int
	serial           *big.Int
	issuer, subject  name
	notBefore, until node // the times as they stand
	signature        string
	extensions       []extension
}

type extension struct {
	id       string
	critical bool
	value    []byte
}

var errCertificate = errors.New("x509text: malformed certificate")

// parseCertificate reads a certificate with OpenSSL's tolerance rather than
// that of crypto/x509: PHP shows certificates that the latter refuses.
func parseCertificate(o openSSL, der []byte) (*certificate, error) {
	outer, _, ok := read(der)
	if !ok {
		return nil, errCertificate
	}
	parts, ok := outer.sequence()
	if !ok || len(parts) != 3 {
		return nil, errCertificate
	}
	c := &certificate{raw: outer.whole, version: new(big.Int)}
	if c.signature, ok = algorithm(parts[1]); !ok {
		return nil, errCertificate
	}
	if _, ok := parts[2].bitString(); !ok {
		return nil, errCertificate
	}
	if !c.parseTBS(o, parts[0]) {
		return nil, errCertificate
	}
	return c, nil
}

// parseTBS reads the signed part of a certificate.
func (c *certificate) parseTBS(o openSSL, tbs node) bool {
	parts, ok := tbs.sequence()
	if !ok || len(parts) == 0 {
		return false
	}
	if v, explicit := parts[0].explicit(0); explicit {
		if c.version, ok = v.integer(); !ok {
			return false
		}
		parts = parts[1:]
	}
	if len(parts) < 6 {
		return false
	}
	if c.serial, ok = parts[0].integer(); !ok {
		return false
	}
	if _, ok = algorithm(parts[1]); !ok {
		return false
	}
	if c.issuer, ok = parseName(parts[2]); !ok {
		return false
	}
	if c.subject, ok = parseName(parts[4]); !ok {
		return false
	}
	times, ok := parts[3].sequence()
	if !ok || len(times) != 2 || !o.isTime(times[0]) || !o.isTime(times[1]) {
		return false
	}
	c.notBefore, c.until = times[0], times[1]
	key, ok := parts[5].sequence()
	if !ok || len(key) != 2 {
		return false
	}
	if _, ok = algorithm(key[0]); !ok {
		return false
	}
	if _, ok = key[1].bitString(); !ok {
		return false
	}
	return c.parseTail(parts[6:])
}

// parseTail reads what may follow the key: unique identifiers, which nobody
// uses, and extensions.
func (c *certificate) parseTail(parts []node) (ok bool) {
	last := 0
	for _, part := range parts {
		if part.class != classContext || part.tag <= last {
			return false
		}
		switch last = part.tag; last {
		case 1, 2:
			_, ok = part.as(tagBitString).bitString()
		case 3:
			ok = c.parseExtensions(part)
		default:
			ok = false
		}
		if !ok {
			return false
		}
	}
	return true
}

func (c *certificate) parseExtensions(part node) bool {
	outer, ok := part.inner()
	if !ok {
		return false
	}
	list, ok := outer.sequence()
	if !ok {
		return false
	}
	for _, item := range list {
		fields, ok := item.sequence()
		if !ok || len(fields) < 2 || len(fields) > 3 {
			return false
		}
		var e extension
		if e.id, ok = fields[0].oid(); !ok {
			return false
		}
		if len(fields) == 3 {
			if e.critical, ok = fields[1].boolean(); !ok {
				return false
			}
		}
		value := fields[len(fields)-1]
		if !value.is(tagOctetString) || value.constructed {
			return false
		}
		e.value = value.body
		c.extensions = append(c.extensions, e)
	}
	return true
}

// find returns the only extension of a kind. A second one makes it unusable:
// then twice is set.
func (c *certificate) find(id string) (found *extension, twice bool) {
	for i := range c.extensions {
		if c.extensions[i].id != id {
			continue
		}
		if found != nil {
			return nil, true
		}
		found = &c.extensions[i]
	}
	return found, false
}

// algorithm returns the identifier of an AlgorithmIdentifier.
func algorithm(n node) (id string, ok bool) {
	parts, ok := n.sequence()
	if !ok || len(parts) == 0 || len(parts) > 2 || len(parts) == 2 && !parts[1].valid() {
		return "", false
	}
	return parts[0].oid()
}

func (o openSSL) isTime(n node) bool {
	return (n.is(tagUTCTime) || n.is(tagGeneralTime)) && !n.constructed && o.timeLength(n)
}

// selfIssued reports whether subject and issuer are the same name.
func (c *certificate) selfIssued() bool {
	return bytes.Equal(c.subject.canonical, c.issuer.canonical)
}
