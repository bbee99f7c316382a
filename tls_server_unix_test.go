//go:build unix

package phpstream_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	. "github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

// tlsServer is a server of a transport with a certificate of its own, beside
// what options it is given, and the authority that clients are issued by.
func tlsServer(t *testing.T, rt *Runtime, transport string, options map[string]any) (server *Stream, addr string, ca *testcert.Cert) {
	t.Helper()
	dir := t.TempDir()
	ca = testcert.NewCA(testcert.Spec{CN: "Clients"})
	_, _, all := ca.Issue(testcert.Spec{CN: "localhost", DNS: []string{"localhost"}}).Write(dir, "server")
	ssl := map[string]any{"local_cert": all}
	for name, value := range options {
		if name == "cafile" {
			value = testcert.WriteCAs(dir, "ca.pem", ca)
		}
		ssl[name] = value
	}
	server, _, errstr := rt.StreamSocketServer(transport+"://127.0.0.1:0", rt.StreamContextCreate(Options{"ssl": ssl}))
	if server == nil {
		t.Fatal(errstr)
	}
	t.Cleanup(func() { server.Close() })
	addr, _ = StreamSocketGetName(server, false)
	return server, addr, ca
}

// TestAcceptsShakeHandsTogether: a client that keeps one accept waiting in its
// handshake does not keep the next one from another client.
func TestAcceptsShakeHandsTogether(t *testing.T) {
	checkLeaks(t)
	rt, e := newRuntime()
	server, addr, _ := tlsServer(t, rt, "tls", map[string]any{"verify_peer": false})
	StreamSetTimeout(server, 20)
	silent, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	var accepting sync.WaitGroup
	accepted := make(chan *Stream, 2)
	for range 2 {
		accepting.Go(func() {
			fp, _ := StreamSocketAccept(server, 10)
			accepted <- fp
		})
	}
	client, err := tls.DialWithDialer(&net.Dialer{Timeout: bound}, "tcp", addr, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err, e.all())
	}
	defer client.Close()
	select {
	case fp := <-accepted:
		Fwrite(fp, "hello\n")
		client.SetDeadline(time.Now().Add(bound))
		b := make([]byte, 6)
		if _, err := client.Read(b); err != nil || string(b) != "hello\n" {
			t.Errorf("%q %v", b, err)
		}
		Fclose(fp)
	case <-time.After(bound):
		t.Error("the silent client keeps the other one out")
	}
	silent.Close()
	accepting.Wait()
	if fp := <-accepted; fp != nil {
		t.Error("a client that said nothing was accepted")
	}
}

// TestSelectShakesHands: one goroutine serves clients whose handshakes go on
// side by side, the silent one's, too.
func TestSelectShakesHands(t *testing.T) {
	checkLeaks(t)
	rt, e := newRuntime()
	server, addr, _ := tlsServer(t, rt, "tcp", map[string]any{"verify_peer": false})
	const clients = 5
	var dialing sync.WaitGroup
	answers := make(chan string, clients)
	silent, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	for range clients {
		dialing.Go(func() {
			c, err := tls.DialWithDialer(&net.Dialer{Timeout: bound}, "tcp", addr, &tls.Config{InsecureSkipVerify: true})
			if err != nil {
				answers <- err.Error()
				return
			}
			defer c.Close()
			c.SetDeadline(time.Now().Add(bound))
			fmt.Fprintln(c, "hello")
			b := make([]byte, 6)
			c.Read(b)
			answers <- string(b)
		})
	}
	defer dialing.Wait()
	shaking, served := map[*Stream]bool{}, 0
	for end := time.Now().Add(bound); served < clients; {
		if time.Now().After(end) {
			t.Fatalf("%d of %d are served; %s", served, clients, e.all())
		}
		ready := []*Stream{server}
		for fp := range shaking {
			ready = append(ready, fp)
		}
		if n, ok := StreamSelect(&ready, nil, nil, 1); !ok || n == 0 {
			continue
		}
		for _, fp := range ready {
			if fp == server {
				peer, _ := StreamSocketAccept(server, 0)
				StreamSetBlocking(peer, false)
				shaking[peer] = true
				fp = peer
			}
			if shaking[fp] {
				ok, errno, errstr := StreamSocketEnableCrypto(fp, true, STREAM_CRYPTO_METHOD_TLS_SERVER)
				if !ok && errno != 11 {
					t.Fatal(errstr)
				}
				shaking[fp] = !ok
			}
			if !shaking[fp] {
				if line, ok := Fgets(fp); ok {
					Fwrite(fp, strings.ToUpper(line))
					served++
				}
				if Feof(fp) {
					Fclose(fp)
					delete(shaking, fp)
				}
			}
		}
	}
	for range clients {
		if answer := <-answers; answer != "HELLO\n" {
			t.Errorf("%q", answer)
		}
	}
	for fp := range shaking {
		Fclose(fp)
	}
}

// TestAcceptVerifiesClients: each way in has a twin that is refused, and Go
// programs find out why.
func TestAcceptVerifiesClients(t *testing.T) {
	checkLeaks(t)
	rt, e := newRuntime()
	server, addr, ca := tlsServer(t, rt, "tls", map[string]any{
		"verify_peer": true, "cafile": "", "verify_peer_name": true, "peer_name": "client", "capture_peer_cert": true,
	})
	auth := []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	stranger := testcert.NewCA(testcert.Spec{CN: "Strangers"})
	past := time.Now().Add(-time.Hour)
	sessions := tls.NewLRUClientSessionCache(1)
	for _, test := range []struct {
		name string
		cert *testcert.Cert
		want string // what LastError says; empty: accepted
	}{
		{"good", ca.Issue(testcert.Spec{CN: "client", EKU: auth}), ""},
		{"none, with the session of before", nil, ""}, // it has the certificate
		{"none", nil, "no certificate"},
		{"another name", ca.Issue(testcert.Spec{CN: "other", EKU: auth}), "did not match expected CN"},
		{"of a stranger", stranger.Issue(testcert.Spec{CN: "client", EKU: auth}), "unable to get local issuer"},
		{"expired", ca.Issue(testcert.Spec{CN: "client", EKU: auth, NotBefore: past.Add(-time.Hour), NotAfter: past}), "expired"},
		{"self-signed", testcert.SelfSigned(testcert.Spec{CN: "client", EKU: auth}), "self-signed"},
		{"for servers", ca.Issue(testcert.Spec{CN: "client"}), "unsuitable certificate purpose"},
	} {
		e.list = nil
		config := &tls.Config{InsecureSkipVerify: true, ServerName: "localhost"}
		if test.want == "" {
			config.ClientSessionCache = sessions
		}
		if test.cert != nil {
			shown := test.cert.TLS() // whatever authorities the server names
			config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &shown, nil }
		}
		resumed := make(chan bool, 1)
		go func() {
			c, err := tls.DialWithDialer(&net.Dialer{Timeout: bound}, "tcp", addr, config)
			if err != nil {
				resumed <- false
				return
			}
			defer c.Close()
			c.SetDeadline(time.Now().Add(bound))
			c.Read(make([]byte, 1))
			resumed <- c.ConnectionState().DidResume
		}()
		fp, _ := StreamSocketAccept(server, 10)
		if fp != nil {
			Fwrite(fp, "x")
			defer fp.Close()
		}
		did := <-resumed
		switch err := rt.LastError(); {
		case test.want == "":
			if fp == nil {
				t.Errorf("%s: refused: %s", test.name, e.all())
			} else if state, on := fp.ConnectionState(); !on || did != (test.cert == nil) || state.DidResume != did || len(state.PeerCertificates) != 1 {
				t.Errorf("%s: resumed %v, %d certificates", test.name, did, len(state.PeerCertificates))
			}
		case fp != nil:
			t.Errorf("%s: accepted", test.name)
		case err == nil || !strings.Contains(err.Error(), test.want):
			t.Errorf("%s: the last error is %v", test.name, err)
		}
	}
	var unknown x509.CertificateInvalidError
	if err := rt.LastError(); !errors.As(err, &unknown) {
		t.Errorf("the last error is %T %v", err, err)
	}
}

// TestSessionOfAnotherStream: a session is taken up under the same options, and
// no others.
func TestSessionOfAnotherStream(t *testing.T) {
	checkLeaks(t)
	cafile, cert := authority(t)
	rt, e := newRuntime()
	config := &tls.Config{Certificates: []tls.Certificate{cert}}
	addr := serve(t, func(c net.Conn) {
		s := tls.Server(c, config)
		s.Write([]byte("hello\n"))
		s.Read(make([]byte, 1))
	})
	open := func(x *Context, session *Stream) *Stream {
		fp, _, errstr := rt.StreamSocketClient(addr, Timeout(5), x)
		if fp == nil {
			t.Fatal(errstr)
		}
		t.Cleanup(func() { fp.Close() })
		if ok, _, errstr := StreamSocketEnableCrypto(fp, true, STREAM_CRYPTO_METHOD_TLS_CLIENT, session); !ok {
			t.Fatal(errstr)
		}
		Fgets(fp)
		return fp
	}
	resumed := func(fp *Stream) bool {
		state, _ := fp.ConnectionState()
		return state.DidResume
	}
	first := open(trusting(rt, cafile), nil)
	if second := open(trusting(rt, cafile), first); resumed(first) || !resumed(second) {
		t.Error("the session was not taken up")
	}
	if e.all() != "" {
		t.Error(e.all())
	}
	lax := rt.StreamContextCreate(Options{"ssl": {"verify_peer": false, "verify_peer_name": false}})
	if third := open(lax, first); resumed(third) || !strings.Contains(e.all(), "other ssl options") {
		t.Errorf("under other options: resumed %v, %q", resumed(third), e.all())
	}
}
