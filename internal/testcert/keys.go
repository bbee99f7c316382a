package testcert

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
)

func legacyKey(key crypto.Signer) (kind string, der []byte) {
	switch k := key.(type) {
	case *rsa.PrivateKey:
		return "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(k)
	case *ecdsa.PrivateKey:
		der, err := x509.MarshalECPrivateKey(k)
		must(err)
		return "EC PRIVATE KEY", der
	}
	panic(fmt.Sprintf("testcert: no older form for %T", key))
}
