// Package x509name computes the hash by which OpenSSL finds a certificate in
// a directory of trusted ones: the "9d66eef0" of "9d66eef0.0".
package x509name

import (
	"crypto/sha1"
	"encoding/asn1"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

// Hash returns OpenSSL's X509_NAME_hash of a DER-encoded subject or issuer
// (x509.Certificate.RawSubject, RawIssuer): the first four bytes, read
// little-endian, of the SHA-1 of the name's canonical form.
func Hash(rawName []byte) (uint32, error) {
	canon, err := Canonical(rawName)
	if err != nil {
		return 0, err
	}
	sum := sha1.Sum(canon)
	return binary.LittleEndian.Uint32(sum[:4]), nil
}

// FileBase returns the hash as it stands in a file name: eight hex digits.
func FileBase(rawName []byte) (string, error) {
	h, err := Hash(rawName)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%08x", h), nil
}

// Tags of the string types that take part in the canonical form; a value of
// another type is hashed as it stands.
const (
	tagUTF8      = 12
	tagPrintable = 19
	tagT61       = 20
	tagIA5       = 22
	tagVisible   = 26
	tagUniversal = 28
	tagBMP       = 30
)

// attribute keeps the identifier as it stands: encoding/asn1 does not read
// arcs beyond 31 bits, which identifiers made of a UUID have.
type attribute struct {
	Type  asn1.RawValue
	Value asn1.RawValue
}

// Canonical returns the form in which OpenSSL compares names: text as UTF-8,
// ASCII letters in lower case, spaces trimmed and runs of them made one, and
// no outer SEQUENCE.
func Canonical(rawName []byte) ([]byte, error) {
	var outer asn1.RawValue
	rest, err := asn1.Unmarshal(rawName, &outer)
	if err != nil {
		return nil, err
	}
	if len(rest) != 0 || outer.Class != asn1.ClassUniversal || outer.Tag != asn1.TagSequence {
		return nil, errors.New("x509name: not a name")
	}
	var out []byte
	for sets := outer.Bytes; len(sets) > 0; {
		var set asn1.RawValue
		if sets, err = asn1.Unmarshal(sets, &set); err != nil {
			return nil, err
		}
		if set.Class != asn1.ClassUniversal || set.Tag != asn1.TagSet {
			return nil, errors.New("x509name: a part of the name is not a set")
		}
		var members [][]byte
		for attrs := set.Bytes; len(attrs) > 0; {
			var a attribute
			if attrs, err = asn1.Unmarshal(attrs, &a); err != nil {
				return nil, err
			}
			if a.Type.Class != asn1.ClassUniversal || a.Type.Tag != asn1.TagOID {
				return nil, errors.New("x509name: an attribute without a kind")
			}
			m, err := canonicalAttribute(a)
			if err != nil {
				return nil, err
			}
			members = append(members, m)
		}
		if len(members) == 0 {
			continue // OpenSSL forgets empty sets
		}
		slices.SortFunc(members, slices.Compare[[]byte]) // DER's order of a SET OF
		der, err := asn1.Marshal(asn1.RawValue{Tag: asn1.TagSet, IsCompound: true, Bytes: slices.Concat(members...)})
		if err != nil {
			return nil, err
		}
		out = append(out, der...)
	}
	return out, nil
}

func canonicalAttribute(a attribute) ([]byte, error) {
	if a.Value.Class != asn1.ClassUniversal {
		return asn1.Marshal(a)
	}
	text, ok, err := decodeText(a.Value.Tag, a.Value.Bytes)
	if err != nil {
		return nil, err
	}
	if !ok {
		return asn1.Marshal(a)
	}
	a.Value = asn1.RawValue{Tag: tagUTF8, Bytes: foldText(text)}
	return asn1.Marshal(a)
}

// decodeText turns a string value into UTF-8; ok is false for a type that is
// no text.
func decodeText(tag int, b []byte) (text []byte, ok bool, err error) {
	switch tag {
	case tagUTF8:
		if !utf8.Valid(b) {
			return nil, false, errors.New("x509name: broken UTF-8")
		}
		return b, true, nil
	case tagPrintable, tagIA5, tagVisible, tagT61: // Latin-1 to OpenSSL
		for _, c := range b {
			text = utf8.AppendRune(text, rune(c))
		}
		return text, true, nil
	case tagBMP:
		if len(b)%2 != 0 {
			return nil, false, errors.New("x509name: odd BMPString")
		}
		for i := 0; i < len(b); i += 2 {
			r := rune(binary.BigEndian.Uint16(b[i:]))
			if utf16.IsSurrogate(r) {
				return nil, false, errors.New("x509name: surrogate in BMPString")
			}
			text = utf8.AppendRune(text, r)
		}
		return text, true, nil
	case tagUniversal:
		if len(b)%4 != 0 {
			return nil, false, errors.New("x509name: broken UniversalString")
		}
		for i := 0; i < len(b); i += 4 {
			u := binary.BigEndian.Uint32(b[i:])
			if u > utf8.MaxRune || utf16.IsSurrogate(rune(u)) {
				return nil, false, errors.New("x509name: no such character")
			}
			text = utf8.AppendRune(text, rune(u))
		}
		return text, true, nil
	}
	return nil, false, nil
}

// foldText applies case and space folding. OpenSSL folds ASCII only.
func foldText(b []byte) []byte {
	out := make([]byte, 0, len(b))
	space := false
	for _, c := range b {
		switch {
		case c == ' ' || c >= '\t' && c <= '\r':
			space = len(out) > 0
			continue
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
		}
		if space {
			out = append(out, ' ')
			space = false
		}
		out = append(out, c)
	}
	return out
}
