package secure

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

// TestTypedErrors: what went wrong can be asked for.
func TestTypedErrors(t *testing.T) {
	dir := t.TempDir()
	now := time.Now()
	zero := 0
	root := testcert.NewCA(testcert.Spec{Key: testcert.RSA2048})
	ca := testcert.WriteCAs(dir, "ca.pem", root)
	issue := func(s testcert.Spec) *testcert.Cert { s.CN = "cn.test"; return root.Issue(s) }
	deep, deepRoot := testcert.Chain(2, testcert.Spec{CN: "cn.test"})
	deepCA := testcert.WriteCAs(dir, "deep.pem", deepRoot)
	betweenCA := testcert.WriteCAs(dir, "between.pem", deep.Issuer)
	short := testcert.NewCA(testcert.Spec{PathLen: &zero})
	shortCA := testcert.WriteCAs(dir, "short.pem", short)
	weakCA := testcert.NewCA(testcert.Spec{CN: "weak", Key: testcert.RSA1024})
	weakFile := testcert.WriteCAs(dir, "weak.pem", weakCA)
	own := testcert.SelfSigned(testcert.Spec{CN: "cn.test"})
	full := issue(testcert.Spec{})
	noCA := root.Issue(testcert.Spec{CN: "no CA"})

	var (
		authority x509.UnknownAuthorityError
		bad       x509.CertificateInvalidError
	)
	for _, tt := range []struct {
		name string
		show tls.Certificate
		ca   string
		opts ssl
		code int
		text string
		as   any
	}{
		{"expired", issue(testcert.Spec{NotBefore: now.Add(-2 * time.Hour), NotAfter: now.Add(-time.Hour)}).TLS(), ca, nil, 10, "certificate has expired", &bad},
		{"not yet", issue(testcert.Spec{NotBefore: now.Add(time.Hour), NotAfter: now.Add(2 * time.Hour)}).TLS(), ca, nil, 9, "certificate is not yet valid", &bad},
		{"self-signed", own.TLS(), ca, nil, 18, "self-signed certificate", &authority},
		{"self-signed in chain", full.TLSFull(), deepCA, nil, 19, "self-signed certificate in certificate chain", &authority},
		{"unknown", full.TLS(), deepCA, nil, 20, "unable to get local issuer certificate", &authority},
		{"no root", deep.TLSAlone(), betweenCA, nil, 2, "unable to get issuer certificate", &authority},
		{"too long", deep.TLS(), deepCA, ssl{"verify_depth": 1}, 22, "certificate chain too long", &bad},
		{"path length", short.NewCA(testcert.Spec{CN: "b"}).Issue(testcert.Spec{CN: "cn.test"}).TLS(), shortCA, nil, 25, "path length constraint exceeded", &bad},
		{"purpose", issue(testcert.Spec{EKU: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}).TLS(), ca, nil, 26, "unsuitable certificate purpose", &bad},
		{"weak key", issue(testcert.Spec{Key: testcert.RSA1024}).TLS(), ca, nil, 66, "EE certificate key too weak", nil},
		{"weak CA key", weakCA.Issue(testcert.Spec{CN: "cn.test"}).TLS(), weakFile, nil, 67, "CA certificate key too weak", nil},
		{"no authority", noCA.Issue(testcert.Spec{CN: "cn.test"}).TLS(), ca, nil, 79, "invalid CA certificate", nil},
	} {
		options := ssl{"cafile": tt.ca}
		for k, v := range tt.opts {
			options[k] = v
		}
		p := policy(t, Settings{Options: options, Version: phpfacts.PHP82, URLName: "cn.test"})
		_, err := meet(t, &tls.Config{Certificates: []tls.Certificate{tt.show}}, p.Config())
		var v *VerifyError
		if !errors.As(err, &v) || v.Code != tt.code || v.Text != tt.text {
			t.Errorf("%s: %v", tt.name, err)
		} else if tt.as != nil && !errors.As(err, tt.as) {
			t.Errorf("%s: no %T in %v", tt.name, tt.as, err)
		}
		if w := Describe(err, phpfacts.PHP82); len(w) != 1 || !strings.HasSuffix(w[0].Text, "error:0A000086:SSL routines::certificate verify failed") {
			t.Errorf("%s: %v", tt.name, w)
		}
	}

	p := policy(t, Settings{Options: ssl{"cafile": ca, "peer_name": "x.test"}, Version: phpfacts.PHP84})
	st, err := meet(t, shows(full), p.Config())
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Check(st)
	var host x509.HostnameError
	if !errors.As(err, &host) || host.Host != "x.test" || host.Certificate != st.PeerCertificates[0] {
		t.Errorf("name: %v", err)
	}
	if w := Describe(err, phpfacts.PHP84); w != nil {
		t.Errorf("Check said it already: %v", w)
	}
	old, oldText := phpfacts.VerifySelfSigned.Of(phpfacts.PHP74)
	if old != 18 || oldText != "self signed certificate" {
		t.Errorf("OpenSSL 1.1.1: %d %s", old, oldText)
	}
	if n, _ := phpfacts.VerifyInvalidCA.Of(phpfacts.PHP74); n != 24 {
		t.Errorf("OpenSSL 1.1.1: %d", n)
	}
}

// TestNow: the clock is the caller's.
func TestNow(t *testing.T) {
	leaf, root := testcert.Chain(0, testcert.Spec{CN: "cn.test"})
	options := ssl{"cafile": testcert.WriteCAs(t.TempDir(), "ca.pem", root)}
	for _, tt := range []struct {
		after  time.Duration
		accept bool
	}{{0, true}, {48 * time.Hour, false}, {-48 * time.Hour, false}} {
		p := policy(t, Settings{Options: options, Version: phpfacts.PHP84, URLName: "cn.test", Now: func() time.Time { return time.Now().Add(tt.after) }})
		if _, err := meet(t, shows(leaf), p.Config()); (err == nil) != tt.accept {
			t.Errorf("after %v: %v", tt.after, err)
		}
	}
}
