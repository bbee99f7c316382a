package testcert

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/phpstream-go/phpstream/internal/x509name"
)

func TestChainVerifies(t *testing.T) {
	leaf, root := Chain(2, Spec{CN: "mail.example.org", DNS: []string{"mail.example.org"}})
	if got := len(leaf.TLS().Certificate); got != 3 {
		t.Fatalf("a leaf below two intermediates shows %d certificates, want 3", got)
	}
	if got := len(leaf.TLSFull().Certificate); got != 4 {
		t.Fatalf("the full chain has %d certificates, want 4", got)
	}
	inter := x509.NewCertPool()
	inter.AppendCertsFromPEM(leaf.ChainPEM())
	opts := x509.VerifyOptions{Roots: Pool(root), Intermediates: inter, DNSName: "mail.example.org"}
	if _, err := leaf.X509.Verify(opts); err != nil {
		t.Fatal(err)
	}
	opts.Intermediates = nil
	if _, err := leaf.X509.Verify(opts); err == nil {
		t.Fatal("verified without the intermediates")
	}
}

func TestSpecs(t *testing.T) {
	zero := 0
	ca := NewCA(Spec{Key: RSA2048, PathLen: &zero})
	if !ca.X509.IsCA || !ca.X509.MaxPathLenZero {
		t.Error("authority without its constraints")
	}
	sha1 := ca.Issue(Spec{CN: "a", Hash: crypto.SHA1, Key: RSA1024, IP: []string{"192.0.2.1", "2001:db8::1"}})
	if got := sha1.X509.SignatureAlgorithm; got != x509.SHA1WithRSA {
		t.Errorf("signed with %v", got)
	}
	if len(sha1.X509.IPAddresses) != 2 || len(sha1.X509.IPAddresses[0]) != 4 {
		t.Errorf("addresses %v", sha1.X509.IPAddresses)
	}
	old := SelfSigned(Spec{CN: "b\x00c", NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1, 0), EKU: []x509.ExtKeyUsage{}})
	if old.X509.IsCA || old.X509.Subject.CommonName != "b\x00c" || len(old.X509.ExtKeyUsage) != 0 {
		t.Errorf("%v %q %v", old.X509.IsCA, old.X509.Subject.CommonName, old.X509.ExtKeyUsage)
	}
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	leaf, root := Chain(1, Spec{CN: "a", Key: RSA2048})
	cert, key, all := leaf.Write(dir, "leaf")
	for _, pair := range [][2]string{{cert, key}, {all, all}} {
		if _, err := tls.LoadX509KeyPair(pair[0], pair[1]); err != nil {
			t.Error(err)
		}
	}
	WriteCAPath(dir, root, root)
	base, err := x509name.FileBase(root.X509.RawSubject)
	if err != nil {
		t.Fatal(err)
	}
	for _, ext := range []string{".0", ".1"} {
		if got, err := os.ReadFile(filepath.Join(dir, base+ext)); err != nil || string(got) != string(root.PEM()) {
			t.Errorf("%s%s: %v", base, ext, err)
		}
	}
	if s := string(leaf.EncryptedKeyPEM("x")); !strings.Contains(s, "ENCRYPTED PRIVATE KEY") {
		t.Error(s)
	}
	if s := string(leaf.LegacyEncryptedKeyPEM("x")); !strings.Contains(s, "Proc-Type: 4,ENCRYPTED") {
		t.Error(s)
	}
}
