package secure

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/x509name"
)

// A store is where trusted certificates come from: a file, hashed directories
// of which only what a chain needs is read, or the system.
type store struct {
	version phpfacts.Version
	peer    role // whom it is to judge
	file    *trusted
	dirs    []string
	pool    *x509.CertPool // of a system that keeps them elsewhere
	unread  []Warning      // of certificates that OpenSSL reads
}

// trusted is a bundle made ready for chain checks.
type trusted struct {
	*bundle
	peer     role
	anchors  *x509.CertPool
	others   []*x509.Certificate // lead to an anchor, but are none
	rejected []*x509.Certificate
	names    func() *x509.CertPool // all of them, for a server to name to clients
}

func newTrusted(b *bundle, peer role) *trusted {
	t := &trusted{bundle: b, peer: peer, anchors: x509.NewCertPool()}
	t.names = sync.OnceValue(func() *x509.CertPool {
		pool := x509.NewCertPool()
		for _, c := range b.certs {
			pool.AddCert(c.cert)
		}
		return pool
	})
	for _, c := range b.certs {
		switch {
		case c.trust[peer] == trustRejected:
			t.rejected = append(t.rejected, c.cert)
		case c.isAnchor(peer):
			t.anchors.AddCert(c.cert)
		default:
			t.others = append(t.others, c.cert)
		}
	}
	return t
}

// isAnchor: OpenSSL ends a chain at a self-signed certificate only, unless
// the file itself says that another one is trusted.
func (c storeCert) isAnchor(peer role) bool {
	return c.trust[peer] == trustGranted || c.trust[peer] == trustUnset && selfSigned(c.cert)
}

// selfSigned is OpenSSL's idea of it, which doesn't look at the signature.
//
// OpenSSL: crypto/x509/v3_purp.c, ossl_x509v3_cache_extensions.
func selfSigned(c *x509.Certificate) bool {
	return bytes.Equal(c.RawSubject, c.RawIssuer) &&
		(len(c.AuthorityKeyId) == 0 || len(c.SubjectKeyId) == 0 || bytes.Equal(c.AuthorityKeyId, c.SubjectKeyId))
}

// readStore takes the options cafile and capath, the ini values where they
// aren't given, and the system's certificates where there is none of these. A
// server trusts nobody then, and names the authorities of its cafile to clients.
//
// php-src: ext/openssl/xp_ssl.c, php_openssl_enable_peer_verification.
func readStore(o *options, iniFile, iniPath string) (*store, error) {
	file, hasFile := o.cString("cafile")
	path, hasPath := o.cString("capath")
	if hasFile && o.peer == clients {
		if t := caNameFiles.trusted(file, clients); t == nil || t.broken {
			o.warnBare("SSL: failed loading CA names from cafile")
			return nil, errSetup
		}
	}
	if !hasFile && iniFile != "" {
		file, hasFile = iniFile, true
	}
	if !hasPath && iniPath != "" {
		path, hasPath = iniPath, true
	}
	s := &store{version: o.version, peer: o.peer}
	if !hasFile && !hasPath {
		if o.peer == clients {
			return s, nil
		}
		return systemStore(o.version), nil
	}
	if hasFile {
		if t := caFiles.trusted(file, o.peer); t != nil && !t.broken {
			s.file = t
		} else {
			t, err := loadCAStream(o, file)
			if err != nil {
				return nil, err
			}
			s.file = t
			hasPath = false // OpenSSL had given up before it came to the capath
		}
		if s.file.unreadable > 0 {
			s.unread = []Warning{{Text: fmt.Sprintf("ssl option cafile: certificates in `%s' that can't be read here: %d", file, s.file.unreadable), Level: levelNotice}}
		}
	}
	if hasPath {
		s.dirs = splitList(path)
	}
	return s, nil
}

func splitList(path string) (dirs []string) {
	for _, dir := range strings.Split(path, string(os.PathListSeparator)) {
		if dir != "" {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

var (
	caFiles     = trustedFiles{read: readCAFile}
	caStreams   = trustedFiles{read: readCAStream}
	caPathFiles = trustedFiles{read: readCAPathFile}
	caNameFiles = trustedFiles{read: readCAPathFile} // whole files, for the names alone
)

type trustedFiles struct {
	fileCache[*trusted]
	read func([]byte) *bundle
}

// trusted returns nil for a file that can't be opened.
func (f *trustedFiles) trusted(path string, peer role) *trusted {
	variant := [...]string{servers: "", clients: "clients"}[peer]
	t, err := f.get(path, variant, func(data []byte) (*trusted, error) { return newTrusted(f.read(data), peer), nil })
	if err != nil {
		return nil
	}
	return t
}

// lookUp returns what the directories hold under the name of an issuer:
// HASH.0, HASH.1, ... up to the first number that isn't there. OpenSSL 1.1.1
// also stops at a file without a certificate.
//
// OpenSSL: crypto/x509/by_dir.c, get_cert_by_subject.
func (s *store) lookUp(rawName []byte) (found []*trusted) {
	if len(s.dirs) == 0 {
		return nil
	}
	base, err := x509name.FileBase(rawName)
	if err != nil {
		return nil
	}
	for _, dir := range s.dirs {
		for n := range maxSameName {
			t := caPathFiles.trusted(fmt.Sprintf("%s/%s.%d", dir, base, n), s.peer)
			if t == nil {
				break
			}
			if t.broken {
				if s.version < phpfacts.PHP82 {
					return found
				}
				continue
			}
			found = append(found, t)
		}
	}
	return found
}

// maxSameName bounds the files that are read for one name.
const maxSameName = 64

// defaultBundles are the places in which systems keep their certificates in
// one file; the first is Debian's, which is OpenSSL's default there.
var defaultBundles = []string{
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/ssl/ca-bundle.pem",
	"/etc/ssl/cert.pem",
}

const defaultCertDir = "/etc/ssl/certs"

var systemPool = sync.OnceValues(x509.SystemCertPool)

// systemStore is OpenSSL's default: SSL_CERT_FILE and SSL_CERT_DIR, or the
// system's own places.
func systemStore(v phpfacts.Version) *store {
	s := &store{version: v}
	file, dirs := os.Getenv("SSL_CERT_FILE"), os.Getenv("SSL_CERT_DIR")
	s.dirs = []string{defaultCertDir}
	if dirs != "" {
		s.dirs = splitList(dirs)
	}
	if file != "" {
		if t := caFiles.trusted(file, servers); t != nil && !t.broken {
			s.file = t
		}
		return s
	}
	if runtime.GOOS != "windows" && runtime.GOOS != "darwin" {
		for _, file := range defaultBundles {
			if t := caFiles.trusted(file, servers); t != nil && !t.broken {
				s.file = t
				return s
			}
		}
	}
	s.pool, _ = systemPool()
	return s
}
