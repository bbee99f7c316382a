//go:build linux

package scenario

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func certificates(t *testing.T) *Certs {
	t.Helper()
	c, err := NewCerts(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func scenarioOf(t *testing.T, text string) *Scenario {
	t.Helper()
	s, err := Parse("test/test", []byte("For a test.\n"+text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestRunOurs runs a script with everything in it: outputs, events, a thrown
// error, a silenced one, time, TLS, two connections and their bytes.
func TestRunOurs(t *testing.T) {
	s := scenarioOf(t, `-- peer --
expect "hello\n"
send "plain\n"
starttls cert=good
expect "over tls\n"
send "tls\n"
accept
send "second\n"
-- calls --
$ctx = stream_context_create(["ssl" => ["cafile" => "{{DIR}}/ca.pem", "peer_name" => "localhost"]])
$fp = stream_socket_client("tcp://{{ADDR}}", $errno, $errstr, 5, STREAM_CLIENT_CONNECT, $ctx)
fwrite($fp, "hello\n")
fgets($fp)
stream_socket_enable_crypto($fp, true, STREAM_CRYPTO_METHOD_TLS_CLIENT)
fwrite($fp, "over tls\n")
fgets($fp) //time
stream_socket_get_name($fp, false)
fread($fp, 0)
$b = @stream_socket_client("tcp://127.0.0.1:{{REFUSED}}", $errno, $errstr, 5)
$c = stream_socket_client("{{ADDR}}", $errno, $errstr, 5)
fgets($c)
fclose($fp)
$fp
get_resource_type($fp)
`)
	got, err := RunOurs(s, "8.4", certificates(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := got.Get("7 elapsed"); !ok {
		t.Error("no time for the timed statement")
	}
	got.Set("7 elapsed", "0")
	want := `1 stream_context_create = resource(stream-context)
2 stream_socket_client = resource(stream)
  $errno = 0
  $errstr = ""
3 fwrite = 6
4 fgets = "plain\n"
5 stream_socket_enable_crypto = true
6 fwrite = 9
7 fgets = "tls\n"
  elapsed 0
8 stream_socket_get_name = "{{CLIENT}}"
9 fread throws ValueError "fread(): Argument #2 (\$length) must be greater than 0"
10 stream_socket_client = false
  $errno = 111
  $errstr = "Connection refused"
  E_WARNING silenced "stream_socket_client(): Unable to connect to tcp://127.0.0.1:{{REFUSED}} (Connection refused)"
11 stream_socket_client = resource(stream)
  $errno = 0
  $errstr = ""
12 fgets = "second\n"
13 fclose = true
15 get_resource_type = "Unknown"
wire main/1 = "hello\n" tls(TLSv1.3 sni=localhost) "over tls\n"
wire main/2 = ""
`
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got.Text(), "\n")); diff != "" {
		t.Error(diff)
	}
}

// TestExpectFails holds that a peer that hears something else fails the run.
func TestExpectFails(t *testing.T) {
	s := scenarioOf(t, "-- peer --\nexpect \"right\"\n-- calls --\n$fp = fsockopen(\"127.0.0.1\", {{PORT}})\nfwrite($fp, \"wrong\")\n")
	_, err := RunOurs(s, "8.4", certificates(t))
	if err == nil || !strings.Contains(err.Error(), `expected "right", saw "wrong"`) {
		t.Errorf("got %v", err)
	}
}

// TestBadScripts holds that a script that can't be run fails, and isn't a
// difference.
func TestBadScripts(t *testing.T) {
	for _, calls := range []string{
		"fgets($undefined)", "f(NO_SUCH_CONSTANT)", "ini_get(\"a\" | 1)", "ini_get(\"{{NOTHING}}\")",
	} {
		s := scenarioOf(t, "-- calls --\n"+calls+"\n")
		if got, err := RunOurs(s, "8.4", certificates(t)); err == nil {
			t.Errorf("%s gave %s", calls, got.Text())
		}
	}
}

// TestRefused holds that the refusing port refuses, and the full one doesn't
// answer.
func TestRefused(t *testing.T) {
	r, err := newRefusedPort()
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	if c, err := net.DialTimeout("tcp4", fmt.Sprintf("127.0.0.1:%d", r.port), time.Second); err == nil {
		c.Close()
		t.Error("the refused port accepts")
	}
	f, err := newFullPort()
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	c, err := net.DialTimeout("tcp4", f.addr, 200*time.Millisecond)
	if e, ok := err.(net.Error); !ok || !e.Timeout() {
		t.Errorf("the full port answers: %v, %v", c, err)
	}
}

// TestWireLog holds how the peers' bytes are shown.
func TestWireLog(t *testing.T) {
	for _, test := range []struct {
		name string
		fill func(*wireLog)
		want string
	}{
		{"nothing", func(*wireLog) {}, `""`},
		{"a word that nothing follows", func(l *wireLog) { l.mark("tls-failed") }, `""`},
		{"plain and tls", func(l *wireLog) { l.add([]byte("a")); l.add([]byte("b")); l.mark("tls"); l.add([]byte("c")) }, `"ab" tls "c"`},
		{"a handshake in clear", func(l *wireLog) { l.add([]byte("A\n")); l.add([]byte{22, 3, 1, 0, 5, 1}) }, `"A\n" client-hello`},
		{"an alert, then text in clear", func(l *wireLog) { l.mark("tls-failed"); l.add([]byte("\x15\x03\x03\x00\x02\x02\x30PASS")) }, `tls-failed "PASS"`},
		{"an alert alone", func(l *wireLog) { l.mark("tls-failed"); l.add([]byte("\x15\x03\x03\x00\x02\x02\x30")) }, `""`},
	} {
		l := &wireLog{}
		test.fill(l)
		if got := l.String(); got != test.want {
			t.Errorf("%s: %s", test.name, got)
		}
	}
}
