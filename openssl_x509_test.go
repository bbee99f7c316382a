package phpstream

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/phpstream-go/phpstream/internal/x509text"
)

// sampleCert is one of the certificates that PHP's answers are recorded for.
const sampleCert = "internal/x509text/testdata/certs/openssl-ec.pem"

func readCert(t *testing.T) (text string, cert *x509.Certificate) {
	t.Helper()
	raw, err := os.ReadFile(sampleCert)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(raw)
	if cert, err = x509.ParseCertificate(block.Bytes); err != nil {
		t.Fatal(err)
	}
	return string(raw), cert
}

func TestOpensslX509Parse(t *testing.T) {
	text, cert := readCert(t)
	for profile, version := range versions {
		rt, events := heard(Profile(profile))
		whole, _ := x509text.Parse(version, cert.Raw, true, nil)
		path := filepath.Join(t.TempDir(), "c.pem")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, input := range []any{cert, text, []byte(text), "file://" + path} {
			got, ok := rt.OpensslX509Parse(input)
			if !ok || !reflect.DeepEqual(got, whole.Map()) {
				t.Errorf("PHP %s, %T: %v, %v", version, input, got, ok)
			}
		}
		got, ok := rt.OpensslX509Parse(cert, false)
		if subject, _ := got["subject"].(map[string]any); !ok || subject["commonName"] != "*.mail.example" {
			t.Errorf("PHP %s: long names: %v", version, got["subject"])
		}
		for _, input := range []any{"", "foo", "file://" + path + "x", (*x509.Certificate)(nil)} {
			if got, ok := rt.OpensslX509Parse(input); ok || got != nil {
				t.Errorf("PHP %s, %q: %v, %v", version, input, got, ok)
			}
		}
		var want []string
		if rt.facts.Throws {
			want = []string{"8192 openssl_x509_parse(): Passing null to parameter #1 ($certificate) of type OpenSSLCertificate|string is deprecated"}
		}
		wantEvents(t, events, want...)
	}
}

func TestOpensslX509ParseShapes(t *testing.T) {
	_, cert := readCert(t)
	got, _ := OpensslX509Parse(cert)
	subject := got["subject"].(map[string]any)
	if want := []string{"First", "Second"}; !reflect.DeepEqual(subject["OU"], want) || subject["O"] != "Example, Ltd" {
		t.Errorf("subject: %v", subject)
	}
	if want := []any{true, false, "sslserver"}; !reflect.DeepEqual(got["purposes"].(map[int]any)[2], want) {
		t.Errorf("purposes: %v, want %v for 2", got["purposes"], want)
	}
	if n := len(got["purposes"].(map[int]any)); n != 10 {
		t.Errorf("%d purposes", n)
	}
	if got["validTo_time_t"] != int(cert.NotAfter.Unix()) || got["version"] != 2 {
		t.Errorf("validTo_time_t %v, version %v", got["validTo_time_t"], got["version"])
	}
	if text := got["extensions"].(map[string]any)["nsComment"]; text != "made by hand" {
		t.Errorf("nsComment: %q", text)
	}
}

func TestOpensslX509Fingerprint(t *testing.T) {
	text, cert := readCert(t)
	rt, events := heard(PHP84)
	sum := sha256.Sum256(cert.Raw)
	for _, tt := range []struct {
		input any
		args  []FingerprintOption
		want  string
	}{
		{cert, []FingerprintOption{DigestAlgo("sha256")}, hex.EncodeToString(sum[:])},
		{text, []FingerprintOption{DigestAlgo("SHA256"), Binary(true)}, string(sum[:])},
		{text, []FingerprintOption{Binary(false), nil, DigestAlgo("sha256")}, hex.EncodeToString(sum[:])},
	} {
		if got, ok := rt.OpensslX509Fingerprint(tt.input, tt.args...); !ok || got != tt.want {
			t.Errorf("%q: %q, %v, want %q", tt.args, got, ok, tt.want)
		}
	}
	if got, ok := rt.OpensslX509Fingerprint(cert); !ok || len(got) != 40 {
		t.Errorf("by default: %q, %v, want SHA-1", got, ok)
	}
	wantEvents(t, events)
	refused := func(rt *Runtime, input any, args ...FingerprintOption) {
		t.Helper()
		if got, ok := rt.OpensslX509Fingerprint(input, args...); ok || got != "" {
			t.Errorf("%v, %v: %q, %v", input, args, got, ok)
		}
	}
	refused(rt, cert, DigestAlgo("foo"))
	refused(rt, "foo")
	refused(rt, []int{1})
	wantEvents(t, events,
		"2 openssl_x509_fingerprint(): Unknown digest algorithm",
		"2 openssl_x509_fingerprint(): X.509 Certificate cannot be retrieved",
		"1 Uncaught TypeError: openssl_x509_fingerprint(): Argument #1 ($certificate) must be of type OpenSSLCertificate|string, array given")
	rt, events = heard(PHP74)
	refused(rt, cert, DigestAlgo("foo"))
	refused(rt, "foo")
	wantEvents(t, events,
		"2 openssl_x509_fingerprint(): Unknown signature algorithm",
		"2 openssl_x509_fingerprint(): cannot get cert from parameter 1")
}
