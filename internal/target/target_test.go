package target_test

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phptest"
	"github.com/phpstream-go/phpstream/internal/target"
)

// long is no name that a resolver would ask anyone for: 64 bytes are too many
// for one label.
var long = strings.Repeat("x", 64)

// A targetCase is one target whose fate was recorded from PHP. UDP shows most:
// connecting sends nothing, succeeds, and the peer's name tells what was
// parsed.
type targetCase struct {
	target string
	port   int  // fsockopen's; 0 is stream_socket_client
	asks   bool // PHP asks a name server, so it is not run again
	// here is our answer where it is deliberately another than PHP's.
	here map[string]string
}

// everywhere is one answer for all the recorded versions.
func everywhere(answer string) map[string]string {
	return map[string]string{"7.4": answer, "8.2": answer, "8.4": answer}
}

var targetCases = []targetCase{
	// Transports.
	{target: ""},
	{target: "tcp://"},
	{target: "udp://"},
	{target: "TCP://127.0.0.1:1"},
	{target: "Udp://127.0.0.1:9"},
	{target: "sslv2://127.0.0.1:1"},
	{target: "sslv3://127.0.0.1:1"},
	{target: "tlsv1.4://127.0.0.1:1"},
	{target: "tlsv1://127.0.0.1:1"},
	{target: "http://127.0.0.1:1"},
	{target: "tcp+x://127.0.0.1:1"},
	{target: "a.b-c+d9://127.0.0.1:1"},
	{target: strings.Repeat("n", 31) + "://127.0.0.1:1"},
	{target: strings.Repeat("n", 32) + "://127.0.0.1:1"},
	{target: strings.Repeat("n", 500) + "://127.0.0.1:1"},
	{target: "127.0.0.1"},
	{target: "udp:127.0.0.1:9", asks: true},
	{target: "udp:/127.0.0.1:9", asks: true},
	{target: "a://b:1", asks: true},
	{target: "://b:1", asks: true},
	{target: "u_p://127.0.0.1:9", asks: true},
	{target: " udp://127.0.0.1:9", asks: true},
	{target: "udp ://127.0.0.1:9", asks: true},
	{target: "unix:///nonexistent/phpstream.sock"},
	{target: "udg:///nonexistent/phpstream.sock"},
	{target: "unix:///nonexistent/phpstream.sock", port: 25},
	// Addresses.
	{target: "udp://127.0.0.1:9"},
	{target: "udp://127.0.0.1"},
	{target: "udp://127.0.0.1:"},
	{target: "tls://127.0.0.1"},
	{target: "ssl://127.0.0.1:"},
	{target: "tlsv1.2://[::1]"},
	{target: "udp://:9", asks: true},
	{target: "udp://:"},
	{target: "udp://" + long + ":9"},
	{target: "udp://" + long + ":"},
	{target: "udp://user@" + long + ":9"},
	{target: "udp://" + long + ":9:10"},
	{target: "udp://[" + long + "]:9"},
	{target: "udp://" + strings.Repeat("a", 3000)},
	{target: "udp://127.1:9"},
	{target: "udp://0x7f.1:9"},
	{target: "udp://2130706433:9"},
	{target: "udp://017700000001:9"},
	{target: "udp://[127.0.0.1]:9"},
	{target: "udp://[::1]:9"},
	{target: "udp://[0:0:0:0:0:0:0:1]:9"},
	{target: "udp://[::ffff:127.0.0.1]:9"},
	{target: "udp://[::1]"},
	{target: "udp://[::1]:"},
	{target: "udp://[::1]9"},
	{target: "udp://[::1]]:9"},
	{target: "udp://[::1:9"},
	{target: "udp://[::1"},
	{target: "udp://["},
	{target: "udp://[]"},
	{target: "udp://[:"},
	{target: "udp://[]:9", asks: true},
	{target: "udp://]:9", asks: true},
	{target: "udp://::1"},
	{target: "udp://::1:9", asks: true},
	{target: "udp://fe80::1:9", asks: true},
	// Ports.
	{target: "udp://127.0.0.1:0"},
	{target: "udp://127.0.0.1:x"},
	{target: "udp://127.0.0.1:9x"},
	{target: "udp://127.0.0.1:9/path"},
	{target: "udp://127.0.0.1:09"},
	{target: "udp://127.0.0.1:0x9"},
	{target: "udp://127.0.0.1: 9"},
	{target: "udp://127.0.0.1:\t\n9"},
	{target: "udp://127.0.0.1:+9"},
	{target: "udp://127.0.0.1:-9"},
	{target: "udp://127.0.0.1:--9"},
	{target: "udp://127.0.0.1:9:10"},
	{target: "udp://127.0.0.1:65535"},
	{target: "udp://127.0.0.1:65536"},
	{target: "udp://127.0.0.1:65616"},
	{target: "udp://127.0.0.1:2147483648"},
	{target: "udp://127.0.0.1:4294967305"},
	{target: "udp://127.0.0.1:9223372036854775807"},
	{target: "udp://127.0.0.1:9223372036854775808"},
	{target: "udp://127.0.0.1:-9223372036854775808"},
	{target: "udp://127.0.0.1:-9223372036854775809"},
	{target: "udp://127.0.0.1:99999999999999999999999999"},
	{target: "udp://[::1]:65616"},
	{target: "udp://[::1]:9]:10"},
	// NUL bytes. PHP 7.4 cut the name there.
	{target: "udp://127.0.0.1\x00.example:9", here: map[string]string{"7.4": "error: The hostname must not contain null bytes"}},
	{target: "udp://127.0.0.1:9\x00", here: map[string]string{"7.4": "error: The hostname must not contain null bytes"}},
	{target: "udp://\x00", here: map[string]string{"7.4": "error: The hostname must not contain null bytes"}},
	{target: "udp\x00://127.0.0.1:9", here: map[string]string{"7.4": "error: The hostname must not contain null bytes"}},
	// fsockopen, with its port apart.
	{target: "udp://127.0.0.1", port: 9},
	{target: "udp://127.0.0.1", port: -9},
	{target: "udp://127.0.0.1:9", port: -1},
	{target: "udp://127.0.0.1:9", port: 10},
	{target: "udp://127.0.0.1", port: 65616},
	{target: "udp://127.0.0.1", port: 4294967305},
	{target: "udp://[::1]", port: 9},
	{target: "udp://[::1]:9", port: -1},
	{target: "udp://127.0.0.1:", port: 9},
	{target: "sslv3://127.0.0.1", port: 9},
	{target: "127.0.0.1", port: -1},
	{target: "udp://::1", port: 9, asks: true, here: everywhere("peer: [::1]:9")},
	{target: "udp://0:0:0:0:0:0:0:1", port: 9, here: everywhere("peer: [::1]:9")},
	{target: "udp://::ffff:127.0.0.1", port: 9, asks: true, here: everywhere("peer: [::ffff:127.0.0.1]:9")},
}

// question is what the recording knows a case by.
func (c targetCase) question() string { return strconv.Itoa(c.port) + " " + c.target }

const phpTarget = `
[$port, $target] = explode(' ', $q, 2);
$stream = $port == 0 ? stream_socket_client($target, $errno, $errstr, 5) : fsockopen($target, (int)$port, $errno, $errstr, 5);
if ($stream) return 'peer: ' . stream_socket_get_name($stream, true);
if (preg_match('/^php_network_getaddresses: getaddrinfo for (.*) failed: /s', $errstr, $found)) return "lookup: $found[1]";
if (strpos($errstr, 'php_network_getaddresses: getaddrinfo failed') === 0) return 'lookup';
return "error: $errstr";`

// answer is what we would do with a target, in the words of phpTarget.
func (c targetCase) answer(version phpfacts.Version) string {
	transport, rest := target.Split(target.FsockopenName(c.target, c.port))
	found, err := target.Lookup(transport, version)
	if err != nil {
		return "error: " + err.Error()
	}
	if !found.Kind.HasPort() {
		return "error: " + phpfacts.Strerror(2)
	}
	host, port, err := target.ParseAddress(rest)
	if err != nil {
		return "error: " + err.Error()
	}
	address, ok := target.ParseIPv4(host)
	if !ok {
		if address, err = netip.ParseAddr(host); err != nil {
			if version == phpfacts.PHP74 {
				return "lookup" // its message does not name the host
			}
			return "lookup: " + host
		}
	}
	if target.WirePort(port) == 0 {
		return "peer: " // the system does not count port 0 as connected
	}
	return "peer: " + netip.AddrPortFrom(address, uint16(target.WirePort(port))).String()
}

func versionNamed(t *testing.T, name string) phpfacts.Version {
	t.Helper()
	for _, version := range phpfacts.Versions() {
		if version.String() == name {
			return version
		}
	}
	t.Fatalf("there is no version %q", name)
	return 0
}

func TestTargetsAreRecorded(t *testing.T) {
	seen := map[string]bool{}
	for name, theirs := range recorded(t, "targets.json") {
		version := versionNamed(t, name)
		for _, test := range targetCases {
			want, ok := theirs[test.question()]
			if !ok {
				t.Errorf("PHP %s: nothing recorded for %q", name, test.question())
				continue
			}
			if here, ok := test.here[name]; ok {
				if here == want {
					t.Errorf("PHP %s: %q is listed as a difference, and is none", name, test.question())
				}
				want = here
			}
			if got := test.answer(version); got != want {
				t.Errorf("PHP %s: %q gives %q, here %q", name, test.question(), want, got)
			}
			seen[test.question()] = true
		}
	}
	if len(seen) != len(targetCases) {
		t.Errorf("%d different questions in %d cases", len(seen), len(targetCases))
	}
}

func TestTargetsArePHPs(t *testing.T) {
	var all, safe []string
	for _, test := range targetCases {
		all = append(all, test.question())
		if !test.asks {
			safe = append(safe, test.question())
		}
	}
	installed := phptest.All(t)
	if *record {
		for _, php := range installed {
			merge(t, "targets.json", php.Version, ask(t, php, phpTarget, all))
		}
	}
	for _, php := range installed {
		theirs := recorded(t, "targets.json")[php.Version]
		if theirs == nil {
			t.Logf("PHP %s is none of the recorded ones", php.Version)
			continue
		}
		now := ask(t, php, phpTarget, safe)
		for _, question := range safe {
			if now[question] != theirs[question] {
				t.Errorf("PHP %s: %q gives %q, recorded is %q", php.Version, question, now[question], theirs[question])
			}
		}
	}
}

func TestFsockopenName(t *testing.T) {
	for _, test := range []struct {
		hostname string
		port     int
		want     string
	}{
		{"localhost", 25, "localhost:25"},
		{"localhost", 0, "localhost"},
		{"localhost", -1, "localhost"},
		{"tls://localhost", 465, "tls://localhost:465"},
		{"127.0.0.1", 25, "127.0.0.1:25"},
		{"[::1]", 25, "[::1]:25"},
		{"::1", 25, "[::1]:25"},
		{"::1", 0, "::1"},
		{"::1", -1, "::1"},
		{"tcp://fe80::1", 25, "tcp://[fe80::1]:25"},
		{"fe80::1%lo", 25, "[fe80::1%lo]:25"},
		{"tls://2001:db8::1", 465, "tls://[2001:db8::1]:465"},
		{"udp://::ffff:127.0.0.1", 9, "udp://[::ffff:127.0.0.1]:9"},
		{"::1:x", 25, "::1:x:25"},
		{"unix://::1", 25, "unix://::1:25"},
		{"udg://::1", 25, "udg://::1:25"},
		{"", 25, ":25"},
	} {
		if got := target.FsockopenName(test.hostname, test.port); got != test.want {
			t.Errorf("FsockopenName(%q, %d) = %q, want %q", test.hostname, test.port, got, test.want)
		}
	}
}

func TestLookup(t *testing.T) {
	type row struct {
		Kind      target.Kind
		Crypto    int
		Adaptable bool
	}
	want := map[string]row{
		"tcp": {Kind: target.TCP}, "udp": {Kind: target.UDP}, "unix": {Kind: target.Unix}, "udg": {Kind: target.Udg},
		"ssl": {target.TLS, 121, true}, "tls": {target.TLS, 121, true},
		"tlsv1.0": {target.TLS, 9, false}, "tlsv1.1": {target.TLS, 17, false}, "tlsv1.2": {target.TLS, 33, false}, "tlsv1.3": {target.TLS, 65, false},
	}
	for _, version := range []phpfacts.Version{phpfacts.PHP74, phpfacts.PHP82, phpfacts.PHP84} {
		got := map[string]row{}
		for _, name := range target.Transports(version) {
			found, err := target.Lookup(name, version)
			if err != nil || found.Name != name {
				t.Errorf("PHP %v: Lookup(%q) = %v, %v", version, name, found, err)
			}
			got[name] = row{found.Kind, found.Crypto, found.Adaptable}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("PHP %v (-want +got):\n%s", version, diff)
		}
	}
	for name, crypto := range map[string]int{"tls": 9, "ssl": 57, "tlsv1.2": 33} {
		if found, err := target.Lookup(name, phpfacts.PHP5); err != nil || found.Crypto != crypto {
			t.Errorf("PHP 5.6: Lookup(%q) = %v, %v, want %d", name, found, err, crypto)
		}
	}
	for _, name := range []string{"", "TCP", "Tls", "sslv2", "sslv3", "tlsv1.4", "tls ", "tlsv1"} {
		var unknown *target.UnknownTransportError
		if _, err := target.Lookup(name, phpfacts.PHP84); !errors.As(err, &unknown) || unknown.Name != name {
			t.Errorf("Lookup(%q) fails with %v", name, err)
		}
	}
	if _, err := target.Lookup("tlsv1.3", phpfacts.PHP5); err == nil {
		t.Error("PHP 5.6 has tlsv1.3")
	}
	if diff := cmp.Diff(strings.Fields("tcp udp unix udg ssl tls tlsv1.0 tlsv1.1 tlsv1.2"), target.Transports(phpfacts.PHP5)); diff != "" {
		t.Errorf("PHP 5.6 (-want +got):\n%s", diff)
	}
}

func FuzzSplitParse(f *testing.F) {
	for _, test := range targetCases {
		f.Add(test.target, test.port)
	}
	f.Fuzz(func(t *testing.T, name string, port int) {
		transport, rest := target.Split(name)
		if rest != name && transport+"://"+rest != name {
			t.Errorf("Split(%q) = %q, %q", name, transport, rest)
		}
		if rest == name && transport != target.DefaultTransport {
			t.Errorf("Split(%q) = %q, without a scheme", name, transport)
		}
		full := target.FsockopenName(name, port)
		if port <= 0 && full != name {
			t.Errorf("FsockopenName(%q, %d) = %q", name, port, full)
		}
		if again, _ := target.Split(full); again != transport {
			t.Errorf("FsockopenName(%q, %d) = %q, whose transport is %q", name, port, full, again)
		}
		host, parsed, err := target.ParseAddress(rest)
		if err != nil {
			var failure *target.ParseError
			if host != "" || parsed != 0 || !errors.As(err, &failure) || failure.Message == "" {
				t.Errorf("ParseAddress(%q) = %q, %d, %v", rest, host, parsed, err)
			}
			return
		}
		if !strings.HasPrefix(rest, host+":") && !strings.HasPrefix(rest, "["+host+"]:") {
			t.Errorf("ParseAddress(%q) gives the host %q", rest, host)
		}
		if strings.ContainsRune(host, 0) {
			t.Errorf("ParseAddress(%q) gives a host with a NUL", rest)
		}
		if wire := target.WirePort(parsed); wire < 0 || wire > 65535 || (parsed-wire)%65536 != 0 {
			t.Errorf("WirePort(%d) = %d", parsed, wire)
		}
		if strings.HasSuffix(target.URLName(rest), ".") {
			t.Errorf("URLName(%q) ends in a dot", rest)
		}
	})
}

func TestHasControl(t *testing.T) {
	for text, want := range map[string]bool{"": false, "a b": false, "a\r\nDELE x": true, "\x00": true, "\x7f": true, "\x80\xff": false} {
		if got := target.HasControl(text); got != want {
			t.Errorf("HasControl(%q) = %v", text, got)
		}
	}
}
