package resolve

import (
	"net/netip"
	"strings"
	"testing"
)

func addrPorts(addrs ...string) (list []netip.AddrPort) {
	for _, a := range addrs {
		list = append(list, netip.AddrPortFrom(ip(a), 53))
	}
	return list
}

func TestPackName(t *testing.T) {
	long := strings.Repeat("a", 63)
	for _, tt := range []struct {
		name, want string
		ok         bool
	}{
		{"a.bc", "\x01a\x02bc\x00", true},
		{"a.bc.", "\x01a\x02bc\x00", true},
		{".", "\x00", true},
		{`a\.b.c`, "\x03a.b\x01c\x00", true},
		{`a\000\255`, "\x03a\x00\xff\x00", true},
		{long, "\x3f" + long + "\x00", true},
		{long + "a", "", false},
		{"a..b", "", false},
		{"a..", "", false},
		{".a", "", false},
		{`a\`, "", false},
		{`a\25`, "", false},
		{`a\256`, "", false},
		{strings.Repeat("a.", 127), strings.Repeat("\x01a", 127) + "\x00", true},
		{strings.Repeat("a.", 128), "", false},
	} {
		got, err := packName(nil, tt.name)
		if string(got) != tt.want || (err == nil) != tt.ok {
			t.Errorf("%.40q: %q, %v", tt.name, got, err)
		}
	}
}

func TestExpandName(t *testing.T) {
	pad := strings.Repeat("\x00", headerLen)
	for _, tt := range []struct {
		title, msg, want string
		next             int
		ok               bool
	}{
		{"plain", "\x01a\x02bc\x00rest", "a.bc", 18, true},
		{"root", "\x00rest", "", 13, true},
		{"pointer", "\xc0\x0e\x01a\x00rest", "a", 14, true},
		{"escapes", "\x09a.\"\\@$; \xff\x00", `a\.\"\\\@\$\;\032\255`, 23, true},
		{"pointer to itself", "\xc0\x0crest", "", 0, false},
		{"two pointers in a circle", "\xc0\x0e\xc0\x0c", "", 0, false},
		{"circle with a label", "\x01a\xc0\x0c", "", 0, false},
		{"pointer outside", "\xc0\xff", "", 0, false},
		{"cut pointer", "\xc0", "", 0, false},
		{"cut label", "\x05abc", "", 0, false},
		{"no end", "\x01a", "", 0, false},
		{"reserved label type", "\x41a\x00", "", 0, false},
		{"too long", strings.Repeat("\x3f"+strings.Repeat("a", 63), 4) + "\x00", "", 0, false},
	} {
		got, next, err := expandName([]byte(pad+tt.msg), headerLen)
		if got != tt.want || next != tt.next || (err == nil) != tt.ok {
			t.Errorf("%s: %q, %d, %v", tt.title, got, next, err)
		}
	}
}

// What was written is read back; nothing makes the readers run on or panic.
func FuzzMessage(f *testing.F) {
	q, _ := newQuery(`a\.b.test`, typeMX)
	f.Add(append(q, "\xc0\x0c\x00\x0f\x00\x01\x00\x00\x00\x05\x00\x04\x00\x0a\xc0\x0c"...))
	f.Add([]byte("\x00\x01\x81\x80\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x26\x00\x01\x00\x00\x00\x05\x00\x03\x1c\x00\x00"))
	f.Fuzz(func(t *testing.T, msg []byte) {
		if name, _, err := expandName(msg, headerLen); err == nil && name != "" {
			wire, err := packName(nil, name)
			if err != nil {
				t.Fatalf("%q was read, and cannot be written: %v", name, err)
			}
			again, _, err := expandName(append(make([]byte, headerLen), wire...), headerLen)
			if err != nil || again != name {
				t.Fatalf("%q became %q, %v", name, again, err)
			}
		}
		if _, ok := parseHeader(msg); !ok {
			return
		}
		for _, raw := range []bool{false, true} {
			var a Answer
			a.collect(msg, step{typeANY, true}, Question{Raw: raw, Authority: true, Additional: true})
		}
	})
}
