package secure

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

// subject makes a subject of several common names, or of one in an odd type.
func subject(names ...any) pkix.Name {
	n := pkix.Name{}
	for _, v := range names {
		n.ExtraNames = append(n.ExtraNames, pkix.AttributeTypeAndValue{Type: oidCommonName, Value: v})
	}
	return n
}

func subjectAltName(der ...byte) []pkix.Extension {
	return []pkix.Extension{{Id: oidSubjectAltName, Value: der}}
}

// nameJobs: which names a certificate has, and what PHP says when it lacks one.
func nameJobs(l *lab) {
	root := testcert.NewCA(testcert.Spec{})
	ca := testcert.WriteCAs(l.dir, "names.pem", root)
	n := 0
	try := func(what string, s testcert.Spec, names ...any) {
		n++
		at := l.serveCert(root.Issue(s).TLS())
		for _, name := range names {
			text, _ := json.Marshal(name)
			l.add(fmt.Sprintf("name: %s: %s", what, text), at, ssl{"cafile": ca, "peer_name": name, "SNI_enabled": false})
		}
	}
	try("wildcards", testcert.Spec{CN: "cn.test", DNS: []string{"san.test", "*.wild.test", "f*o.test", "a*a.test", "dot.test.", "*.*.two.test", "x.*.mid.test", "*mid*.three.test", "w*www.example.org"}},
		"san.test", "SAN.Test", "cn.test", "a.wild.test", ".wild.test", "wild.test", "a.b.wild.test", "a.WILD.test", "a.wild.test.", "wild.test.a",
		"foo.test", "fo.test", "fooo.test", "f.test", "fa.o.test", "a.test", "aa.test", "aba.test", "dot.test", "dot.test.", "san.test.",
		"q.w.two.test", "*.w.two.test", "x.y.mid.test", "amidb.three.test", "mid*.three.test", "www.example.org", "", "san.test\x00.evil.test", "*.wild.test", "xn--a.wild.test")
	try("a lone star", testcert.Spec{CN: "cn.test", DNS: []string{"*"}}, "single", "a.b", "", "[2001:db8::1]")
	try("a star before a dot", testcert.Spec{CN: "cn.test", DNS: []string{"*."}}, "single", "single.", "")
	try("addresses", testcert.Spec{CN: "cn.test", DNS: []string{"x.test"}, IP: []string{"192.0.2.1", "2001:db8::1", "::ffff:192.0.2.7"}},
		"192.0.2.1", "192.0.2.2", "192.0.2.01", "2001:db8::1", "2001:DB8:0:0::1", "2001:db8::2", "[2001:db8::1]", "2001:db8::1%lo", "::ffff:192.0.2.7", "cn.test")
	try("addresses only", testcert.Spec{CN: "cn.test", IP: []string{"192.0.2.1"}}, "cn.test", "192.0.2.1", "192.0.2.2", "x.test")
	try("an address as a DNS name", testcert.Spec{CN: "cn.test", DNS: []string{"192.0.2.1"}}, "192.0.2.1")
	try("an address as the common name", testcert.Spec{CN: "192.0.2.1"}, "192.0.2.1")
	try("mail only", testcert.Spec{CN: "cn.test", Email: []string{"a@b.test"}}, "cn.test", "b.test")
	try("an empty list", testcert.Spec{CN: "cn.test", Extra: subjectAltName(0x30, 0)}, "cn.test", "x.test")
	try("NUL in a DNS name", testcert.Spec{CN: "cn.test", DNS: []string{"san.test\x00.evil.test"}}, "cn.test", "san.test", "san.test\x00.evil.test")
	try("NUL and a good DNS name", testcert.Spec{CN: "cn.test", DNS: []string{"san.test\x00.evil.test", "good.test"}}, "good.test", "san.test")
	try("an empty DNS name", testcert.Spec{CN: "cn.test", Extra: subjectAltName(0x30, 2, 0x82, 0)}, "cn.test", "", "x")
	try("CN", testcert.Spec{CN: "cn.test"}, "cn.test", "CN.TEST", "x.test", "cn.test.", 5, nil, false, true, 1.5, []string{"cn.test"}, "")
	try("CN with a star", testcert.Spec{CN: "*.wild.test"}, "a.wild.test", "a.b.wild.test", "wild.test")
	try("CN with a dot at its end", testcert.Spec{CN: "cn.test."}, "cn.test", "cn.test.")
	try("NUL in the CN", testcert.Spec{CN: "cn.test\x00evil"}, "cn.test", "cn.test\x00evil")
	try("no CN", testcert.Spec{Org: "o"}, "cn.test", "")
	try("two CNs", testcert.Spec{Subject: subject("first.test", "second.test")}, "first.test", "second.test")
	try("an empty CN", testcert.Spec{Subject: subject("")}, "x", "")
	try("CN as BMPString", testcert.Spec{Subject: subject(asn1.RawValue{Tag: 30, Bytes: []byte("\x00a\x00b")})}, "ab")
	try("CN as IA5String", testcert.Spec{Subject: subject(asn1.RawValue{Tag: 22, Bytes: []byte("cn.test")})}, "cn.test")
	try("CN as T61String", testcert.Spec{Subject: subject(asn1.RawValue{Tag: 20, Bytes: []byte("cn.test")})}, "cn.test")
	try("a long CN", testcert.Spec{CN: strings.Repeat("a", 1100)}, strings.Repeat("a", 1023))
	try("control characters", testcert.Spec{CN: "cn\r\n\x1b.test"}, "cn.test")
	try("IDN in the CN", testcert.Spec{CN: "bücher.test"}, "bücher.test", "BÜCHER.test", "xn--bcher-kva.test")
	try("IDN", testcert.Spec{CN: "cn.test", DNS: []string{"xn--bcher-kva.test", "*.xn--bcher-kva.test"}}, "bücher.test", "xn--bcher-kva.test", "XN--BCHER-KVA.test", "a.xn--bcher-kva.test")

	cn := l.serveCert(root.Issue(testcert.Spec{CN: "cn.test"}).TLS())
	l.add("name: the target's host", cn, ssl{"cafile": ca})
	l.add("name: the target's address", l.serveCert(root.Issue(testcert.Spec{CN: "x", IP: []string{"127.0.0.1"}}).TLS()), ssl{"cafile": ca, "SNI_enabled": false})
	l.add("name: not asked for", cn, ssl{"cafile": ca, "verify_peer_name": false})
	l.add("name: not asked for, with 0", cn, ssl{"cafile": ca, "verify_peer_name": "0", "peer_name": "x.test"})
	l.add("name: asked for with text", cn, ssl{"cafile": ca, "verify_peer_name": "false", "peer_name": "x.test"})
	l.add("name: without the chain", cn, ssl{"verify_peer": false, "peer_name": "x.test"})
	l.add("name: without the chain, right", cn, ssl{"verify_peer": false, "peer_name": "cn.test"})
	l.add("nothing is checked", cn, ssl{"verify_peer": false, "verify_peer_name": false})

	fingerprintJobs(l, root, ca)
	sniJobs(l, root, ca)
}

func fingerprintJobs(l *lab, root *testcert.Cert, ca string) {
	cert := root.Issue(testcert.Spec{CN: "cn.test"})
	at := l.serveCert(cert.TLS())
	of := func(algo string) string {
		s, ok := Fingerprint(cert.X509, algo, phpfacts.PHP84)
		if !ok {
			l.t.Fatal("no digest " + algo)
		}
		return s
	}
	other, _ := Fingerprint(root.X509, "sha1", phpfacts.PHP84)
	for what, want := range inOrder(map[string]any{
		"sha1": of("sha1"), "SHA1 in capitals": strings.ToUpper(of("sha1")), "md5": of("md5"),
		"sha256 as text": of("sha256"), "empty": "", "short": "abc", "another's": other,
		"a sign too much": of("sha1") + "0",
		"array sha1":      ssl{"sha1": of("sha1")}, "array sha256": ssl{"sha256": of("sha256")},
		"array SHA256": ssl{"SHA256": of("sha256")}, "array md5": ssl{"md5": of("md5")},
		"array sha224": ssl{"sha224": of("sha224")}, "array sha384": ssl{"sha384": of("sha384")},
		"array sha512": ssl{"sha512": of("sha512")}, "array sha3-256": ssl{"sha3-256": of("sha3-256")},
		"array RSA-SHA256": ssl{"RSA-SHA256": of("sha256")}, "array sha512-256": ssl{"sha512-256": of("sha512-256")},
		"array wrong": ssl{"sha1": other}, "array wrong sha256": ssl{"sha256": of("sha1")},
		"array unknown digest": ssl{"nosuch": "x"}, "array empty digest": ssl{"": "x"},
		"array empty": ssl{}, "list": []string{of("sha1")}, "array of int": ssl{"sha1": 5},
		"array of arrays": ssl{"sha1": []string{of("sha1")}},
		"two right":       ssl{"md5": of("md5"), "sha1": of("sha1")},
		"two, one wrong":  ssl{"md5": of("md5"), "sha1": other},
		"two, none right": ssl{"md5": "x", "nosuch": "y"},
		"int":             5, "null": nil, "false": false, "true": true,
	}) {
		l.add("fingerprint: "+what, at, ssl{"cafile": ca, "peer_name": "cn.test", "peer_fingerprint": want})
	}
	l.add("fingerprint: right, wrong name", at, ssl{"verify_peer": false, "peer_fingerprint": of("sha1"), "peer_name": "x"})
	l.add("fingerprint: wrong, wrong name", at, ssl{"verify_peer": false, "peer_fingerprint": other, "peer_name": "x"})
	l.add("fingerprint: right, unknown authority", at, ssl{"cafile": l.file("otherca.pem", testcert.NewCA(testcert.Spec{}).PEM()), "peer_fingerprint": of("sha1"), "peer_name": "cn.test"})
	l.add("fingerprint: right, alone", at, ssl{"verify_peer": false, "verify_peer_name": false, "peer_fingerprint": of("sha1")})
	l.add("fingerprint: wrong, alone", at, ssl{"verify_peer": false, "verify_peer_name": false, "peer_fingerprint": other})
}

// sniJobs: what the server is told.
func sniJobs(l *lab, root *testcert.Cert, ca string) {
	at := l.serveCert(root.Issue(testcert.Spec{CN: "cn.test", IP: []string{"127.0.0.1"}}).TLS())
	for what, options := range inOrder(map[string]ssl{
		"peer_name":            {"peer_name": "cn.test"},
		"off":                  {"peer_name": "cn.test", "SNI_enabled": false},
		"off with 0":           {"peer_name": "cn.test", "SNI_enabled": 0},
		"on with text":         {"peer_name": "cn.test", "SNI_enabled": "yes"},
		"a name not compared":  {"peer_name": "Other.Test", "verify_peer_name": false},
		"an address":           {"verify_peer_name": false, "peer_name": "192.0.2.1"},
		"the target's address": {},
		"a name with a star":   {"peer_name": "*.cn.test", "verify_peer_name": false},
		"an underscore":        {"peer_name": "a_b.test", "verify_peer_name": false},
	}) {
		options["cafile"] = ca
		l.add("SNI: "+what, at, options)
		l.jobs[len(l.jobs)-1].Read = true
	}
}
