package x509text

import (
	"testing"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phprecord"
)

// TestExtensionsOfAttributeCertificates: a few that certificates don't have are
// shown as bytes here. OpenSSL 3.5 has texts for them.
func TestExtensionsOfAttributeCertificates(t *testing.T) {
	var calls []phprecord.Call
	for id, value := range map[string][]byte{
		"2.5.29.38": seq(), "2.5.29.39": seq(), "2.5.29.55": seq(), "2.5.29.63": seq(), "2.5.29.67": set(), "2.5.29.68": set(),
	} {
		cert := blueprint{extensions: [][]byte{ext(id, false, value)}}.pem()
		call := phprecord.Call{ID: id, Func: "openssl_x509_parse", Args: []any{cert, true}, Pick: "extensions"}
		calls = append(calls, call)
		extensions := apply(t, phpfacts.PHP84, call).Text()
		if want := map[byte]string{0x30: `"0\u0000"}}`, 0x31: `"1\u0000"}}`}[value[0]]; extensions[max(0, len(extensions)-len(want)):] != want {
			t.Errorf("%s: %s", id, extensions)
		}
	}
	for _, p := range phprecord.Installed(t) {
		if p.Version != phpfacts.PHP84 {
			continue
		}
		theirs := p.Calls(t, calls)
		for _, call := range calls {
			if theirs[call.ID] == apply(t, p.Version, call).Text() {
				t.Errorf("%s: PHP shows bytes, too", call.ID)
			}
		}
	}
}
