package secure

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

// meet shakes hands with a server that shows a certificate.
func meet(t *testing.T, server *tls.Config, client *tls.Config) (tls.ConnectionState, error) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		c, err := listener.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(bound))
		tls.Server(c, server).Handshake()
		io.Copy(io.Discard, c)
	}()
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	conn.SetDeadline(time.Now().Add(bound))
	c := tls.Client(conn, client)
	err = c.Handshake()
	st := c.ConnectionState()
	conn.Close()
	<-done
	return st, err
}

func shows(c *testcert.Cert) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{c.TLS()}, SessionTicketsDisabled: true}
}

func policy(t *testing.T, s Settings) *Policy {
	t.Helper()
	if s.Method == 0 {
		s.Method = anyTLS
	}
	p, warnings, err := NewPolicy(s)
	if err != nil {
		t.Fatalf("%v %v", warnings, err)
	}
	return p
}

func noCapture(tls.ConnectionState) {}

// TestStandaloneConfig: what moves on to crypto/tls checks all that PHP
// checks, within the handshake.
func TestStandaloneConfig(t *testing.T) {
	dir := t.TempDir()
	leaf, root := testcert.Chain(1, testcert.Spec{CN: "cn.test", DNS: []string{"san.test"}})
	ca := testcert.WriteCAs(dir, "ca.pem", root)
	other := testcert.WriteCAs(dir, "other.pem", testcert.NewCA(testcert.Spec{CN: "Other"}))
	print1, _ := Fingerprint(leaf.X509, "sha1", phpfacts.PHP84)
	print2, _ := Fingerprint(root.X509, "sha1", phpfacts.PHP84)
	for _, v := range phpfacts.Versions() {
		for _, tt := range []struct {
			name    string
			options ssl
			url     string
			accept  bool
		}{
			{"good", ssl{"cafile": ca, "verify_peer": true, "peer_name": "san.test"}, "", true},
			{"by the target", ssl{"cafile": ca, "verify_peer": true, "verify_peer_name": true}, "san.test", true},
			{"another target", ssl{"cafile": ca, "verify_peer": true, "verify_peer_name": true}, "other.test", false},
			{"another name", ssl{"cafile": ca, "verify_peer": true, "peer_name": "other.test"}, "san.test", false},
			{"no name at all", ssl{"cafile": ca, "verify_peer": true, "verify_peer_name": true}, "", false},
			{"another authority", ssl{"cafile": other, "verify_peer": true, "peer_name": "san.test"}, "", false},
			{"chain too long", ssl{"cafile": ca, "verify_peer": true, "peer_name": "san.test", "verify_depth": 1}, "", false},
			{"right fingerprint", ssl{"verify_peer": false, "verify_peer_name": false, "peer_fingerprint": print1}, "", true},
			{"wrong fingerprint", ssl{"verify_peer": false, "verify_peer_name": false, "peer_fingerprint": print2}, "", false},
			{"name only", ssl{"verify_peer": false, "verify_peer_name": true, "peer_name": "other.test"}, "", false},
			{"nothing", ssl{"verify_peer": false, "verify_peer_name": false}, "", true},
		} {
			p := policy(t, Settings{Options: tt.options, Version: v, URLName: tt.url, Method: 127})
			if _, err := meet(t, shows(leaf), p.StandaloneConfig(noCapture)); (err == nil) != tt.accept {
				t.Errorf("%v: %s: %v", v, tt.name, err)
			}
		}
	}
}

// TestForeignCAFile: a cafile that PHP reads for the library is as good as a
// file, and as strict.
func TestForeignCAFile(t *testing.T) {
	leaf, root := testcert.Chain(0, testcert.Spec{CN: "cn.test"})
	bundle, err := os.ReadFile(testcert.WriteCAs(t.TempDir(), "ca.pem", root))
	if err != nil {
		t.Fatal(err)
	}
	other, err := os.ReadFile(testcert.WriteCAs(t.TempDir(), "other.pem", testcert.NewCA(testcert.Spec{CN: "Other"})))
	if err != nil {
		t.Fatal(err)
	}
	const url = "phar:///ca.phar/ca.pem"
	for name, tt := range map[string]struct {
		holds  map[string]string
		set    bool // the options can be carried out
		accept bool
	}{
		"its authority":     {map[string]string{url: string(bundle)}, true, true},
		"another authority": {map[string]string{url: string(other)}, true, false},
		"no certificate":    {map[string]string{url: "none"}, false, false},
		"of another URL":    {map[string]string{"phar:///b": string(bundle)}, false, false},
		"not read":          {nil, false, false},
	} {
		p, warnings, err := NewPolicy(Settings{Options: ssl{"cafile": url}, Version: phpfacts.PHP84, Method: anyTLS, URLName: "cn.test", Foreign: tt.holds})
		if (err == nil) != tt.set {
			t.Fatalf("%s: %v %v", name, warnings, err)
		}
		if !tt.set {
			continue
		}
		st, err := meet(t, shows(leaf), p.Config())
		if err == nil {
			_, err = p.Check(st)
		}
		if (err == nil) != tt.accept {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestConfigAlwaysDecides: there is no configuration in which nobody looks at
// the peer and something was asked for.
func TestConfigAlwaysDecides(t *testing.T) {
	p := policy(t, Settings{Version: phpfacts.PHP84, URLName: "cn.test"})
	for name, c := range map[string]*tls.Config{"Config": p.Config(), "StandaloneConfig": p.StandaloneConfig(noCapture)} {
		if c.VerifyConnection == nil {
			t.Fatalf("%s without a check", name)
		}
		own := testcert.SelfSigned(testcert.Spec{CN: "cn.test"})
		if err := c.VerifyConnection(tls.ConnectionState{Version: tls.VersionTLS13, CipherSuite: tls.TLS_AES_128_GCM_SHA256, PeerCertificates: []*x509.Certificate{own.X509}}); err == nil {
			t.Errorf("%s takes a self-signed certificate", name)
		}
		if err := c.VerifyConnection(tls.ConnectionState{Version: tls.VersionTLS13, CipherSuite: tls.TLS_AES_128_GCM_SHA256}); err == nil {
			t.Errorf("%s takes no certificate at all", name)
		}
	}
	warnings, err := p.Check(tls.ConnectionState{})
	if err == nil || len(warnings) != 1 || warnings[0].Text != "Could not get peer certificate" {
		t.Errorf("%v %v", warnings, err)
	}
}

// TestPHP5: nothing is checked unless asked for, and CN_match alone decides
// the name.
func TestPHP5(t *testing.T) {
	own := testcert.SelfSigned(testcert.Spec{CN: "cn.test"})
	leaf, root := testcert.Chain(0, testcert.Spec{CN: "cn.test"})
	ca := testcert.WriteCAs(t.TempDir(), "ca.pem", root)
	tests := []struct {
		name    string
		options ssl
		cert    *testcert.Cert
		accept  bool
	}{
		{"nothing asked", nil, own, true},
		{"verify_peer", ssl{"verify_peer": true}, own, false},
		{"verify_peer, good, any name", ssl{"verify_peer": true, "cafile": ca}, leaf, true},
		{"CN_match", ssl{"CN_match": "cn.test"}, own, true},
		{"CN_match, another", ssl{"CN_match": "x.test"}, own, false},
		{"CN_match stands above peer_name", ssl{"CN_match": "cn.test", "peer_name": "x.test"}, own, true},
		{"CN_match stands above peer_name, another", ssl{"CN_match": "x.test", "peer_name": "cn.test"}, own, false},
		{"peer_name", ssl{"peer_name": "x.test"}, own, false},
		{"verify_peer_name", ssl{"verify_peer_name": true}, own, false},
		{"both", ssl{"verify_peer": true, "cafile": ca, "CN_match": "cn.test"}, leaf, true},
		{"both, another name", ssl{"verify_peer": true, "cafile": ca, "CN_match": "x.test"}, leaf, false},
		{"fingerprint", ssl{"peer_fingerprint": strings.Repeat("0", 40)}, own, false},
	}
	for _, tt := range tests {
		p := policy(t, Settings{Options: tt.options, Version: phpfacts.PHP5, URLName: "target.test", Method: 127})
		st, err := meet(t, shows(tt.cert), p.Config())
		if err == nil {
			_, err = p.Check(st)
		}
		if (err == nil) != tt.accept {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// TestCNMatch: in later profiles it is peer_name by another name, which is
// reported; peer_name stands above it.
func TestCNMatch(t *testing.T) {
	leaf, root := testcert.Chain(0, testcert.Spec{CN: "cn.test"})
	ca := testcert.WriteCAs(t.TempDir(), "ca.pem", root)
	for _, v := range recordedVersions {
		for _, tt := range []struct {
			options ssl
			accept  bool
		}{
			{ssl{"CN_match": "cn.test"}, true},
			{ssl{"CN_match": "x.test"}, false},
			{ssl{"CN_match": "x.test", "peer_name": "cn.test"}, true},
			{ssl{"CN_match": "cn.test", "peer_name": "x.test"}, false},
			{ssl{"CN_match": "x.test", "verify_peer_name": false}, true},
		} {
			tt.options["cafile"] = ca
			p := policy(t, Settings{Options: tt.options, Version: v, URLName: "target.test"})
			st, err := meet(t, shows(leaf), p.Config())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.Check(st); (err == nil) != tt.accept {
				t.Errorf("%v: %v: %v", v, tt.options, err)
			}
			notes := p.Notes()
			if len(notes) != 1 || notes[0].Level != levelDeprecated || !strings.Contains(notes[0].Text, "CN_match") {
				t.Errorf("%v: notes %v", v, notes)
			}
		}
	}
}

// TestTLSClient: the meaning of the constant by version.
func TestTLSClient(t *testing.T) {
	for _, tt := range []struct {
		v        phpfacts.Version
		method   int
		min, max uint16
	}{
		{phpfacts.PHP5, methodTLSClient, tls.VersionTLS10, tls.VersionTLS10},
		{phpfacts.PHP5, 127, tls.VersionTLS10, tls.VersionTLS13},
		{phpfacts.PHP74, methodTLSClient, tls.VersionTLS10, tls.VersionTLS13},
		{phpfacts.PHP82, methodTLSClient, tls.VersionTLS10, tls.VersionTLS13},
		{phpfacts.PHP84, methodTLSClient, tls.VersionTLS12, tls.VersionTLS13},
	} {
		c := policy(t, Settings{Version: tt.v, Method: tt.method}).Config()
		if c.MinVersion != tt.min || c.MaxVersion != tt.max {
			t.Errorf("%v, %d: from %x to %x", tt.v, tt.method, c.MinVersion, c.MaxVersion)
		}
		_, _, all := testcert.SelfSigned(testcert.Spec{}).Write(t.TempDir(), "server")
		method := tt.method &^ methodIsClient
		c = policy(t, Settings{Version: tt.v, Method: method, Options: ssl{"local_cert": all}}).serverConfig()
		if c.MinVersion != tt.min || c.MaxVersion != tt.max {
			t.Errorf("%v, %d: from %x to %x", tt.v, method, c.MinVersion, c.MaxVersion)
		}
	}
}

// TestIni: the ini values stand in for options that aren't given.
func TestIni(t *testing.T) {
	dir := t.TempDir()
	leaf, root := testcert.Chain(0, testcert.Spec{CN: "cn.test"})
	ca := testcert.WriteCAs(dir, "ca.pem", root)
	other := testcert.WriteCAs(dir, "other.pem", testcert.NewCA(testcert.Spec{CN: "Other"}))
	hashed := filepath.Join(dir, "hashed")
	if err := os.Mkdir(hashed, 0o755); err != nil {
		t.Fatal(err)
	}
	testcert.WriteCAPath(hashed, root)
	for _, tt := range []struct {
		name       string
		file, path string
		options    ssl
		accept     bool
	}{
		{"file", ca, "", nil, true},
		{"path", "", hashed, nil, true},
		{"neither", "", "", nil, false},
		{"another file", other, "", nil, false},
		{"the option stands above", ca, "", ssl{"cafile": other}, false},
		{"the option stands above, good", other, "", ssl{"cafile": ca}, true},
		{"both", other, hashed, nil, true},
	} {
		p := policy(t, Settings{Options: tt.options, Version: phpfacts.PHP84, URLName: "cn.test", CAFile: tt.file, CAPath: tt.path})
		if _, err := meet(t, shows(leaf), p.StandaloneConfig(noCapture)); (err == nil) != tt.accept {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if _, warnings, err := NewPolicy(Settings{Version: phpfacts.PHP84, Method: anyTLS, CAFile: "/nosuch"}); err == nil || len(warnings) != 1 || !warnings[0].Bare {
		t.Errorf("missing: %v %v", warnings, err)
	}
}

// TestSystemStore: SSL_CERT_FILE and SSL_CERT_DIR move OpenSSL's default.
func TestSystemStore(t *testing.T) {
	dir := t.TempDir()
	leaf, root := testcert.Chain(0, testcert.Spec{CN: "cn.test"})
	ca := testcert.WriteCAs(dir, "ca.pem", root)
	hashed := filepath.Join(dir, "hashed")
	if err := os.Mkdir(hashed, 0o755); err != nil {
		t.Fatal(err)
	}
	testcert.WriteCAPath(hashed, root)
	try := func(name, file, path string, accept bool) {
		t.Setenv("SSL_CERT_FILE", file)
		t.Setenv("SSL_CERT_DIR", path)
		p := policy(t, Settings{Version: phpfacts.PHP82, URLName: "cn.test"})
		if _, err := meet(t, shows(leaf), p.StandaloneConfig(noCapture)); (err == nil) != accept {
			t.Errorf("%s: %v", name, err)
		}
	}
	try("file", ca, "", true)
	try("directory", "", hashed, true)
	try("directories", "", "/nosuch:"+hashed, true)
	try("missing", "/nosuch", "/nosuch", false)
	try("the system's", "", "", false)
}

// TestNotes: what PHP heeds and this library can't is said.
func TestNotes(t *testing.T) {
	for _, tt := range []struct {
		options ssl
		want    []string
	}{
		{nil, nil},
		{ssl{"ciphers": "HIGH:!aNULL"}, nil},
		{ssl{"ciphers": "ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-GCM-SHA256:CAMELLIA:NOSUCH"}, nil},
		{ssl{"ciphers": "DHE-RSA-AES128-GCM-SHA256:CAMELLIA:NOSUCH"}, []string{"ssl option ciphers: DHE-RSA-AES128-GCM-SHA256:CAMELLIA: no such suite is available"}},
		{ssl{"ciphers": "AES128-SHA:CAMELLIA:!CAMELLIA"}, nil},
		{ssl{"dh_param": "x", "ecdh_curve": "y"}, []string{"ssl option dh_param has no effect on a client", "ssl option ecdh_curve has no effect on a client"}},
		{ssl{"disable_compression": false}, []string{"ssl option disable_compression: TLS compression is never used"}},
		{ssl{"disable_compression": true}, nil},
		{ssl{"security_level": 4}, []string{"ssl option security_level: the digests of handshake signatures are not limited"}},
	} {
		p := policy(t, Settings{Options: tt.options, Version: phpfacts.PHP82})
		var got []string
		for _, n := range p.Notes() {
			got = append(got, n.Text)
		}
		if strings.Join(got, "\n") != strings.Join(tt.want, "\n") {
			t.Errorf("%v: %q", tt.options, got)
		}
	}
	for _, c := range []string{"SUITEB128", "SUITEB192"} {
		if _, w, err := NewPolicy(Settings{Options: ssl{"ciphers": c}, Version: phpfacts.PHP82, Method: anyTLS}); err == nil || len(w) != 1 {
			t.Errorf("%s: %v %v", c, w, err)
		}
	}
}

// TestObjects: what PHP throws on.
func TestObjects(t *testing.T) {
	for _, name := range []string{"cafile", "capath", "ciphers", "alpn_protocols", "local_cert", "peer_name"} {
		_, w, err := NewPolicy(Settings{Options: ssl{name: struct{}{}}, Version: phpfacts.PHP84, Method: anyTLS})
		if err == nil || len(w) == 0 || w[0].Class != "Error" || !strings.HasSuffix(w[0].Text, "could not be converted to string") {
			t.Errorf("%s: %v %v", name, w, err)
		}
	}
}

// TestConcurrent: policies of many connections share what is cached.
func TestConcurrent(t *testing.T) {
	dir := t.TempDir()
	leaf, root := testcert.Chain(1, testcert.Spec{CN: "cn.test"})
	ca := testcert.WriteCAs(dir, "ca.pem", root)
	testcert.WriteCAPath(dir, root)
	_, _, own := leaf.Write(dir, "own")
	var wg sync.WaitGroup
	shared := policy(t, Settings{Options: ssl{"cafile": ca}, Version: phpfacts.PHP84, URLName: "cn.test"})
	for i := range 16 {
		wg.Go(func() {
			options := ssl{"cafile": ca, "local_cert": own}
			if i%2 == 0 {
				options = ssl{"capath": dir, "ciphers": "HIGH"}
			}
			p, _, err := NewPolicy(Settings{Options: options, Version: phpfacts.PHP84, Method: anyTLS, URLName: "cn.test"})
			if err != nil {
				t.Error(err)
				return
			}
			for _, c := range []*tls.Config{p.StandaloneConfig(noCapture), shared.StandaloneConfig(noCapture)} {
				if err := c.VerifyConnection(tls.ConnectionState{
					Version: tls.VersionTLS13, CipherSuite: tls.TLS_AES_128_GCM_SHA256,
					PeerCertificates: []*x509.Certificate{leaf.X509, leaf.Issuer.X509},
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
