package phpstream_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/smtp"
	"path/filepath"
	"strings"
	"testing"
	"time"

	. "github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

// authority is a CA file and a certificate that it issued for localhost and
// 127.0.0.1.
func authority(t *testing.T) (cafile string, cert tls.Certificate) {
	t.Helper()
	ca := testcert.NewCA(testcert.Spec{CN: "Test CA"})
	leaf := ca.Issue(testcert.Spec{CN: "localhost", DNS: []string{"localhost"}, IP: []string{"127.0.0.1"}})
	return testcert.WriteCAs(t.TempDir(), "ca.pem", ca), leaf.TLS()
}

// startTLS is a peer that greets in clear, with more bytes behind the greeting
// if asked, and takes what follows for TLS.
func startTLS(t *testing.T, cert tls.Certificate, extra string, serve func(*tls.Conn)) string {
	return serveTLS(t, cert, func(c net.Conn, s *tls.Conn) {
		io.WriteString(c, "220 go ahead\r\n"+extra)
		serve(s)
	})
}

func serveTLS(t *testing.T, cert tls.Certificate, peer func(net.Conn, *tls.Conn)) string {
	t.Helper()
	return serve(t, func(c net.Conn) {
		peer(c, tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}}))
	})
}

func trusting(rt *Runtime, cafile string) *Context {
	return rt.StreamContextCreate(Options{"ssl": {"cafile": cafile, "peer_name": "localhost"}})
}

// TestStartTLSInjection holds the first of the two deliberate differences: what
// came in clear before the handshake is never handed out as TLS data.
func TestStartTLSInjection(t *testing.T) {
	checkLeaks(t)
	cafile, cert := authority(t)
	saw := make(chan []byte, 1)
	addr := startTLS(t, cert, "250 injected\r\n", func(s *tls.Conn) {
		c := s.NetConn()
		c.SetReadDeadline(time.Now().Add(bound))
		all, _ := io.ReadAll(c)
		saw <- all
	})
	rt, e := newRuntime()
	fp, _, _ := rt.StreamSocketClient(addr, Timeout(5), trusting(rt, cafile))
	defer fp.Close()
	if line, ok := Fgets(fp); !ok || line != "220 go ahead\r\n" {
		t.Fatalf("%q", line)
	}
	for StreamGetMetaData(fp).UnreadBytes == 0 { // it came with the greeting, or right after
		r := []*Stream{fp}
		StreamSelect(&r, nil, nil, 5)
		if line, _ := Fgetc(fp); line != "2" {
			t.Fatalf("%q", line)
		}
	}
	ok, errno, errstr := StreamSocketEnableCrypto(fp, true, STREAM_CRYPTO_METHOD_TLS_CLIENT)
	if ok || errno != 0 || !strings.HasPrefix(errstr, "Refusing to enable crypto: ") {
		t.Fatalf("%v %d %q\n%s", ok, errno, errstr, e.all())
	}
	if _, ok := Fwrite(fp, "AUTH PLAIN secret\r\n"); ok {
		t.Error("the stream still sends in clear")
	}
	Fclose(fp)
	if got := <-saw; len(got) != 0 {
		t.Errorf("the peer got %q", got)
	}
}

// TestFailedHandshakeRefusesToSend holds the second one, for each way in which
// a handshake fails.
func TestFailedHandshakeRefusesToSend(t *testing.T) {
	cafile, cert := authority(t)
	otherCA, _ := authority(t)
	type options = map[string]any
	for name, ssl := range map[string]options{
		"unknown authority": {"cafile": otherCA, "peer_name": "localhost"},
		"wrong name":        {"cafile": cafile, "peer_name": "elsewhere.example"},
		"wrong fingerprint": {"cafile": cafile, "peer_name": "localhost", "peer_fingerprint": strings.Repeat("0", 40)},
		"no such CA file":   {"cafile": cafile + ".not", "peer_name": "localhost"},
	} {
		t.Run(name, func(t *testing.T) {
			checkLeaks(t)
			saw := make(chan []byte, 1)
			addr := startTLS(t, cert, "", func(s *tls.Conn) {
				var raw bytes.Buffer
				c := s.NetConn()
				tee := tls.Server(recording{c, &raw}, &tls.Config{Certificates: []tls.Certificate{cert}})
				tee.Handshake()
				io.Copy(io.Discard, recording{c, &raw})
				saw <- raw.Bytes()
			})
			rt, e := newRuntime()
			fp, _, _ := rt.StreamSocketClient(addr, Timeout(5), rt.StreamContextCreate(Options{"ssl": ssl}))
			defer fp.Close()
			Fgets(fp)
			ok, _, errstr := StreamSocketEnableCrypto(fp, true, STREAM_CRYPTO_METHOD_TLS_CLIENT)
			if ok || errstr == "" || rt.LastError() == nil {
				t.Fatalf("%v %q, cause %v", ok, errstr, rt.LastError())
			}
			if !strings.HasPrefix(strings.TrimPrefix(e.all(), "stream_socket_enable_crypto(): "), errstr) {
				t.Errorf("errstr %q is not the first warning of %q", errstr, e.all())
			}
			if n, ok := Fwrite(fp, "AUTH PLAIN secret\r\n"); ok || n != 0 {
				t.Error("fwrite sends after a failed handshake")
			}
			if _, err := fp.Write([]byte("AUTH PLAIN secret\r\n")); err == nil {
				t.Error("Write sends after a failed handshake")
			}
			if ok, _, _ := StreamSocketEnableCrypto(fp, true, STREAM_CRYPTO_METHOD_TLS_CLIENT); ok {
				t.Error("the second try succeeds")
			}
			Fclose(fp)
			if got := <-saw; bytes.Contains(got, []byte("secret")) {
				t.Errorf("the peer got %q", got)
			}
		})
	}
}

// recording keeps what is read.
type recording struct {
	net.Conn
	read *bytes.Buffer
}

func (r recording) Read(p []byte) (int, error) {
	n, err := r.Conn.Read(p)
	r.read.Write(p[:n])
	return n, err
}

func TestCausesOfTLSFailures(t *testing.T) {
	checkLeaks(t)
	_, cert := authority(t)
	other, _ := authority(t)
	addr := serveTLS(t, cert, func(c net.Conn, s *tls.Conn) { s.Handshake() })
	rt, e := newRuntime()
	fp, errno, errstr := rt.StreamSocketClient("ssl://"+addr, Timeout(5), trusting(rt, other))
	if fp != nil || errno != 0 || errstr != "" {
		t.Fatal(fp, errno, errstr)
	}
	var unknown x509.UnknownAuthorityError
	if err := rt.LastError(); !errors.As(err, &unknown) {
		t.Errorf("cause %v (%T)", err, err)
	}
	want := "stream_socket_client(): SSL operation failed with code 1. OpenSSL Error messages:\n" +
		"error:0A000086:SSL routines::certificate verify failed\n" +
		"stream_socket_client(): Failed to enable crypto\n" +
		"stream_socket_client(): Unable to connect to ssl://" + addr + " (Unknown error)"
	if e.all() != want {
		t.Errorf("got  %s\nwant %s", e.all(), want)
	}
}

func TestNetSMTPOverEnabledCrypto(t *testing.T) {
	checkLeaks(t)
	cafile, cert := authority(t)
	addr := startTLS(t, cert, "", func(s *tls.Conn) {
		r := bufio.NewReader(s)
		io.WriteString(s, "220 over TLS\r\n")
		for {
			line, err := r.ReadString('\n')
			if err != nil || strings.HasPrefix(line, "QUIT") {
				io.WriteString(s, "221 bye\r\n")
				return
			}
			io.WriteString(s, "250 ok\r\n")
		}
	})
	rt, e := newRuntime()
	fp, _, _ := rt.StreamSocketClient(addr, Timeout(5), trusting(rt, cafile))
	defer fp.Close()
	Fgets(fp)
	if ok, _, errstr := StreamSocketEnableCrypto(fp, true, STREAM_CRYPTO_METHOD_TLS_CLIENT); !ok {
		t.Fatal(errstr, e.all())
	}
	if m := StreamGetMetaData(fp).Crypto; m == nil || m.Protocol != "TLSv1.3" || m.CipherBits < 128 {
		t.Fatalf("%+v", m)
	}
	if state, on := fp.ConnectionState(); !on || !state.HandshakeComplete {
		t.Error("no connection state")
	}
	client, err := smtp.NewClient(fp, "localhost")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(client.Hello("me"), client.Quit()); err != nil {
		t.Fatal(err)
	}
}

func TestNonBlockingHandshake(t *testing.T) {
	checkLeaks(t)
	cafile, cert := authority(t)
	addr := startTLS(t, cert, "", func(s *tls.Conn) {
		time.Sleep(30 * time.Millisecond)
		io.WriteString(s, "hello\n")
		io.Copy(io.Discard, s)
	})
	rt, e := newRuntime()
	fp, _, _ := rt.StreamSocketClient(addr, Timeout(5), trusting(rt, cafile))
	defer fp.Close()
	Fgets(fp)
	StreamSetBlocking(fp, false)
	ok, errno, _ := StreamSocketEnableCrypto(fp, true, STREAM_CRYPTO_METHOD_TLS_CLIENT)
	if ok || errno != SOCKET_EAGAIN {
		t.Fatal(ok, errno, e.all())
	}
	if n, _ := Fwrite(fp, "early"); n != 0 {
		t.Error("something was sent into the handshake")
	}
	for tries := 0; !ok; tries++ {
		r := []*Stream{fp}
		if n, _ := StreamSelect(&r, nil, nil, 5); n != 1 {
			t.Fatal("the end of the handshake wakes nobody")
		}
		if ok, errno, _ = StreamSocketEnableCrypto(fp, true, STREAM_CRYPTO_METHOD_TLS_CLIENT); !ok && errno != SOCKET_EAGAIN || tries > 3 {
			t.Fatal(errno, e.all())
		}
	}
	for {
		r := []*Stream{fp}
		if n, _ := StreamSelect(&r, nil, nil, 5); n != 1 {
			t.Fatal("no data")
		}
		if line, ok := Fgets(fp); ok {
			if line != "hello\n" {
				t.Fatalf("%q", line)
			}
			return
		}
	}
}

// TestSelectSeesDecryptedBytes: a record is larger than a read, and its rest is
// inside TLS while the socket is empty.
func TestSelectSeesDecryptedBytes(t *testing.T) {
	checkLeaks(t)
	cafile, cert := authority(t)
	addr := serveTLS(t, cert, func(c net.Conn, s *tls.Conn) {
		s.Write(bytes.Repeat([]byte("x"), 12000))
		io.Copy(io.Discard, s)
	})
	rt, e := newRuntime()
	fp, _, _ := rt.StreamSocketClient("tls://"+addr, Timeout(5), trusting(rt, cafile))
	defer fp.Close()
	if fp == nil {
		t.Fatal(e.all())
	}
	got := 0
	for got < 12000 {
		r, w := []*Stream{fp}, []*Stream{fp}
		if n, ok := StreamSelect(&r, &w, nil, 5); n == 0 || !ok {
			t.Fatalf("select hides %d bytes", 12000-got)
		}
		if len(r) == 0 {
			continue
		}
		s, ok := Fread(fp, 5000)
		if !ok {
			t.Fatal("fread fails")
		}
		got += len(s)
	}
	r := []*Stream{fp}
	if n, ok := StreamSelect(&r, nil, nil, 0); n != 0 || !ok {
		t.Fatalf("%d %v with nothing to read", n, ok)
	}
}

func TestDisablingCryptoLosesNothing(t *testing.T) {
	checkLeaks(t)
	cafile, cert := authority(t)
	addr := serveTLS(t, cert, func(c net.Conn, s *tls.Conn) {
		io.WriteString(s, "over TLS\n")
		if n, _ := s.Read(make([]byte, 1)); n != 0 {
			return
		}
		// The client is done with TLS: go on in clear.
		io.WriteString(c, "in clear\n")
		io.Copy(io.Discard, c)
	})
	rt, e := newRuntime()
	fp, _, _ := rt.StreamSocketClient("tls://"+addr, Timeout(5), trusting(rt, cafile))
	defer fp.Close()
	if line, ok := Fgets(fp); !ok || line != "over TLS\n" {
		t.Fatalf("%q %s", line, e.all())
	}
	if ok, _, _ := StreamSocketEnableCrypto(fp, false); ok {
		t.Error("PHP answers false")
	}
	if StreamGetMetaData(fp).Crypto != nil {
		t.Error("still on")
	}
	if line, ok := Fgets(fp); !ok || line != "in clear\n" {
		t.Fatalf("%q", line)
	}
}

func TestCapturedCertificates(t *testing.T) {
	checkLeaks(t)
	cafile, cert := authority(t)
	addr := serveTLS(t, cert, func(c net.Conn, s *tls.Conn) { s.Handshake() })
	for name, wrong := range map[string]bool{"accepted": false, "refused": true} {
		rt, _ := newRuntime()
		x := trusting(rt, cafile)
		StreamContextSetOptions(x, Options{"ssl": {"capture_peer_cert": true, "capture_peer_cert_chain": 1, "capture_session_meta": "1"}})
		if wrong {
			StreamContextSetOption(x, "ssl", "peer_name", "elsewhere.example")
		}
		fp, _, _ := rt.StreamSocketClient("tls://"+addr, Timeout(5), x)
		defer fp.Close()
		if (fp == nil) != wrong {
			t.Fatal(name)
		}
		ssl := StreamContextGetOptions(x)["ssl"]
		leaf, _ := ssl["peer_certificate"].(*x509.Certificate)
		chain, _ := ssl["peer_certificate_chain"].([]*x509.Certificate)
		meta, _ := ssl["session_meta"].(map[string]any)
		if leaf == nil || leaf.Subject.CommonName != "localhost" || len(chain) == 0 || meta["protocol"] != "TLSv1.3" {
			t.Errorf("%s: %v, %d, %v", name, leaf, len(chain), meta)
		}
		fp.Close()
	}
}

func TestContextForGoPackages(t *testing.T) {
	checkLeaks(t)
	cafile, cert := authority(t)
	addr := serveTLS(t, cert, func(c net.Conn, s *tls.Conn) { s.Handshake() })
	rt, _ := newRuntime()
	for name, want := range map[string]bool{"localhost": true, "elsewhere.example": false} {
		config, err := rt.StreamContextCreate(Options{"ssl": {"cafile": cafile}}).TLSConfig(name)
		if err != nil {
			t.Fatal(err)
		}
		c, err := tls.Dial("tcp", addr, config)
		if (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			c.Close()
		}
	}
	d, err := rt.StreamContextCreate(Options{"socket": {"bindto": "127.0.0.3:0"}}).Dialer()
	if err != nil {
		t.Fatal(err)
	}
	c, err := d.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if got := c.LocalAddr().(*net.TCPAddr).IP.String(); got != "127.0.0.3" {
		t.Errorf("bound to %s", got)
	}
	if _, err := rt.StreamContextCreate(Options{"ssl": {"cafile": cafile + ".not"}}).TLSConfig("x"); err == nil {
		t.Error("a CA file that is not there is no error")
	}
	if _, err := rt.StreamContextCreate(Options{"socket": {"bindto": "nonsense"}}).Dialer(); err == nil {
		t.Error("a local address that is none is no error")
	}
}

// TestPHP5Profile holds what programs of that time rely on, and that no other
// profile has it.
func TestPHP5Profile(t *testing.T) {
	checkLeaks(t)
	cafile, _ := authority(t)
	stranger := testcert.SelfSigned(testcert.Spec{CN: "old.example"}).TLS()
	addr := serveTLS(t, stranger, func(c net.Conn, s *tls.Conn) { s.Handshake() })
	for name, want := range map[string]struct {
		profile Profile
		ssl     map[string]any
		opened  bool
	}{
		"unverified":            {PHP5, nil, true},
		"verified since 5.6":    {PHP74, nil, false},
		"verified by default":   {PHP84, nil, false},
		"verify_peer":           {PHP5, map[string]any{"verify_peer": true, "cafile": cafile}, false},
		"CN_match agrees":       {PHP5, map[string]any{"CN_match": "old.example"}, true},
		"CN_match disagrees":    {PHP5, map[string]any{"CN_match": "new.example"}, false},
		"CN_match alone in 8.4": {PHP84, map[string]any{"CN_match": "old.example"}, false},
	} {
		rt, e := newRuntime(want.profile)
		// crypto_method: TLS 1.0, which tls:// meant then, is off in today's peers.
		ssl := map[string]any{"crypto_method": int(STREAM_CRYPTO_METHOD_TLSv1_2_CLIENT)}
		for k, v := range want.ssl {
			ssl[k] = v
		}
		fp, _, _ := rt.StreamSocketClient("tls://"+addr, Timeout(5), rt.StreamContextCreate(Options{"ssl": ssl}))
		if (fp != nil) != want.opened {
			t.Errorf("%s: opened %v\n%s", name, fp != nil, e.all())
		}
		fp.Close()
	}
	rt, _ := newRuntime(PHP5)
	for _, scheme := range []string{"sslv2", "sslv3"} {
		fp, _, errstr := rt.StreamSocketClient(scheme + "://" + addr)
		if want := `Unable to find the socket transport "` + scheme + `" - did you forget to enable it when you configured PHP?`; fp != nil || errstr != want {
			t.Errorf("%s: %v %q", scheme, fp, errstr)
		}
	}
}

// TestLastErrorOfOptions holds that options which cannot be carried out are named
// by the error, too.
func TestLastErrorOfOptions(t *testing.T) {
	addr := serve(t, func(c net.Conn) { c.Read(make([]byte, 1)) })
	rt := NewRuntime()
	rt.SetErrorHandler(func(ErrorLevel, string, string, int) bool { return true })
	missing := filepath.Join(t.TempDir(), "none.pem")
	rt.StreamSocketClient("tls://"+addr, Timeout(5), rt.StreamContextCreate(Options{"ssl": {"cafile": missing}}))
	if err := rt.LastError(); err == nil || !strings.Contains(err.Error(), "failed loading cafile stream: `"+missing+"'") {
		t.Errorf("the cause is %v", err)
	}
}
