package x509text

import (
	"math/big"
	"testing"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

func TestRead(t *testing.T) {
	for _, tt := range []struct {
		der, body, rest string
		tag             int
		ok              bool
	}{
		{"\x04\x01xyz", "x", "yz", 4, true},
		{"\x04\x81\x01x", "x", "", 4, true},             // a length longer than it need be
		{"\x04\x84\x00\x00\x00\x01x", "x", "", 4, true}, //
		{"\x9f\x81\x01\x00", "", "", 129, true},
		{"\x04\x02x", "", "", 0, false},
		{"\x30\x80\x00\x00", "", "", 0, false}, // no length
		{"\x04\x88\xff\xff\xff\xff\xff\xff\xff\xff", "", "", 0, false},
		{"\x04\x84\x7f\xff\xff\xff", "", "", 0, false},
		{"\x04\x82\x01", "", "", 0, false},
		{"\x1f\x80", "", "", 0, false},
		{"\x1f\xff\xff\xff\xff\x01\x00", "", "", 0, false},
		{"\x04", "", "", 0, false},
		{"", "", "", 0, false},
	} {
		n, rest, ok := read([]byte(tt.der))
		if ok != tt.ok || ok && (n.tag != tt.tag || string(n.body) != tt.body || string(rest) != tt.rest) {
			t.Errorf("%q: %+v, %q, %v", tt.der, n, rest, ok)
		}
	}
}

func TestDotOID(t *testing.T) {
	for _, id := range []string{"0.0", "1.39.5", "2.5.4.3", "2.999.1", "2.25.18446744073709551615", "1.2.840.113549"} {
		if got, ok := dotOID(oidBody(id)); got != id || !ok {
			t.Errorf("%s: %s, %v", id, got, ok)
		}
	}
	long := append([]byte{0x69}, make([]byte, maxOID)...)
	for name, der := range map[string]string{"empty": "", "no end": "\x2a\x86", "padded": "\x2a\x80\x01", "too long": string(long)} {
		if got, ok := dotOID([]byte(der)); ok {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestNumbers(t *testing.T) {
	shift := func(n int64, by uint) *big.Int { return new(big.Int).Lsh(big.NewInt(n), by) }
	for _, tt := range []struct {
		n         *big.Int
		text, hex string
	}{
		{big.NewInt(0), "0", "0"},
		{big.NewInt(-5), "-5", "-05"},
		{shift(1, 126), "85070591730234615865843651857942052864", "40000000000000000000000000000000"},
		{shift(1, 127), "0x80000000000000000000000000000000", "80000000000000000000000000000000"},
		{shift(-1, 128), "-0x0100000000000000000000000000000000", "-0100000000000000000000000000000000"},
	} {
		if got := integerText(tt.n); got != tt.text {
			t.Errorf("%v: %s, want %s", tt.n, got, tt.text)
		}
		if got := hexInt(tt.n); got != tt.hex {
			t.Errorf("%v: %s, want %s", tt.n, got, tt.hex)
		}
		if n, _, ok := read(bigint(tt.n)); !ok {
			t.Errorf("%v cannot be read", tt.n)
		} else if back, ok := n.integer(); !ok || back.Cmp(tt.n) != 0 {
			t.Errorf("%v became %v, %v", tt.n, back, ok)
		}
	}
}

// Every row of the table of object identifiers can be used.
func TestObjectTable(t *testing.T) {
	for id, rows := range objects() {
		if der := oidBody(id); len(rows) == 0 || rows[0].short == "" || rows[0].long == "" {
			t.Errorf("%s: %v (%x)", id, rows, der)
		}
	}
	if obj, ok := openSSL30.object("2.5.29.50"); ok {
		t.Errorf("OpenSSL 3.0 knows sOAIdentifier: %v", obj)
	}
	if obj, ok := openSSL35.object("2.5.29.50"); !ok || obj.short != "sOAIdentifier" {
		t.Errorf("OpenSSL 3.5: %v, %v", obj, ok)
	}
}

// Nothing that claims to be a certificate makes the reader panic or run on.
func FuzzParse(f *testing.F) {
	for _, s := range wholeSamples() {
		f.Add(s.cert.der())
	}
	for i, s := range extSamples() {
		if i%5 == 0 {
			f.Add(s.cert.der())
		}
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		for _, v := range versions {
			a, ok := Parse(v, der, v == phpfacts.PHP74, nil)
			if ok != (len(a) > 0) {
				t.Errorf("%d parts, %v", len(a), ok)
			}
			a.Map()
		}
	})
}
