package secure

import (
	"crypto/tls"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// The bits of PHP's STREAM_CRYPTO_METHOD_* and STREAM_CRYPTO_PROTO_*.
const (
	methodIsClient = 1
	protoTLS10     = 1 << 3
	protoTLS11     = 1 << 4
	protoTLS12     = 1 << 5
	protoTLS13     = 1 << 6

	// methodTLSClient is STREAM_CRYPTO_METHOD_TLS_CLIENT.
	methodTLSClient = methodIsClient | protoTLS10 | protoTLS11 | protoTLS12 | protoTLS13
)

// tlsClientMeans holds what STREAM_CRYPTO_METHOD_TLS_CLIENT, and with it
// STREAM_CRYPTO_METHOD_TLS_SERVER, stood for: TLS 1.0
// alone from PHP 5.6.7 on, 1.0 to 1.2 from 7.2 on, 1.0 to 1.3 from 7.4 on.
//
// PHP manual: stream_socket_enable_crypto.
var tlsClientMeans = map[phpfacts.Version]int{
	phpfacts.PHP5:  protoTLS10,
	phpfacts.PHP74: methodTLSClient,
	phpfacts.PHP82: methodTLSClient,
	phpfacts.PHP84: methodTLSClient,
}

var protoVersions = []struct {
	bit     int32
	version uint16
}{
	{protoTLS10, tls.VersionTLS10},
	{protoTLS11, tls.VersionTLS11},
	{protoTLS12, tls.VersionTLS12},
	{protoTLS13, tls.VersionTLS13},
}

// protocols is a range of TLS versions: PHP knows no holes.
type protocols struct {
	min, max uint16
	// noOldSignatures: TLS 1.0 and 1.1 are offered, but the MD5 and SHA-1
	// signatures that come with them are refused.
	noOldSignatures bool
	// noOldECDSA: OpenSSL 1.1.1 minds SHA-1 alone, which ECDSA signs with.
	noOldECDSA bool
}

// readProtocols turns the method mask and the options min_proto_version and
// max_proto_version into a range. Without the options it reaches from the
// lowest to the highest bit of the mask; a mask without any bit that counts,
// and a range without any version, is TLS 1.3.
//
// php-src: ext/openssl/xp_ssl.c, php_openssl_get_proto_version_flags.
func readProtocols(o *options, method int) protocols {
	if method|methodIsClient == methodTLSClient {
		method = tlsClientMeans[o.version]
	}
	flags := int32(method)
	lowest, highest := int32(protoTLS13), int32(protoTLS13)
	for i := len(protoVersions) - 1; i >= 0; i-- {
		if bit := protoVersions[i].bit; flags&bit != 0 {
			lowest = bit
		}
	}
	for _, p := range protoVersions {
		if flags&p.bit != 0 {
			highest = p.bit
		}
	}
	// C's int: what PHP's 64 bits hold above is cut off.
	if v := int32(o.number("min_proto_version", 0)); v != 0 {
		lowest = v
	}
	if v := int32(o.number("max_proto_version", 0)); v != 0 {
		highest = v
	}
	r := protocols{}
	for _, p := range protoVersions {
		if p.bit < lowest || p.bit > highest {
			continue
		}
		if r.min == 0 {
			r.min = p.version
		}
		r.max = p.version
	}
	if r.max == 0 {
		return protocols{min: tls.VersionTLS13, max: tls.VersionTLS13}
	}
	return r
}

// oldestVersion is the oldest protocol that OpenSSL offers at a security
// level.
//
// OpenSSL: ssl/ssl_cert.c, ssl_security_default_callback.
func oldestVersion(v phpfacts.Version, level int) uint16 {
	switch {
	case level >= 4, level >= 1 && v >= phpfacts.PHP84:
		return tls.VersionTLS12
	case level >= 3:
		return tls.VersionTLS11
	}
	return tls.VersionTLS10
}

// limit applies the security level. It reports false when no protocol is left.
func (r *protocols) limit(v phpfacts.Version, level int) bool {
	r.min = max(r.min, oldestVersion(v, level))
	r.noOldSignatures = v >= phpfacts.PHP82 && level >= 1
	r.noOldECDSA = v < phpfacts.PHP82 && level >= 2
	return r.min <= r.max
}
