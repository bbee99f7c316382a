package phphttp_test

import (
	"crypto/sha1"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	. "github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/testcert"
	"github.com/phpstream-go/phpstream/phphttp"
)

// TestPolicy: a peer is accepted where FileGetContents accepts it, and nowhere
// else, be it behind a proxy or not.
func TestPolicy(t *testing.T) {
	checkLeaks(t)
	cafile, ca, good := authority(t)
	dir, capath, empty := t.TempDir(), t.TempDir(), t.TempDir()
	testcert.WriteCAPath(capath, ca)
	local := testcert.Spec{CN: "localhost", DNS: []string{"localhost"}}
	with := func(c *testcert.Cert, change ...func(*tls.Config)) *tls.Config {
		config := &tls.Config{Certificates: []tls.Certificate{c.TLS()}}
		for _, f := range change {
			f(config)
		}
		return config
	}
	old := local
	old.NotBefore, old.NotAfter = time.Now().Add(-48*time.Hour), time.Now().Add(-24*time.Hour)
	rsa := local
	rsa.Key = testcert.RSA2048
	deep, root := testcert.Chain(2, local)
	deepCA := testcert.WriteCAs(dir, "deep.pem", root)
	visitor := ca.Issue(testcert.Spec{CN: "visitor", EKU: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	stranger := testcert.NewCA(testcert.Spec{CN: "Other CA"}).Issue(testcert.Spec{CN: "stranger", EKU: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	cert, key, _ := visitor.Write(dir, "visitor")
	locked := testcert.WriteFile(dir, "locked.key", visitor.EncryptedKeyPEM("secret"))
	_, _, strange := stranger.Write(dir, "stranger")
	demanding := func(c *tls.Config) {
		c.ClientAuth, c.ClientCAs = tls.RequireAndVerifyClientCert, testcert.Pool(ca)
	}
	newest := func(c *tls.Config) { c.MinVersion = tls.VersionTLS13 }
	older := func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }
	leaf := with(ca.Issue(local))
	der := leaf.Certificates[0].Certificate[0]
	short, sum := sha1.Sum(der), sha256.Sum256(der)
	other := short
	other[0]++

	servers := map[string]*tls.Config{
		"good":        good,
		"leaf":        leaf, // for a name, not for an address
		"unknown":     with(testcert.NewCA(testcert.Spec{CN: "Unknown"}).Issue(local)),
		"self-signed": with(testcert.SelfSigned(local)),
		"expired":     with(ca.Issue(old)),
		"other name":  with(ca.Issue(testcert.Spec{CN: "other.example", DNS: []string{"other.example"}})),
		"deep":        with(deep),
		"demanding":   with(ca.Issue(local), demanding),
		"newest":      with(ca.Issue(local), newest),
		"older":       with(ca.Issue(local), older),
		"rsa":         with(ca.Issue(rsa), older),
	}
	type ssl = map[string]any
	rows := []struct {
		server  string
		ssl     ssl // beside cafile
		host    string
		refused string // "": it is accepted
	}{
		{"good", nil, "localhost", ""},
		{"good", ssl{"cafile": nil, "capath": capath}, "localhost", ""},
		{"good", ssl{"cafile": nil, "capath": empty}, "localhost", "certificate verify failed"},
		{"unknown", nil, "localhost", "certificate verify failed"},
		{"unknown", ssl{"verify_peer": false}, "localhost", ""},
		{"self-signed", nil, "localhost", "certificate verify failed"},
		{"self-signed", ssl{"allow_self_signed": true}, "localhost", ""},
		{"unknown", ssl{"allow_self_signed": true}, "localhost", "certificate verify failed"},
		{"expired", nil, "localhost", "certificate verify failed"},
		{"expired", ssl{"verify_peer": false}, "localhost", ""},
		{"other name", nil, "localhost", "did not match expected name `localhost'"},
		{"other name", ssl{"verify_peer": false}, "localhost", "did not match expected name `localhost'"},
		{"other name", ssl{"verify_peer_name": false}, "localhost", ""},
		{"other name", ssl{"peer_name": "other.example"}, "localhost", ""},
		{"good", ssl{"peer_name": "other.example"}, "localhost", "did not match expected name `other.example'"},
		{"good", nil, "127.0.0.1", ""},
		{"leaf", nil, "127.0.0.1", "did not match expected name"},
		{"leaf", ssl{"peer_fingerprint": hex.EncodeToString(short[:])}, "localhost", ""},
		{"leaf", ssl{"peer_fingerprint": ssl{"sha256": hex.EncodeToString(sum[:])}}, "localhost", ""},
		{"leaf", ssl{"peer_fingerprint": hex.EncodeToString(other[:])}, "localhost", "peer_fingerprint match failure"},
		{"leaf", ssl{"peer_fingerprint": hex.EncodeToString(other[:]), "verify_peer": false, "verify_peer_name": false}, "localhost", "peer_fingerprint match failure"},
		{"deep", ssl{"cafile": deepCA}, "localhost", ""},
		{"deep", ssl{"cafile": deepCA, "verify_depth": 1}, "localhost", "certificate verify failed"},
		{"demanding", ssl{"local_cert": cert, "local_pk": key}, "localhost", ""},
		{"demanding", ssl{"local_cert": cert, "local_pk": locked, "passphrase": "secret"}, "localhost", ""},
		{"demanding", nil, "localhost", "certificate required"},
		{"demanding", ssl{"local_cert": strange}, "localhost", "certificate"},
		{"newest", nil, "localhost", ""},
		{"newest", ssl{"crypto_method": int(STREAM_CRYPTO_METHOD_TLSv1_2_CLIENT)}, "localhost", "protocol version"},
		{"newest", ssl{"max_proto_version": int(STREAM_CRYPTO_PROTO_TLSv1_2)}, "localhost", "protocol version"},
		{"older", ssl{"max_proto_version": int(STREAM_CRYPTO_PROTO_TLSv1_2)}, "localhost", ""},
		{"older", ssl{"min_proto_version": int(STREAM_CRYPTO_PROTO_TLSv1_3)}, "localhost", "protocol version"},
		{"rsa", ssl{"ciphers": "ECDHE-RSA-AES128-GCM-SHA256"}, "localhost", ""},
		{"older", ssl{"ciphers": "ECDHE-RSA-AES128-GCM-SHA256"}, "localhost", "handshake failure"},
		{"rsa", ssl{"security_level": 2}, "localhost", ""},
		{"rsa", ssl{"security_level": 3}, "localhost", "certificate verify failed"},
		{"good", ssl{"SNI_enabled": false}, "localhost", ""},
		{"other name", ssl{"SNI_enabled": false}, "localhost", "did not match expected name `localhost'"},
		{"good", ssl{"disable_compression": true}, "localhost", ""},
	}
	ports := map[string]string{}
	for name, config := range servers {
		ports[name] = serve(t, config, hello).port()
	}
	through := startProxy(t).addr
	for i, row := range rows {
		for _, proxied := range []bool{false, true} {
			options := Options{"ssl": {"cafile": cafile}, "http": {"timeout": 5}}
			maps.Copy(options["ssl"], row.ssl)
			if options["ssl"]["cafile"] == nil {
				delete(options["ssl"], "cafile")
			}
			if proxied {
				options["http"]["proxy"] = "tcp://" + through
			}
			where := fmt.Sprintf("row %d, %s, %v, proxied %v", i, row.server, row.ssl, proxied)
			url := "https://" + row.host + ports[row.server] + "/"

			php := NewRuntime()
			php.SetErrorHandler(func(ErrorLevel, string, string, int) bool { return true })
			// Behind a proxy PHP has no TLS 1.3.
			if body, ok := php.FileGetContents(url, php.StreamContextCreate(options)); ok != (row.refused == "" && !(proxied && row.server == "newest")) {
				t.Errorf("%s: FileGetContents answers %q, %v", where, body, ok)
			}
			c := client(t, newRuntime(t).StreamContextCreate(options))
			body, err := get(c, url)
			c.CloseIdleConnections()
			switch {
			case row.refused == "" && (err != nil || body != "hello"):
				t.Errorf("%s: %q, %v", where, body, err)
			case row.refused != "" && err == nil:
				t.Errorf("%s: accepted", where)
			case row.refused != "" && !strings.Contains(err.Error(), row.refused):
				t.Errorf("%s: refused for another reason: %v", where, err)
			}
		}
	}
}

// TestServerName: what SNI_enabled says is what is sent.
func TestServerName(t *testing.T) {
	checkLeaks(t)
	cafile, _, config := authority(t)
	names := make(chan string, 1)
	config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		names <- hello.ServerName
		return nil, nil
	}
	s := serve(t, config, hello)
	through := startProxy(t).addr
	for _, tt := range []struct {
		host string
		ssl  map[string]any
		want string
	}{
		{"localhost", nil, "localhost"},
		{"localhost.", nil, "localhost"},
		{"127.0.0.1", nil, ""},
		{"localhost", map[string]any{"SNI_enabled": false}, ""},
		{"127.0.0.1", map[string]any{"peer_name": "localhost"}, "localhost"},
	} {
		options := Options{"ssl": {"cafile": cafile}}
		maps.Copy(options["ssl"], tt.ssl)
		if strings.HasSuffix(tt.host, ".") { // which not every resolver knows
			options["http"] = map[string]any{"proxy": "tcp://" + through}
		}
		if _, err := get(client(t, newRuntime(t).StreamContextCreate(options)), "https://"+tt.host+s.port()); err != nil {
			t.Errorf("%v: %v", tt, err)
			continue
		}
		if got := <-names; got != tt.want {
			t.Errorf("%v: %q was sent", tt, got)
		}
	}
}

// TestTrustOfTheRuntime: the settings openssl.cafile and openssl.capath count,
// and the profile does.
func TestTrustOfTheRuntime(t *testing.T) {
	checkLeaks(t)
	cafile, _, config := authority(t)
	s := serve(t, config, hello)
	rt := newRuntime(t)
	if _, err := get(client(t, rt.StreamContextCreate(nil)), "https://localhost"+s.port()); err == nil {
		t.Error("an authority that nobody named is trusted")
	}
	rt.IniSet("openssl.cafile", cafile)
	if _, err := get(client(t, rt.StreamContextCreate(nil)), "https://localhost"+s.port()); err != nil {
		t.Error(err)
	}
	if _, err := get(client(t, NewRuntime(PHP5).StreamContextCreate(nil)), "https://localhost"+s.port()); err != nil {
		t.Errorf("PHP 5 verifies nobody: %v", err)
	}
}

// TestPolicyIsAsItWas: what is set later neither loosens nor tightens what a
// Transport was made with.
func TestPolicyIsAsItWas(t *testing.T) {
	checkLeaks(t)
	_, _, config := authority(t)
	s := serve(t, config, hello)
	x := newRuntime(t).StreamContextCreate(nil)
	strict := client(t, x)
	StreamContextSetOption(x, "ssl", "verify_peer", false)
	loose := client(t, x)
	StreamContextSetOption(x, "ssl", "verify_peer", true)
	if _, err := get(strict, "https://localhost"+s.port()); err == nil {
		t.Error("verify_peer that was set to false later has counted")
	}
	if _, err := get(loose, "https://localhost"+s.port()); err != nil {
		t.Error(err)
	}
}

// TestCaptures: as on a stream, also a peer whose name is refused then.
func TestCaptures(t *testing.T) {
	checkLeaks(t)
	cafile, _, config := authority(t)
	s := serve(t, config, hello)
	for _, peerName := range []string{"localhost", "elsewhere.example"} {
		x := newRuntime(t).StreamContextCreate(Options{"ssl": {"cafile": cafile, "peer_name": peerName,
			"capture_peer_cert": true, "capture_peer_cert_chain": true, "capture_session_meta": true}})
		if _, err := get(client(t, x), "https://localhost"+s.port()); (err == nil) != (peerName == "localhost") {
			t.Errorf("%s: %v", peerName, err)
		}
		ssl := StreamContextGetOptions(x)["ssl"]
		leaf, _ := ssl["peer_certificate"].(*x509.Certificate)
		chain, _ := ssl["peer_certificate_chain"].([]*x509.Certificate)
		meta, _ := ssl["session_meta"].(map[string]any)
		if leaf == nil || len(chain) == 0 || meta["protocol"] != "TLSv1.3" {
			t.Errorf("%s: %v, %d, %v", peerName, leaf != nil, len(chain), meta)
		}
	}
}

// TestWhatCannotBeHonoured is an error, and no surprise later.
func TestWhatCannotBeHonoured(t *testing.T) {
	rt := newRuntime(t)
	for _, tt := range []struct {
		options Options
		want    string // "": it can be
	}{
		{nil, ""},
		{Options{"http": {"protocol_version": 1.0}}, "protocol_version"},
		{Options{"http": {"protocol_version": "1.1"}}, ""},
		{Options{"http": {"auto_decode": false}}, "auto_decode"},
		{Options{"http": {"auto_decode": true}}, ""},
		{Options{"http": {"method": "POST", "content": "x", "header": "A: b", "user_agent": "x", "ignore_errors": true}}, ""},
		{Options{"ssl": {"disable_compression": false}}, "disable_compression"},
		{Options{"ssl": {"cafile": "/not/there"}}, "/not/there"},
		{Options{"ssl": {"verify_peer": struct{}{}}}, "verify_peer"},
		{Options{"ssl": {"dh_param": "x"}}, "dh_param"},
		{Options{"ssl": {"local_cert": "/not/there"}}, "/not/there"},
		{Options{"socket": {"bindto": "nonsense"}}, "bindto"},
		{Options{"socket": {"bindto": 7}}, "local_addr context option is not a string"},
		{Options{"socket": {"ipv6_v6only": struct{}{}}}, "ipv6_v6only"},
		{Options{"socket": {"tcp_nodelay": false}}, ""},
	} {
		transport, err := phphttp.Transport(rt.StreamContextCreate(tt.options))
		if (err == nil) != (tt.want == "") || (transport == nil) != (err != nil) || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v: %v", tt.options, err)
		}
		if _, other := phphttp.Client(rt.StreamContextCreate(tt.options)); fmt.Sprint(other) != fmt.Sprint(err) {
			t.Errorf("%v: Client says %v", tt.options, other)
		}
	}
}

// TestAnotherProxyIsRefused: behind a proxy that a program sets by itself net/http
// would shake hands without the policy.
func TestAnotherProxyIsRefused(t *testing.T) {
	checkLeaks(t)
	_, _, config := authority(t)
	s := serve(t, config, hello)
	through := startProxy(t).addr
	transport, err := phphttp.Transport(newRuntime(t).StreamContextCreate(Options{"ssl": {"verify_peer": false, "verify_peer_name": false}}))
	if err != nil {
		t.Fatal(err)
	}
	defer transport.CloseIdleConnections()
	if _, err := get(&http.Client{Transport: transport}, "https://localhost"+s.port()); err != nil {
		t.Error(err)
	}
	transport.CloseIdleConnections()
	transport.Proxy = http.ProxyURL(mustParse(t, "http://"+through))
	if _, err := get(&http.Client{Transport: transport}, "https://localhost"+s.port()); err == nil {
		t.Error("a proxy that the options don't name is taken")
	}
}
