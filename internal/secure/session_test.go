package secure

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/testcert"
	"github.com/phpstream-go/phpstream/internal/wire"
)

// greeter is a server that says a line to each client, so that a client which
// has read it has the session's ticket, too.
func greeter(t *testing.T, config *tls.Config) netip.AddrPort {
	l, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func(c net.Conn) {
				defer c.Close()
				c.SetDeadline(time.Now().Add(10 * time.Second))
				c.Write([]byte("hello\n"))
				c.Read(make([]byte, 1))
			}(c)
		}
	}()
	return netip.MustParseAddrPort(l.Addr().String())
}

// call connects, taking up a session where there is one, and reads the greeting.
func call(t *testing.T, at netip.AddrPort, options ssl, host string, from *Conn) (c *Conn, taken bool, err error) {
	t.Helper()
	p, warnings, err := NewPolicy(Settings{Options: options, Version: phpfacts.PHP84, Method: anyTLS, URLName: host})
	if err != nil {
		t.Fatal(err, warnings)
	}
	d := wire.Dialer{Timeout: bound}
	w, _, err := d.DialIP(context.Background(), "tcp", []netip.AddrPort{at})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	c = Client(w, p)
	if from != nil {
		taken = c.TakeUp(from)
	}
	if err = c.Handshake(context.Background(), bound); err == nil {
		if _, err = c.Check(); err == nil {
			_, err = c.Read(make([]byte, 16), deadline())
		}
	}
	return c, taken, err
}

// TestClientTakesUpSession: with the same options a session goes on, also on a
// connection to another address; and on from that.
func TestClientTakesUpSession(t *testing.T) {
	root := testcert.NewCA(testcert.Spec{})
	ca := testcert.WriteCAs(t.TempDir(), "ca.pem", root)
	cert := root.Issue(testcert.Spec{CN: "a.test", DNS: []string{"a.test"}}).TLS()
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		config := &tls.Config{Certificates: []tls.Certificate{cert}, MaxVersion: version}
		config.SetSessionTicketKeys([][32]byte{{1}})
		first, second := greeter(t, config), greeter(t, config)
		options := ssl{"cafile": ca, "peer_name": "a.test"}
		var from *Conn
		for i, at := range []netip.AddrPort{first, second, first} {
			c, taken, err := call(t, at, options, "127.0.0.1", from)
			if err != nil || taken != (i > 0) || c.State().DidResume != (i > 0) {
				t.Errorf("%s, connection %d: %v, taken up: %v, resumed: %v", tls.VersionName(version), i, err, taken, c.State().DidResume)
			}
			from = c
		}
		noTicket := ssl{"cafile": ca, "peer_name": "a.test", "no_ticket": true}
		if c, _, err := call(t, first, noTicket, "", from); err != nil || c.State().DidResume {
			t.Errorf("no_ticket: %v, resumed: %v", err, c.State().DidResume)
		}
	}
}

// TestSessionSkipsNoCheck: what a lax policy has let in is not let in by a strict
// one because of its session.
func TestSessionSkipsNoCheck(t *testing.T) {
	dir := t.TempDir()
	root, stranger := testcert.NewCA(testcert.Spec{}), testcert.NewCA(testcert.Spec{CN: "Stranger"})
	ca, strangers := testcert.WriteCAs(dir, "ca.pem", root), testcert.WriteCAs(dir, "strangers.pem", stranger)
	cert := root.Issue(testcert.Spec{CN: "a.test"})
	_, _, client := root.Issue(testcert.Spec{CN: "client"}).Write(dir, "client")
	at := greeter(t, &tls.Config{Certificates: []tls.Certificate{cert.TLS()}})
	lax := ssl{"verify_peer": false, "verify_peer_name": false}
	good := ssl{"cafile": ca, "peer_name": "a.test"}
	for what, test := range map[string]struct {
		first, then ssl
		refused     bool
	}{
		"unchecked, then checked":            {lax, ssl{"cafile": strangers, "peer_name": "a.test"}, true},
		"no name, then a name":               {ssl{"cafile": ca, "verify_peer_name": false}, ssl{"cafile": ca, "peer_name": "b.test"}, true},
		"a name, then another":               {good, ssl{"cafile": ca, "peer_name": "b.test"}, true},
		"an authority, then another":         {good, ssl{"cafile": strangers, "peer_name": "a.test"}, true},
		"no fingerprint, then one":           {good, ssl{"cafile": ca, "peer_name": "a.test", "peer_fingerprint": "0123456789012345678901234567890123456789"}, true},
		"a client certificate, then without": {ssl{"cafile": ca, "peer_name": "a.test", "local_cert": client}, good, false},
	} {
		from, _, err := call(t, at, test.first, "127.0.0.1", nil)
		if err != nil {
			t.Fatal(what, err)
		}
		c, taken, err := call(t, at, test.then, "127.0.0.1", from)
		if taken || c.State().DidResume || err == nil == test.refused {
			t.Errorf("%s: taken up: %v, resumed: %v, %v", what, taken, c.State().DidResume, err)
		}
		// And where a session is there all the same, it is checked.
		p, _, _ := NewPolicy(Settings{Options: test.then, Version: phpfacts.PHP84, Method: anyTLS, URLName: "127.0.0.1"})
		d := wire.Dialer{Timeout: bound}
		w, _, err := d.DialIP(context.Background(), "tcp", []netip.AddrPort{at})
		if err != nil {
			t.Fatal(err)
		}
		forced := Client(w, p)
		forced.session.offered = from.session.newest()
		if err = forced.Handshake(context.Background(), bound); err == nil {
			_, err = forced.Check()
		}
		if !forced.State().DidResume && err == nil || err == nil == test.refused {
			t.Errorf("%s, by force: resumed: %v, %v", what, forced.State().DidResume, err)
		}
		w.Close()
	}
}
