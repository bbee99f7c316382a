package secure

import (
	"slices"
	"strings"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// A difference is an answer that is not PHP's, and why. Nothing that PHP
// refuses is ever accepted.
type difference struct {
	id       string
	jobs     []string
	versions []phpfacts.Version
	ours     func(phpfacts.Version) outcome
	kind     string // deliberate or impossible
	reason   string
}

var (
	all     = recordedVersions
	since82 = []phpfacts.Version{phpfacts.PHP82, phpfacts.PHP84}
	only74  = []phpfacts.Version{phpfacts.PHP74}
	only84  = []phpfacts.Version{phpfacts.PHP84}
	until82 = []phpfacts.Version{phpfacts.PHP74, phpfacts.PHP82}
)

func failsWith(r phpfacts.OpenSSLReason) func(phpfacts.Version) outcome {
	return func(v phpfacts.Version) outcome {
		return outcome{Events: []string{"2 SSL operation failed with code 1. OpenSSL Error messages:\n" + r.Line(v)}}
	}
}

func readFailsWith(protocol string, r phpfacts.OpenSSLReason) func(phpfacts.Version) outcome {
	return func(v phpfacts.Version) outcome {
		o := failsWith(r)(v)
		o.OK, o.Protocol = true, protocol
		o.Events[0] = strings.Replace(o.Events[0], "2 ", "2 fgets: ", 1)
		return o
	}
}

func failsOnAlert(alert uint8) func(phpfacts.Version) outcome {
	return func(v phpfacts.Version) outcome { return failsWith(phpfacts.OpenSSLAlert(v, alert))(v) }
}

var differences = []difference{
	{
		id: "sni-address", jobs: []string{"SNI: an address", "SNI: the target's address"}, versions: all,
		ours: func(phpfacts.Version) outcome {
			return outcome{OK: true, Protocol: "TLSv1.3", Line: "sni= alpn= certs=0\n"}
		},
		kind: "impossible", reason: "PHP sends an IP address as the server name; RFC 6066 forbids that, and crypto/tls leaves it out.",
	},
	{
		id: "old-protocol-alert", versions: all,
		jobs: []string{
			"protocol: method 33, server 1.0", "protocol: method 33, server 1.1",
			"protocol: method 17, server 1.0, level 0", "protocol: method 33, server 1.0, level 0", "protocol: method 33, server 1.1, level 0",
		},
		ours: failsOnAlert(70),
		kind: "impossible", reason: "crypto/tls always lists its versions, so that a server that is too old refuses by itself; OpenSSL learns its version and refuses it.",
	},
	{
		id: "old-protocol-alert", versions: until82, jobs: []string{"protocol: method 17, server 1.0"},
		ours: failsOnAlert(70),
		kind: "impossible", reason: "crypto/tls always lists its versions, so that a server that is too old refuses by itself; OpenSSL learns its version and refuses it.",
	},
	{
		id: "old-protocol-alert", versions: only84, jobs: []string{"protocol: server 1.0, RSA, level 1", "protocol: server 1.1, RSA, level 1"},
		ours: failsOnAlert(70),
		kind: "impossible", reason: "crypto/tls always lists its versions, so that a server that is too old refuses for that, and not for its suites.",
	},
	{
		id: "ciphers-unavailable", versions: all,
		jobs: []string{"ciphers: DHE-RSA-AES128-SHA, only 1.2", "ciphers: CAMELLIA, only 1.2", "ciphers: eNULL at level 0"},
		ours: func(phpfacts.Version) outcome {
			return outcome{Events: []string{"2 ssl option ciphers: none of the chosen suites is available"}}
		},
		kind: "impossible", reason: "crypto/tls has no DHE, CAMELLIA, ARIA, CCM, PSK, SRP or NULL suites. Enabling fails before anything is sent.",
	},
	{
		id: "suite-b", versions: all, jobs: []string{"suite: Suite B"},
		ours: func(phpfacts.Version) outcome {
			return outcome{Events: []string{"2 ssl option ciphers: Suite B is not available"}}
		},
		kind: "impossible", reason: "Suite B asks for curves and signatures as well, which crypto/tls doesn't let be chosen one by one. Enabling fails before anything is sent.",
	},
	{
		id: "suite-order", versions: all, jobs: []string{"suite: the first of ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256"},
		ours: func(phpfacts.Version) outcome {
			return outcome{OK: true, Protocol: "TLSv1.2", Cipher: "ECDHE-ECDSA-AES128-GCM-SHA256 128 TLSv1.2"}
		},
		kind: "impossible", reason: "The order of the suites is crypto/tls's own; which ones are offered is the option's.",
	},
	{
		id: "level-4", versions: all, jobs: []string{"level: P384 SHA-384 at 4"},
		ours: func(phpfacts.Version) outcome { return outcome{OK: true, Protocol: "TLSv1.2"} },
		kind: "deliberate", reason: "From level 4 on a suite needs 192 bits. crypto/tls offers TLS 1.3 only with all its suites, so TLS 1.2 is used, where they can be chosen.",
	},
	{
		id: "unreadable-certificate", versions: all, jobs: []string{"chain: a broken extension", "chain: a broken extension, no check"},
		ours: failsWith(reasonVerifyFailed),
		kind: "impossible", reason: "crypto/x509 refuses some certificates that OpenSSL reads, and crypto/tls then ends the handshake, even if nothing is to be checked.",
	},
	{
		id: "strict-resources", versions: all, jobs: []string{"strict: internet resources of its authority"},
		ours: failsWith(reasonVerifyFailed),
		kind: "deliberate", reason: "Which internet resources (RFC 3779) a certificate may hold isn't followed here, so that a chain with any is refused; OpenSSL compares them with its authority's.",
	},
	{
		id: "strict-sha1", versions: all, jobs: []string{"strict: SHA-1 below a name constraint"},
		ours: failsWith(reasonVerifyFailed),
		kind: "deliberate", reason: "A chain with a signature by SHA-1, which a low security level allows, is refused where an authority constrains names: crypto/x509, which would check those, refuses SHA-1 always.",
	},
	{
		id: "strict-constraint", versions: all, jobs: []string{"strict: a constraint of directories, critical true"},
		ours: failsWith(reasonVerifyFailed),
		kind: "impossible", reason: "crypto/x509 refuses a critical name constraint of a kind that it doesn't check, such as directory names.",
	},
	{
		id: "strict-shown", versions: all, jobs: []string{"strict: behind 63 other certificates"},
		ours: failsWith(reasonVerifyFailed),
		kind: "deliberate", reason: "Of what a peer shows the first 64 certificates are looked at.",
	},
	{
		id: "capath-queue", versions: only74, jobs: []string{"capath: DER", "capath: broken in front", "capath: text first"},
		ours: failsWith(reasonVerifyFailed),
		kind: "impossible", reason: "With OpenSSL 1.1.1 PHP also prints what the reading of the broken file left in OpenSSL's error queue.",
	},
	{
		id: "verify-queue", versions: all, jobs: []string{"peer: TLS 1.2, record 2, cut false"},
		ours: failsWith(reasonVerifyFailed),
		kind: "impossible", reason: "After a certificate whose signature is broken, PHP also prints the entries of OpenSSL's cryptographic library.",
	},
	{
		id: "crypto-queue", versions: only84, jobs: []string{"peer: TLS 1.2, record 3, cut false"},
		ours: failsWith(phpfacts.OpenSSLReason{Code: 0x7B, Text: "bad signature"}),
		kind: "impossible", reason: "After a handshake whose signature is broken, PHP also prints the entries of OpenSSL's cryptographic library.",
	},
	{
		id: "crypto-queue", versions: since82, jobs: []string{"peer: TLS 1.2, record 6, cut false"},
		ours: failsWith(reasonBadMAC),
		kind: "impossible", reason: "For a record that can't be decrypted PHP also prints the entries of OpenSSL's cryptographic library: crypto/tls doesn't say with what it was encrypted.",
	},
	{
		id: "crypto-queue", versions: since82, jobs: []string{"peer: TLS 1.2, record 7, cut false"},
		ours: readFailsWith("TLSv1.2", reasonBadMAC),
		kind: "impossible", reason: "For a record that can't be decrypted PHP also prints the entries of OpenSSL's cryptographic library: crypto/tls doesn't say with what it was encrypted.",
	},
	{
		id: "empty-record", versions: all, jobs: []string{"peer: an empty record first"},
		ours: failsWith(reasonUnexpectedMessage),
		kind: "impossible", reason: "crypto/tls refuses an empty record in a handshake; OpenSSL passes over it and waits.",
	},
	{
		id: "record-version", versions: all, jobs: []string{"peer: version 2", "peer: version 4"},
		ours: failsWith(phpfacts.OpenSSLReason{Code: 0x98, Text: "excessive message size", Func: 0x160, FuncName: "read_state_machine"}),
		kind: "impossible", reason: "crypto/tls accepts a first record of an odd version and then trips over what is in it.",
	},
	{
		id: "malformed-message", versions: all,
		jobs: []string{"peer: ClientHello back", "peer: renegotiation info", "peer: TLS 1.2, record 1, cut false"},
		ours: failsWith(reasonLengthMismatch),
		kind: "impossible", reason: "crypto/tls says of a malformed message only that it can't be decoded; OpenSSL says which part of it.",
	},
	{
		id: "unknown-suite", versions: all, jobs: []string{"peer: chooses RC4"},
		ours: failsWith(errWeakSuite.reason),
		kind: "impossible", reason: "crypto/tls doesn't tell a suite that it doesn't know from one that it didn't offer.",
	},
	{
		id: "useless-records", versions: all, jobs: []string{"peer: a flood of key updates"},
		ours: readFailsWith("TLSv1.3", reasonKeyUpdates),
		kind: "deliberate", reason: "crypto/tls ends a connection after 16 records in a row that carry nothing, key updates among them; OpenSSL counts these no more.",
	},
	{
		id: "useless-records", versions: all, jobs: []string{"peer: a flood of user_canceled"},
		ours: readFailsWith("TLSv1.3", reasonTooSmall),
		kind: "impossible", reason: "crypto/tls doesn't say which records carried nothing; OpenSSL has a text of its own for warnings.",
	},
	{
		id: "record-layer", versions: only84, jobs: []string{"peer: TLS 1.2, then plain text"},
		ours: readFailsWith("TLSv1.2", reasonBadRecordType),
		kind: "impossible", reason: "What OpenSSL 3.5 says of plain text after the handshake depends on the protocol, which the error of crypto/tls doesn't hold.",
	},
}

func knownDifference(job string, v phpfacts.Version) *difference {
	for i := range differences {
		if d := &differences[i]; slices.Contains(d.jobs, job) && slices.Contains(d.versions, v) {
			return d
		}
	}
	return nil
}
