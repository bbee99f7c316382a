package phpfacts

import (
	"strings"
	"testing"
)

// TestOpenSSLReason: the forms of an entry, as PHP printed them.
func TestOpenSSLReason(t *testing.T) {
	wrong := OpenSSLReason{Code: 0x10B, Text: "wrong version number", Func: 0x08F, FuncName: "ssl3_get_record"}
	later := wrong
	later.Record = true
	for _, tt := range []struct {
		reason OpenSSLReason
		v      Version
		want   string
	}{
		{wrong, PHP74, "error:1408F10B:SSL routines:ssl3_get_record:wrong version number"},
		{wrong, PHP82, "error:0A00010B:SSL routines::wrong version number"},
		{wrong, PHP84, "error:0A00010B:SSL routines::wrong version number"},
		{later, PHP82, "error:0A00010B:SSL routines::wrong version number"},
		{later, PHP84, "error:0A00010B:SSL routines::wrong version number\nerror:0A000139:SSL routines::record layer failure"},
		{OpenSSLAlert(PHP74, 40), PHP74, "error:14094410:SSL routines:ssl3_read_bytes:sslv3 alert handshake failure"},
		{OpenSSLAlert(PHP82, 40), PHP82, "error:0A000410:SSL routines::sslv3 alert handshake failure"},
		{OpenSSLAlert(PHP84, 40), PHP84, "error:0A000410:SSL routines::ssl/tls alert handshake failure"},
		{OpenSSLAlert(PHP84, 48), PHP84, "error:0A000418:SSL routines::tlsv1 alert unknown ca"},
		{OpenSSLAlert(PHP74, 120), PHP74, "error:14094460:SSL routines:ssl3_read_bytes:reason(1120)"},
		{OpenSSLAlert(PHP82, 120), PHP82, "error:0A000460:SSL routines::tlsv1 alert no application protocol"},
		{OpenSSLAlert(PHP84, 255), PHP84, "error:0A0004E7:SSL routines::reason(1255)"},
	} {
		if got := tt.reason.Line(tt.v); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.v, got, tt.want)
		}
	}
}

// TestVerifyCodes: every result has its text in every version.
func TestVerifyCodes(t *testing.T) {
	for c := range verifyTexts {
		for _, v := range Versions() {
			if n, text := c.Of(v); n == 0 || text == "" {
				t.Errorf("%d of %v: %d %q", c, v, n, text)
			}
		}
	}
	if n, text := VerifyPurpose.Of(PHP74); n != 26 || text != "unsupported certificate purpose" {
		t.Errorf("%d %q", n, text)
	}
}

// TestCiphers: the table is whole, and each name stands for one suite.
func TestCiphers(t *testing.T) {
	counts := map[Version]int{PHP74: 162, PHP82: 158, PHP84: 158} // as openssl ciphers lists them
	for v, want := range counts {
		if got := len(Ciphers(v)); got != want {
			t.Errorf("%v: %d suites, want %d", v, got, want)
		}
	}
	names, ids := map[string]bool{}, map[uint16]bool{}
	for _, c := range Ciphers(PHP74) {
		if names[c.Name] || ids[c.ID] || c.Name == "" || !strings.HasPrefix(c.StdName, "TLS_") {
			t.Errorf("%+v", c)
		}
		names[c.Name], ids[c.ID] = true, true
		if got, ok := CipherByID(c.ID); !ok || got.Name != c.Name {
			t.Errorf("%04x: %v", c.ID, got)
		}
		if (c.Bits == 0) != (c.Enc == "NULL") {
			t.Errorf("%s has %d bits", c.Name, c.Bits)
		}
	}
	if _, ok := CipherByID(0xFFFF); ok {
		t.Error("a suite that isn't there")
	}
	if c, _ := CipherByID(0xC0A0); c.Strength(PHP82) != 128 || c.Strength(PHP84) != 64 {
		t.Errorf("%s: %d and %d bits", c.Name, c.Strength(PHP82), c.Strength(PHP84))
	}
}
