package secure

import (
	"crypto/tls"
	"errors"
	"net"
	"os"
	"reflect"
	"strings"
	"syscall"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// Describe returns what PHP says about a failed handshake, read or write, in
// the words of that version's OpenSSL. A connection that ends during the
// handshake without a close_notify is nothing to PHP 8, and "SSL: Success" to
// PHP 7.4; after it an end is no error (see IsEOF), and PHP says nothing.
//
// php-src: ext/openssl/xp_ssl.c, php_openssl_handle_ssl_error.
func Describe(err error, v phpfacts.Version) []Warning {
	if err == nil {
		return nil
	}
	var (
		name        *NameError
		fingerprint *FingerprintError
		errno       syscall.Errno
	)
	switch {
	case errors.As(err, &name), errors.As(err, &fingerprint), errors.Is(err, errNoCertificate), errors.Is(err, errSetup):
		return nil // Check and NewPolicy said it
	case errors.Is(err, errFarewell), errors.Is(err, errAlerted):
		return nil
	case errors.Is(err, errSpent):
		return []Warning{{Text: "SSL: Success"}}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return []Warning{{Text: "SSL: Handshake timed out"}}
	case IsEOF(err):
		if v < phpfacts.PHP82 {
			return []Warning{{Text: "SSL: Success"}}
		}
		return nil
	case errors.As(err, &errno):
		return []Warning{{Text: describeErrno(err, errno, v)}}
	}
	const noSharedCipher = "SSL_R_NO_SHARED_CIPHER: no suitable shared cipher could be used.  " +
		"This could be because the server is missing an SSL certificate (local_cert context option)"
	const before = "SSL operation failed with code 1. OpenSSL Error messages:\n"
	if r, ok := reasonOf(err, v); ok {
		if r == errNoSharedCipher.reason {
			return []Warning{{Text: noSharedCipher}}
		}
		return []Warning{{Text: before + r.Line(v)}}
	}
	return []Warning{{Text: before + err.Error()}}
}

// describeErrno: OpenSSL 3.5 puts a failed write into its queue, and PHP
// prints that instead of the system's text alone.
func describeErrno(err error, errno syscall.Errno, v phpfacts.Version) string {
	text := phpfacts.Strerror(int(errno))
	if v >= phpfacts.PHP84 && isWrite(err, errno) {
		return "SSL operation failed with code 5. OpenSSL Error messages:\n" +
			"error:" + hex8(0x80000000|uint32(errno)) + ":system library::" + text
	}
	return "SSL: " + text
}

func isWrite(err error, errno syscall.Errno) bool {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Op == "write"
	}
	var call *os.SyscallError
	if errors.As(err, &call) {
		return call.Syscall == "write" || call.Syscall == "send" || call.Syscall == "sendto"
	}
	return errno == syscall.EPIPE
}

func hex8(n uint32) string {
	const digits = "0123456789ABCDEF"
	var b [8]byte
	for i := range b {
		b[i] = digits[n>>(28-4*i)&15]
	}
	return string(b[:])
}

// Reasons that OpenSSL gives where crypto/tls fails on its own side.
var (
	reasonVerifyFailed = phpfacts.OpenSSLReason{Code: 0x086, Text: "certificate verify failed", Func: 0x16F, FuncName: "tls_process_server_certificate"}
	reasonWrongVersion = phpfacts.OpenSSLReason{Code: 0x10B, Text: "wrong version number", Func: 0x08F, FuncName: "ssl3_get_record"}
	// OpenSSL 3.5 speaks of its record layer where the handshake had begun.
	reasonWrongVersionLater = phpfacts.OpenSSLReason{Code: 0x10B, Text: "wrong version number", Func: 0x08F, FuncName: "ssl3_get_record", Record: true}
	reasonBadRecordType     = phpfacts.OpenSSLReason{Code: 0x1BB, Text: "bad record type", Record: true}
	reasonHTTPRequest       = phpfacts.OpenSSLReason{Code: 0x09C, Text: "http request", Func: 0x08F, FuncName: "ssl3_get_record"}
	reasonProxyRequest      = phpfacts.OpenSSLReason{Code: 0x09B, Text: "https proxy request", Func: 0x08F, FuncName: "ssl3_get_record"}
	reasonTooLong           = phpfacts.OpenSSLReason{Code: 0x0C6, Text: "packet length too long", Func: 0x08F, FuncName: "ssl3_get_record"}
	reasonDataTooLong       = phpfacts.OpenSSLReason{Code: 0x092, Text: "data length too long", Func: 0x08F, FuncName: "ssl3_get_record", Record: true}
	reasonInvalidCCS        = phpfacts.OpenSSLReason{Code: 0x104, Text: "invalid ccs message", Func: 0x08F, FuncName: "ssl3_get_record", Record: true}
	reasonBadCCS            = phpfacts.OpenSSLReason{Code: 0x067, Text: "bad change cipher spec", Func: 0x183, FuncName: "tls_get_message_header"}
	reasonBadMAC            = phpfacts.OpenSSLReason{Code: 0x119, Text: "decryption failed or bad record mac", Func: 0x08F, FuncName: "ssl3_get_record", Record: true}
	reasonUnexpected        = phpfacts.OpenSSLReason{Code: 0x0F4, Text: "unexpected message", Func: 0x094, FuncName: "ssl3_read_bytes"}
	reasonUnexpectedMessage = phpfacts.OpenSSLReason{Code: 0x0F4, Text: "unexpected message", Func: 0x1A1, FuncName: "ossl_statem_client_read_transition"}
	reasonShutdown          = phpfacts.OpenSSLReason{Code: 0x0CF, Text: "protocol is shutdown", Func: 0x20C, FuncName: "ssl_write_internal"}
	reasonBadLength         = phpfacts.OpenSSLReason{Code: 0x10F, Text: "bad length", Func: 0x09E, FuncName: "ssl3_write_bytes"}
	reasonBadRetry          = phpfacts.OpenSSLReason{Code: 0x07F, Text: "bad write retry", Func: 0x09F, FuncName: "ssl3_write_pending"}
	reasonTooSmall          = phpfacts.OpenSSLReason{Code: 0x12A, Text: "record too small", Func: 0x08F, FuncName: "ssl3_get_record", Record: true}
	reasonKeyUpdates        = phpfacts.OpenSSLReason{Code: 0x084, Text: "too many key updates", Func: 0x206, FuncName: "tls_process_key_update"}
	reasonLengthMismatch    = phpfacts.OpenSSLReason{Code: 0x09F, Text: "length mismatch", Func: 0x171, FuncName: "tls_process_server_hello"}
	reasonIllegal           = phpfacts.OpenSSLReason{Code: 0x074, Text: "bad protocol version number", Func: 0x264, FuncName: "tls_parse_stoc_supported_versions"}
)

// A goError maps the beginning of one of crypto/tls's texts to OpenSSL's reason.
type goError struct {
	text   string
	reason phpfacts.OpenSSLReason
}

// goErrors are those of a client. The package has no types for them.
var goErrors = []goError{
	{"tls: failed to parse certificate from server", reasonVerifyFailed},
	{"tls: server sent certificate containing RSA key", reasonVerifyFailed},
	{"tls: server's certificate contains an unsupported type", reasonVerifyFailed},
	{"tls: server selected unsupported protocol version", phpfacts.OpenSSLReason{Code: 0x102, Text: "unsupported protocol", Func: 0x25F, FuncName: "ssl_choose_client_version"}},
	{"tls: server selected an invalid version", phpfacts.OpenSSLReason{Code: 0x102, Text: "unsupported protocol", Func: 0x25F, FuncName: "ssl_choose_client_version"}},
	{"tls: server selected TLS 1.3 using the legacy version field", reasonIllegal},
	{"tls: no supported versions satisfy", errNoProtocols.reason},
	{"tls: server chose an unconfigured cipher suite", errWeakSuite.reason},
	{"tls: server did not echo the legacy session ID", phpfacts.OpenSSLReason{Code: 0x3E7, Text: "invalid session id", Func: 0x171, FuncName: "tls_process_server_hello"}},
	{"tls: server advertised unrequested ALPN", phpfacts.OpenSSLReason{Code: 0x0D9, Text: "unsolicited extension", Func: 0x1B3, FuncName: "tls_collect_extensions"}},
	{"tls: server selected unadvertised ALPN", phpfacts.OpenSSLReason{Code: 0x06E, Text: "bad extension", Func: 0x243, FuncName: "tls_parse_stoc_alpn"}},
	{"tls: initial handshake had non-empty renegotiation", phpfacts.OpenSSLReason{Code: 0x150, Text: "renegotiation encoding err", Func: 0x1C0, FuncName: "tls_parse_stoc_renegotiate"}},
	{"tls: invalid signature by the server certificate", phpfacts.OpenSSLReason{Code: 0x07B, Text: "bad signature", Func: 0x16D, FuncName: "tls_process_key_exchange"}},
	{"tls: certificate used with invalid signature algorithm", phpfacts.OpenSSLReason{Code: 0x172, Text: "wrong signature type", Func: 0x14D, FuncName: "tls12_check_peer_sigalg"}},
	{"tls: server's Finished message was incorrect", phpfacts.OpenSSLReason{Code: 0x095, Text: "digest check failed", Func: 0x16C, FuncName: "tls_process_finished"}},
	{"tls: invalid server finished hash", phpfacts.OpenSSLReason{Code: 0x095, Text: "digest check failed", Func: 0x16C, FuncName: "tls_process_finished"}},
	{"tls: handshake message of length", phpfacts.OpenSSLReason{Code: 0x098, Text: "excessive message size", Func: 0x160, FuncName: "read_state_machine"}},
	{"tls: received unexpected handshake message", reasonUnexpectedMessage},
	{"tls: received unexpected", reasonUnexpected},
	{"tls: too many ignored records", reasonTooSmall},
	{"tls: too many non-advancing records", reasonKeyUpdates},
	{"tls: protocol is shutdown", reasonShutdown},
	{"tls: downgrade attempt detected", phpfacts.OpenSSLReason{Code: 0x175, Text: "inappropriate fallback", Func: 0x25F, FuncName: "ssl_choose_client_version"}},
	{"local error: tls: bad record MAC", reasonBadMAC},
	{"local error: tls: record overflow", reasonDataTooLong},
	{"local error: tls: unexpected message", reasonUnexpected},
	{"local error: tls: error decoding message", reasonLengthMismatch},
	{"local error: tls: no renegotiation", phpfacts.OpenSSLReason{Code: 0x153, Text: "no renegotiation", Func: 0x094, FuncName: "ssl3_read_bytes"}},
}

func reasonOf(err error, v phpfacts.Version) (phpfacts.OpenSSLReason, bool) {
	var (
		own    *opensslError
		verify *VerifyError
		header tls.RecordHeaderError
		op     *net.OpError
	)
	switch {
	case errors.As(err, &own):
		return own.reason, true
	case errors.As(err, &verify):
		return reasonVerifyFailed, true
	case errors.As(err, &header):
		return headerReason(header, v), true
	case errors.As(err, &op) && op.Op == "remote error":
		if alert, ok := alertNumber(op.Err); ok {
			return phpfacts.OpenSSLAlert(v, alert), true
		}
	}
	return reasonFor(err.Error(), goErrors)
}

func reasonFor(text string, rows []goError) (phpfacts.OpenSSLReason, bool) {
	for _, row := range rows {
		if strings.HasPrefix(text, row.text) {
			return row.reason, true
		}
	}
	return phpfacts.OpenSSLReason{}, false
}

// headerReason looks at the record header that crypto/tls refused, as OpenSSL
// looks at it.
//
// OpenSSL: ssl/record/ssl3_record.c, ssl3_get_record.
func headerReason(err tls.RecordHeaderError, v phpfacts.Version) phpfacts.OpenSSLReason {
	h := err.RecordHeader
	first := strings.Contains(err.Msg, "first record") || strings.Contains(err.Msg, "SSLv2")
	start := string(h[:])
	switch {
	case strings.Contains(err.Msg, "oversized"):
		if v >= phpfacts.PHP84 {
			return reasonDataTooLong
		}
		return reasonTooLong
	case !first:
		if v >= phpfacts.PHP84 && (h[0] < 20 || h[0] > 23) {
			return reasonBadRecordType
		}
		return reasonWrongVersionLater
	case h[1] == 3: // a record of TLS, of a kind that can't come first
		if reason, ok := misplaced[h[0]]; ok {
			return reason
		}
		return reasonUnexpected
	case isHTTP(start, v):
		return reasonHTTPRequest
	case start == "CONNE":
		return reasonProxyRequest
	}
	return reasonWrongVersion
}

// isHTTP tells whether five bytes look like an HTTP request to OpenSSL.
func isHTTP(start string, v phpfacts.Version) bool {
	for _, method := range []string{"GET ", "POST ", "HEAD ", "PUT "} {
		if strings.HasPrefix(start, method) {
			return true
		}
	}
	return v >= phpfacts.PHP84 && (start == "PATCH" || start == "OPTIO" || start == "DELET" || start == "TRACE")
}

// alertNumber takes an alert's number out of crypto/tls's unexported type.
func alertNumber(err error) (uint8, bool) {
	if v := reflect.ValueOf(err); v.Kind() == reflect.Uint8 {
		return uint8(v.Uint()), true
	}
	return 0, false
}
