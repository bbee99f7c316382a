package x509text

import (
	"encoding/base64"
	"strings"

	"github.com/phpstream-go/phpstream/internal/phprecord"
)

// inputs are arguments that hold a certificate, or do not.
func inputs() map[string]any {
	der := blueprint{}.der()
	plain := toPEM(der)
	other := blueprint{subject: cn("Other")}.pem()
	typed := func(kind string) string { return strings.ReplaceAll(plain, "CERTIFICATE", kind) }
	line := base64.StdEncoding.EncodeToString(der)
	begin, end := "-----BEGIN CERTIFICATE-----\n", "\n-----END CERTIFICATE-----\n"
	return map[string]any{
		"plain":            plain,
		"CRLF":             strings.ReplaceAll(plain, "\n", "\r\n"),
		"text in front":    "Certificate:\n  Data\n" + plain,
		"text behind":      plain + "more\n",
		"two":              other + plain,
		"old type":         typed("X509 CERTIFICATE"),
		"trusted type":     typed("TRUSTED CERTIFICATE"),
		"other type":       typed("CERTIFICATE REQUEST"),
		"behind another":   "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n" + plain,
		"one line":         begin + line + end,
		"no last line end": strings.TrimSuffix(plain, "\n"),
		"spaces at ends":   strings.ReplaceAll(plain, "\n", "  \n"),
		"no end":           strings.Split(plain, "-----END")[0],
		"bad character":    begin + "!" + line[1:] + end,
		"cut":              begin + line[:40] + end,
		"empty block":      begin + end,
		"DER":              string(der),
		"bytes behind":     toPEM(append(blueprint{}.der(), "more"...)),
		"empty":            "",
		"word":             "foo",
		"scheme alone":     "file://",
		"missing file":     "file:///no/such/file",
		"NUL in path":      "file:///no/such\x00file",
		"NUL in text":      plain[:40] + "\x00" + plain[40:],
		"number":           5,
		"float":            1.5,
		"true":             true,
		"null":             nil,
		"array":            []any{},
	}
}

// fingerprintCalls leave out digests that make PHP end with a fatal error in
// one version or another, and those that are not here.
func fingerprintCalls() (calls []phprecord.Call) {
	cert := blueprint{}.pem()
	add := func(id string, args ...any) {
		calls = append(calls, phprecord.Call{ID: "fingerprint " + id, Func: "openssl_x509_fingerprint", Args: args})
	}
	for _, name := range []string{
		"sha1", "SHA1", "Sha256", "RSA-SHA256", "sha256WithRSAEncryption", "md5", "ssl3-md5", "ssl3-sha1", "sha1WithRSAEncryption",
		"RSA-SHA1", "RSA-SHA1-2", "rsa-md5", "sha224", "sha384", "sha512", "sha512-224", "sha512-256", "SHA512/256", "sha512-256WithRSAEncryption",
		"sha3-224", "sha3-256", "sha3-384", "sha3-512", "md2", "md5-sha1", "", "foo", "SHA2-256", "SHA-1", "SHA-256", "SHA2-512/256",
		"ecdsa-with-SHA256", "dsaWithSHA1", "id-rsassa-pkcs1-v1_5-with-sha3-256", "RSA-SHA3-256", "sha", "null", "sha256\x00x", "RSA-SHA512/256",
		"UNDEF", "2.16.840.1.101.3.4.2.1", "1.2.840.113549.2.5", "2.16.840.1.101.3.4.2.10", "md5WithRSAEncryption",
	} {
		add(name, cert, name, false)
	}
	add("binary", cert, "sha256", true)
	add("no certificate", "foo", "sha1", false)
	add("no certificate, no digest", "foo", "foo", false)
	add("argument null", nil, "sha1", false)
	add("argument array", []any{}, "sha1", false)
	add("malformed", toPEM([]byte("\x30\x03abc")), "sha1", false)
	return calls
}
