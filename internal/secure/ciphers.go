package secure

import (
	"crypto/tls"
	"slices"
	"strings"
	"sync"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// defaultCiphers is OPENSSL_DEFAULT_STREAM_CIPHERS.
//
// php-src: ext/openssl/php_openssl.h.
const defaultCiphers = "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:" +
	"ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES256-GCM-SHA384:DHE-RSA-AES128-GCM-SHA256:" +
	"DHE-DSS-AES128-GCM-SHA256:kEDH+AESGCM:ECDHE-RSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA256:" +
	"ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES256-SHA384:ECDHE-ECDSA-AES256-SHA384:" +
	"ECDHE-RSA-AES256-SHA:ECDHE-ECDSA-AES256-SHA:DHE-RSA-AES128-SHA256:DHE-RSA-AES128-SHA:" +
	"DHE-DSS-AES128-SHA256:DHE-RSA-AES256-SHA256:DHE-DSS-AES256-SHA:DHE-RSA-AES256-SHA:AES128-GCM-SHA256:" +
	"AES256-GCM-SHA384:AES128:AES256:HIGH:!SSLv2:!aNULL:!eNULL:!EXPORT:!DES:!MD5:!RC4:!ADH"

// readCiphers takes the option ciphers, or PHP's own string. A string that
// OpenSSL refuses, or that selects nothing, fails without a word.
func readCiphers(o *options) (*cipherList, error) {
	text, ok := o.cString("ciphers")
	if !ok {
		text = defaultCiphers
	}
	return cachedCipherList(o.version, text)
}

type cipherKey struct {
	version phpfacts.Version
	text    string
}

var (
	cipherListsMu sync.Mutex
	cipherLists   = map[cipherKey]*cipherList{}
)

// maxCipherLists bounds the cache; a program uses a handful of strings.
const maxCipherLists = 64

func cachedCipherList(v phpfacts.Version, text string) (*cipherList, error) {
	key := cipherKey{v, text}
	cipherListsMu.Lock()
	list := cipherLists[key]
	cipherListsMu.Unlock()
	if list != nil {
		return list, nil
	}
	list, err := parseCipherList(v, text)
	if err != nil {
		return nil, err
	}
	cipherListsMu.Lock()
	defer cipherListsMu.Unlock()
	if len(cipherLists) >= maxCipherLists {
		clear(cipherLists)
	}
	cipherLists[key] = list
	return list, nil
}

// goSuites are the suites of TLS 1.0 to 1.2 that crypto/tls has.
var goSuites = sync.OnceValue(func() map[uint16]bool {
	m := map[uint16]bool{}
	for _, s := range slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites()) {
		m[s.ID] = s.SupportedVersions[0] != tls.VersionTLS13
	}
	return m
})

// usableSuites returns what crypto/tls has of a list at a security level, and
// whether OpenSSL would have something to offer.
func usableSuites(v phpfacts.Version, list *cipherList, level int, maxVersion uint16) (ids []uint16, offered bool) {
	offered = maxVersion == tls.VersionTLS13
	for i := range list.suites {
		c := &list.suites[i]
		// Without a callback for them OpenSSL has no use for PSK and SRP.
		if !levelAllowsSuite(v, c, level) || slices.Contains(anyPSK, c.Kx) || c.Kx == "SRP" {
			continue
		}
		if c.Protocol != "TLSv1.2" || maxVersion >= tls.VersionTLS12 {
			offered = true
			if goSuites()[c.ID] {
				ids = append(ids, c.ID)
			}
		}
	}
	return ids, offered
}

// suiteAllowed tells whether a negotiated suite keeps to the security level.
func suiteAllowed(v phpfacts.Version, id uint16, level int) bool {
	c, ok := phpfacts.CipherByID(id)
	return ok && levelAllowsSuite(v, &c, level)
}

// signsByECDSA tells whether the server of a suite signs its key exchange with an
// ECDSA key.
func signsByECDSA(id uint16) bool {
	c, ok := phpfacts.CipherByID(id)
	return ok && c.Auth == "ECDSA"
}

// exchangesByRSA tells whether a suite goes without a signature of the server.
func exchangesByRSA(id uint16) bool {
	c, ok := phpfacts.CipherByID(id)
	return ok && c.Kx == "RSA"
}

// noteMissing reports the words of a cipher string that stand for suites which
// OpenSSL has and crypto/tls hasn't. Where others are left, nobody has to know: the
// lists that programs bring along name all that was ever good, and some make an
// exception of every notice.
func (o *options) noteMissing(list *cipherList) {
	selected := map[uint16]bool{}
	for _, c := range list.suites {
		selected[c.ID] = true
	}
	var missing []string
	for _, w := range list.words {
		counts, usable := false, false
		for _, id := range w.ids {
			counts = counts || selected[id]
			usable = usable || goSuites()[id]
		}
		if counts && !usable && !slices.Contains(missing, w.text) {
			missing = append(missing, w.text)
		}
	}
	if len(missing) > 0 {
		o.note("ssl option ciphers: %s: no such suite is available", strings.Join(missing, ":"))
	}
}

// CipherFacts returns what PHP shows of a negotiated suite: OpenSSL's name, the
// bits of its key, and the oldest protocol that has it.
func CipherFacts(id uint16) (name string, bits int, version string) {
	c, ok := phpfacts.CipherByID(id)
	if !ok {
		return tls.CipherSuiteName(id), 0, "unknown"
	}
	if c.Protocol == "TLSv1" {
		return c.Name, c.Bits, "TLSv1.0" // as SSL_CIPHER_get_version has it
	}
	return c.Name, c.Bits, c.Protocol
}
