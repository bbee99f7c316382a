package target_test

import (
	"encoding/json"
	"flag"
	"math/rand/v2"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phptest"
	"github.com/phpstream-go/phpstream/internal/target"
)

var record = flag.Bool("record", false, "write what PHP answers to testdata")

// answers is what PHP said to each question, by PHP version.
type answers map[string]map[string]string

func recorded(t *testing.T, file string) answers {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var all answers
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	for _, version := range []string{"7.4", "8.2", "8.4"} {
		if all[version] == nil {
			t.Fatalf("%s: nothing from PHP %s", file, version)
		}
	}
	return all
}

// merge writes the answers of one PHP into a recording.
func merge(t *testing.T, file, version string, given map[string]string) {
	t.Helper()
	all := answers{}
	if raw, err := os.ReadFile("testdata/" + file); err == nil {
		if err := json.Unmarshal(raw, &all); err != nil {
			t.Fatal(err)
		}
	}
	all[version] = given
	raw, err := json.MarshalIndent(all, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("testdata/"+file, append(raw, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

// ask gives PHP a function body of $q and one question after the other, and
// returns the answers by question.
func ask(t *testing.T, php phptest.PHP, body string, questions []string) map[string]string {
	t.Helper()
	encoded := make([][]byte, len(questions))
	for i, question := range questions {
		encoded[i] = []byte(question)
	}
	input, err := json.Marshal(encoded)
	if err != nil {
		t.Fatal(err)
	}
	script := `<?php
error_reporting(0);
$answer = function (string $q) { ` + body + ` };
foreach (json_decode($input) as $question) {
	try { $text = $answer(base64_decode($question)); } catch (Throwable $e) { $text = 'thrown: ' . $e->getMessage(); }
	$out[] = base64_encode($text);
}
echo json_encode($out);`
	var given [][]byte
	if err := json.Unmarshal([]byte(php.Run(t, script, string(input))), &given); err != nil {
		t.Fatalf("PHP %s: %v", php.Version, err)
	}
	if len(given) != len(questions) {
		t.Fatalf("PHP %s gave %d answers to %d questions", php.Version, len(given), len(questions))
	}
	byQuestion := map[string]string{}
	for i, question := range questions {
		byQuestion[question] = string(given[i])
	}
	return byQuestion
}

// hold compares our answers with PHP's.
func hold(t *testing.T, from string, theirs map[string]string, questions []string, ours func(string) string) {
	t.Helper()
	for _, question := range questions {
		want, ok := theirs[question]
		if !ok {
			t.Errorf("%s has no answer to %q", from, question)
		} else if got := ours(question); got != want {
			t.Errorf("%s: %q gives %q, here %q", from, question, want, got)
		}
	}
}

const phpURL = `
$u = parse_url($q);
if ($u === false) return 'false';
$u += ['port' => 0];
foreach (['scheme', 'user', 'pass', 'host', 'port', 'path', 'query'] as $part) $out[] = $u[$part] ?? '';
foreach (['user', 'pass', 'host', 'query'] as $part) $out[] = isset($u[$part]) ? $part : '';
return implode('|', $out);`

// url is our answer in the form of phpURL.
func url(version string) func(string) string {
	return func(s string) string {
		u, ok := target.ParseURL(s)
		if !ok {
			return "false"
		}
		out := []string{u.Scheme, u.User, u.Pass, u.Host, strconv.Itoa(u.Port), u.Path, u.Query}
		has := func(part string, there bool) {
			if !there {
				part = ""
			}
			out = append(out, part)
		}
		has("user", u.HasUser)
		has("pass", u.HasPass)
		has("host", u.HasHost)
		has("query", u.HasQuery && (u.Query != "" || version != "7.4")) // which knows no empty one
		return strings.Join(out, "|")
	}
}

// The part of a target behind "://", whose host PHP's TLS takes as a name.
var urlRests = []string{
	"localhost", "localhost:25", "localhost:0", "localhost:", "localhost:65535", "localhost:65536", "localhost:99999", "localhost:100000", "localhost:smtp", "localhost:2a", "localhost:-1", "localhost:25x",
	"mail.example.com:465", "mail.example.com.:465", "mail.example.com...:465", "...:25", ".:25", "MAIL.Example.com:465", "m_x.example:25", "b\xc3\xbccher.example:25", "xn--bcher-kva.example:25",
	"127.0.0.1:25", "127.0.0.1", "[::1]:25", "[::1]", "[fe80::1%lo]:25", "[1:2::3]:25", "[25]:25", "[2001:25", "::1:25", "fe80::1:25", "::1",
	"localhost:25/queue", "localhost:25/queue/x:y", "localhost/25", "localhost:25?x", "localhost:25#x", "localhost?x:25", "localhost#x:25", "/localhost:25", "//localhost:25", "//localhost", "///localhost:25",
	"user@localhost:25", "user:pass@localhost:25", "user:25@localhost:25", "u@v@localhost:25", "@localhost:25", "user@:25", "user@localhost",
	"tls://localhost:25", "tls:/localhost:25", "file://localhost:25", "file:///localhost:25", "FILE:///localhost:25", "file://c:/x", "a b:25", "a\tb:25", "a\x00b:25", " localhost:25", "localhost :25", "localhost: 25", "localhost:+25", "_x: 25/", "_x:+25", "//x: 25", "//x:-2", "//x:123456", "//x:70000", "//[::1]:25", "//[::1]", "//u@[::1]:25", "//x:25:26", "//[x:25", "",
	":", ":25", ":25/", "://", "://x:25", "http://user:p%40ss@host:8080/a/b?c=d&e#f", "http://host?q", "http://host/?", "http://host/#", "HTTP://h/p\r\nX: y", "https://[::1]:8443/x", "ftp://u@h/%2Fetc", "x:/", "x://", "x://:25", "x://y:z", "x:1/:y:2",
}

func TestParseURLIsRecorded(t *testing.T) {
	for version, theirs := range recorded(t, "url.json") {
		hold(t, "PHP "+version, theirs, urlRests, url(version))
	}
}

func TestParseURLIsPHPs(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	many := slices.Clone(urlRests)
	const alphabet = "::::////@@[[]]..??##0123456789+- ab_\x01file"
	for range 20000 {
		text := make([]byte, random.IntN(14))
		for i := range text {
			text[i] = alphabet[random.IntN(len(alphabet))]
		}
		many = append(many, string(text))
	}
	for _, php := range phptest.All(t) {
		if *record {
			merge(t, "url.json", php.Version, ask(t, php, phpURL, urlRests))
		}
		hold(t, "PHP "+php.Version, ask(t, php, phpURL, many), many, url(php.Version))
	}
}

func TestURLName(t *testing.T) {
	for rest, want := range map[string]string{
		"localhost:25": "localhost", "mail.example.com...:465": "mail.example.com", "user@localhost:25": "localhost",
		"[::1]:25": "", "localhost:65536": "", "tls://localhost:25": "localhost", "": "",
	} {
		if got := target.URLName(rest); got != want {
			t.Errorf("URLName(%q) = %q, want %q", rest, got, want)
		}
	}
}

// The resolver's answer for numbers alone: no packet leaves.
const phpIPv4 = `
$found = socket_addrinfo_lookup($q, null, ['ai_flags' => AI_NUMERICHOST, 'ai_family' => AF_INET, 'ai_socktype' => SOCK_STREAM]);
return $found ? socket_addrinfo_explain($found[0])['ai_addr']['sin_addr'] : 'none';`

var ipv4Forms = []string{
	"127.0.0.1", "127.1", "127.0.1", "127.65537", "0x7f.1", "0x7F.0.0.1", "0X7f.1", "0x7f000001", "2130706433", "017700000001", "0177.0.0.1", "0177.1", "0", "0.0.0.0", "255.255.255.255", "4294967295",
	"4294967296", "127.16777216", "127.16777215", "127.0.65536", "127.0.65535", "127.0.0.256", "256.0.0.1", "127.256.0.1", "127.0.256.1", "00000000177.1", "0x00000000007f.1", "08.0.0.1", "127.0.0.08", "127.0.0.010", "0x", "0x.1", "127.0x", "0xg", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2", ".", "1.", "", " 127.0.0.1", "127.0.0.1 ", "127.0.0.1x", "-1", "+1", "127.-1", "127.+1", "127.0.0.1:25", "0b1", "0o17", "1_0", "1e3", "a", "::1", "[127.0.0.1]", "99999999999999999999", "0xffffffff", "0x100000000", "037777777777", "040000000000", "127.0.0.1%lo",
}

func ipv4(s string) string {
	address, ok := target.ParseIPv4(s)
	if !ok {
		return "none"
	}
	return address.String()
}

func TestParseIPv4IsRecorded(t *testing.T) {
	for version, theirs := range recorded(t, "ipv4.json") {
		hold(t, "PHP "+version, theirs, ipv4Forms, ipv4)
	}
}

func TestParseIPv4IsPHPs(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	many := slices.Clone(ipv4Forms)
	const alphabet = "0123456789abfx....."
	for range 4000 {
		text := make([]byte, 1+random.IntN(12))
		for i := range text {
			text[i] = alphabet[random.IntN(len(alphabet))]
		}
		many = append(many, string(text))
	}
	for _, php := range phptest.All(t) {
		if *record {
			merge(t, "ipv4.json", php.Version, ask(t, php, phpIPv4, ipv4Forms))
		}
		hold(t, "PHP "+php.Version, ask(t, php, phpIPv4, many), many, ipv4)
	}
}

func TestTransportsArePHPs(t *testing.T) {
	for _, php := range phptest.All(t) {
		for _, version := range phpfacts.Versions() {
			if version.String() != php.Version {
				continue
			}
			theirs := strings.Fields(php.Run(t, `<?php echo implode(' ', stream_get_transports());`))
			if diff := cmp.Diff(theirs, target.Transports(version)); diff != "" {
				t.Errorf("PHP %s (-PHP +here):\n%s", php.Version, diff)
			}
		}
	}
}

func FuzzParseIPv4(f *testing.F) {
	for _, form := range ipv4Forms {
		f.Add(form)
	}
	f.Fuzz(func(t *testing.T, s string) {
		address, ok := target.ParseIPv4(s)
		if !ok {
			if address.IsValid() {
				t.Errorf("%q is refused, with the address %v", s, address)
			}
			if strict, err := netip.ParseAddr(s); err == nil && strict.Is4() {
				t.Errorf("%q is refused, and is an address", s)
			}
			return
		}
		if !address.Is4() {
			t.Errorf("%q is %v", s, address)
		}
		if strings.Trim(s, "0123456789abcdefABCDEFxX.") != "" {
			t.Errorf("%q is accepted as %v", s, address)
		}
		if again, ok := target.ParseIPv4(address.String()); !ok || again != address {
			t.Errorf("%q is %v, which is %v", s, address, again)
		}
	})
}
