//go:build linux

package scenario

import (
	"strings"
	"testing"
)

// talk lets a world's clients connect to its peer, one after the other, and
// answers what all of them saw.
func talk(t *testing.T, text string, orders ...string) (map[string]string, error) {
	t.Helper()
	w, err := NewWorld(scenarioOf(t, text+"-- calls --\nstrlen(\"\")\n"), certificates(t))
	if err != nil {
		t.Fatal(err)
	}
	address, err := w.value("ADDR")
	if err != nil {
		t.Fatal(err)
	}
	in := &interpreter{world: w}
	for _, order := range orders {
		if err := in.writeFile("connect-"+order, address); err != nil {
			t.Fatal(err)
		}
		if err := in.awaitFile("mark-done" + strings.ReplaceAll(order, "-", "")); err != nil {
			t.Fatal(err)
		}
	}
	err = w.Close()
	saw := map[string]string{}
	for _, f := range w.Wire(Quote) {
		saw[strings.TrimPrefix(f.Name, "wire ")] = f.Value
	}
	return saw, err
}

// TestClients: a client says in its TLS step who it is and what it wants, and
// sees whom it has met.
func TestClients(t *testing.T) {
	saw, err := talk(t, `-- peer --
tls cert=good clientauth=request alpn=smtp,imap
send "one"
recvall
accept
tls cert=good clientauth=request
send "two"
recvall
-- client c --
tls cert=client sni=localhost ca=ca alpn=imap max=1.2 resume
recv 3
send "hello"
mark donec1
close
connect
tls cert=client ca=ca max=1.3 resume
recv 3
send "again"
mark donec2
close
`, "c-1", "c-2")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"main/1": `tls(TLSv1.2 sni=localhost alpn=imap client=client) "hello"`,
		"main/2": `tls(TLSv1.3 sni=localhost client=client) "again"`,
		"c/1":    `tls(TLSv1.2 alpn=imap server=localhost) "one"`,
		"c/2":    `tls(TLSv1.3 server=localhost) "two"`,
	} {
		if got := saw[name]; got != want {
			t.Errorf("%s saw %s, not %s", name, got, want)
		}
	}
}

// TestClientRefuses: one that verifies does not talk to a stranger.
func TestClientRefuses(t *testing.T) {
	saw, _ := talk(t, `-- peer --
tls cert=unknown-ca
send "secret"
-- client c --
mark donec1
tls ca=ca
send "never"
`, "c-1")
	for name, got := range saw {
		if strings.Contains(got, "never") || strings.Contains(got, "secret") {
			t.Errorf("%s saw %s", name, got)
		}
	}
}

func TestParseClient(t *testing.T) {
	for _, text := range []string{"listen tcp", "accept", "tls clientca=ca", "fly"} {
		if _, err := ParseClient("", text); err == nil {
			t.Errorf("%q is no step of a client", text)
		}
	}
	for _, text := range []string{"connect", "tls sni=x"} {
		if _, err := ParsePeer("", text); err == nil {
			t.Errorf("%q is no step of a server", text)
		}
	}
	if _, err := Parse("x/y", []byte("Two of a name.\n-- peer --\n-- client --\n-- calls --\nfgets($x)\n")); err == nil {
		t.Error("a peer and a client have one name")
	}
}
