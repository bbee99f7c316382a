package secure

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"path/filepath"
	"strings"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// readLocalCert takes the options local_cert, local_pk and passphrase: the
// certificate of a server, or the one that a client shows when it is asked for one. nil without an
// error: none is shown.
//
// php-src: ext/openssl/xp_ssl.c, php_openssl_set_local_cert.
func readLocalCert(o *options, level int) (*tls.Certificate, error) {
	given, ok := o.text("local_cert")
	if !ok {
		return nil, nil
	}
	shown, _, _ := strings.Cut(given, "\x00")
	certPath, found := o.realPath("local_cert", given)
	if !found {
		if o.version < phpfacts.PHP82 {
			o.note("ssl option local_cert: there is no `%s'", shown) // of which PHP 7.4 says nothing
			return nil, nil
		}
		o.warn("Unable to get real path of certificate file `%s'", shown)
		return nil, errSetup
	}
	chain, err := localChains.get(certPath, "", parseLocalChain)
	if err != nil || !levelAllowsChain(o.version, chain, level) {
		o.warn("Unable to set local cert chain file `%s'; Check that your cafile/capath settings include details of your certificate and its issuer", shown)
		return nil, errSetup
	}

	keyPath := certPath
	if pk, ok := o.text("local_pk"); ok {
		if keyPath, found = o.realPath("local_pk", pk); !found {
			if o.version < phpfacts.PHP82 {
				o.warn("Private key does not match certificate!") // there is no key at all
				return nil, nil
			}
			pk, _, _ = strings.Cut(pk, "\x00")
			o.warn("Unable to get real path of private key file `%s'", pk)
			return nil, errSetup
		}
	}
	key, err := o.readKey(keyPath)
	if err != nil || sameKind(key.Public(), chain[0].PublicKey) && !samePublicKey(key.Public(), chain[0].PublicKey) {
		o.warn("Unable to set private key file `%s'", keyPath)
		return nil, errSetup
	}
	if !samePublicKey(key.Public(), chain[0].PublicKey) {
		o.warn("Private key does not match certificate!")
		return nil, nil
	}
	return certificateOf(chain, key), nil
}

// realPath makes a path absolute, as PHP shows it: since PHP 8 without asking
// whether it exists.
func (o *options) realPath(option, path string) (string, bool) {
	path, _, cut := strings.Cut(path, "\x00")
	if o.version < phpfacts.PHP82 {
		if path == "" {
			path = "."
		}
		path, err := filepath.Abs(path)
		if err != nil {
			return "", false
		}
		path, err = filepath.EvalSymlinks(path)
		return path, err == nil
	}
	if cut {
		o.warn("Path for %s in ssl stream context option must not contain any null bytes", option)
		return "", false
	}
	if path == "" {
		return "", true
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", false
	}
	path = follow(path)
	return path, o.may(path)
}

var localChains fileCache[[]*x509.Certificate]

var errNoLocalCert = errors.New("no certificate in the file")

// parseLocalChain reads the first certificate of a file and those that follow
// it; a broken one among them spoils the file.
//
// OpenSSL: ssl/ssl_rsa.c, use_certificate_chain_file.
func parseLocalChain(data []byte) (chain []*x509.Certificate, err error) {
	b := &bundle{}
	for {
		block, rest, ok := nextPEM(data)
		if !ok {
			break
		}
		data = rest
		if block.bad || isCertificateBlock(block.kind) && !b.add(block) {
			return nil, errNoLocalCert
		}
	}
	if len(b.certs) == 0 || b.unreadable > 0 {
		return nil, errNoLocalCert
	}
	for _, c := range b.certs {
		chain = append(chain, c.cert)
	}
	return chain, nil
}

// levelAllowsChain is OpenSSL's judgement of one's own certificates.
//
// OpenSSL: ssl/t1_lib.c, ssl_security_cert.
func levelAllowsChain(v phpfacts.Version, chain []*x509.Certificate, level int) bool {
	for _, cert := range chain {
		if keyBits(cert.PublicKey) < levelBits[level] {
			return false
		}
		if !selfSigned(cert) && digestBits(v, cert.SignatureAlgorithm) < levelBits[level] {
			return false
		}
	}
	return true
}

// sameKind: OpenSSL keeps a place for each kind of key, and only a
// certificate in that place is compared at once.
func sameKind(a, b crypto.PublicKey) bool {
	switch a.(type) {
	case *rsa.PublicKey:
		_, ok := b.(*rsa.PublicKey)
		return ok
	case *ecdsa.PublicKey:
		_, ok := b.(*ecdsa.PublicKey)
		return ok
	case ed25519.PublicKey:
		_, ok := b.(ed25519.PublicKey)
		return ok
	}
	return false
}

func samePublicKey(a, b crypto.PublicKey) bool {
	k, ok := a.(interface{ Equal(crypto.PublicKey) bool })
	return ok && k.Equal(b)
}

// complete adds to a certificate without others in its file what the store
// knows of its issuers, up to the root.
//
// OpenSSL: ssl/statem/statem_lib.c, ssl_add_cert_chain.
func (s *store) complete(cert *tls.Certificate) *tls.Certificate {
	if len(cert.Certificate) > 1 {
		return cert
	}
	at := cert.Leaf
	b := &chainBuilder{sources: s.fromDirs([]*x509.Certificate{at})}
	if s.file != nil {
		b.sources = append([]*trusted{s.file}, b.sources...)
	}
	full := *cert
	for range maxShown {
		issuer := b.issuer(at)
		if selfSigned(at) || issuer == nil {
			break
		}
		full.Certificate = append(full.Certificate[:len(full.Certificate):len(full.Certificate)], issuer.Raw)
		at = issuer
	}
	return &full
}

// chooseLocal answers a request for a certificate. OpenSSL shows the one that
// it has, whatever authorities the server names.
func chooseLocal(request *tls.CertificateRequestInfo, cert *tls.Certificate) *tls.Certificate {
	r := *request
	r.AcceptableCAs = nil
	if r.SupportsCertificate(cert) != nil {
		return &tls.Certificate{}
	}
	return cert
}
