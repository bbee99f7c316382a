package phpfacts

import "fmt"

// An OpenSSLReason is an entry of OpenSSL's error queue: a reason of its SSL
// library. Version 1.1.1 also names the function that failed.
type OpenSSLReason struct {
	Code     int
	Text     string
	Func     int    // the function's number in 1.1.1
	FuncName string // and its name
	Record   bool   // raised by the record layer, to which 3.5 adds an entry of its own
}

// Line is the entry as PHP prints it, without the words before it. With
// OpenSSL 3.5 it can be two lines.
//
// OpenSSL: crypto/err/err.c, ERR_error_string_n.
func (r OpenSSLReason) Line(v Version) string {
	const sslLibrary = 20
	if v < PHP82 {
		return fmt.Sprintf("error:%02X%03X%03X:SSL routines:%s:%s", sslLibrary, r.Func, r.Code, r.FuncName, r.Text)
	}
	line := fmt.Sprintf("error:%08X:SSL routines::%s", sslLibrary<<23|r.Code, r.Text)
	if r.Record && v >= PHP84 {
		line += fmt.Sprintf("\nerror:%08X:SSL routines::record layer failure", sslLibrary<<23|0x139)
	}
	return line
}

// OpenSSLAlert is the reason that OpenSSL gives for a fatal alert of the peer.
func OpenSSLAlert(v Version, alert uint8) OpenSSLReason {
	r := OpenSSLReason{Code: 1000 + int(alert), Func: 0x094, FuncName: "ssl3_read_bytes"}
	row, ok := openSSLAlerts[alert]
	switch {
	case !ok || row.since > v:
		r.Text = fmt.Sprintf("reason(%d)", r.Code)
	case row.old && v >= PHP84:
		r.Text = "ssl/tls alert " + row.text
	case row.old:
		r.Text = "sslv3 alert " + row.text
	default:
		r.Text = row.text
	}
	return r
}

type openSSLAlert struct {
	text  string
	old   bool // known since SSL 3: OpenSSL 3.5 changed what stands in front
	since Version
}

// openSSLAlerts holds the texts, as 1.1.1w, 3.0 and 3.5 answered to each alert
// from 0 to 125.
var openSSLAlerts = map[uint8]openSSLAlert{
	10:  {text: "unexpected message", old: true},
	20:  {text: "bad record mac", old: true},
	21:  {text: "tlsv1 alert decryption failed"},
	22:  {text: "tlsv1 alert record overflow"},
	30:  {text: "decompression failure", old: true},
	40:  {text: "handshake failure", old: true},
	41:  {text: "no certificate", old: true},
	42:  {text: "bad certificate", old: true},
	43:  {text: "unsupported certificate", old: true},
	44:  {text: "certificate revoked", old: true},
	45:  {text: "certificate expired", old: true},
	46:  {text: "certificate unknown", old: true},
	47:  {text: "illegal parameter", old: true},
	48:  {text: "tlsv1 alert unknown ca"},
	49:  {text: "tlsv1 alert access denied"},
	50:  {text: "tlsv1 alert decode error"},
	51:  {text: "tlsv1 alert decrypt error"},
	60:  {text: "tlsv1 alert export restriction"},
	70:  {text: "tlsv1 alert protocol version"},
	71:  {text: "tlsv1 alert insufficient security"},
	80:  {text: "tlsv1 alert internal error"},
	86:  {text: "tlsv1 alert inappropriate fallback"},
	90:  {text: "tlsv1 alert user cancelled"},
	100: {text: "tlsv1 alert no renegotiation"},
	109: {text: "tlsv13 alert missing extension"},
	110: {text: "tlsv1 unsupported extension"},
	111: {text: "tlsv1 certificate unobtainable"},
	112: {text: "tlsv1 unrecognized name"},
	113: {text: "tlsv1 bad certificate status response"},
	114: {text: "tlsv1 bad certificate hash value"},
	115: {text: "tlsv1 alert unknown psk identity", since: PHP82},
	116: {text: "tlsv13 alert certificate required"},
	120: {text: "tlsv1 alert no application protocol", since: PHP82},
}

// VerifyCode is one of OpenSSL's X509_V_ERR_* results of a chain check.
type VerifyCode int

// The results that this library tells apart. The numbers are OpenSSL 3's.
const (
	VerifyNoIssuer            VerifyCode = 2
	VerifySignature           VerifyCode = 7
	VerifyNotYetValid         VerifyCode = 9
	VerifyExpired             VerifyCode = 10
	VerifySelfSigned          VerifyCode = 18
	VerifySelfSignedInChain   VerifyCode = 19
	VerifyNoLocalIssuer       VerifyCode = 20
	VerifyTooLong             VerifyCode = 22
	VerifyPathLength          VerifyCode = 25
	VerifyPurpose             VerifyCode = 26
	VerifyRejected            VerifyCode = 28
	VerifyUnhandledCritical   VerifyCode = 34
	VerifyProxy               VerifyCode = 40
	VerifyResources           VerifyCode = 46
	VerifyPermittedSubtree    VerifyCode = 47
	VerifyWeakKey             VerifyCode = 66
	VerifyWeakCAKey           VerifyCode = 67
	VerifyWeakCADigest        VerifyCode = 68
	VerifyInvalidCA           VerifyCode = 79
	verifyInvalidCAOfVersion1            = 24
)

var verifyTexts = map[VerifyCode]string{
	VerifyNoIssuer:          "unable to get issuer certificate",
	VerifySignature:         "certificate signature failure",
	VerifyNotYetValid:       "certificate is not yet valid",
	VerifyExpired:           "certificate has expired",
	VerifySelfSigned:        "self-signed certificate",
	VerifySelfSignedInChain: "self-signed certificate in certificate chain",
	VerifyNoLocalIssuer:     "unable to get local issuer certificate",
	VerifyTooLong:           "certificate chain too long",
	VerifyPathLength:        "path length constraint exceeded",
	VerifyPurpose:           "unsuitable certificate purpose",
	VerifyRejected:          "certificate rejected",
	VerifyUnhandledCritical: "unhandled critical extension",
	VerifyProxy:             "proxy certificates not allowed, please set the appropriate flag",
	VerifyResources:         "RFC 3779 resource not subset of parent's resources",
	VerifyPermittedSubtree:  "permitted subtree violation",
	VerifyWeakKey:           "EE certificate key too weak",
	VerifyWeakCAKey:         "CA certificate key too weak",
	VerifyWeakCADigest:      "CA signature digest algorithm too weak",
	VerifyInvalidCA:         "invalid CA certificate",
}

// verifyTexts111 holds what 1.1.1 says in other words.
var verifyTexts111 = map[VerifyCode]string{
	VerifySelfSigned:        "self signed certificate",
	VerifySelfSignedInChain: "self signed certificate in certificate chain",
	VerifyPurpose:           "unsupported certificate purpose",
}

// Of returns the number and the text of a result in a version's OpenSSL.
//
// OpenSSL: crypto/x509/x509_txt.c, X509_verify_cert_error_string.
func (c VerifyCode) Of(v Version) (code int, text string) {
	code, text = int(c), verifyTexts[c]
	if v < PHP82 {
		if old, ok := verifyTexts111[c]; ok {
			text = old
		}
		if c == VerifyInvalidCA {
			code = verifyInvalidCAOfVersion1
		}
	}
	return code, text
}
