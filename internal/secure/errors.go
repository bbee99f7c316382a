package secure

import (
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// A VerifyError says why a certificate chain was refused.
type VerifyError struct {
	Code int    // OpenSSL's X509_V_ERR_*
	Text string // and its text
	Err  error  // what crypto/x509 says
}

func (e *VerifyError) Error() string {
	s := fmt.Sprintf("certificate verify failed: %s (%d)", e.Text, e.Code)
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *VerifyError) Unwrap() error { return e.Err }

// A NameError says that a certificate doesn't have the name that was expected.
// It unwraps to an x509.HostnameError.
type NameError struct {
	Name string // expected
	Text string // PHP's
	Cert *x509.Certificate
}

func (e *NameError) Error() string { return e.Text }

func (e *NameError) Unwrap() error {
	return x509.HostnameError{Certificate: e.Cert, Host: e.Name}
}

// A FingerprintError says that a certificate isn't the expected one.
type FingerprintError struct {
	Text string // PHP's
	Cert *x509.Certificate
}

func (e *FingerprintError) Error() string { return e.Text }

// ErrShutdown says that nothing can be written behind the end of TLS.
var ErrShutdown error = &opensslError{reason: reasonShutdown}

var errNoCertificate = errors.New("the peer has no certificate")

// An opensslError is a failure that OpenSSL knows, and crypto/tls doesn't or
// calls something else: then err is its own.
type opensslError struct {
	reason phpfacts.OpenSSLReason
	err    error
}

func (e *opensslError) Error() string {
	s := "tls: " + e.reason.Text
	if e.err != nil {
		s += ": " + e.err.Error()
	}
	return s
}

func (e *opensslError) Unwrap() error { return e.err }

var (
	errNoProtocols     = &opensslError{reason: phpfacts.OpenSSLReason{Code: 0x0BF, Text: "no protocols available", Func: 0x1E7, FuncName: "tls_construct_client_hello"}}
	errNoCiphers       = &opensslError{reason: phpfacts.OpenSSLReason{Code: 0x0B5, Text: "no ciphers available", Func: 0x1A9, FuncName: "ssl_cipher_list_to_bytes"}}
	errLegacySignature = &opensslError{reason: phpfacts.OpenSSLReason{Code: 0x14D, Text: "legacy sigalg disallowed or unsupported", Func: 0x16F, FuncName: "tls_process_key_exchange"}}
	errLegacyECDSA     = &opensslError{reason: phpfacts.OpenSSLReason{Code: 0x044, Text: "internal error", Func: 0x16D, FuncName: "tls_process_key_exchange"}}
	errWeakSuite       = &opensslError{reason: phpfacts.OpenSSLReason{Code: 0x105, Text: "wrong cipher returned", Func: 0x21C, FuncName: "set_client_ciphersuite"}}
)
