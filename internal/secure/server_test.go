package secure

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/testcert"
	"github.com/phpstream-go/phpstream/internal/wire"
)

// visit connects a server of a policy with a client of crypto/tls, and answers
// the server's connection and what its handshake and its checks say. The client
// reads a byte after the handshake, or as far as it comes.
func visit(t testing.TB, p *Policy, config *tls.Config) (c *Conn, client tls.ConnectionState, err error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	done := make(chan tls.ConnectionState, 1)
	go func() {
		var st tls.ConnectionState
		defer func() { done <- st }()
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		conn.SetDeadline(time.Now().Add(10 * time.Second))
		s := tls.Client(conn, config)
		s.Handshake()
		s.Read(make([]byte, 1))
		st = s.ConnectionState()
		s.Close()
	}()
	d := wire.Dialer{Timeout: bound}
	w, _, err := d.DialIP(context.Background(), "tcp", []netip.AddrPort{netip.MustParseAddrPort(l.Addr().String())})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	c = Server(w, p)
	if err = c.Handshake(context.Background(), bound); err == nil {
		if _, err = c.Check(); err == nil {
			c.Write([]byte("x"), bound)
			c.Read(make([]byte, 1), deadline())
		} else {
			c.CloseNotify()
		}
	}
	w.Close()
	return c, <-done, err
}

func serverPolicy(t testing.TB, options ssl) *Policy {
	t.Helper()
	p, warnings, err := NewPolicy(Settings{Options: options, Version: phpfacts.PHP84, Method: anyServer})
	if err != nil || len(warnings) > 0 {
		t.Fatal(err, warnings)
	}
	return p
}

// certFiles makes a server's certificate, an authority for clients, and one
// client.
func certFiles(t testing.TB) (all, ca string, root *testcert.Cert, client tls.Certificate) {
	dir := t.TempDir()
	root = testcert.NewCA(testcert.Spec{CN: "Root"})
	_, _, all = root.Issue(testcert.Spec{CN: "server.test"}).Write(dir, "server")
	return all, testcert.WriteCAs(dir, "ca.pem", root), root,
		root.Issue(testcert.Spec{CN: "client", EKU: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}).TLS()
}

func clientConfig(version uint16, cert *tls.Certificate) *tls.Config {
	c := &tls.Config{InsecureSkipVerify: true, MaxVersion: version, ServerName: "server.test", ClientSessionCache: tls.NewLRUClientSessionCache(4)}
	if cert != nil {
		c.Certificates = []tls.Certificate{*cert}
	}
	return c
}

// TestServerResumes: a client may take up its session again, and no_ticket
// forbids it.
func TestServerResumes(t *testing.T) {
	all, ca, _, cert := certFiles(t)
	for what, test := range map[string]struct {
		options ssl
		cert    *tls.Certificate
		resumes bool
	}{
		"plain":              {ssl{"local_cert": all}, nil, true},
		"no_ticket":          {ssl{"local_cert": all, "no_ticket": true}, nil, false},
		"client certificate": {ssl{"local_cert": all, "verify_peer": true, "cafile": ca}, &cert, true},
		"SNI":                {ssl{"local_cert": all, "SNI_server_certs": ssl{"server.test": all}}, nil, true},
	} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			config := clientConfig(version, test.cert)
			for i := range 3 {
				c, st, err := visit(t, serverPolicy(t, test.options), config)
				if err != nil {
					t.Fatal(what, err)
				}
				if want := test.resumes && i > 0; c.State().DidResume != want || st.DidResume != want {
					t.Errorf("%s, %s: connection %d: resumed %v and %v, want %v", what, tls.VersionName(version), i, c.State().DidResume, st.DidResume, want)
				}
				if got := len(c.PeerCertificates()); got > 0 != (test.cert != nil) {
					t.Errorf("%s: %d certificates", what, got)
				}
			}
		}
	}
}

// TestResumptionSkipsNoCheck: a session does not get a client past a check, be it
// under the policy that it comes from or under another.
func TestResumptionSkipsNoCheck(t *testing.T) {
	all, ca, root, cert := certFiles(t)
	strangers := testcert.WriteCAs(t.TempDir(), "strangers.pem", testcert.NewCA(testcert.Spec{CN: "Strangers"}))
	open := ssl{"local_cert": all, "verify_peer": false}
	unasked := ssl{"local_cert": all, "cafile": ca}
	strict := ssl{"local_cert": all, "cafile": ca, "verify_peer": true}
	named := ssl{"local_cert": all, "cafile": ca, "verify_peer": true, "verify_peer_name": true, "peer_name": "somebody"}
	others := ssl{"local_cert": all, "cafile": strangers, "verify_peer": true}
	printed := ssl{"local_cert": all, "cafile": ca, "peer_fingerprint": ssl{"sha256": strings.Repeat("0", 64)}}
	for what, test := range map[string]struct {
		first, then ssl
		cert        *tls.Certificate
	}{
		"without a certificate, then one is asked for":      {open, strict, nil},
		"none shown, then one is required":                  {unasked, strict, nil},
		"with a certificate, then of another authority":     {strict, others, &cert},
		"with a certificate, then with another name":        {strict, named, &cert},
		"with a certificate, then with another fingerprint": {strict, printed, &cert},
	} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			config := clientConfig(version, test.cert)
			if _, _, err := visit(t, serverPolicy(t, test.first), config); err != nil {
				t.Fatal(what, err)
			}
			if c, _, err := visit(t, serverPolicy(t, test.then), config); err == nil || c.State().DidResume {
				t.Errorf("%s, %s: accepted (resumed: %v)", what, tls.VersionName(version), c.State().DidResume)
			}
			// The same with the keys of the tickets in common, as they would be if two
			// policies were taken for one.
			first, then := serverPolicy(t, test.first), serverPolicy(t, test.then)
			key := [32]byte{1}
			var answers []error
			var resumed bool
			config = clientConfig(version, test.cert)
			for _, p := range []*Policy{first, then} {
				shared := p.serverConfig()
				shared.SetSessionTicketKeys([][32]byte{key})
				restore := share(p, shared)
				c, _, err := visit(t, p, config)
				restore()
				answers, resumed = append(answers, err), c.State().DidResume
			}
			if answers[0] != nil || answers[1] == nil || !resumed && test.cert != nil {
				t.Errorf("%s, %s, keys in common: %v, resumed: %v", what, tls.VersionName(version), answers, resumed)
			}
		}
	}
	// A certificate that has expired since.
	short := root.Issue(testcert.Spec{CN: "short", NotAfter: time.Now().Add(1500 * time.Millisecond), EKU: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}).TLS()
	config := clientConfig(tls.VersionTLS13, &short)
	if _, _, err := visit(t, serverPolicy(t, strict), config); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Until(short.Leaf.NotAfter) + 1100*time.Millisecond)
	var verify *VerifyError
	if _, _, err := visit(t, serverPolicy(t, strict), config); !errors.As(err, &verify) {
		t.Errorf("an expired certificate in a session: %v", err)
	}
}

// share puts a configuration in the place of that of a policy, until it is
// restored.
func share(p *Policy, config *tls.Config) (restore func()) {
	sharedMu.Lock()
	defer sharedMu.Unlock()
	sharedBy[p.key()] = &sharedConfig{config: config, policy: p, used: time.Now()}
	return func() {
		sharedMu.Lock()
		defer sharedMu.Unlock()
		delete(sharedBy, p.key())
	}
}

// TestServerKeysDiffer: what must not share sessions has different keys, and what
// is the same has the same.
func TestServerKeysDiffer(t *testing.T) {
	all, ca, root, _ := certFiles(t)
	_, _, other := root.Issue(testcert.Spec{CN: "other.test"}).Write(t.TempDir(), "other")
	base := ssl{"local_cert": all, "cafile": ca, "verify_peer": true}
	keys := map[string]string{serverPolicy(t, base).key(): "base"}
	if len(keys) != 1 || keys[serverPolicy(t, base).key()] != "base" {
		t.Error("equal options have different keys")
	}
	for what, change := range map[string]ssl{
		"local_cert": {"local_cert": other}, "verify_peer": {"verify_peer": false}, "cafile": {"cafile": other},
		"capath": {"capath": t.TempDir()}, "verify_depth": {"verify_depth": 1}, "allow_self_signed": {"allow_self_signed": true},
		"peer_name": {"verify_peer_name": true, "peer_name": "x"}, "another peer_name": {"verify_peer_name": true, "peer_name": "y"},
		"no peer_name": {"verify_peer_name": true}, "peer_fingerprint": {"peer_fingerprint": strings.Repeat("a", 40)},
		"another peer_fingerprint": {"peer_fingerprint": strings.Repeat("b", 40)}, "security_level": {"security_level": 1}, "ciphers": {"ciphers": "HIGH"},
		"min_proto_version": {"min_proto_version": 64}, "max_proto_version": {"max_proto_version": 32}, "alpn_protocols": {"alpn_protocols": "h2"},
		"no_ticket": {"no_ticket": true}, "honor_cipher_order": {"honor_cipher_order": false}, "SNI_server_certs": {"SNI_server_certs": ssl{"x": other}},
		"another SNI_server_certs": {"SNI_server_certs": ssl{"x": all}}, "another SNI name": {"SNI_server_certs": ssl{"y": all}},
	} {
		options := ssl{}
		for k, v := range base {
			options[k] = v
		}
		for k, v := range change {
			options[k] = v
		}
		key := serverPolicy(t, options).key()
		if with, ok := keys[key]; ok {
			t.Errorf("%s has the key of %s", what, with)
		}
		keys[key] = what
	}
}

// TestServerFilesChange: a certificate that is renewed in its place is shown to
// the next client.
func TestServerFilesChange(t *testing.T) {
	dir := t.TempDir()
	root := testcert.NewCA(testcert.Spec{})
	write := func(cn string) string {
		_, _, all := root.Issue(testcert.Spec{CN: cn}).Write(dir, "server")
		return all
	}
	options := ssl{"local_cert": write("first")}
	config := clientConfig(tls.VersionTLS13, nil)
	for _, cn := range []string{"first", "the second"} {
		write(cn)
		_, st, err := visit(t, serverPolicy(t, options), config)
		if err != nil || st.PeerCertificates[0].Subject.CommonName != cn {
			t.Errorf("%v, %v", err, st.PeerCertificates)
		}
	}
}

// TestServerTryHandshake: the first call does not wait for a hello.
func TestServerTryHandshake(t *testing.T) {
	all, _, _, _ := certFiles(t)
	w, peer := dialPlain(t)
	defer w.Close()
	defer peer.Close()
	peer.SetDeadline(time.Now().Add(10 * time.Second))
	c := Server(w, serverPolicy(t, ssl{"local_cert": all}))
	began := time.Now()
	for range 2 {
		if err := c.TryHandshake(); err != wire.ErrWouldBlock || time.Since(began) > 5*time.Second {
			t.Fatal(err, time.Since(began))
		}
	}
	done := make(chan error, 1)
	go func() { done <- tls.Client(peer, &tls.Config{InsecureSkipVerify: true}).Handshake() }()
	err := wire.ErrWouldBlock
	for ; err == wire.ErrWouldBlock && time.Since(began) < 10*time.Second; time.Sleep(time.Millisecond) {
		err = c.TryHandshake()
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// TestServerTryHandshakeRefuses: what is there to be refused is refused by the
// first call.
func TestServerTryHandshakeRefuses(t *testing.T) {
	all, _, _, _ := certFiles(t)
	w, peer := dialPlain(t)
	defer w.Close()
	defer peer.Close()
	io.WriteString(peer, "GET / HTTP/1.0\r\n\r\n")
	fd, _ := w.Hold()
	items := []wire.PollItem{{FD: fd, Want: wire.Readable}}
	if n, err := wire.Poll(items, 5*time.Second); n != 1 {
		t.Fatal(n, err)
	}
	w.Release()
	c := Server(w, serverPolicy(t, ssl{"local_cert": all}))
	if err := c.TryHandshake(); err == nil || err == wire.ErrWouldBlock {
		t.Error(err)
	}
}
