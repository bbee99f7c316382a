package phpstream_test

import (
	"crypto/tls"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	. "github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

// TestOptionsAreTheContextsOwn: an array in an option is a copy, as in PHP.
func TestOptionsAreTheContextsOwn(t *testing.T) {
	rt, _ := newRuntime()
	prints := map[string]any{"sha256": "aa"}
	x := rt.StreamContextCreate(Options{"ssl": {"peer_fingerprint": prints}})
	prints["sha256"] = "bb"
	got := StreamContextGetOptions(x)["ssl"]["peer_fingerprint"].(map[string]any)
	if got["sha256"] != "aa" {
		t.Errorf("the context follows its maker's map: %v", got)
	}
	got["sha256"] = "cc"
	if again := StreamContextGetOptions(x)["ssl"]["peer_fingerprint"].(map[string]any); again["sha256"] == "cc" {
		t.Errorf("what get_options answered is the context's own: %v", again)
	}
}

// TestTLSConfigRefusesWhatPHPWarnsOf: a warning is not lost on the way to
// crypto/tls; without its certificate, say, a client is somebody else.
func TestTLSConfigRefusesWhatPHPWarnsOf(t *testing.T) {
	rt, _ := newRuntime()
	dir := t.TempDir()
	a, b := testcert.NewCA(testcert.Spec{CN: "a"}), testcert.NewCA(testcert.Spec{CN: "b", Key: testcert.RSA2048})
	cert := testcert.WriteFile(dir, "cert.pem", a.PEM())
	key := testcert.WriteFile(dir, "key.pem", b.KeyPEM())
	for name, ssl := range map[string]map[string]any{
		"level":      {"security_level": 99},
		"wrong kind": {"local_cert": cert, "local_pk": key},
	} {
		x := rt.StreamContextCreate(Options{"ssl": ssl})
		if c, err := x.TLSConfig("localhost"); err == nil {
			t.Errorf("%s: %v", name, c.GetClientCertificate != nil)
		}
	}
}

// TestChangedCAFileIsReadAgain: also where size and time are the old ones.
func TestChangedCAFileIsReadAgain(t *testing.T) {
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		return // the time of the change is not known
	}
	dir := t.TempDir()
	one, two := testcert.NewCA(testcert.Spec{CN: "Test CA"}), testcert.NewCA(testcert.Spec{CN: "Test CA"})
	path := filepath.Join(dir, "ca.pem")
	write := func(c *testcert.Cert) {
		data := c.PEM()
		for len(data) < 2000 {
			data = append(data, '\n')
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		os.Chtimes(path, time.Unix(1, 0), time.Unix(1, 0))
	}
	addr := serveTLS(t, one.Issue(testcert.Spec{CN: "localhost", DNS: []string{"localhost"}}).TLS(), func(_ net.Conn, s *tls.Conn) {
		s.Handshake()
		io.Copy(io.Discard, s)
	})
	rt, e := newRuntime()
	write(one)
	fp, _, _ := rt.StreamSocketClient("tls://"+addr, trusting(rt, path), Timeout(5))
	if fp == nil {
		t.Fatal(e.all())
	}
	fp.Close()
	write(two)
	if fp, _, _ = rt.StreamSocketClient("tls://"+addr, trusting(rt, path), Timeout(5)); fp != nil {
		fp.Close()
		t.Error("the authority that the file held before is still trusted")
	}
}
