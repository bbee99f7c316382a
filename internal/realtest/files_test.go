package realtest

import (
	"crypto"
	"crypto/x509"
	"path/filepath"
	"strings"
	"testing"
	"time"

	. "github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

// files is a directory of certificates. It lies below the directory for
// temporary files, where a PHP in a changed root sees it too.
type files struct {
	dir                  string
	ca, good, client, sn *testcert.Cert
}

func makeFiles(t *testing.T) *files {
	f := &files{dir: t.TempDir()}
	host := testcert.Spec{CN: "localhost", DNS: []string{"localhost"}, IP: []string{"127.0.0.1"}}
	with := func(change func(*testcert.Spec)) testcert.Spec {
		s := host
		change(&s)
		return s
	}
	day := 24 * time.Hour

	f.ca = testcert.NewCA(testcert.Spec{})
	testcert.WriteCAs(f.dir, "ca.pem", f.ca)
	other := testcert.NewCA(testcert.Spec{CN: "Other Root"})
	testcert.WriteCAs(f.dir, "other-ca.pem", other)

	f.good = f.ca.Issue(host)
	f.good.Write(f.dir, "good")
	f.sn = f.ca.Issue(testcert.Spec{CN: "sni.example", DNS: []string{"sni.example"}})
	f.sn.Write(f.dir, "sni")
	for name, spec := range map[string]testcert.Spec{
		"rsa":            with(func(s *testcert.Spec) { s.Key = testcert.RSA2048 }),
		"p384":           with(func(s *testcert.Spec) { s.Key = testcert.P384 }),
		"ed25519":        with(func(s *testcert.Spec) { s.Key = testcert.Ed25519 }),
		"weak":           with(func(s *testcert.Spec) { s.Key = testcert.RSA1024 }),
		"sha1":           with(func(s *testcert.Spec) { s.Hash = crypto.SHA1 }),
		"expired":        with(func(s *testcert.Spec) { s.NotBefore, s.NotAfter = time.Now().Add(-9*day), time.Now().Add(-day) }),
		"future":         with(func(s *testcert.Spec) { s.NotBefore, s.NotAfter = time.Now().Add(day), time.Now().Add(9*day) }),
		"client-purpose": with(func(s *testcert.Spec) { s.EKU = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }),
	} {
		f.ca.Issue(spec).Write(f.dir, name)
	}
	testcert.SelfSigned(host).Write(f.dir, "self")
	below := f.ca.NewCA(testcert.Spec{CN: "Test Intermediate"})
	below.Issue(host).Write(f.dir, "below")
	testcert.WriteFile(f.dir, "intermediate.pem", below.PEM())

	f.client = f.ca.Issue(testcert.Spec{CN: "client", EKU: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	f.client.Write(f.dir, "client")
	testcert.WriteFile(f.dir, "client-locked.key", f.client.EncryptedKeyPEM("open sesame"))
	other.Issue(testcert.Spec{CN: "stranger", EKU: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}).Write(f.dir, "stranger")
	return f
}

func (f *files) path(name string) string { return filepath.Join(f.dir, name) }

// replacer puts the directory, and what depends on the certificates, into a
// case's texts.
func (f *files) replacer() *strings.Replacer {
	return strings.NewReplacer("DIR", f.dir)
}

// options adds the authority and the expected name to a case's options; nil
// takes one of them away.
func (f *files) options(ssl map[string]any) Options {
	return f.with(map[string]any{"cafile": f.path("ca.pem"), "peer_name": "localhost"}, ssl)
}

// serverOptions adds the certificate.
func (f *files) serverOptions(ssl map[string]any) Options {
	return f.with(map[string]any{"local_cert": f.path("good-all.pem")}, ssl)
}

func (f *files) with(out, ssl map[string]any) Options {
	for name, value := range ssl {
		switch v := value.(type) {
		case string:
			out[name] = f.replacer().Replace(v)
		case map[string]any:
			out[name] = f.with(map[string]any{}, v)["ssl"]
		case nil:
			delete(out, name)
		default:
			out[name] = v
		}
	}
	return Options{"ssl": out}
}
