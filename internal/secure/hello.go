package secure

import (
	"crypto/tls"
	"errors"
	"net"
	"slices"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// answer makes what crypto/tls asks at each hello. It chooses as OpenSSL does
// where crypto/tls has ways of its own: the certificate by PHP's rule for names,
// the suite by the server's order or the client's, and no protocol where none is
// shared. What OpenSSL refuses is refused, and the connection's feed hears why.
func (p *Policy) answer(base *tls.Config) func(*tls.ClientHelloInfo) (*tls.Config, error) {
	return func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		f, _ := hello.Conn.(*feed)
		refuse := func(reason *opensslError) {
			if f != nil {
				f.refusal = reason
			}
		}
		if doomed := p.server.doomed; doomed != nil {
			refuse(doomed)
			if doomed == errServerProtocols {
				return ownConfig(base, func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS13, tls.VersionTLS12 }), nil
			}
			return failing(base), nil
		}
		newest := base.MaxVersion
		version := sharedVersion(hello.SupportedVersions, base.MinVersion, newest)
		switch {
		case len(hello.SupportedVersions) == 0: // SSL 3
			refuse(errVersionTooLow)
			return nil, nil
		case version == 0:
			refuse(errUnsupportedProtocol)
			return nil, nil // crypto/tls says so
		case slices.Contains(hello.CipherSuites, tls.TLS_FALLBACK_SCSV) && slices.Max(hello.SupportedVersions) < newest:
			refuse(errFallback)
			return nil, nil // likewise
		}
		cert, host := p.certFor(hello.ServerName)
		var suite uint16
		switch {
		case version == tls.VersionTLS13 && cert == nil:
			refuse(errNoSigalg)
			return failing(base), nil
		case version < tls.VersionTLS13:
			if suite = p.chooseSuite(hello, version, cert); suite == 0 {
				refuse(errNoSharedCipher)
				return failing(base), nil
			}
			if reason := p.protocols.oldSignature(version, cert); reason != nil {
				refuse(reason)
				return nil, reason // which is an internal error to the client
			}
		}
		protocol := ""
		if !host { // OpenSSL's configuration for a host has no list
			protocol = p.chooseProtocol(hello.SupportedProtos)
		}
		if suite == 0 && !host && protocol == "" {
			return nil, nil
		}
		return ownConfig(base, func(c *tls.Config) {
			if suite != 0 {
				c.CipherSuites = []uint16{suite}
			}
			if host {
				c.Certificates = []tls.Certificate{*cert}
			}
			if protocol != "" {
				c.NextProtos = []string{protocol}
			}
		}), nil
	}
}

func ownConfig(base *tls.Config, change func(*tls.Config)) *tls.Config {
	c := base.Clone()
	c.GetConfigForClient = nil
	change(c)
	return c
}

// failing has crypto/tls answer with the alert handshake_failure.
func failing(base *tls.Config) *tls.Config {
	return ownConfig(base, func(c *tls.Config) {
		c.Certificates = nil
		c.GetCertificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &tls.Certificate{}, nil }
		c.CipherSuites = []uint16{0}
		c.CurvePreferences = []tls.CurveID{0}
	})
}

// sharedVersion is the newest version that both sides have, or 0.
func sharedVersion(offered []uint16, oldest, newest uint16) (version uint16) {
	for _, v := range offered {
		if v >= oldest && v <= newest && v > version {
			version = v
		}
	}
	return version
}

// oldSignature tells why a server does not sign for a version before TLS 1.2.
//
// OpenSSL: ssl/t1_lib.c, tls_choose_sigalg.
func (r protocols) oldSignature(version uint16, cert *tls.Certificate) *opensslError {
	switch {
	case version >= tls.VersionTLS12:
		return nil
	case r.noOldSignatures:
		return errNoSigalg
	case r.noOldECDSA && kindOf(cert) != "RSA":
		return errOldSigalg
	}
	return nil
}

// chooseProtocol is OpenSSL's choice for ALPN: the first of the server's that
// the client has. Without one PHP goes on without ALPN.
func (p *Policy) chooseProtocol(offered []string) string {
	for _, protocol := range p.alpn {
		if protocol != "" && slices.Contains(offered, protocol) {
			return protocol
		}
	}
	return ""
}

// chooseSuite finds the suite for TLS 1.0 to 1.2, or 0.
//
// OpenSSL: ssl/s3_lib.c, ssl3_choose_cipher.
func (p *Policy) chooseSuite(hello *tls.ClientHelloInfo, version uint16, cert *tls.Certificate) uint16 {
	if cert == nil {
		return 0
	}
	kind := kindOf(cert)
	ephemeral := p.sharesCurve(hello)
	first, second := p.suites, hello.CipherSuites
	if p.server.clientsOrder {
		first, second = second, first
	}
	for _, id := range first {
		if !slices.Contains(second, id) {
			continue
		}
		c, ok := phpfacts.CipherByID(id)
		switch {
		case !ok, c.Auth != kind, c.Protocol == "TLSv1.2" && version < tls.VersionTLS12:
		case c.Kx == "RSA", c.Kx == "ECDHE" && ephemeral:
			return id
		}
	}
	return 0
}

// sharesCurve tells whether crypto/tls will find a curve for a key exchange.
func (p *Policy) sharesCurve(hello *tls.ClientHelloInfo) bool {
	ours := levelCurves(p.level)
	if ours == nil {
		ours = []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521}
	}
	const uncompressed = 0
	points := hello.SupportedPoints
	return slices.ContainsFunc(hello.SupportedCurves, func(c tls.CurveID) bool { return slices.Contains(ours, c) }) &&
		(len(points) == 0 || slices.Contains(points, uncompressed))
}

// kindOf is the authentication that a certificate's key is for, as suites name
// it.
func kindOf(cert *tls.Certificate) string {
	if sameKind(cert.Leaf.PublicKey, rsaKey) {
		return "RSA"
	}
	return "ECDSA"
}

// Reasons that OpenSSL gives on a server.
var (
	errNoSharedCipher      = serverError(0x0C1, "no shared cipher", 0x209, "tls_early_post_process_client_hello")
	errUnsupportedProtocol = serverError(0x102, "unsupported protocol", 0x209, "tls_early_post_process_client_hello")
	errVersionTooLow       = serverError(0x18C, "version too low", 0x209, "tls_early_post_process_client_hello")
	errFallback            = serverError(0x175, "inappropriate fallback", 0x209, "tls_early_post_process_client_hello")
	errServerProtocols     = serverError(0x0BF, "no protocols available", 0x1FC, "tls_setup_handshake")
	errServerCiphers       = serverError(0x0B5, "no ciphers available", 0x1FC, "tls_setup_handshake")
	errNoSigalg            = serverError(0x076, "no suitable signature algorithm", 0x201, "tls_choose_sigalg")
	errOldSigalg           = serverError(0x044, "internal error", 0x201, "tls_choose_sigalg")
)

func serverError(code int, text string, function int, name string) *opensslError {
	return &opensslError{reason: phpfacts.OpenSSLReason{Code: code, Text: text, Func: function, FuncName: name}}
}

// serverErrors is goErrors for a server.
var serverErrors = []goError{
	{"tls: failed to parse client certificate", reasonClientRefused},
	{"tls: client sent certificate containing RSA key", reasonClientRefused},
	{"tls: client certificate contains an unsupported public key", reasonClientRefused},
	{"tls: client offered only unsupported versions", errUnsupportedProtocol.reason},
	{"tls: no cipher suite supported by both", errNoSharedCipher.reason},
	{"tls: no key exchanges supported by both", phpfacts.OpenSSLReason{Code: 0x065, Text: "no suitable key share", Func: 0x1F7, FuncName: "final_key_share"}},
	{"tls: client using inappropriate protocol fallback", errFallback.reason},
	{"tls: peer doesn't support any of the certificate's signature algorithms", errNoSigalg.reason},
	{"tls: client does not support uncompressed connections", phpfacts.OpenSSLReason{Code: 0x0BB, Text: "no compression specified", Func: 0x209, FuncName: "tls_early_post_process_client_hello"}},
	{"tls: initial handshake had non-empty renegotiation", phpfacts.OpenSSLReason{Code: 0x150, Text: "renegotiation encoding err", Func: 0x1D0, FuncName: "tls_parse_ctos_renegotiate"}},
	{"tls: invalid client key share", phpfacts.OpenSSLReason{Code: 0x06C, Text: "bad key share", Func: 0x1CF, FuncName: "tls_parse_ctos_key_share"}},
	{"tls: invalid signature by the client certificate", phpfacts.OpenSSLReason{Code: 0x07B, Text: "bad signature", Func: 0x17B, FuncName: "tls_process_cert_verify"}},
	{"tls: client certificate used with invalid signature algorithm", phpfacts.OpenSSLReason{Code: 0x172, Text: "wrong signature type", Func: 0x14D, FuncName: "tls12_check_peer_sigalg"}},
	{"tls: client's Finished message is incorrect", phpfacts.OpenSSLReason{Code: 0x095, Text: "digest check failed", Func: 0x16C, FuncName: "tls_process_finished"}},
	{"tls: session supported extended_master_secret but client does not", phpfacts.OpenSSLReason{Code: 0x068, Text: "inconsistent extms", Func: 0x1E6, FuncName: "final_ems"}},
	{"tls: received unexpected handshake message", reasonClientMessage},
	{"local error: tls: error decoding message", phpfacts.OpenSSLReason{Code: 0x0A0, Text: "length too short", Func: 0x17D, FuncName: "tls_process_client_hello"}},
}

var (
	reasonClientRefused = phpfacts.OpenSSLReason{Code: 0x086, Text: "certificate verify failed", Func: 0x17C, FuncName: "tls_process_client_certificate"}
	reasonClientMessage = phpfacts.OpenSSLReason{Code: 0x0F4, Text: "unexpected message", Func: 0x1A2, FuncName: "ossl_statem_server_read_transition"}
)

func isLocal(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "local error"
}

// explainedToServer adds to an error of a server's handshake what OpenSSL would
// say of it.
func (c *Conn) explainedToServer(err error) error {
	var (
		verify *VerifyError
		header tls.RecordHeaderError
		op     *net.OpError
	)
	switch {
	case c.feed.refusal != nil:
		return &opensslError{c.feed.refusal.reason, err}
	case errors.As(err, &verify):
		return &opensslError{reasonClientRefused, err}
	case c.feed.record.kind() == recordAlert && !c.feed.record.begun:
		return &opensslError{reason: reasonUnexpected} // an alert before any handshake
	case c.feed.record.fatalAlert() && isLocal(err):
		// In TLS 1.3 OpenSSL's client says in clear that it does not trust the
		// certificate; crypto/tls can't decrypt that.
		return &net.OpError{Op: "remote error", Err: alert(c.feed.record.last)}
	case errors.As(err, &header) && header.RecordHeader[0] == recordChange && header.RecordHeader[1] == versionMajor:
		return &opensslError{reasonClientMessage, err}
	case errors.As(err, &op):
		if bad := c.badCCS(op); bad != nil {
			return &opensslError{*bad, err}
		}
	}
	if reason, ok := reasonFor(err.Error(), serverErrors); ok {
		return &opensslError{reason, err}
	}
	return c.explained(err)
}
