package secure

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"testing"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

func der(tag byte, parts ...[]byte) []byte {
	var b []byte
	for _, p := range parts {
		b = append(b, p...)
	}
	return append([]byte{tag, byte(len(b))}, b...)
}

// limited makes a name constraint: part is 0xa0 for permitted, 0xa1 for
// excluded names.
func limited(part byte, name []byte) testcert.Spec {
	return testcert.Spec{CN: "between", Extra: []pkix.Extension{{
		Id: oidNameConstraints, Value: der(0x30, der(part, der(0x30, name))),
	}}}
}

// TestWhatX509LeavesOut: chains that crypto/x509 accepts and OpenSSL refuses,
// with their accepted twins. All were tried with PHP 7.4, 8.2 and 8.4.
func TestWhatX509LeavesOut(t *testing.T) {
	root := testcert.NewCA(testcert.Spec{Key: testcert.RSA2048})
	ca := testcert.WriteCAs(t.TempDir(), "ca.pem", root)
	directory, err := asn1.Marshal(pkix.Name{Organization: []string{"Good"}}.ToRDNSequence())
	if err != nil {
		t.Fatal(err)
	}
	good, bad, people := limited(0xa0, der(0x82, []byte("good.test"))), limited(0xa1, der(0x82, []byte("bad.test"))), limited(0xa0, der(0xa4, directory))
	with := func(id asn1.ObjectIdentifier, value []byte) testcert.Spec {
		return testcert.Spec{CN: "good.test", Extra: []pkix.Extension{{Id: id, Value: value}}}
	}
	key := der(0x80, root.X509.SubjectKeyId)
	for _, tt := range []struct {
		name    string
		between *testcert.Spec
		leaf    testcert.Spec
		code    int
	}{
		{"permitted name in CN", &good, testcert.Spec{CN: "a.good.test"}, 0},
		{"another name in CN", &good, testcert.Spec{CN: "evil.test"}, 47},
		{"a name with the same end in CN", &good, testcert.Spec{CN: "notgood.test"}, 47},
		{"another name in CN, an address beside it", &good, testcert.Spec{CN: "evil.test", IP: []string{"127.0.0.1"}}, 47},
		{"another name in CN, a mailbox beside it", &good, testcert.Spec{CN: "evil.test", Email: []string{"a@evil.test"}}, 47},
		{"another name in CN that does not count", &good, testcert.Spec{CN: "evil.test", DNS: []string{"good.test"}}, 0},
		{"no host in CN", &good, testcert.Spec{CN: "Some One"}, 0},
		{"one label in CN", &good, testcert.Spec{CN: "localhost"}, 0},
		{"excluded name in CN", &bad, testcert.Spec{CN: "A.BAD.test"}, 47},
		{"not excluded name in CN", &bad, testcert.Spec{CN: "good.test"}, 0},
		{"permitted directory", &people, testcert.Spec{CN: "good.test", Org: "GOOD", DNS: []string{"good.test"}}, 0},
		{"another directory", &people, testcert.Spec{CN: "good.test", Org: "Evil", DNS: []string{"good.test"}}, 47},
		{"its issuer's key", nil, with(oidAuthorityKey, der(0x30, key)), 0},
		{"another key", nil, with(oidAuthorityKey, der(0x30, der(0x80, []byte{1}))), 20},
		{"another serial number", nil, with(oidAuthorityKey, der(0x30, key, der(0x82, []byte{1}))), 20},
		{"another issuer's issuer", nil, with(oidAuthorityKey, der(0x30, key, der(0xa1, der(0xa4, directory)))), 20},
		{"its issuer's issuer", nil, with(oidAuthorityKey, der(0x30, key, der(0xa1, der(0xa4, root.X509.RawIssuer)))), 0},
		{"a proxy", nil, with(oidProxy, der(0x30, der(0x30, der(6, []byte{0x2b, 6, 1, 5, 5, 7, 21, 1})))), 40},
		{"addresses", nil, with(oidAddressBlocks, der(0x30, der(0x30, der(4, []byte{0, 1}), der(0x30, der(3, []byte{0, 10}))))), 46},
	} {
		issuer := root
		if tt.between != nil {
			issuer = root.NewCA(*tt.between)
		}
		for _, v := range recordedVersions {
			p := policy(t, Settings{Options: ssl{"cafile": ca}, Version: v, URLName: tt.leaf.CN})
			_, err := meet(t, shows(issuer.Issue(tt.leaf)), p.Config())
			var refused *VerifyError
			if code := 0; errors.As(err, &refused) {
				if code = refused.Code; code != tt.code {
					t.Errorf("%v: %s: %v", v, tt.name, err)
				}
			} else if err != nil || tt.code != 0 {
				t.Errorf("%v: %s: %v, not %d", v, tt.name, err, tt.code)
			}
		}
	}
	leaf := with(asn1.ObjectIdentifier{2, 5, 29, 19}, der(0x30, der(2, []byte{1})))
	for _, v := range recordedVersions {
		p := policy(t, Settings{Options: ssl{"cafile": ca}, Version: v, URLName: "good.test"})
		if _, err := meet(t, shows(root.Issue(leaf)), p.Config()); (err == nil) != (v >= phpfacts.PHP82) {
			t.Errorf("%v: a path length in a leaf: %v", v, err)
		}
	}
}
