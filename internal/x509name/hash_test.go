package x509name

import (
	"encoding/asn1"
	"testing"
)

// The wanted values are what `openssl x509 -hash -noout` printed for
// certificates with these subjects.
func TestHash(t *testing.T) {
	oidCN := asn1.ObjectIdentifier{2, 5, 4, 3}
	oidO := asn1.ObjectIdentifier{2, 5, 4, 10}
	oidC := asn1.ObjectIdentifier{2, 5, 4, 6}
	type part struct {
		oid asn1.ObjectIdentifier
		tag int
		val string
	}
	tests := []struct {
		name string
		rdns [][]part
		want string
	}{
		{"utf8", [][]part{{{oidCN, tagUTF8, "Test Root"}}}, "2faabc7f"},
		{"case and spaces", [][]part{{{oidC, tagPrintable, "DE"}}, {{oidO, tagUTF8, "Ex  Ample  Ltd "}}, {{oidCN, tagUTF8, "  Mixed CASE"}}}, "67799bcb"},
		{"two attributes in one set", [][]part{{{oidO, tagUTF8, "A"}, {oidCN, tagUTF8, "B"}}}, "40a68d2b"},
		{"only ASCII is folded", [][]part{{{oidCN, tagUTF8, "Bücher ÄÖ"}}}, "e22ec3ef"},
		{"BMPString", [][]part{{{oidCN, tagBMP, "\x00B\x00\xfc\x00X"}}}, "dee04b46"},
		{"T61String", [][]part{{{oidCN, tagT61, "B\xfcX"}}}, "dee04b46"},
		{"UniversalString", [][]part{{{oidCN, tagUniversal, "\x00\x00\x00B\x00\x00\x00\xfc"}}}, "1b68c994"},
		{"IA5String and tabs", [][]part{{{oidCN, tagIA5, "\ta\v b\n"}}}, "49cdc5e0"},
		{"empty value", [][]part{{{oidCN, tagUTF8, ""}}}, "5da78770"},
		{"only spaces", [][]part{{{oidCN, tagUTF8, "   "}}}, "5da78770"},
		{"empty set", [][]part{{}, {{oidCN, tagUTF8, "Test Root"}}}, "2faabc7f"},
		{"NumericString stays", [][]part{{{oidCN, 18, " 12 "}}}, "92fcd732"},
	}
	for _, tt := range tests {
		var sets []byte
		for _, rdn := range tt.rdns {
			var members []byte
			for _, p := range rdn {
				oid, err := asn1.Marshal(p.oid)
				if err != nil {
					t.Fatal(err)
				}
				b, err := asn1.Marshal(attribute{asn1.RawValue{FullBytes: oid}, asn1.RawValue{Tag: p.tag, Bytes: []byte(p.val)}})
				if err != nil {
					t.Fatal(err)
				}
				members = append(members, b...)
			}
			b, _ := asn1.Marshal(asn1.RawValue{Tag: asn1.TagSet, IsCompound: true, Bytes: members})
			sets = append(sets, b...)
		}
		raw, _ := asn1.Marshal(asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: sets})
		got, err := FileBase(raw)
		if err != nil || got != tt.want {
			t.Errorf("%s: %q, %v, want %q", tt.name, got, err, tt.want)
		}
	}
}

// An identifier made of a UUID, as `openssl x509 -hash` reads it.
func TestHashLongIdentifier(t *testing.T) {
	raw := "\x30\x1c\x31\x1a\x30\x18\x06\x13\x69\x83\xb4\xc8\xe5\xd6\xa3\xb1\xc2\xd3\xe4\xf5\x86\x97\xa8\xb9\xca\xdb\x0c\x0c\x01x"
	if got, err := FileBase([]byte(raw)); err != nil || got != "1d12e9ba" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestHashRefuses(t *testing.T) {
	for name, raw := range map[string]string{
		"empty":             "",
		"not a sequence":    "\x31\x00",
		"trailing bytes":    "\x30\x00\x00",
		"part is no set":    "\x30\x02\x30\x00",
		"attribute cut":     "\x30\x04\x31\x02\x30\x01",
		"no identifier":     "\x30\x0c\x31\x0a\x30\x08\x02\x03\x55\x04\x03\x0c\x01x",
		"odd BMPString":     "\x30\x0e\x31\x0c\x30\x0a\x06\x03\x55\x04\x03\x1e\x03abc",
		"broken UTF8String": "\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01\xff",
	} {
		if got, err := FileBase([]byte(raw)); err == nil {
			t.Errorf("%s: %s without an error", name, got)
		}
	}
}
