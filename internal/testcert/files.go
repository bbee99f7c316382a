package testcert

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"

	"github.com/phpstream-go/phpstream/internal/x509name"
	"github.com/youmark/pkcs8"
)

// PEM returns the certificate alone.
func (c *Cert) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.DER})
}

// ChainPEM returns the certificate and its intermediates, without the root.
func (c *Cert) ChainPEM() []byte {
	out := c.PEM()
	for at := c.Issuer; at != nil && at.Issuer != nil; at = at.Issuer {
		out = append(out, at.PEM()...)
	}
	return out
}

// KeyPEM returns the key as "PRIVATE KEY" (PKCS #8).
func (c *Cert) KeyPEM() []byte {
	der, err := x509.MarshalPKCS8PrivateKey(c.Key)
	must(err)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// EncryptedKeyPEM returns the key as "ENCRYPTED PRIVATE KEY" (PKCS #8).
func (c *Cert) EncryptedKeyPEM(passphrase string) []byte {
	der, err := pkcs8.MarshalPrivateKey(c.Key, []byte(passphrase), nil)
	must(err)
	return pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: der})
}

// LegacyEncryptedKeyPEM returns the key in the older form that is marked
// "Proc-Type: 4,ENCRYPTED". The key must be RSA or ECDSA.
func (c *Cert) LegacyEncryptedKeyPEM(passphrase string) []byte {
	kind, der := legacyKey(c.Key)
	//lint:ignore SA1019 the weak old form is what is asked for here
	block, err := x509.EncryptPEMBlock(rand.Reader, kind, der, []byte(passphrase), x509.PEMCipherAES256)
	must(err)
	return pem.EncodeToMemory(block)
}

// LegacyKeyPEM returns the key as "RSA PRIVATE KEY" or "EC PRIVATE KEY".
func (c *Cert) LegacyKeyPEM() []byte {
	kind, der := legacyKey(c.Key)
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

// Write puts NAME.pem (certificate and intermediates), NAME.key and
// NAME-all.pem (both in one file, as PHP's local_cert is often used) into dir
// and returns the three paths.
func (c *Cert) Write(dir, name string) (certFile, keyFile, allFile string) {
	certFile = WriteFile(dir, name+".pem", c.ChainPEM())
	keyFile = WriteFile(dir, name+".key", c.KeyPEM())
	allFile = WriteFile(dir, name+"-all.pem", append(c.ChainPEM(), c.KeyPEM()...))
	return certFile, keyFile, allFile
}

// WriteCAs writes the certificates into one file, as a cafile, and returns
// its path.
func WriteCAs(dir, name string, certs ...*Cert) string {
	var b bytes.Buffer
	for _, c := range certs {
		b.Write(c.PEM())
	}
	return WriteFile(dir, name, b.Bytes())
}

// WriteCAPath writes the certificates into dir under the names by which
// OpenSSL finds them in a capath: HASH.0, HASH.1, ...
func WriteCAPath(dir string, certs ...*Cert) {
	for _, c := range certs {
		base, err := x509name.FileBase(c.X509.RawSubject)
		must(err)
		for n := 0; ; n++ {
			name := fmt.Sprintf("%s.%d", base, n)
			if _, err := os.Stat(filepath.Join(dir, name)); os.IsNotExist(err) {
				WriteFile(dir, name, c.PEM())
				break
			}
		}
	}
}

// WriteFile writes dir/name, readable for everybody: a PHP that answers
// beside the test may run as another user.
func WriteFile(dir, name string, data []byte) string {
	path := filepath.Join(dir, name)
	must(os.WriteFile(path, data, 0o644))
	return path
}
