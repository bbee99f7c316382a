// Package digest finds message digests by the names that OpenSSL knows them
// by.
package digest

import (
	"crypto"
	_ "crypto/md5" // for crypto.MD5 and the others below
	_ "crypto/sha1"
	_ "crypto/sha256"
	_ "crypto/sha3"
	_ "crypto/sha512"
	"hash"
	"strings"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// names are in lower case; OpenSSL does not look at case.
var names = map[string]crypto.Hash{
	"md5": crypto.MD5, "rsa-md5": crypto.MD5, "ssl3-md5": crypto.MD5, "md5withrsaencryption": crypto.MD5,
	"md5-sha1": crypto.MD5SHA1,
	"sha1":     crypto.SHA1, "rsa-sha1": crypto.SHA1, "rsa-sha1-2": crypto.SHA1, "ssl3-sha1": crypto.SHA1,
	"sha1withrsaencryption": crypto.SHA1,
	"sha224":                crypto.SHA224, "rsa-sha224": crypto.SHA224, "sha224withrsaencryption": crypto.SHA224,
	"sha256": crypto.SHA256, "rsa-sha256": crypto.SHA256, "sha256withrsaencryption": crypto.SHA256,
	"sha384": crypto.SHA384, "rsa-sha384": crypto.SHA384, "sha384withrsaencryption": crypto.SHA384,
	"sha512": crypto.SHA512, "rsa-sha512": crypto.SHA512, "sha512withrsaencryption": crypto.SHA512,
	"sha512-224": crypto.SHA512_224, "rsa-sha512/224": crypto.SHA512_224, "sha512-224withrsaencryption": crypto.SHA512_224,
	"sha512-256": crypto.SHA512_256, "rsa-sha512/256": crypto.SHA512_256, "sha512-256withrsaencryption": crypto.SHA512_256,
	"sha3-224": crypto.SHA3_224, "rsa-sha3-224": crypto.SHA3_224, "id-rsassa-pkcs1-v1_5-with-sha3-224": crypto.SHA3_224,
	"sha3-256": crypto.SHA3_256, "rsa-sha3-256": crypto.SHA3_256, "id-rsassa-pkcs1-v1_5-with-sha3-256": crypto.SHA3_256,
	"sha3-384": crypto.SHA3_384, "rsa-sha3-384": crypto.SHA3_384, "id-rsassa-pkcs1-v1_5-with-sha3-384": crypto.SHA3_384,
	"sha3-512": crypto.SHA3_512, "rsa-sha3-512": crypto.SHA3_512, "id-rsassa-pkcs1-v1_5-with-sha3-512": crypto.SHA3_512,
}

// newNames are those that OpenSSL 3 added: what providers call the digests,
// and their object identifiers.
var newNames = map[string]crypto.Hash{
	"sha-1": crypto.SHA1, "sha-224": crypto.SHA224, "sha-256": crypto.SHA256, "sha-384": crypto.SHA384, "sha-512": crypto.SHA512,
	"sha2-224": crypto.SHA224, "sha2-256": crypto.SHA256, "sha2-384": crypto.SHA384, "sha2-512": crypto.SHA512,
	"sha-512/224": crypto.SHA512_224, "sha-512/256": crypto.SHA512_256,
	"sha2-512/224": crypto.SHA512_224, "sha2-512/256": crypto.SHA512_256,
	"1.2.840.113549.2.5": crypto.MD5, "1.3.14.3.2.26": crypto.SHA1,
	"2.16.840.1.101.3.4.2.1": crypto.SHA256, "2.16.840.1.101.3.4.2.2": crypto.SHA384, "2.16.840.1.101.3.4.2.3": crypto.SHA512,
	"2.16.840.1.101.3.4.2.4": crypto.SHA224, "2.16.840.1.101.3.4.2.5": crypto.SHA512_224, "2.16.840.1.101.3.4.2.6": crypto.SHA512_256,
	"2.16.840.1.101.3.4.2.7": crypto.SHA3_224, "2.16.840.1.101.3.4.2.8": crypto.SHA3_256,
	"2.16.840.1.101.3.4.2.9": crypto.SHA3_384, "2.16.840.1.101.3.4.2.10": crypto.SHA3_512,
}

// New returns a digest by its name, as PHP's openssl functions find it in the
// given version. ok is false for an unknown one, and for BLAKE2, MD4,
// RIPEMD-160, SHAKE, SM3 and Whirlpool, which OpenSSL has.
func New(v phpfacts.Version, name string) (h hash.Hash, ok bool) {
	name, _, _ = strings.Cut(strings.ToLower(name), "\x00")
	id, ok := names[name]
	if !ok && v >= phpfacts.PHP82 {
		id, ok = newNames[name]
	}
	switch {
	case !ok:
		return nil, false
	case id == crypto.MD5SHA1:
		return pair{crypto.MD5.New(), crypto.SHA1.New()}, true
	}
	return id.New(), true
}

// pair is MD5 and SHA-1 side by side, as TLS 1.0 signs.
type pair [2]hash.Hash

func (p pair) Write(b []byte) (int, error) {
	p[0].Write(b)
	return p[1].Write(b)
}

func (p pair) Sum(b []byte) []byte { return p[1].Sum(p[0].Sum(b)) }

func (p pair) Reset() {
	p[0].Reset()
	p[1].Reset()
}

func (p pair) Size() int      { return p[0].Size() + p[1].Size() }
func (p pair) BlockSize() int { return p[0].BlockSize() }
