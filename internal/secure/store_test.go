package secure

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/testcert"
	"github.com/phpstream-go/phpstream/internal/x509name"
)

// TestFileCache: a file is read once for as long as it stays the same.
func TestFileCache(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	var cache fileCache[string]
	reads := 0
	get := func(variant string) string {
		t.Helper()
		s, err := cache.get(path, variant, func(data []byte) (string, error) {
			reads++
			return string(data), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	write := func(s string, at time.Time) {
		t.Helper()
		if err := os.WriteFile(path, []byte(s), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now().Truncate(time.Second)
	write("one", now)
	for range 2 {
		if got := get(""); got != "one" || reads != 1 {
			t.Fatalf("%q after %d reads", got, reads)
		}
	}
	if get("other"); reads != 2 {
		t.Fatalf("%d reads: variants are apart", reads)
	}
	write("two", now.Add(time.Second))
	if get("") != "two" || reads != 3 {
		t.Fatalf("%d reads after another time", reads)
	}
	write("three", now.Add(time.Second))
	if get("") != "three" || reads != 4 {
		t.Fatalf("%d reads after another size", reads)
	}
	replaced := path + ".new"
	if err := os.WriteFile(replaced, []byte("four!"), 0o644); err != nil {
		t.Fatal(err)
	}
	os.Chtimes(replaced, now.Add(time.Second), now.Add(time.Second))
	if err := os.Rename(replaced, path); err != nil {
		t.Fatal(err)
	}
	if get("") != "four!" || reads != 5 {
		t.Fatalf("%d reads after another file took the name", reads)
	}
	for i := range 2 * maxCachedFiles {
		get(fmt.Sprint(i))
	}
	if len(cache.entries) > maxCachedFiles {
		t.Errorf("%d entries", len(cache.entries))
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := cache.get(path, "", nil); !os.IsNotExist(err) {
		t.Errorf("a file that is gone: %v", err)
	}
}

// TestCAFileIsReadOnce: a mailer that connects a thousand times parses its
// authorities once, and sees when they change.
func TestCAFileIsReadOnce(t *testing.T) {
	dir := t.TempDir()
	leaf, root := testcert.Chain(0, testcert.Spec{CN: "cn.test"})
	ca := testcert.WriteCAs(dir, "ca.pem", root)
	settings := Settings{Options: ssl{"cafile": ca}, Version: phpfacts.PHP84, URLName: "cn.test"}
	first := policy(t, settings).chain.store.file
	if again := policy(t, settings).chain.store.file; again != first {
		t.Error("parsed twice")
	}
	if _, err := meet(t, shows(leaf), policy(t, settings).Config()); err != nil {
		t.Fatal(err)
	}
	testcert.WriteCAs(dir, "ca.pem", testcert.NewCA(testcert.Spec{CN: "A New Root"}))
	if _, err := meet(t, shows(leaf), policy(t, settings).Config()); err == nil {
		t.Error("the old root is still trusted")
	}
}

// TestUnreadableCertificate: what crypto/x509 can't read is reported where it may be
// what is missing, and the rest of the file counts.
func TestUnreadableCertificate(t *testing.T) {
	leaf, root := testcert.Chain(0, testcert.Spec{CN: "cn.test"})
	odd := bytes.Clone(root.DER)
	i := bytes.Index(odd, []byte{0x06, 0x03, 0x55, 0x1d, 0x13}) // basicConstraints, twice then
	j := bytes.Index(odd, []byte{0x06, 0x03, 0x55, 0x1d, 0x0e})
	if i < 0 || j < 0 {
		t.Fatal("no such extensions")
	}
	odd[j+4] = 0x13
	if _, err := x509.ParseCertificate(odd); err == nil {
		t.Fatal("crypto/x509 reads it after all")
	}
	ca := testcert.WriteFile(t.TempDir(), "ca.pem", append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: odd}), root.PEM()...))
	p := policy(t, Settings{Options: ssl{"cafile": ca}, Version: phpfacts.PHP84, URLName: "cn.test"})
	_, err := meet(t, shows(leaf), p.Config())
	if n := append(p.Notes(), p.Untrusted(err)...); err != nil || len(n) != 0 {
		t.Errorf("%v, notes %v", err, n)
	}
	stranger, _ := testcert.Chain(0, testcert.Spec{CN: "cn.test"})
	_, err = meet(t, shows(stranger), p.Config())
	if n := p.Untrusted(err); err == nil || len(n) != 1 || n[0].Text != "ssl option cafile: certificates in `"+ca+"' that can't be read here: 1" {
		t.Errorf("%v, notes %v", err, n)
	}
}

// FuzzPEM holds the readers of trusted files against each other: none finds
// what isn't in the file.
func FuzzPEM(f *testing.F) {
	leaf, root := testcert.Chain(1, testcert.Spec{CN: "cn.test"})
	trusted := pem.EncodeToMemory(&pem.Block{Type: "TRUSTED CERTIFICATE", Bytes: append(bytes.Clone(leaf.Issuer.DER), trustSettings["server"]...)})
	for _, seed := range [][]byte{
		nil, root.PEM(), leaf.ChainPEM(), []byte(brokenPEM), append([]byte(brokenPEM), root.PEM()...), append(root.PEM(), brokenPEM...),
		trusted, root.KeyPEM(), bytes.ReplaceAll(root.PEM(), []byte("\n"), []byte("\r\n")), root.PEM()[:200],
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for name, read := range map[string]func([]byte) *bundle{"cafile": readCAFile, "capath": readCAPathFile, "stream": readCAStream} {
			b := read(data)
			if !b.broken && b.found == 0 {
				t.Fatalf("%s: good without a certificate", name)
			}
			if b.found < len(b.certs)+b.unreadable {
				t.Fatalf("%s: %d found, %d read", name, b.found, len(b.certs))
			}
			for _, c := range b.certs {
				if name == "stream" && c.trust != (trustFor{}) {
					t.Fatalf("the stream has no trust settings")
				}
				if c.trust == (trustFor{}) && c.isAnchor(servers) != selfSigned(c.cert) {
					t.Fatalf("%s: an anchor that isn't self-signed", name)
				}
			}
			trusted := newTrusted(b, servers)
			for _, c := range trusted.rejected {
				if (&chainBuilder{sources: []*trustedFile{trusted}}).isAnchor(c) && !hasTwin(b, c) {
					t.Fatalf("%s: rejected and an anchor", name)
				}
			}
		}
		parseLocalChain(data)
		if key, err := parseKey(data); err == nil && key.encrypted != nil {
			key.open("secret")
		}
	})
}

type trustedFile = trusted

// hasTwin tells whether a certificate stands in the file a second time.
func hasTwin(b *bundle, cert *x509.Certificate) bool {
	n := 0
	for _, c := range b.certs {
		if c.cert.Equal(cert) {
			n++
		}
	}
	return n > 1
}

// FuzzCAPath looks names up in a directory of odd files.
func FuzzCAPath(f *testing.F) {
	leaf, root := testcert.Chain(0, testcert.Spec{CN: "cn.test"})
	f.Add(leaf.X509.RawIssuer, root.PEM())
	f.Add(leaf.X509.RawSubject, leaf.PEM())
	f.Add([]byte{0x30, 0}, []byte(brokenPEM))
	f.Add([]byte("../../etc/passwd"), []byte{})
	f.Fuzz(func(t *testing.T, name, data []byte) {
		dir := t.TempDir()
		s := &store{version: phpfacts.PHP82, dirs: []string{dir}}
		if found := s.lookUp(name); len(found) != 0 {
			t.Fatal("something in an empty directory")
		}
		base, err := x509name.FileBase(name)
		if err != nil {
			return // no name: nothing to look up
		}
		if len(base) != 8 {
			t.Fatalf("%q is no file name", base)
		}
		testcert.WriteFile(dir, base+".0", data)
		want := readCAPathFile(data)
		found := s.lookUp(name)
		if (len(found) == 1) == want.broken {
			t.Fatalf("%d files found, broken: %v", len(found), want.broken)
		}
	})
}

func BenchmarkNewPolicy(b *testing.B) {
	_, root := testcert.Chain(0, testcert.Spec{CN: "cn.test"})
	settings := Settings{Options: ssl{"cafile": testcert.WriteCAs(b.TempDir(), "ca.pem", root)}, Version: phpfacts.PHP84, Method: anyTLS, URLName: "cn.test"}
	for name, s := range map[string]Settings{"cafile": settings, "system": {Version: phpfacts.PHP84, Method: anyTLS, URLName: "cn.test"}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p, _, err := NewPolicy(s)
				if err != nil {
					b.Fatal(err)
				}
				p.Config()
			}
		})
	}
}

func BenchmarkCheckChain(b *testing.B) {
	leaf, root := testcert.Chain(1, testcert.Spec{CN: "cn.test"})
	ca := testcert.WriteCAs(b.TempDir(), "ca.pem", root)
	p, _, err := NewPolicy(Settings{Options: ssl{"cafile": ca}, Version: phpfacts.PHP84, Method: anyTLS, URLName: "cn.test"})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := p.chain.check([]*x509.Certificate{leaf.X509, leaf.Issuer.X509}); err != nil {
			b.Fatal(err)
		}
	}
}
