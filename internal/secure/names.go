package secure

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"net/netip"
	"strings"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// A nameCheck is the name that the peer's certificate must have. Without a
// name to compare PHP refuses, and says nothing.
type nameCheck struct {
	name  string
	given bool
}

// readNames finds the name for SNI and the one to compare: peer_name, else the
// target's host. CN_match is peer_name's older name. In PHP 5 nothing is
// compared unless asked for, and CN_match stands above all.
func (p *Policy) readNames(o *options, urlName string) {
	name, given := o.cString("peer_name")
	match, ok := o.asText("CN_match")
	match, _, _ = strings.Cut(match, "\x00")
	if ok && (!given && p.server == nil || p.version == phpfacts.PHP5) {
		name, given = match, true
	}
	compare := o.truth("verify_peer_name", p.server == nil && (p.version != phpfacts.PHP5 || given))
	if !given {
		name, given = urlName, urlName != ""
	}
	if o.truth("SNI_enabled", true) && len(name) <= maxSNI {
		p.sni = name
	}
	if compare {
		p.name = &nameCheck{name: name, given: given}
	}
}

// maxSNI is how long a name OpenSSL sends; a longer one it leaves out.
const maxSNI = 255

// check compares the name with the certificate's alternative names, and then
// with its common name. Since a security fix of 2026, which is in the recorded
// 8.2 and 8.4, a certificate with alternative DNS names stands by them alone.
//
// php-src: ext/openssl/xp_ssl.c, php_openssl_matches_san_list and
// php_openssl_matches_common_name.
func (c *nameCheck) check(cert *x509.Certificate, v phpfacts.Version) ([]Warning, error) {
	refuse := func(text string) ([]Warning, error) {
		err := &NameError{Name: c.name, Text: text, Cert: cert}
		if text == "" {
			err.Text = "no name to compare with the peer's certificate"
			return nil, err
		}
		return []Warning{{Text: text}}, err
	}
	if !c.given {
		return refuse("")
	}
	names := alternativeNames(cert)
	if names.match(c.name, v) {
		return nil, nil
	}
	if v >= phpfacts.PHP82 && len(names.dns) > 0 {
		return refuse(fmt.Sprintf("Peer certificate subjectAltName did not match expected name `%s'", c.name))
	}
	common, ok := commonName(cert)
	if !ok {
		return refuse("Unable to locate peer certificate CN")
	}
	if before, _, cut := bytes.Cut(common, []byte{0}); cut {
		return refuse(fmt.Sprintf("Peer certificate CN=`%s' is malformed", before))
	}
	if matchesWildcard(c.name, string(common)) {
		return nil, nil
	}
	return refuse(fmt.Sprintf("Peer certificate CN=`%s' did not match expected CN=`%s'", common, c.name))
}

// altNames are the alternative names as they stand in the certificate:
// crypto/x509 leaves out or refuses some that PHP looks at.
type altNames struct {
	dns, ip [][]byte
}

var oidSubjectAltName = asn1.ObjectIdentifier{2, 5, 29, 17}

func alternativeNames(cert *x509.Certificate) (names altNames) {
	const tagDNS, tagIP = 2, 7
	for _, ext := range cert.Extensions {
		if !ext.Id.Equal(oidSubjectAltName) {
			continue
		}
		var list asn1.RawValue
		if rest, err := asn1.Unmarshal(ext.Value, &list); err != nil || len(rest) != 0 || list.Tag != asn1.TagSequence {
			return altNames{}
		}
		for rest := list.Bytes; len(rest) > 0; {
			var name asn1.RawValue
			var err error
			if rest, err = asn1.Unmarshal(rest, &name); err != nil {
				return altNames{}
			}
			if name.Class != asn1.ClassContextSpecific {
				continue
			}
			switch name.Tag {
			case tagDNS:
				names.dns = append(names.dns, name.Bytes)
			case tagIP:
				names.ip = append(names.ip, name.Bytes)
			}
		}
		return names
	}
	return names
}

func (n altNames) match(name string, v phpfacts.Version) bool {
	for _, dns := range n.dns {
		if !plainName(dns) {
			continue
		}
		if matchesWildcard(name, strings.TrimSuffix(string(dns), ".")) {
			return true
		}
	}
	for _, ip := range n.ip {
		switch len(ip) {
		case 4:
			if a, _ := netip.AddrFromSlice(ip); a.String() == name {
				return true
			}
		case 16:
			// PHP 7.4 doesn't look at these.
			want, err := netip.ParseAddr(name)
			if v >= phpfacts.PHP82 && err == nil && want.Is6() && want.Zone() == "" && want.As16() == [16]byte(ip) {
				return true
			}
		}
	}
	return false
}

// plainName: a name with a NUL byte, or with one that isn't ASCII (PHP makes
// UTF-8 of it and then misses bytes), counts for nothing.
func plainName(b []byte) bool {
	for _, c := range b {
		if c == 0 || c >= 0x80 {
			return false
		}
	}
	return true
}

var oidCommonName = asn1.ObjectIdentifier{2, 5, 4, 3}

// maxCommonName is how much of a common name PHP has room for.
const maxCommonName = 1023

// commonName returns the first common name of the subject, in the bytes in
// which it stands there.
func commonName(cert *x509.Certificate) ([]byte, bool) {
	var name []asn1.RawValue
	if rest, err := asn1.Unmarshal(cert.RawSubject, &name); err != nil || len(rest) != 0 {
		return nil, false
	}
	for _, set := range name {
		for attrs := set.Bytes; len(attrs) > 0; {
			var attr struct {
				Type  asn1.ObjectIdentifier
				Value asn1.RawValue
			}
			var err error
			if attrs, err = asn1.Unmarshal(attrs, &attr); err != nil {
				return nil, false
			}
			if attr.Type.Equal(oidCommonName) {
				return attr.Value.Bytes[:min(len(attr.Value.Bytes), maxCommonName)], true
			}
		}
	}
	return nil, false
}

// matchesWildcard is PHP's rule for names: equal but for ASCII case, or with
// one * in the pattern's first label that stands for any part of that label,
// also an empty one.
//
// php-src: ext/openssl/xp_ssl.c, php_openssl_matches_wildcard_name.
func matchesWildcard(name, pattern string) bool {
	if equalFold(name, pattern) {
		return true
	}
	prefix, suffix, found := strings.Cut(pattern, "*")
	if !found || strings.Contains(prefix, ".") || len(prefix)+len(suffix) > len(name) {
		return false
	}
	middle := name[len(prefix) : len(name)-len(suffix)]
	return equalFold(name[:len(prefix)], prefix) &&
		equalFold(name[len(name)-len(suffix):], suffix) &&
		!strings.Contains(middle, ".")
}

// equalFold is C's strcasecmp: strings.EqualFold folds far more than ASCII.
func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}
