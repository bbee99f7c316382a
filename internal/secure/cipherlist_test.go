package secure

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

var recordAnswers = flag.Bool("record", false, "record anew what OpenSSL and PHP answer")

const (
	cipherStringsFile = "testdata/cipherstrings.txt"
	cipherListsFile   = "testdata/cipherlists.txt"
)

// opensslCommands names the openssl commands to look for on PATH, by what
// their version must begin with.
var opensslCommands = []struct {
	version phpfacts.Version
	prefix  string
	names   []string
}{
	{phpfacts.PHP74, "OpenSSL 1.1.1", []string{"openssl74", "openssl"}},
	{phpfacts.PHP82, "OpenSSL 3.0", []string{"openssl82", "openssl"}},
	{phpfacts.PHP84, "OpenSSL 3.5", []string{"openssl84", "openssl"}},
}

// openssl returns the command of a version's OpenSSL, or skips the test; with
// REQUIRE_PHP=1 a missing one is a failure.
func openssl(t *testing.T, v phpfacts.Version) string {
	t.Helper()
	for _, c := range opensslCommands {
		if c.version != v {
			continue
		}
		for _, name := range c.names {
			path, err := exec.LookPath(name)
			if err != nil {
				continue
			}
			if out, err := exec.Command(path, "version").Output(); err == nil && strings.HasPrefix(string(out), c.prefix) {
				return path
			}
		}
		if os.Getenv("REQUIRE_PHP") == "1" {
			t.Fatalf("REQUIRE_PHP=1 is set, and there is no %s on PATH as one of %v", c.prefix, c.names)
		}
		t.Skipf("there is no %s on PATH as one of %v", c.prefix, c.names)
	}
	t.Fatalf("no OpenSSL belongs to %v", v)
	return ""
}

// cipherAnswer is a list as the golden file has it: the ids in order, or the
// word error.
func cipherAnswer(v phpfacts.Version, text string) string {
	list, err := parseCipherList(v, text)
	if err != nil {
		return "error"
	}
	var b strings.Builder
	for i, c := range list.suites {
		if i > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "%04x", c.ID)
	}
	return b.String()
}

func askOpenSSLCiphers(t *testing.T, command, text string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, command, "ciphers", "-V", text).Output()
	if err != nil {
		return "error"
	}
	var ids []string
	for line := range strings.Lines(string(out)) {
		var hi, lo int
		if _, err := fmt.Sscanf(strings.TrimSpace(line), "0x%02X,0x%02X", &hi, &lo); err != nil {
			t.Fatalf("%s ciphers -V %q: %q: %v", command, text, line, err)
		}
		if hi != 0x13 { // TLS 1.3 stands in front, whatever is asked for
			ids = append(ids, fmt.Sprintf("%02x%02x", hi, lo))
		}
	}
	if len(ids) == 0 {
		return "error" // which SSL_CTX_set_cipher_list makes of it
	}
	return strings.Join(ids, " ")
}

func cipherStrings(t *testing.T) []string {
	t.Helper()
	data, err := os.ReadFile(cipherStringsFile)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
}

// cipherGolden reads the recorded answers. A line is a version, a tab, a
// string, a tab, and the answer.
func cipherGolden(t *testing.T) map[phpfacts.Version]map[string]string {
	t.Helper()
	data, err := os.ReadFile(cipherListsFile)
	if err != nil {
		t.Fatal(err)
	}
	golden := map[phpfacts.Version]map[string]string{}
	for line := range strings.Lines(string(data)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) != 3 {
			t.Fatalf("%s: %q", cipherListsFile, line)
		}
		for _, v := range phpfacts.Versions() {
			if slices.Contains(strings.Split(f[0], ","), v.String()) {
				if golden[v] == nil {
					golden[v] = map[string]string{}
				}
				golden[v][f[1]] = f[2]
			}
		}
	}
	return golden
}

var recordedVersions = []phpfacts.Version{phpfacts.PHP74, phpfacts.PHP82, phpfacts.PHP84}

func TestCipherLists(t *testing.T) {
	golden := cipherGolden(t)
	all := cipherStrings(t)
	for _, v := range recordedVersions {
		if len(golden[v]) != len(all) {
			t.Errorf("%v: %d strings recorded, %d listed", v, len(golden[v]), len(all))
		}
		for _, s := range all {
			want, ok := golden[v][s]
			if !ok {
				t.Errorf("%v: %q isn't recorded", v, s)
			} else if got := cipherAnswer(v, s); got != want {
				t.Errorf("%v: %q:\n got %s\nwant %s", v, s, got, want)
			}
		}
	}
}

// TestCipherListsAreOpenSSLs asks the real ones again.
func TestCipherListsAreOpenSSLs(t *testing.T) {
	all := cipherStrings(t)
	answers := map[string]map[phpfacts.Version]string{}
	for _, v := range recordedVersions {
		t.Run(v.String(), func(t *testing.T) {
			command := openssl(t, v)
			var golden map[string]string
			if !*recordAnswers {
				golden = cipherGolden(t)[v]
			}
			for _, s := range all {
				got := askOpenSSLCiphers(t, command, s)
				if answers[s] == nil {
					answers[s] = map[phpfacts.Version]string{}
				}
				answers[s][v] = got
				if !*recordAnswers && got != golden[s] {
					t.Errorf("%q: OpenSSL says %s, recorded is %s", s, got, golden[s])
				}
			}
		})
	}
	if !*recordAnswers {
		return
	}
	var b bytes.Buffer
	for _, s := range all {
		done := map[string]bool{}
		for _, v := range recordedVersions {
			answer := answers[s][v]
			if done[answer] {
				continue
			}
			done[answer] = true
			var same []string
			for _, w := range recordedVersions {
				if answers[s][w] == answer {
					same = append(same, w.String())
				}
			}
			fmt.Fprintf(&b, "%s\t%s\t%s\n", strings.Join(same, ","), s, answer)
		}
	}
	if err := os.WriteFile(cipherListsFile, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func FuzzCipherList(f *testing.F) {
	data, err := os.ReadFile(cipherStringsFile)
	if err != nil {
		f.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		f.Add(strings.TrimSuffix(line, "\n"))
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, v := range recordedVersions {
			list, err := parseCipherList(v, s)
			if err != nil {
				continue
			}
			seen := map[uint16]bool{}
			for _, c := range list.suites {
				if seen[c.ID] {
					t.Fatalf("%v: %q has %s twice", v, s, c.Name)
				}
				seen[c.ID] = true
			}
			if len(seen) == 0 {
				t.Fatalf("%v: %q is empty without an error", v, s)
			}
			// What is removed for good does not come back.
			killed, err := parseCipherList(v, "!aNULL:!eNULL:"+s)
			if err != nil || strings.HasPrefix(s, "SUITEB") || strings.HasPrefix(s, "DEFAULT") {
				continue
			}
			for _, c := range killed.suites {
				if c.Auth == "NULL" || c.Enc == "NULL" {
					t.Fatalf("%v: %q brought %s back", v, s, c.Name)
				}
			}
		}
	})
}
