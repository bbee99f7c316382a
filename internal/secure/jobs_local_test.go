package secure

import (
	"crypto/tls"
	"os"

	"github.com/phpstream-go/phpstream/internal/testcert"
)

// localJobs: the client's own certificate.
func localJobs(l *lab) {
	root := testcert.NewCA(testcert.Spec{Key: testcert.RSA2048})
	ca := testcert.WriteCAs(l.dir, "localca.pem", root)
	server := root.Issue(testcert.Spec{CN: "cn.test", Key: testcert.RSA2048}).TLS()
	between := root.NewCA(testcert.Spec{CN: "Client CA"})
	client := between.Issue(testcert.Spec{CN: "client", Key: testcert.RSA2048})
	ec := between.Issue(testcert.Spec{CN: "ecclient"})
	other := between.Issue(testcert.Spec{CN: "other", Key: testcert.P384})
	weak := between.Issue(testcert.Spec{CN: "weak", Key: testcert.RSA1024})
	own := testcert.SelfSigned(testcert.Spec{CN: "own"})

	cert, key, all := client.Write(l.dir, "client")
	ecCert, _, ecAll := ec.Write(l.dir, "ec")
	_, _, weakAll := weak.Write(l.dir, "weak")
	_, _, ownAll := own.Write(l.dir, "own-cert")
	otherKey := l.file("otherkey.pem", other.KeyPEM())
	sub := l.dir + "/linked"
	if err := os.Symlink(all, sub); err != nil {
		l.t.Fatal(err)
	}

	names := map[string]ssl{
		"none":                  {},
		"one file":              {"local_cert": all},
		"two files":             {"local_cert": cert, "local_pk": key},
		"alone":                 {"local_cert": l.file("alone.pem", client.PEM(), client.KeyPEM())},
		"self-signed":           {"local_cert": ownAll},
		"ECDSA":                 {"local_cert": ecAll},
		"key of another kind":   {"local_cert": cert, "local_pk": otherKey},
		"no check of the peer":  {"local_cert": all, "verify_peer": false},
		"a weak one at level 1": {"local_cert": weakAll, "security_level": 1},
	}
	for _, version := range tlsVersions[2:] {
		at := l.serve(&tls.Config{Certificates: []tls.Certificate{server}, MaxVersion: version.version, ClientAuth: tls.RequireAnyClientCert, ClientCAs: testcert.Pool(own)})
		for what, options := range inOrder(names) {
			o := ssl{"cafile": ca, "peer_name": "cn.test"}
			for k, v := range options {
				o[k] = v
			}
			l.add("local "+version.name+": "+what, at, o)
			l.jobs[len(l.jobs)-1].Read = true
		}
	}

	at := l.serve(&tls.Config{Certificates: []tls.Certificate{server}, MaxVersion: tls.VersionTLS12, ClientAuth: tls.RequireAnyClientCert})
	alone := l.file("completed.pem", client.PEM(), client.KeyPEM())
	for what, options := range inOrder(map[string]ssl{
		"the file has its issuers":              {"cafile": testcert.WriteCAs(l.dir, "issuers.pem", between, root)},
		"the file has its issuer, and no root":  {"cafile": testcert.WriteCAs(l.dir, "issuer.pem", between), "verify_peer_name": false},
		"the file has its issuers, no check":    {"cafile": l.dir + "/issuers.pem", "verify_peer": false},
		"the file has its issuers, self-signed": {"cafile": l.dir + "/issuers.pem", "local_cert": ownAll},
	}) {
		if options["local_cert"] == nil {
			options["local_cert"] = alone
		}
		options["peer_name"] = "cn.test"
		l.add("local: "+what, at, options)
		l.jobs[len(l.jobs)-1].Read = true
	}
	broken := []byte(brokenPEM)
	for what, options := range inOrder(map[string]ssl{
		"linked":                  {"local_cert": sub},
		"linked, key elsewhere":   {"local_cert": sub, "local_pk": l.dir + "/x/../nosuch"},
		"EC key, old form":        {"local_cert": ecCert, "local_pk": l.file("eckey.pem", ec.LegacyKeyPEM())},
		"RSA key, old form":       {"local_cert": cert, "local_pk": l.file("rsakey.pem", client.LegacyKeyPEM())},
		"missing":                 {"local_cert": l.dir + "/nosuch"},
		"missing key":             {"local_cert": cert, "local_pk": l.dir + "/nosuch"},
		"missing key, one file":   {"local_cert": all, "local_pk": l.dir + "/nosuch"},
		"empty string":            {"local_cert": ""},
		"null":                    {"local_cert": nil},
		"array":                   {"local_cert": []string{"x"}},
		"certificate without key": {"local_cert": cert},
		"empty file":              {"local_cert": l.file("localempty")},
		"directory":               {"local_cert": l.dir},
		"text":                    {"local_cert": l.file("localtext", []byte("x\n"))},
		"key in its place":        {"local_cert": key},
		"key alone":               {"local_pk": key},
		"another key of its kind": {"local_cert": ecCert, "local_pk": otherKey},
		"two keys":                {"local_cert": cert, "local_pk": l.file("twokeys.pem", other.KeyPEM(), client.KeyPEM())},
		"key in front":            {"local_cert": l.file("keyfirst.pem", client.KeyPEM(), client.ChainPEM())},
		"broken chain":            {"local_cert": l.file("brokenchain.pem", client.PEM(), broken), "local_pk": key},
		"broken key":              {"local_cert": cert, "local_pk": l.file("brokenkey", []byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"))},
		"encrypted":               {"local_cert": cert, "local_pk": l.file("enc.pem", client.EncryptedKeyPEM("secret")), "passphrase": "secret"},
		"encrypted, wrong":        {"local_cert": cert, "local_pk": l.file("enc2.pem", client.EncryptedKeyPEM("secret")), "passphrase": "wrong"},
		"encrypted, empty":        {"local_cert": cert, "local_pk": l.file("enc3.pem", client.EncryptedKeyPEM("secret")), "passphrase": ""},
		"encrypted, null":         {"local_cert": cert, "local_pk": l.file("enc4.pem", client.EncryptedKeyPEM("secret")), "passphrase": nil},
		"encrypted, int":          {"local_cert": cert, "local_pk": l.file("enc5.pem", client.EncryptedKeyPEM("123")), "passphrase": 123},
		"encrypted, one file":     {"local_cert": l.file("encall.pem", client.ChainPEM(), client.EncryptedKeyPEM("secret")), "passphrase": "secret"},
		"encrypted, old":          {"local_cert": cert, "local_pk": l.file("legacy.pem", client.LegacyEncryptedKeyPEM("secret")), "passphrase": "secret"},
		"encrypted, old, wrong":   {"local_cert": cert, "local_pk": l.file("legacy2.pem", client.LegacyEncryptedKeyPEM("secret")), "passphrase": "wrong"},
		"encrypted, old, ECDSA":   {"local_cert": ecCert, "local_pk": l.file("legacyec.pem", ec.LegacyEncryptedKeyPEM("secret")), "passphrase": "secret"},
		"encrypted, array":        {"local_cert": cert, "local_pk": l.file("enc6.pem", client.EncryptedKeyPEM("Array")), "passphrase": []string{"x"}},
		"needless passphrase":     {"local_cert": all, "passphrase": "x"},
		"needless array":          {"local_cert": all, "passphrase": []string{"x"}},
		"weak":                    {"local_cert": weakAll},
		"weak, level by ciphers":  {"local_cert": weakAll, "ciphers": "DEFAULT@SECLEVEL=1"},
		"NUL":                     {"local_cert": all + "\x00x"},
		"NUL in the key":          {"local_cert": all, "local_pk": key + "\x00x"},
		"file URL":                {"local_cert": "file://" + all},
		"relative, missing":       {"local_cert": "nosuch.pem"},
		"ECDSA at level 4":        {"local_cert": ecAll, "security_level": 4},
		"RSA at level 3":          {"local_cert": all, "security_level": 3},
	}) {
		options["cafile"], options["peer_name"] = ca, "cn.test"
		l.add("local: "+what, at, options)
		l.jobs[len(l.jobs)-1].Read = true
	}
}
