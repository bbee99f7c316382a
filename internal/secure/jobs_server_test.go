package secure

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

// The jobs of a server: the peer plays a client, and what it saw is compared,
// too. Who connects to whom does not matter to TLS, so the peer listens here as
// in the other jobs.

const anyServer = protoTLS10 | protoTLS11 | protoTLS12 | protoTLS13

// guests is where the peers of servers listen. They are many, and on Linux an
// address of their own leaves the ports of 127.0.0.1 to other tests.
var guests = map[bool]string{true: "127.1.0.1:0", false: "127.0.0.1:0"}[runtime.GOOS == "linux"]

// A sight is what the peer of one connection saw. Others than those who are meant
// may have connected, too: a port that is free again is somebody else's soon.
type sight struct{ client, saw string }

// guest adds a job of a server that one client visits.
func (l *lab) guest(id string, options ssl, visit func(*net.TCPConn) string) *job {
	id = "server: " + id
	seen := make(chan sight, 8)
	l.seen[id] = seen
	at := l.rawAt(guests, func(c *net.TCPConn) { seen <- sight{c.RemoteAddr().String(), visit(c)} })
	l.jobs = append(l.jobs, job{ID: id, Address: at, SSL: options, Method: anyServer, Read: true})
	return &l.jobs[len(l.jobs)-1]
}

// sight waits for what the peer of a job has seen of a connection.
func (l *lab) sight(id, client string) string {
	seen, ok := l.seen[id]
	if !ok {
		return ""
	}
	for limit := time.After(15 * time.Second); ; {
		select {
		case s := <-seen:
			if s.client == client {
				return s.saw
			}
		case <-limit:
			return "nothing, for 15 seconds"
		}
	}
}

// visits makes a client that reads a line and then tells what it saw of the
// server.
func visits(config *tls.Config) func(*net.TCPConn) string {
	config = config.Clone()
	config.InsecureSkipVerify = true
	if config.MinVersion == 0 {
		config.MinVersion = tls.VersionTLS10
	}
	return func(c *net.TCPConn) string {
		s := tls.Client(c, config)
		if err := s.Handshake(); err != nil {
			io.Copy(io.Discard, c)
			return sightOf(err)
		}
		b := make([]byte, 16)
		n, err := s.Read(b)
		if n == 0 {
			return sightOf(err)
		}
		st := s.ConnectionState()
		suite := ""
		if st.Version < tls.VersionTLS13 {
			suite, _, _ = CipherFacts(st.CipherSuite)
		}
		var names []string
		for _, cert := range st.PeerCertificates {
			names = append(names, cert.Subject.CommonName)
		}
		fmt.Fprintf(s, "%s %s alpn=%s certs=%s\n", tls.VersionName(st.Version), suite, st.NegotiatedProtocol, strings.Join(names, ","))
		s.Close()
		return "ok"
	}
}

func sightOf(err error) string {
	switch {
	case err == nil, IsEOF(err), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "end" // or a reset, where something was still unread
	}
	return err.Error()
}

// crypto/tls tells a client of a refused certificate with one alert, whatever is
// wrong with it; OpenSSL has several.
const sawBadCertificate = "remote error: tls: bad certificate"

var certificateAlerts = map[string]bool{
	"remote error: tls: expired certificate": true, "remote error: tls: unsupported certificate": true, "remote error: tls: unknown certificate authority": true,
}

// hall holds what most servers of the jobs need.
type hall struct {
	root          *testcert.Cert
	ca            string
	rsa, ec       *testcert.Cert
	rsaAll, ecAll string
}

func (l *lab) hall(name string) *hall {
	h := &hall{root: testcert.NewCA(testcert.Spec{Key: testcert.RSA2048})}
	h.ca = testcert.WriteCAs(l.dir, name+"-ca.pem", h.root)
	h.rsa = h.root.Issue(testcert.Spec{CN: "rsa.test", Key: testcert.RSA2048})
	h.ec = h.root.Issue(testcert.Spec{CN: "ec.test"})
	_, _, h.rsaAll = h.rsa.Write(l.dir, name+"-rsa")
	_, _, h.ecAll = h.ec.Write(l.dir, name+"-ec")
	return h
}

func upTo(version uint16) *tls.Config { return &tls.Config{MaxVersion: version} }

// serverLocalJobs: the server's own certificate.
func serverLocalJobs(l *lab) {
	root := testcert.NewCA(testcert.Spec{Key: testcert.RSA2048})
	between := root.NewCA(testcert.Spec{CN: "Between"})
	cert := between.Issue(testcert.Spec{CN: "own.test", Key: testcert.RSA2048})
	ec := between.Issue(testcert.Spec{CN: "ec.test"})
	ed := between.Issue(testcert.Spec{CN: "ed.test", Key: testcert.Ed25519})
	weak := root.Issue(testcert.Spec{CN: "weak.test", Key: testcert.RSA1024})
	old := root.Issue(testcert.Spec{CN: "old.test", Key: testcert.RSA2048, NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(-24 * time.Hour)})
	other := between.Issue(testcert.Spec{CN: "other.test", Key: testcert.P384})
	certFile, keyFile, all := cert.Write(l.dir, "srv")
	ecCert, _, ecAll := ec.Write(l.dir, "srv-ec")
	_, _, edAll := ed.Write(l.dir, "srv-ed")
	_, _, weakAll := weak.Write(l.dir, "srv-weak")
	_, _, oldAll := old.Write(l.dir, "srv-old")
	otherKey := l.file("srv-other.key", other.KeyPEM())
	alone := l.file("srv-alone.pem", cert.PEM(), cert.KeyPEM())
	enc := func(name string, passphrase string) string {
		return l.file("srv-enc-"+name, cert.EncryptedKeyPEM(passphrase))
	}
	for what, options := range inOrder(map[string]ssl{
		"one file":              {"local_cert": all},
		"two files":             {"local_cert": certFile, "local_pk": keyFile},
		"ECDSA":                 {"local_cert": ecAll},
		"Ed25519":               {"local_cert": edAll},
		"expired":               {"local_cert": oldAll},
		"alone":                 {"local_cert": alone},
		"completed from cafile": {"local_cert": alone, "cafile": testcert.WriteCAs(l.dir, "srv-issuers.pem", between, root)},
		"no completing":         {"local_cert": alone, "cafile": l.dir + "/srv-issuers.pem", "verify_peer": false},
		"none":                  {},
		"missing":               {"local_cert": l.dir + "/nosuch"},
		"missing key":           {"local_cert": certFile, "local_pk": l.dir + "/nosuch"},
		"no key":                {"local_cert": certFile},
		"empty name":            {"local_cert": ""},
		"null":                  {"local_cert": nil},
		"array":                 {"local_cert": []string{"x"}},
		"directory":             {"local_cert": l.dir},
		"text":                  {"local_cert": l.file("srv-text", []byte("x\n"))},
		"key alone":             {"local_pk": keyFile},
		"key of another kind":   {"local_cert": certFile, "local_pk": otherKey},
		"key of its kind":       {"local_cert": ecCert, "local_pk": otherKey},
		"weak":                  {"local_cert": weakAll},
		"weak at level 0":       {"local_cert": weakAll, "security_level": 0},
		"encrypted":             {"local_cert": certFile, "local_pk": enc("1", "secret"), "passphrase": "secret"},
		"encrypted, wrong":      {"local_cert": certFile, "local_pk": enc("2", "secret"), "passphrase": "wrong"},
		"encrypted, old form":   {"local_cert": certFile, "local_pk": l.file("srv-legacy", cert.LegacyEncryptedKeyPEM("secret")), "passphrase": "secret"},
	}) {
		for _, version := range tlsVersions[2:] {
			l.guest("local "+version.name+": "+what, options, visits(upTo(version.version)))
		}
	}
}

// serverProtocolJobs: which versions a server takes.
func serverProtocolJobs(l *lab) {
	h := l.hall("protocols")
	for _, v := range tlsVersions {
		for _, method := range []int{8, 16, 32, 64, 120, 126, 24, 2, 4} {
			j := l.guest(fmt.Sprintf("protocol: method %d, client %s", method, v.name), ssl{"local_cert": h.rsaAll}, visits(upTo(v.version)))
			j.Method = method
			j = l.guest(fmt.Sprintf("protocol: method %d, client %s, level 0", method, v.name), ssl{"local_cert": h.rsaAll, "security_level": 0}, visits(upTo(v.version)))
			j.Method = method
		}
		only := &tls.Config{MinVersion: v.version, MaxVersion: v.version}
		l.guest("protocol: only "+v.name+", ECDSA", ssl{"local_cert": h.ecAll}, visits(only))
		l.guest("protocol: only "+v.name+", ECDSA, level 0", ssl{"local_cert": h.ecAll, "security_level": 0}, visits(only))
		l.guest("protocol: only "+v.name+", level 1", ssl{"local_cert": h.rsaAll, "security_level": 1}, visits(only))
		for _, r := range [][2]int{{32, 0}, {0, 32}, {64, 64}, {8, 16}, {64, 32}} {
			options := ssl{"local_cert": h.rsaAll, "security_level": 0}
			if r[0] != 0 {
				options["min_proto_version"] = r[0]
			}
			if r[1] != 0 {
				options["max_proto_version"] = r[1]
			}
			l.guest(fmt.Sprintf("protocol: from %d to %d, only %s", r[0], r[1], v.name), options, visits(only))
		}
	}
}

// serverCipherJobs: the suites, and whose order counts.
func serverCipherJobs(l *lab) {
	h := l.hall("suites")
	twelve := func(suites ...uint16) *tls.Config {
		return &tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: suites}
	}
	const lists = "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305:AES128-SHA"
	reversed := "AES128-SHA:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384"
	for what, options := range inOrder(map[string]ssl{
		"default":              {},
		"a list":               {"ciphers": lists},
		"reversed":             {"ciphers": reversed},
		"the client's order":   {"ciphers": lists, "honor_cipher_order": false},
		"reversed, client's":   {"ciphers": reversed, "honor_cipher_order": false},
		"the server's order":   {"ciphers": reversed, "honor_cipher_order": true},
		"honor null":           {"ciphers": reversed, "honor_cipher_order": nil},
		"honor zero":           {"ciphers": reversed, "honor_cipher_order": "0"},
		"one":                  {"ciphers": "ECDHE-RSA-AES256-SHA"},
		"ECDSA only":           {"ciphers": "ECDHE-ECDSA-AES128-GCM-SHA256"},
		"DHE only":             {"ciphers": "DHE-RSA-AES128-SHA"},
		"strength":             {"ciphers": "ALL:@STRENGTH"},
		"nothing":              {"ciphers": "NOSUCH"},
		"level 3":              {"security_level": 3},
		"level by the list":    {"ciphers": "DEFAULT@SECLEVEL=0"},
		"level out of range":   {"security_level": 9},
		"only TLS 1.3's names": {"ciphers": "TLS_AES_128_GCM_SHA256"},
	}) {
		options["local_cert"] = h.rsaAll
		for client, config := range inOrder(map[string]*tls.Config{
			"any":         twelve(),
			"RSA":         twelve(tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_AES_256_GCM_SHA384),
			"one":         twelve(tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA),
			"ECDSA":       twelve(tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256),
			"1.3":         upTo(tls.VersionTLS13),
			"P-521":       {MaxVersion: tls.VersionTLS12, CurvePreferences: []tls.CurveID{tls.CurveP521}},
			"P-384, 1.3":  {CurvePreferences: []tls.CurveID{tls.CurveP384}},
			"ECDSA, 1.0 ": {MaxVersion: tls.VersionTLS10, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}},
		}) {
			l.guest("ciphers: "+what+", client "+client, options, visits(config))
		}
	}
	for what, options := range inOrder(map[string]ssl{
		"default":    {},
		"RSA only":   {"ciphers": "ECDHE-RSA-AES128-GCM-SHA256"},
		"one":        {"ciphers": "ECDHE-ECDSA-AES256-SHA"},
		"the client": {"honor_cipher_order": false},
	}) {
		options["local_cert"] = h.ecAll
		l.guest("ciphers: ECDSA certificate, "+what, options, visits(twelve()))
	}
	l.guest("ciphers: shown in TLS 1.3", ssl{"local_cert": h.ecAll}, visits(upTo(tls.VersionTLS13))).Cipher = true
	l.guest("ciphers: shown in TLS 1.2", ssl{"local_cert": h.ecAll}, visits(upTo(tls.VersionTLS12))).Cipher = true
}

// clientCertJobs: what a server makes of a client's certificate.
func clientCertJobs(l *lab) {
	h := l.hall("clients")
	auth := []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	between := h.root.NewCA(testcert.Spec{CN: "Clients"})
	deep := between.NewCA(testcert.Spec{CN: "Deeper"})
	stranger := testcert.NewCA(testcert.Spec{CN: "Stranger", Key: testcert.RSA2048})
	good := h.root.Issue(testcert.Spec{CN: "client", DNS: []string{"client.test"}, EKU: auth})
	clients := map[string]*tls.Certificate{"none": nil}
	for what, cert := range map[string]*testcert.Cert{
		"good":         good,
		"RSA":          h.root.Issue(testcert.Spec{CN: "client", Key: testcert.RSA2048, EKU: auth}),
		"any use":      h.root.Issue(testcert.Spec{CN: "client", EKU: []x509.ExtKeyUsage{}}),
		"for servers":  h.root.Issue(testcert.Spec{CN: "client"}),
		"of a between": between.Issue(testcert.Spec{CN: "client", EKU: auth}),
		"deep":         deep.Issue(testcert.Spec{CN: "client", EKU: auth}),
		"stranger":     stranger.Issue(testcert.Spec{CN: "client", EKU: auth}),
		"self-signed":  testcert.SelfSigned(testcert.Spec{CN: "client", EKU: auth}),
		"expired":      h.root.Issue(testcert.Spec{CN: "client", EKU: auth, NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(-24 * time.Hour)}),
		"not yet":      h.root.Issue(testcert.Spec{CN: "client", EKU: auth, NotBefore: time.Now().Add(24 * time.Hour), NotAfter: time.Now().Add(48 * time.Hour)}),
		"weak":         h.root.Issue(testcert.Spec{CN: "client", EKU: auth, Key: testcert.RSA1024}),
		"another name": h.root.Issue(testcert.Spec{CN: "other", EKU: auth}),
	} {
		shown := cert.TLS()
		clients[what] = &shown
	}
	goodPrint, _ := Fingerprint(good.X509, "sha256", phpfacts.PHP84)
	for what, options := range inOrder(map[string]ssl{
		"unasked":                 {},
		"unasked, cafile":         {"cafile": h.ca},
		"no":                      {"verify_peer": false, "cafile": h.ca},
		"yes":                     {"verify_peer": true, "cafile": h.ca},
		"yes, without authority":  {"verify_peer": true},
		"yes, captured":           {"verify_peer": true, "cafile": h.ca, "capture_peer_cert": true},
		"self-signed allowed":     {"verify_peer": true, "cafile": h.ca, "allow_self_signed": true},
		"self-signed, no cafile":  {"verify_peer": true, "allow_self_signed": true},
		"depth 0":                 {"verify_peer": true, "cafile": h.ca, "verify_depth": 0},
		"depth 1":                 {"verify_peer": true, "cafile": h.ca, "verify_depth": 1},
		"depth 2":                 {"verify_peer": true, "cafile": h.ca, "verify_depth": 2},
		"name":                    {"verify_peer": true, "cafile": h.ca, "verify_peer_name": true, "peer_name": "client"},
		"name, of the DNS":        {"verify_peer": true, "cafile": h.ca, "verify_peer_name": true, "peer_name": "client.test"},
		"name without check":      {"verify_peer": true, "cafile": h.ca, "peer_name": "client"},
		"name, and none given":    {"verify_peer": true, "cafile": h.ca, "verify_peer_name": true},
		"name alone":              {"verify_peer": false, "verify_peer_name": true, "peer_name": "client"},
		"name alone, none given":  {"verify_peer": false, "verify_peer_name": true},
		"fingerprint":             {"verify_peer": false, "peer_fingerprint": ssl{"sha256": goodPrint}},
		"fingerprint, unasked":    {"peer_fingerprint": ssl{"sha256": goodPrint}, "cafile": h.ca},
		"verify_peer as a string": {"verify_peer": "1", "cafile": h.ca},
		"verify_peer null":        {"verify_peer": nil, "cafile": h.ca},
		"level 0":                 {"verify_peer": true, "cafile": h.ca, "security_level": 0},
		"CN_match":                {"verify_peer": true, "cafile": h.ca, "verify_peer_name": true, "CN_match": "client"},
	}) {
		options["local_cert"] = h.rsaAll
		for client, cert := range inOrder(clients) {
			if strings.Contains("any use RSA weak another name", client) && !strings.Contains("yes name level 0", what) {
				continue
			}
			for _, version := range tlsVersions[2:] {
				if version.name == "1.2" && what != "yes" && what != "unasked" && what != "name" {
					continue
				}
				config := upTo(version.version)
				if cert != nil {
					config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return cert, nil }
				}
				l.guest("client "+version.name+": "+what+", "+client, options, visits(config))
			}
		}
	}
}

// clientCALists: the authorities that a server names, and where it has them from.
func clientCALists(l *lab) {
	h := l.hall("lists")
	second := testcert.NewCA(testcert.Spec{CN: "Second"})
	two := testcert.WriteCAs(l.dir, "lists-two.pem", h.root, second, h.root)
	client := h.root.Issue(testcert.Spec{CN: "client", EKU: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}).TLS()
	path := l.t.TempDir()
	testcert.WriteCAPath(path, h.root)
	for what, options := range inOrder(map[string]ssl{
		"two, one twice":  {"cafile": two},
		"leaf in it":      {"cafile": testcert.WriteCAs(l.dir, "lists-leaf.pem", h.root, h.rsa)},
		"capath":          {"capath": path},
		"both":            {"capath": path, "cafile": h.ca},
		"missing":         {"cafile": l.dir + "/nosuch"},
		"empty":           {"cafile": l.file("lists-empty")},
		"empty name":      {"cafile": ""},
		"null":            {"cafile": nil},
		"text":            {"cafile": l.file("lists-text", []byte("x\n"))},
		"broken":          {"cafile": l.file("lists-broken", h.root.PEM(), []byte(brokenPEM))},
		"file URL":        {"cafile": "file://" + h.ca},
		"directory":       {"cafile": l.dir},
		"missing, no":     {"cafile": l.dir + "/nosuch", "verify_peer": false},
		"missing, unsaid": {"cafile": l.dir + "/nosuch"},
	}) {
		options["local_cert"] = h.rsaAll
		if _, ok := options["verify_peer"]; !ok && what != "missing, unsaid" {
			options["verify_peer"] = true
		}
		for _, version := range tlsVersions[2:] {
			config := upTo(version.version)
			var asked []string
			config.GetClientCertificate = func(r *tls.CertificateRequestInfo) (*tls.Certificate, error) {
				asked = nil
				for _, ca := range r.AcceptableCAs {
					asked = append(asked, string(ca[len(ca)-4:]))
				}
				return &client, nil
			}
			visit := visits(config)
			l.guest("authorities "+version.name+": "+what, options, func(c *net.TCPConn) string {
				asked = []string{"not asked"}
				return visit(c) + " " + strings.Join(asked, ",")
			})
		}
	}
}
