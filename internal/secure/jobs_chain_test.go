package secure

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"time"

	"github.com/phpstream-go/phpstream/internal/testcert"
)

func leafSpec() testcert.Spec { return testcert.Spec{CN: "cn.test"} }

// chainJobs: which chains are believed.
func chainJobs(l *lab) {
	n := 0
	try := func(what string, shown tls.Certificate, anchors []*testcert.Cert, options ssl) {
		n++
		if options == nil {
			options = ssl{}
		}
		if options["peer_name"] == nil {
			options["peer_name"] = "cn.test"
		}
		options["cafile"] = l.file(fmt.Sprintf("other%d.pem", n), testcert.NewCA(testcert.Spec{CN: "Unrelated"}).PEM())
		if len(anchors) > 0 {
			options["cafile"] = testcert.WriteCAs(l.dir, fmt.Sprintf("chain%d.pem", n), anchors...)
		}
		l.add("chain: "+what, l.serveCert(shown), options)
	}
	certs := func(c ...*testcert.Cert) []*testcert.Cert { return c }
	now := time.Now()
	root := testcert.NewCA(testcert.Spec{Key: testcert.RSA2048})
	issue := func(change func(*testcert.Spec)) tls.Certificate {
		s := leafSpec()
		change(&s)
		return root.Issue(s).TLS()
	}
	old := func(s *testcert.Spec) { s.NotBefore, s.NotAfter = now.Add(-48*time.Hour), now.Add(-24*time.Hour) }

	try("good", issue(func(*testcert.Spec) {}), certs(root), nil)
	try("unknown authority", issue(func(*testcert.Spec) {}), nil, nil)
	try("unknown authority, allow_self_signed", issue(func(*testcert.Spec) {}), nil, ssl{"allow_self_signed": true})
	try("expired", issue(old), certs(root), nil)
	try("expired, allow_self_signed", issue(old), certs(root), ssl{"allow_self_signed": true})
	try("expired, no check", issue(old), certs(root), ssl{"verify_peer": false})
	try("not yet valid", issue(func(s *testcert.Spec) { s.NotBefore, s.NotAfter = now.Add(24*time.Hour), now.Add(48*time.Hour) }), certs(root), nil)

	own := testcert.SelfSigned(leafSpec())
	try("self-signed", own.TLS(), nil, nil)
	try("self-signed, allowed", own.TLS(), nil, ssl{"allow_self_signed": true})
	try("self-signed, allowed with 1", own.TLS(), nil, ssl{"allow_self_signed": "1"})
	try("self-signed, allowed with 0", own.TLS(), nil, ssl{"allow_self_signed": "0"})
	try("self-signed, allowed, wrong name", own.TLS(), nil, ssl{"allow_self_signed": true, "peer_name": "x.test"})
	try("self-signed, trusted", own.TLS(), certs(own), nil)
	try("self-signed, trusted, depth 0", own.TLS(), certs(own), ssl{"verify_depth": 0})
	spec := leafSpec()
	old(&spec)
	try("self-signed, expired, allowed", testcert.SelfSigned(spec).TLS(), nil, ssl{"allow_self_signed": true})
	spec = leafSpec()
	spec.EKU = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	client := testcert.SelfSigned(spec)
	try("self-signed, of a client, allowed", client.TLS(), nil, ssl{"allow_self_signed": true})
	try("self-signed, of a client, trusted", client.TLS(), certs(client), nil)
	try("self-signed authority, allowed", testcert.NewCA(leafSpec()).TLS(), nil, ssl{"allow_self_signed": true})
	try("self-signed at the end, allowed", root.Issue(leafSpec()).TLSFull(), nil, ssl{"allow_self_signed": true})
	try("self-signed at the end, trusted", root.Issue(leafSpec()).TLSFull(), certs(root), nil)

	for what, usage := range inOrder(map[string][]x509.ExtKeyUsage{
		"any": {x509.ExtKeyUsageAny}, "client": {x509.ExtKeyUsageClientAuth}, "none": {},
		"netscape": {x509.ExtKeyUsageNetscapeServerGatedCrypto}, "microsoft": {x509.ExtKeyUsageMicrosoftServerGatedCrypto},
		"server and client": {x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}, "code": {x509.ExtKeyUsageCodeSigning},
	}) {
		try("usage "+what, issue(func(s *testcert.Spec) { s.EKU = usage }), certs(root), nil)
	}
	clientCA := root.NewCA(testcert.Spec{CN: "client CA", EKU: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	try("usage client in an authority", clientCA.Issue(leafSpec()).TLS(), certs(root), nil)
	clientRoot := testcert.NewCA(testcert.Spec{CN: "client root", EKU: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	try("usage client in the root", clientRoot.Issue(leafSpec()).TLS(), certs(clientRoot), nil)
	anyCA := root.NewCA(testcert.Spec{CN: "any CA", EKU: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	try("usage any in an authority", anyCA.Issue(leafSpec()).TLS(), certs(root), nil)
	nsType := func(bits byte) func(*testcert.Spec) {
		return func(s *testcert.Spec) {
			s.Extra = []pkix.Extension{{Id: oidNetscapeCertType, Value: []byte{3, 2, 4, bits}}}
		}
	}
	try("netscape type server", issue(nsType(0x40)), certs(root), nil)
	try("netscape type client", issue(nsType(0x80)), certs(root), nil)
	try("critical extension", issue(func(s *testcert.Spec) {
		s.Extra = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3}, Critical: true, Value: []byte{5, 0}}}
	}), certs(root), nil)

	brokenName := func(s *testcert.Spec) { s.Extra = subjectAltName(0x30, 5, 1) }
	try("a broken extension", issue(brokenName), certs(root), nil)
	try("a broken extension, no check", issue(brokenName), certs(root), ssl{"verify_peer": false, "verify_peer_name": false})

	leaf, top := testcert.Chain(1, leafSpec())
	try("an authority between", leaf.TLS(), certs(top), nil)
	try("an authority is missing", leaf.TLSAlone(), certs(top), nil)
	try("an authority comes from the file", leaf.TLSAlone(), certs(leaf.Issuer, top), nil)
	try("only the one between is trusted", leaf.TLS(), certs(leaf.Issuer), nil)
	try("only the one between is trusted, and not shown", leaf.TLSAlone(), certs(leaf.Issuer), nil)
	try("only the leaf is trusted", leaf.TLS(), certs(leaf), nil)
	shuffled := leaf.TLSFull()
	shuffled.Certificate = [][]byte{shuffled.Certificate[0], shuffled.Certificate[2], own.DER, shuffled.Certificate[1]}
	try("shown in disorder", shuffled, certs(top), nil)
	for depth := range 5 {
		l2, r2 := testcert.Chain(2, leafSpec())
		try(fmt.Sprintf("two between, depth %d", depth), l2.TLS(), certs(r2), ssl{"verify_depth": depth})
	}
	long, longRoot := testcert.Chain(9, leafSpec())
	try("nine between", long.TLS(), certs(longRoot), nil)
	try("nine between, depth abc", long.TLS(), certs(longRoot), ssl{"verify_depth": "abc"})
	try("nine between, depth -5", long.TLS(), certs(longRoot), ssl{"verify_depth": -5})
	try("nine between, depth '10'", long.TLS(), certs(longRoot), ssl{"verify_depth": "10"})
	eight, eightRoot := testcert.Chain(8, leafSpec())
	try("eight between", eight.TLS(), certs(eightRoot), nil)

	zero := 0
	short := testcert.NewCA(testcert.Spec{PathLen: &zero})
	try("path length kept", short.Issue(leafSpec()).TLS(), certs(short), nil)
	try("path length exceeded", short.NewCA(testcert.Spec{CN: "below"}).Issue(leafSpec()).TLS(), certs(short), nil)
	try("signed by a leaf", root.Issue(testcert.Spec{CN: "no authority"}).Issue(leafSpec()).TLS(), certs(root), nil)
	ownRoot := testcert.SelfSigned(testcert.Spec{CN: "no authority"})
	try("signed by a trusted self-signed leaf", ownRoot.Issue(leafSpec()).TLS(), certs(ownRoot), nil)
	spec = testcert.Spec{CN: "old root"}
	old(&spec)
	oldRoot := testcert.NewCA(spec)
	try("expired root", oldRoot.Issue(leafSpec()).TLS(), certs(oldRoot), nil)
	spec.CN = "old between"
	try("expired authority", root.NewCA(spec).Issue(leafSpec()).TLS(), certs(root), nil)
	same := testcert.NewCA(testcert.Spec{Key: testcert.RSA2048, CN: "Twin"})
	twin := testcert.NewCA(testcert.Spec{CN: "Twin"})
	try("two roots of one name", twin.Issue(leafSpec()).TLS(), certs(same, twin), nil)
	try("another root of that name", twin.Issue(leafSpec()).TLS(), certs(same), nil)
	try("Ed25519", issue(func(s *testcert.Spec) { s.Key = testcert.Ed25519 }), certs(root), nil)
	names := root.NewCA(testcert.Spec{CN: "constrained", Extra: []pkix.Extension{{
		Id: asn1.ObjectIdentifier{2, 5, 29, 30}, Critical: true,
		Value: []byte("\x30\x0f\xa0\x0d\x30\x0b\x82\x09good.test"),
	}}})
	try("name constraint kept", names.Issue(testcert.Spec{CN: "a.good.test", DNS: []string{"a.good.test"}}).TLS(), certs(root), ssl{"peer_name": "a.good.test"})
	try("name constraint broken", names.Issue(testcert.Spec{CN: "bad.test", DNS: []string{"bad.test"}}).TLS(), certs(root), ssl{"peer_name": "bad.test"})
}

// levelJobs: keys and digests by security level.
func levelJobs(l *lab) {
	n := 0
	try := func(what, address string, root *testcert.Cert, options ssl) {
		n++
		options["peer_name"] = "cn.test"
		options["cafile"] = testcert.WriteCAs(l.dir, fmt.Sprintf("level%d.pem", n), root)
		l.add("level: "+what, address, options)
	}
	root := testcert.NewCA(testcert.Spec{Key: testcert.RSA3072})
	for _, hash := range []crypto.Hash{crypto.SHA1, crypto.SHA256} {
		for _, key := range []testcert.KeyKind{testcert.RSA1024, testcert.RSA2048, testcert.RSA3072, testcert.P256} {
			spec := leafSpec()
			spec.Key, spec.Hash = key, hash
			at := l.serveCert(root.Issue(spec).TLS())
			try(fmt.Sprintf("%s %v", key, hash), at, root, ssl{})
			for level := range 4 {
				try(fmt.Sprintf("%s %v at %d", key, hash, level), at, root, ssl{"security_level": level})
			}
		}
	}
	weakRoot := testcert.NewCA(testcert.Spec{CN: "weak", Key: testcert.RSA1024})
	at := l.serveCert(weakRoot.Issue(leafSpec()).TLS())
	sha1Root := testcert.NewCA(testcert.Spec{CN: "sha1", Hash: crypto.SHA1})
	at1 := l.serveCert(sha1Root.Issue(leafSpec()).TLS())
	between := root.NewCA(testcert.Spec{CN: "old between", Hash: crypto.SHA1})
	at2 := l.serveCert(between.Issue(leafSpec()).TLS())
	lower := root.NewCA(testcert.Spec{CN: "one", Hash: crypto.SHA1}).NewCA(testcert.Spec{CN: "two"})
	at3 := l.serveCert(lower.Issue(testcert.Spec{CN: "cn.test", Hash: crypto.SHA1}).TLS())
	for level := range 3 {
		try(fmt.Sprintf("weak root at %d", level), at, weakRoot, ssl{"security_level": level})
		try(fmt.Sprintf("root signed with SHA-1 at %d", level), at1, sha1Root, ssl{"security_level": level})
		try(fmt.Sprintf("authority signed with SHA-1 at %d", level), at2, root, ssl{"security_level": level})
		try(fmt.Sprintf("two signatures with SHA-1 at %d", level), at3, root, ssl{"security_level": level})
		try(fmt.Sprintf("SHA-1, unknown root at %d", level), at2, sha1Root, ssl{"security_level": level})
	}
	now := time.Now()
	expired := testcert.Spec{CN: "cn.test", Hash: crypto.SHA1, NotBefore: now.Add(-48 * time.Hour), NotAfter: now.Add(-time.Hour)}
	try("SHA-1, expired", l.serveCert(root.Issue(expired).TLS()), root, ssl{"security_level": 0})
	try("SHA-1, signed by a leaf", l.serveCert(root.Issue(testcert.Spec{CN: "leaf"}).Issue(testcert.Spec{CN: "cn.test", Hash: crypto.SHA1}).TLS()), root, ssl{"security_level": 0})
	old := testcert.Spec{CN: "expired between", Hash: crypto.SHA1, NotBefore: now.Add(-48 * time.Hour), NotAfter: now.Add(-time.Hour)}
	try("SHA-1, expired between", l.serveCert(root.NewCA(old).Issue(leafSpec()).TLS()), root, ssl{"security_level": 0})
	zero := 0
	shortRoot := testcert.NewCA(testcert.Spec{CN: "short", PathLen: &zero})
	try("SHA-1, path length", l.serveCert(shortRoot.NewCA(testcert.Spec{CN: "b", Hash: crypto.SHA1}).Issue(leafSpec()).TLS()), shortRoot, ssl{"security_level": 0})
	forged := testcert.NewCA(testcert.Spec{CN: root.Spec.CN, Subject: root.X509.Subject})
	try("SHA-1, signed by a namesake", l.serveCert(forged.Issue(testcert.Spec{CN: "cn.test", Hash: crypto.SHA1}).TLS()), root, ssl{"security_level": 0})

	strong := testcert.NewCA(testcert.Spec{CN: "strong", Key: testcert.P384, Hash: crypto.SHA384})
	at = l.serveCert(strong.Issue(testcert.Spec{CN: "cn.test", Key: testcert.P384, Hash: crypto.SHA384}).TLS())
	for level := 3; level <= 4; level++ {
		try(fmt.Sprintf("P384 SHA-384 at %d", level), at, strong, ssl{"security_level": level})
	}

	sha1 := leafSpec()
	sha1.Hash = crypto.SHA1
	at = l.serveCert(root.Issue(sha1).TLS())
	try("0 in the ciphers", at, root, ssl{"ciphers": "DEFAULT@SECLEVEL=0"})
	try("1 in the ciphers", at, root, ssl{"ciphers": "DEFAULT@SECLEVEL=1"})
	try("0 in the ciphers, 2 in the option", at, root, ssl{"ciphers": "DEFAULT@SECLEVEL=0", "security_level": 2})
	try("as text", at, root, ssl{"security_level": "0"})
	try("-1", at, root, ssl{"security_level": -1})
	try("null", at, root, ssl{"security_level": nil})
	own := testcert.SelfSigned(testcert.Spec{CN: "cn.test", Hash: crypto.SHA1})
	try("SHA-1, self-signed, allowed", l.serveCert(own.TLS()), root, ssl{"allow_self_signed": true})
	weak := testcert.SelfSigned(testcert.Spec{CN: "cn.test", Key: testcert.RSA1024})
	at = l.serveCert(weak.TLS())
	try("RSA1024, self-signed, allowed", at, root, ssl{"allow_self_signed": true})
	try("RSA1024, self-signed, allowed, at 1", at, root, ssl{"allow_self_signed": true, "security_level": 1})
	try("RSA1024, self-signed, no check", at, root, ssl{"verify_peer": false})
}
