package ftpwire_test

import (
	"fmt"
	"testing"

	"github.com/phpstream-go/phpstream/internal/ftpwire"
)

func TestReplies(t *testing.T) {
	for _, tt := range []struct {
		line string
		last bool
		code int
	}{
		{"220 ready\r\n", true, 220}, {"220-more\r\n", false, 220}, {"220\r\n", false, 220}, {"22 ready\r\n", false, 22},
		{"", false, 0}, {"abc\n", false, 0}, {" 220 x", false, 220}, {"-5", false, -5}, {"99999999999999999999 x", false, -1},
		{"000 x", true, 0}, {"220", false, 220},
	} {
		if got := ftpwire.Last(tt.line); got != tt.last {
			t.Errorf("Last(%q) = %v", tt.line, got)
		}
		if got := ftpwire.Code(tt.line); got != tt.code {
			t.Errorf("Code(%q) = %d, want %d", tt.line, got, tt.code)
		}
	}
}

func TestPorts(t *testing.T) {
	for line, want := range map[string]uint16{
		"227 Entering (127,0,0,1,4,1)\r\n": 1025, "227 127,0,0,1,4,1": 1025, "227 =1,2,3,4,255,255.": 65535,
		"227 (127,0,0,1,4)": 0, "227 (127,0,0,1": 0, "227 none": 0, "227": 0, "": 0, "227 (1,2,3,4,0,0)": 0,
		"227 (1,2,3,4,256,1)": 1, "227 (1;2,3,4,5,6)": 0, "227 (1,2,3,4, 1, 2)": 258, "227 (1,2,3,4,x,2)": 0,
	} {
		if got := ftpwire.Passive(line); got != want {
			t.Errorf("Passive(%q) = %d, want %d", line, got, want)
		}
	}
	for line, want := range map[string]uint16{
		"229 ok (|||1025|)\r\n": 1025, "229 ok (|1|10.0.0.1|1025|)": 1025, "229 ok (||1025|)": 0, "229 ok": 0, "229": 0, "": 0,
		"229 (||| 1025|)": 1025, "229 (|||x|)": 0, "229 (|||65537|)": 1, "229 (|||-1|)": 65535, "229 (|||1025": 1025,
	} {
		if got := ftpwire.ExtendedPassive(line); got != want {
			t.Errorf("ExtendedPassive(%q) = %d, want %d", line, got, want)
		}
	}
}

func TestSizesAndTimes(t *testing.T) {
	for line, want := range map[string]string{
		"213 5\r\n": "5 true", "213": "0 false", "213 x": "0 true", "213 4294967297": "1 true", "": "0 false", "213 -1": "-1 true",
	} {
		if size, ok := ftpwire.Size(line); fmt.Sprint(size, ok) != want {
			t.Errorf("Size(%q) = %d, %v, want %s", line, size, ok, want)
		}
	}
	for line, want := range map[string]int{"213 5\r\n": 5, "213-5\r\n": 5, "213": 0, "213x6": 6, "": 0, "213 x 5": 0, "213 -1": -1} {
		if size := ftpwire.StatSize(line); size != want {
			t.Errorf("StatSize(%q) = %d, want %d", line, size, want)
		}
	}
	for line, want := range map[string]string{
		"213 20260102030405\r\n": "1767323045 true", "213 20260102030405.123": "1767323045 true", "213 at 20260102030405": "1767323045 true",
		"213 2026010203040\r\n": "1767323040 true", "213 20260102": "0 false", "213 x": "0 false", "213": "0 false", "": "0 false",
		"213 19700101000000": "0 true", "213 19700132000000": "2678400 true", // the day after the month's last
	} {
		if at, ok := ftpwire.Modified(line); fmt.Sprint(at, ok) != want {
			t.Errorf("Modified(%q) = %d, %v, want %s", line, at, ok, want)
		}
	}
}

// TestEntries: what a line of a directory names, in PHP 8.4 and before.
func TestEntries(t *testing.T) {
	for line, want := range map[string][2]string{
		"a\r\n": {"a", "a"}, "/d/a b\r\n": {"a b", "a b"}, "a": {"a", "a"}, "abc\n": {"abc", "ab"}, "abc": {"abc", "a"},
		"\r\n": {"", ""}, "\n": {"", "\n"}, "": {"", ""}, "///": {"", ""}, "d/": {"d", "d/"}, "d//\r\n": {"", ""},
		"a \t\r\n": {"a", "a \t"}, "a\x00b\r\n": {"a", "a"}, "..\r\n": {"..", ".."},
	} {
		for i, cuts := range []bool{false, true} {
			if got := ftpwire.Entry(line, cuts); got != want[i] {
				t.Errorf("Entry(%q, %v) = %q, want %q", line, cuts, got, want[i])
			}
		}
	}
}

// FuzzReply: nothing that a server says does harm, and what it says in the usual
// form is found in it.
func FuzzReply(f *testing.F) {
	for _, line := range []string{"", "227 (1,2,3,4,5,6)", "229 (|||7|)", "213 20260102030405", "220-", "213 -", "227 ,,,,,"} {
		f.Add(line, uint16(0x1234))
	}
	f.Fuzz(func(t *testing.T, line string, port uint16) {
		code := ftpwire.Code(line)
		if ftpwire.Last(line) && (code < 0 || code > 999) {
			t.Errorf("%q: %d", line, code)
		}
		_, _ = ftpwire.Passive(line), ftpwire.ExtendedPassive(line)
		ftpwire.Size(line)
		ftpwire.Modified(line)
		if got := ftpwire.Passive(fmt.Sprintf("227 (1,2,3,4,%d,%d)%s", port>>8, port&0xff, line)); got != port && !digitFirst(line) {
			t.Errorf("%d, want %d", got, port)
		}
		if got := ftpwire.ExtendedPassive(fmt.Sprintf("229 (|||%d|)%s", port, line)); got != port {
			t.Errorf("%d, want %d", got, port)
		}
	})
}

func digitFirst(s string) bool { return s != "" && '0' <= s[0] && s[0] <= '9' }
