package secure

import "github.com/phpstream-go/phpstream/internal/phpfacts"

// serverFailsWith is a handshake of a server that fails, and what the client sees.
func serverFailsWith(r phpfacts.OpenSSLReason, seen string) func(phpfacts.Version) outcome {
	return func(v phpfacts.Version) outcome {
		o := failsWith(r)(v)
		o.Seen = seen
		return o
	}
}

var serverDifferences = []difference{
	{
		id: "tls13-suite", jobs: []string{"server: ciphers: shown in TLS 1.3"}, versions: all,
		ours: func(phpfacts.Version) outcome {
			return outcome{OK: true, Protocol: "TLSv1.3", Cipher: "TLS_AES_128_GCM_SHA256 128 TLSv1.3", Line: "TLS 1.3  alpn= certs=ec.test\n", Seen: "ok"}
		},
		kind: "impossible", reason: "The suite of TLS 1.3 is chosen by crypto/tls, which puts AES-128 first; OpenSSL puts AES-256 first.",
	},
	{
		id: "certificate-alert", versions: all,
		jobs: []string{"server: client 1.3: yes, expired", "server: client 1.3: yes, for servers", "server: client 1.3: yes, self-signed", "server: client 1.3: yes, stranger"},
		ours: serverFailsWith(reasonClientRefused, sawBadCertificate),
		kind: "impossible", reason: "crypto/tls tells a client whose certificate is refused bad_certificate, whatever is wrong with it; OpenSSL has an alert for each case.",
	},
	{
		id: "sni-ciphers", versions: all,
		jobs: []string{
			`server: SNI: ECDSA beside, asked for "one.test" by TLS 1.2`, `server: SNI: no other, asked for "one.test" by TLS 1.2`, `server: SNI: only 1.2, asked for "one.test" by TLS 1.2`,
			`server: SNI: only 1.2, asked for "one.test" by TLS 1.3`, `server: SNI: switched on, asked for "one.test" by TLS 1.2`,
		},
		ours: func(phpfacts.Version) outcome {
			return outcome{OK: true, Protocol: "TLSv1.2", Line: "TLS 1.2 ECDHE-RSA-AES128-GCM-SHA256 alpn= certs=one\n", Seen: "ok"}
		},
		kind: "deliberate", reason: "The suites of the options hold for the hosts of SNI_server_certs, too; in PHP these have OpenSSL's own list.",
	},
	{
		id: "sni-ciphers", versions: all,
		jobs: []string{`server: SNI: ciphers, asked for "one.test" by TLS 1.2`, `server: SNI: ciphers, asked for "one.test" by TLS 1.3`},
		ours: func(phpfacts.Version) outcome {
			return outcome{OK: true, Protocol: "TLSv1.2", Line: "TLS 1.2 ECDHE-RSA-AES256-SHA alpn= certs=one\n", Seen: "ok"}
		},
		kind: "deliberate", reason: "The suites of the options hold for the hosts of SNI_server_certs, too; in PHP these have OpenSSL's own list.",
	},
	{
		id: "sni-ciphers", versions: only84, jobs: []string{`server: SNI: client's, checked, asked for "one.test" by TLS 1.2`},
		ours: func(phpfacts.Version) outcome {
			return outcome{OK: true, Protocol: "TLSv1.2", Line: "TLS 1.2 ECDHE-RSA-AES128-GCM-SHA256 alpn= certs=one,Test Root\n", Seen: "ok"}
		},
		kind: "deliberate", reason: "The suites of the options hold for the hosts of SNI_server_certs, too; in PHP these have OpenSSL's own list.",
	},
	{
		id: "ssl2-hello", jobs: []string{"server: guest: SSL 2"}, versions: all,
		ours: serverFailsWith(reasonWrongVersion, "alert 70"),
		kind: "impossible", reason: "crypto/tls refuses a hello in the form of SSL 2 at once; OpenSSL reads it.",
	},
	{
		id: "guest-alert", jobs: []string{"server: guest: SSL 3"}, versions: all,
		ours: serverFailsWith(errVersionTooLow.reason, "alert 70"),
		kind: "impossible", reason: "The alert for a hello of SSL 3, or one that can't be read, is crypto/tls's own.",
	},
	{
		id: "guest-alert", jobs: []string{"server: guest: a message too long"}, versions: all,
		ours: serverFailsWith(reasonTooLongMessage, "alert 80"),
		kind: "impossible", reason: "The alert for a hello of SSL 3, or one that can't be read, is crypto/tls's own.",
	},
	{
		id: "guest-alert", jobs: []string{"server: guest: an alert first", "server: guest: close_notify first", "server: guest: data first"}, versions: all,
		ours: serverFailsWith(reasonUnexpected, "end"),
		kind: "impossible", reason: "crypto/tls closes without an alert where the first record isn't one of a handshake.",
	},
	{
		id: "guest-alert", jobs: []string{"server: guest: a change of ciphers first"}, versions: all,
		ours: serverFailsWith(reasonClientMessage, "end"),
		kind: "impossible", reason: "crypto/tls closes without an alert where the first record isn't one of a handshake.",
	},
	{
		id: "guest-message", jobs: []string{"server: guest: ServerHello"}, versions: all,
		ours: serverFailsWith(serverErrors[len(serverErrors)-1].reason, "alert 50"),
		kind: "impossible", reason: "crypto/tls reads a message before it asks whether there is a place for it.",
	},
	{
		id: "record-version", jobs: []string{"server: guest: version 2", "server: guest: version 4"}, versions: all,
		ours: serverFailsWith(reasonTooLongMessage, "alert 80"),
		kind: "impossible", reason: "crypto/tls accepts a first record of an odd version and then trips over what is in it.",
	},
}

var reasonTooLongMessage = phpfacts.OpenSSLReason{Code: 0x98, Text: "excessive message size", Func: 0x160, FuncName: "read_state_machine"}

func init() { differences = append(differences, serverDifferences...) }
