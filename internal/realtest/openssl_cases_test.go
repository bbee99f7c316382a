package realtest

import . "github.com/phpstream-go/phpstream"

// An sServerCase is one way to set up s_server and one client of it.
type sServerCase struct {
	name   string
	server string // s_server's arguments; DIR is the directory of certificates

	transport string         // "ssl" where empty
	ssl       map[string]any // context options beside cafile and peer_name; nil takes an option away
	versions  []string       // the PHPs that it is for; all where empty

	refused string // a pattern in the warnings; where empty the server is accepted
	late    bool   // the refusal comes with the first read: the handshake was over for the client

	protocol, cipher, alpn string // what the meta data must say, where not empty
	told                   string // what the server says beside that

	// impossible tells why crypto/tls can't do what PHP does here. The library
	// refuses then.
	impossible string
}

const (
	v10 = STREAM_CRYPTO_METHOD_TLSv1_0_CLIENT
	v11 = STREAM_CRYPTO_METHOD_TLSv1_1_CLIENT
	v12 = STREAM_CRYPTO_METHOD_TLSv1_2_CLIENT
	v13 = STREAM_CRYPTO_METHOD_TLSv1_3_CLIENT

	tls12Server = "-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256"
	tls13Server = "-tls1_3 -ciphersuites TLS_AES_128_GCM_SHA256"
	// The old versions sign with MD5 and SHA-1, which OpenSSL leaves to
	// security level 0.
	tls11Server = "-tls1_1 -cipher ECDHE-ECDSA-AES128-SHA@SECLEVEL=0"
	tls10Server = "-tls1 -cipher ECDHE-ECDSA-AES128-SHA@SECLEVEL=0"

	rsa11Server = "-tls1_1 -cipher ECDHE-RSA-AES128-SHA@SECLEVEL=0" + rsaCert
	rsa10Server = "-tls1 -cipher AES128-SHA@SECLEVEL=0" + rsaCert
	// What OpenSSL 3.0, 3.5 and 1.1.1 say of them at level 2.
	tooOld = "legacy sigalg disallowed|alert protocol version|key_exchange:internal error"

	rsaCert     = " -cert DIR/rsa.pem -key DIR/rsa.key"
	wantsClient = " -Verify 1 -verify_return_error -CAfile DIR/ca.pem"
)

var sServerCases = []sServerCase{
	// TLS versions.
	{name: "tls 1.3", server: tls13Server, protocol: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256"},
	{name: "tls 1.2", server: tls12Server, protocol: "TLSv1.2", cipher: "ECDHE-ECDSA-AES128-GCM-SHA256"},
	{name: "tls 1.1 at level 0", server: tls11Server, ssl: map[string]any{"security_level": 0}, protocol: "TLSv1.1"},
	{name: "tls 1.0 at level 0", server: tls10Server, ssl: map[string]any{"security_level": 0}, protocol: "TLSv1"},
	{name: "tls 1.1 by the cipher string's level", server: tls11Server, ssl: map[string]any{"ciphers": "DEFAULT@SECLEVEL=0"}, protocol: "TLSv1.1"},
	{name: "tls 1.1 at the usual level", server: tls11Server, refused: tooOld},
	{name: "tls 1.0 at the usual level", server: tls10Server, refused: tooOld},
	{name: "tls 1.1 with an rsa certificate", server: rsa11Server, versions: []string{"7.4"}, protocol: "TLSv1.1"},
	{name: "tls 1.1 with an rsa certificate, refused", server: rsa11Server, versions: []string{"8.2", "8.4"}, refused: tooOld},
	{name: "tls 1.0 with rsa key exchange", server: rsa10Server, versions: []string{"7.4", "8.2"}, protocol: "TLSv1"},
	{name: "tls 1.0 with rsa key exchange, refused", server: rsa10Server, versions: []string{"8.4"}, refused: tooOld},
	{name: "crypto_method 1.2 of a server with 1.3 alone", server: tls13Server, ssl: map[string]any{"crypto_method": v12}, refused: "alert protocol version"},
	{name: "crypto_method 1.3 of a server with 1.2 alone", server: tls12Server, ssl: map[string]any{"crypto_method": v13}, refused: "alert protocol version"},
	{name: "crypto_method 1.2 of a server with both", server: "", ssl: map[string]any{"crypto_method": v12, "ciphers": "ECDHE-ECDSA-AES128-GCM-SHA256"}, protocol: "TLSv1.2"},
	{name: "crypto_method 1.2 and 1.3 of a server with both", server: "-ciphersuites TLS_AES_128_GCM_SHA256", ssl: map[string]any{"crypto_method": v12 | v13}, protocol: "TLSv1.3"},
	{name: "crypto_method 1.0 and 1.1 of a server with 1.2", server: tls12Server, ssl: map[string]any{"crypto_method": v10 | v11, "security_level": 0}, refused: "alert protocol version"},
	{name: "min_proto_version 1.3 of a server with 1.2 alone", server: tls12Server, ssl: map[string]any{"min_proto_version": STREAM_CRYPTO_PROTO_TLSv1_3}, refused: "alert protocol version"},
	{name: "min_proto_version 1.3 of a server with both", server: "-ciphersuites TLS_AES_128_GCM_SHA256", ssl: map[string]any{"min_proto_version": STREAM_CRYPTO_PROTO_TLSv1_3}, protocol: "TLSv1.3"},
	{name: "max_proto_version 1.2 of a server with both", server: "-cipher ECDHE-ECDSA-AES128-GCM-SHA256", ssl: map[string]any{"max_proto_version": STREAM_CRYPTO_PROTO_TLSv1_2}, protocol: "TLSv1.2"},
	{name: "max_proto_version 1.2 of a server with 1.3 alone", server: tls13Server, ssl: map[string]any{"max_proto_version": STREAM_CRYPTO_PROTO_TLSv1_2}, refused: "alert protocol version"},
	{name: "transport tls", transport: "tls", server: tls13Server, protocol: "TLSv1.3"},
	{name: "transport tlsv1.3", transport: "tlsv1.3", server: tls13Server, protocol: "TLSv1.3"},
	{name: "transport tlsv1.3 of a server with 1.2 alone", transport: "tlsv1.3", server: tls12Server, refused: "alert protocol version"},
	{name: "transport tlsv1.2", transport: "tlsv1.2", server: "-cipher ECDHE-ECDSA-AES128-GCM-SHA256", protocol: "TLSv1.2"},
	{name: "transport tlsv1.2 of a server with 1.3 alone", transport: "tlsv1.2", server: tls13Server, refused: "alert protocol version"},
	{name: "transport tlsv1.1 at level 0", transport: "tlsv1.1", server: tls11Server, ssl: map[string]any{"security_level": 0}, protocol: "TLSv1.1"},
	{name: "transport tlsv1.1 of a server with 1.2 alone", transport: "tlsv1.1", server: tls12Server, ssl: map[string]any{"security_level": 0}, refused: "alert protocol version"},
	{name: "transport tlsv1.0 at level 0", transport: "tlsv1.0", server: tls10Server, ssl: map[string]any{"security_level": 0}, protocol: "TLSv1"},

	// Ciphers. The server leaves one choice: the order of preference is
	// crypto/tls's own.
	{name: "tls 1.3 aes 256", server: "-tls1_3 -ciphersuites TLS_AES_256_GCM_SHA384", cipher: "TLS_AES_256_GCM_SHA384"},
	{name: "tls 1.3 chacha", server: "-tls1_3 -ciphersuites TLS_CHACHA20_POLY1305_SHA256", cipher: "TLS_CHACHA20_POLY1305_SHA256"},
	{name: "ecdsa aes 256", server: "-tls1_2 -cipher ECDHE-ECDSA-AES256-GCM-SHA384", cipher: "ECDHE-ECDSA-AES256-GCM-SHA384"},
	{name: "ecdsa chacha", server: "-tls1_2 -cipher ECDHE-ECDSA-CHACHA20-POLY1305", cipher: "ECDHE-ECDSA-CHACHA20-POLY1305"},
	{name: "rsa gcm", server: "-tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256" + rsaCert, cipher: "ECDHE-RSA-AES128-GCM-SHA256"},
	{name: "rsa cbc", server: "-tls1_2 -cipher ECDHE-RSA-AES256-SHA" + rsaCert, cipher: "ECDHE-RSA-AES256-SHA"},
	{name: "rsa key exchange", server: "-tls1_2 -cipher AES128-GCM-SHA256" + rsaCert, cipher: "AES128-GCM-SHA256"},
	{name: "rsa key exchange, not wanted", server: "-tls1_2 -cipher AES128-GCM-SHA256" + rsaCert, ssl: map[string]any{"ciphers": "DEFAULT:!kRSA"}, refused: "handshake failure"},
	{name: "the client's one cipher", server: "-tls1_2", ssl: map[string]any{"ciphers": "ECDHE-ECDSA-AES256-GCM-SHA384"}, cipher: "ECDHE-ECDSA-AES256-GCM-SHA384"},
	{name: "the client's one cipher, which the server hasn't", server: tls12Server, ssl: map[string]any{"ciphers": "ECDHE-ECDSA-AES256-GCM-SHA384"}, refused: "handshake failure"},
	{name: "a class and what is out of it", server: "-tls1_2", ssl: map[string]any{"ciphers": "ECDHE+AESGCM:!AES256"}, cipher: "ECDHE-ECDSA-AES128-GCM-SHA256"},
	{name: "ciphers say nothing of tls 1.3", server: tls13Server, ssl: map[string]any{"ciphers": "ECDHE-ECDSA-AES256-GCM-SHA384"}, cipher: "TLS_AES_128_GCM_SHA256"},
	{name: "no such cipher", server: tls12Server, ssl: map[string]any{"ciphers": "NONSENSE"}, refused: `^2 stream_socket_client\(\): Failed to enable crypto`},
	{name: "dhe", server: "-tls1_2 -cipher DHE-RSA-AES128-GCM-SHA256" + rsaCert, refused: "handshake failure", impossible: "crypto/tls has no finite-field Diffie-Hellman"},
	{name: "ccm", server: "-tls1_2 -cipher ECDHE-ECDSA-AES128-CCM", refused: "handshake failure", impossible: "crypto/tls has no CCM"},
	{name: "x448", server: "-tls1_3 -groups X448", refused: "handshake failure", impossible: "crypto/tls has no X448"},
	{name: "a group that needs a second hello", server: tls13Server + " -groups P-384", protocol: "TLSv1.3"},

	// Certificates and their keys.
	{name: "rsa certificate", server: tls13Server + rsaCert},
	{name: "p384 certificate", server: tls13Server + " -cert DIR/p384.pem -key DIR/p384.key"},
	{name: "ed25519 certificate", server: tls13Server + " -cert DIR/ed25519.pem -key DIR/ed25519.key"},
	{name: "weak key at level 0", server: "-tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256@SECLEVEL=0 -cert DIR/weak.pem -key DIR/weak.key", ssl: map[string]any{"security_level": 0}},
	{name: "weak key at level 2", server: "-tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256@SECLEVEL=0 -cert DIR/weak.pem -key DIR/weak.key", ssl: map[string]any{"security_level": 2}, refused: "certificate verify failed"},
	{name: "sha-1 signature at level 0", server: "-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256@SECLEVEL=0 -cert DIR/sha1.pem -key DIR/sha1.key", ssl: map[string]any{"security_level": 0}},
	{name: "sha-1 signature at level 2", server: "-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256@SECLEVEL=0 -cert DIR/sha1.pem -key DIR/sha1.key", ssl: map[string]any{"security_level": 2}, refused: "certificate verify failed"},
	{name: "expired", server: tls13Server + " -cert DIR/expired.pem -key DIR/expired.key", refused: "certificate verify failed"},
	{name: "expired, not verified", server: tls13Server + " -cert DIR/expired.pem -key DIR/expired.key", ssl: map[string]any{"verify_peer": false}},
	{name: "not yet valid", server: tls13Server + " -cert DIR/future.pem -key DIR/future.key", refused: "certificate verify failed"},
	{name: "for clients alone", server: tls13Server + " -cert DIR/client-purpose.pem -key DIR/client-purpose.key", refused: "certificate verify failed"},
	{name: "self-signed", server: tls13Server + " -cert DIR/self.pem -key DIR/self.key", refused: "certificate verify failed"},
	{name: "self-signed, allowed", server: tls13Server + " -cert DIR/self.pem -key DIR/self.key", ssl: map[string]any{"allow_self_signed": true}},
	{name: "unknown authority", server: tls13Server, ssl: map[string]any{"cafile": "DIR/other-ca.pem"}, refused: "certificate verify failed"},
	{name: "unknown authority, self-signed allowed", server: tls13Server, ssl: map[string]any{"cafile": "DIR/other-ca.pem", "allow_self_signed": true}, refused: "certificate verify failed"},
	{name: "with its intermediate", server: tls13Server + " -cert DIR/below.pem -key DIR/below.key -cert_chain DIR/intermediate.pem"},
	{name: "without its intermediate", server: tls13Server + " -cert DIR/below.pem -key DIR/below.key", refused: "certificate verify failed"},
	{name: "chain too deep", server: tls13Server + " -cert DIR/below.pem -key DIR/below.key -cert_chain DIR/intermediate.pem", ssl: map[string]any{"verify_depth": 0}, refused: "certificate verify failed"},
	{name: "another host", server: tls13Server, ssl: map[string]any{"peer_name": "elsewhere.example"}, refused: "did not match expected (name |CN=)`elsewhere"},
	{name: "another host, name not verified", server: tls13Server, ssl: map[string]any{"peer_name": "elsewhere.example", "verify_peer_name": false}},
	{name: "the address as the name", server: tls13Server, ssl: map[string]any{"peer_name": nil}},

	// Certificates of the client.
	{name: "client certificate, tls 1.3", server: tls13Server + wantsClient, ssl: map[string]any{"local_cert": "DIR/client-all.pem"}, told: "Peer certificate: CN = client"},
	{name: "client certificate, tls 1.2", server: tls12Server + wantsClient, ssl: map[string]any{"local_cert": "DIR/client.pem", "local_pk": "DIR/client.key"}, told: "Peer certificate: CN = client"},
	{name: "client certificate with a locked key", server: tls13Server + wantsClient, ssl: map[string]any{"local_cert": "DIR/client.pem", "local_pk": "DIR/client-locked.key", "passphrase": "open sesame"}, told: "Peer certificate: CN = client"},
	{name: "client certificate with a locked key, wrong passphrase", server: tls13Server + wantsClient, ssl: map[string]any{"local_cert": "DIR/client.pem", "local_pk": "DIR/client-locked.key", "passphrase": "open barley"}, refused: "private key"},
	{name: "client certificate missing, tls 1.3", server: tls13Server + wantsClient, refused: "alert certificate required", late: true},
	{name: "client certificate missing, tls 1.2", server: tls12Server + wantsClient, refused: "alert handshake failure"},
	{name: "client certificate of a stranger, tls 1.3", server: tls13Server + wantsClient, ssl: map[string]any{"local_cert": "DIR/stranger-all.pem"}, refused: "alert unknown ca", late: true},
	{name: "client certificate of a stranger, tls 1.2", server: tls12Server + wantsClient, ssl: map[string]any{"local_cert": "DIR/stranger-all.pem"}, refused: "alert unknown ca"},
	{name: "client certificate wanted but not needed", server: tls13Server + " -verify 1 -CAfile DIR/ca.pem", told: "No peer certificate"},

	// ALPN and SNI.
	{name: "alpn", server: tls13Server + " -alpn h2,http/1.1", ssl: map[string]any{"alpn_protocols": "http/1.1"}, alpn: "http/1.1"},
	{name: "alpn in the server's order", server: tls13Server + " -alpn h2,http/1.1", ssl: map[string]any{"alpn_protocols": "http/1.1,h2"}, alpn: "h2"},
	{name: "alpn that the server hasn't heard of", server: tls13Server, ssl: map[string]any{"alpn_protocols": "http/1.1"}},
	{name: "alpn without a common protocol", server: tls13Server + " -alpn h2", ssl: map[string]any{"alpn_protocols": "http/1.1"}, refused: "no application protocol|reason\\(1120\\)"},
	{name: "sni", server: tls13Server + " -servername sni.example -servername_fatal -cert2 DIR/sni.pem -key2 DIR/sni.key", ssl: map[string]any{"peer_name": "sni.example"}},
	{name: "sni of another", server: tls13Server + " -servername sni.example -servername_fatal -cert2 DIR/sni.pem -key2 DIR/sni.key", refused: "unrecognized name"},
	{name: "sni switched off", server: tls13Server + " -servername sni.example -servername_fatal -cert2 DIR/sni.pem -key2 DIR/sni.key", ssl: map[string]any{"SNI_enabled": false}},

	// What else a server may do.
	{name: "small records", server: tls13Server + " -max_send_frag 512"},
	{name: "no tickets", server: tls13Server + " -num_tickets 0"},
	{name: "no tickets wanted", server: tls12Server, ssl: map[string]any{"no_ticket": true}},
}
