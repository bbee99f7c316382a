package secure

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"
	"strings"
	"sync"

	"github.com/youmark/pkcs8"
)

// maxPassphrase is the room that OpenSSL gives PHP for it.
const maxPassphrase = 1022

// readKey reads the private key of a file. The passphrase is looked at where the
// key is encrypted, as OpenSSL asks for it then.
func (o *options) readKey(path string) (crypto.Signer, error) {
	if path == "" {
		return nil, os.ErrNotExist
	}
	key, err := localKeys.get(path, "", parseKey)
	if err != nil || key.plain != nil {
		return key.plain, err
	}
	if _, ok := o.get("passphrase"); !ok {
		return nil, errPassphrase // OpenSSL would ask at the terminal
	}
	passphrase, _ := o.text("passphrase")
	if len(passphrase) > maxPassphrase {
		passphrase = ""
	}
	return key.open(passphrase)
}

var (
	errNoKey      = errors.New("no private key in the file")
	errPassphrase = errors.New("the private key is encrypted, and there is no passphrase")
)

var localKeys fileCache[localKey]

// localKey is a private key as it stands in its file. An encrypted one is kept
// as it came out with the last passphrase.
type localKey struct {
	plain     crypto.Signer // nil: it is encrypted
	encrypted *encryptedKey
}

type encryptedKey struct {
	block *pem.Block

	mu     sync.Mutex
	sum    [sha256.Size]byte // of the passphrase that opened it
	opened crypto.Signer
}

func (k localKey) open(passphrase string) (crypto.Signer, error) {
	e := k.encrypted
	e.mu.Lock()
	defer e.mu.Unlock()
	sum := sha256.Sum256([]byte(passphrase))
	if e.opened != nil && e.sum == sum {
		return e.opened, nil
	}
	der := e.block.Bytes
	//lint:ignore SA1019 weak, and still what old key files are encrypted with
	if x509.IsEncryptedPEMBlock(e.block) {
		var err error
		//lint:ignore SA1019 see above
		if der, err = x509.DecryptPEMBlock(e.block, []byte(passphrase)); err != nil {
			return nil, err
		}
	}
	key, err := parseKeyDER(e.block.Type, der, passphrase)
	if err == nil {
		e.opened, e.sum = key, sum
	}
	return key, err
}

// parseKey reads the first private key of a file, whatever its form: PKCS #1,
// SEC 1, PKCS #8, and the two ways to encrypt them.
func parseKey(data []byte) (localKey, error) {
	for {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			return localKey{}, errNoKey
		}
		if !strings.HasSuffix(block.Type, "PRIVATE KEY") {
			continue
		}
		//lint:ignore SA1019 weak, and still what old key files are encrypted with
		if x509.IsEncryptedPEMBlock(block) || block.Type == encryptedPKCS8 {
			return localKey{encrypted: &encryptedKey{block: block}}, nil
		}
		key, err := parseKeyDER(block.Type, block.Bytes, "")
		return localKey{plain: key}, err
	}
}

const encryptedPKCS8 = "ENCRYPTED PRIVATE KEY"

func parseKeyDER(kind string, der []byte, passphrase string) (crypto.Signer, error) {
	var key any
	var err error
	switch kind {
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(der)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(der)
	case encryptedPKCS8:
		key, err = pkcs8.ParsePKCS8PrivateKey(der, []byte(passphrase))
	default:
		key, err = x509.ParsePKCS8PrivateKey(der)
	}
	if err != nil {
		return nil, err
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, errNoKey
	}
	return signer, nil
}
