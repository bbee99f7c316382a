package scenario

import (
	"crypto"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/phpstream-go/phpstream/internal/testcert"
)

// Certs are the certificates that scenarios know by name: in peers' scripts
// as cert=NAME, and as files in {{DIR}}.
//
//	ca.pem other-ca.pem both-ca.pem intermediate.pem both-intermediate.pem  authorities; peers' certificates are below ca, unless they say otherwise
//	empty.pem garbage.pem              a cafile without a certificate, one that is no PEM
//	capath/ capath-wrong/ capath-empty/  hashed directories: right, with a wrong name, without files
//	NAME.pem NAME.key NAME-all.pem     a peer's or client's certificate, its key, both
//	client-enc.key client-legacy.key   client's key under the passphrase "secret", in PKCS #8 and in the older form
//	client-enc-all.pem                 client's certificate with the key of client-enc.key
type Certs struct {
	Dir   string
	ca    *testcert.Cert
	other *testcert.Cert
	byID  map[string]*testcert.Cert
}

// leaves are the certificates below ca, one a row.
var leaves = map[string]testcert.Spec{
	"good":         {CN: "localhost", DNS: []string{"localhost"}, IP: []string{"127.0.0.1", "::1"}},
	"cn-only":      {CN: "localhost"},
	"cn-upper":     {CN: "LOCALHOST"},
	"cn-ip":        {CN: "127.0.0.1"},
	"cn-wrong":     {CN: "other.example"},
	"cn-wild":      {CN: "*.example.test"},
	"no-name":      {Org: "Nobody"},
	"wrong-host":   {CN: "localhost", DNS: []string{"other.example"}},
	"san-upper":    {CN: "x", DNS: []string{"LocalHost"}},
	"san-dot":      {CN: "x", DNS: []string{"localhost."}},
	"san-two":      {CN: "x", DNS: []string{"first.example", "localhost"}},
	"san-mail":     {CN: "localhost", Email: []string{"localhost@example.test"}},
	"ip-san":       {CN: "x", IP: []string{"127.0.0.1", "::1"}},
	"ip-wrong":     {CN: "127.0.0.1", IP: []string{"127.0.0.2"}},
	"ip-dns":       {CN: "x", DNS: []string{"127.0.0.1"}},
	"wild":         {CN: "x", DNS: []string{"*.example.test"}},
	"wild-part":    {CN: "x", DNS: []string{"f*o.example.test"}},
	"wild-second":  {CN: "x", DNS: []string{"www.*.test"}},
	"wild-two":     {CN: "x", DNS: []string{"*.*.test"}},
	"wild-top":     {CN: "x", DNS: []string{"*.test"}},
	"wild-bare":    {CN: "x", DNS: []string{"*"}},
	"wild-idn":     {CN: "x", DNS: []string{"xn--*.example.test"}},
	"idn":          {CN: "x", DNS: []string{"xn--mnchen-3ya.example.test"}},
	"nul-san":      {CN: "localhost", Extra: []pkix.Extension{dnsName("localhost\x00.evil.test")}},
	"nul-cn":       {CN: "localhost\x00.evil.test"},
	"expired":      {CN: "localhost", DNS: []string{"localhost"}, NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(-24 * time.Hour)},
	"notyet":       {CN: "localhost", DNS: []string{"localhost"}, NotBefore: time.Now().Add(24 * time.Hour), NotAfter: time.Now().Add(48 * time.Hour)},
	"client-usage": {CN: "localhost", DNS: []string{"localhost"}, EKU: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}},
	"rsa1024":      {CN: "localhost", DNS: []string{"localhost"}, Key: testcert.RSA1024},
	"rsa":          {CN: "localhost", DNS: []string{"localhost"}, Key: testcert.RSA2048},
	"rsa3072":      {CN: "localhost", DNS: []string{"localhost"}, Key: testcert.RSA3072},
	"p384":         {CN: "localhost", DNS: []string{"localhost"}, Key: testcert.P384},
	"ed25519":      {CN: "localhost", DNS: []string{"localhost"}, Key: testcert.Ed25519},
	"sha1":         {CN: "localhost", DNS: []string{"localhost"}, Key: testcert.RSA2048, Hash: crypto.SHA1},
	"subject": {DNS: []string{"localhost"}, Subject: pkix.Name{
		Country: []string{"DE"}, Province: []string{"Bavaria"}, Locality: []string{"Augsburg"},
		Organization: []string{"Ten & Sons"}, OrganizationalUnit: []string{"Mail", "Lists"}, CommonName: "localhost",
	}},
	"client": {CN: "client", EKU: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}},
}

func dnsName(name string) pkix.Extension {
	value, err := asn1.Marshal([]asn1.RawValue{{Class: asn1.ClassContextSpecific, Tag: 2, Bytes: []byte(name)}})
	if err != nil {
		panic(err)
	}
	return pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 17}, Value: value}
}

// NewCerts makes them all in dir.
func NewCerts(dir string) (*Certs, error) {
	c := &Certs{
		Dir:   dir,
		ca:    testcert.NewCA(testcert.Spec{CN: "Scenario Root", Org: "Scenario"}),
		other: testcert.NewCA(testcert.Spec{CN: "Other Root", Org: "Scenario"}),
		byID:  map[string]*testcert.Cert{},
	}
	local := testcert.Spec{CN: "localhost", DNS: []string{"localhost"}}
	for name, spec := range leaves {
		c.byID[name] = c.ca.Issue(spec)
	}
	one := c.ca.NewCA(testcert.Spec{CN: "Scenario Intermediate 1", Org: "Scenario"})
	two := one.NewCA(testcert.Spec{CN: "Scenario Intermediate 2", Org: "Scenario"})
	three := two.NewCA(testcert.Spec{CN: "Scenario Intermediate 3", Org: "Scenario"})
	c.byID["one"] = one.Issue(local) // one intermediate above
	c.byID["client-one"] = one.Issue(testcert.Spec{CN: "client-one", EKU: leaves["client"].EKU})
	c.byID["missing"] = one.Issue(local)
	c.byID["deep"] = three.Issue(local) // three of them
	c.byID["leaf-signed"] = c.byID["good"].Issue(local)
	c.byID["unknown-ca"] = c.other.Issue(local)
	c.byID["client-other"] = c.other.Issue(testcert.Spec{CN: "stranger", EKU: leaves["client"].EKU})
	c.byID["selfsigned"] = testcert.SelfSigned(local)
	c.byID["selfsigned-expired"] = testcert.SelfSigned(testcert.Spec{CN: "localhost", DNS: local.DNS,
		NotBefore: leaves["expired"].NotBefore, NotAfter: leaves["expired"].NotAfter})
	sha1CA := c.ca.NewCA(testcert.Spec{CN: "Scenario SHA-1", Key: testcert.RSA2048})
	c.byID["sha1"] = sha1CA.Issue(leaves["sha1"])
	weakCA := c.ca.NewCA(testcert.Spec{CN: "Scenario Weak", Key: testcert.RSA1024})
	c.byID["weak-ca"] = weakCA.Issue(local)

	for name, cert := range c.byID {
		cert.Write(dir, name)
	}
	testcert.WriteCAs(dir, "ca.pem", c.ca)
	testcert.WriteCAs(dir, "other-ca.pem", c.other)
	testcert.WriteCAs(dir, "both-ca.pem", c.other, c.ca)
	testcert.WriteCAs(dir, "intermediate.pem", one)
	testcert.WriteCAs(dir, "both-intermediate.pem", one, c.ca)
	testcert.WriteFile(dir, "empty.pem", nil)
	testcert.WriteFile(dir, "garbage.pem", []byte("-----BEGIN CERTIFICATE-----\nnothing of the kind\n-----END CERTIFICATE-----\n"))
	testcert.WriteFile(dir, "text.pem", []byte("no certificate here\n"))
	client := c.byID["client"]
	testcert.WriteFile(dir, "client-enc.key", client.EncryptedKeyPEM("secret"))
	testcert.WriteFile(dir, "client-legacy.key", client.LegacyEncryptedKeyPEM("secret"))
	testcert.WriteFile(dir, "client-enc-all.pem", append(client.ChainPEM(), client.EncryptedKeyPEM("secret")...))
	testcert.WriteFile(dir, "client-legacy-all.pem", append(client.ChainPEM(), client.LegacyEncryptedKeyPEM("secret")...))
	for _, sub := range []string{"capath", "capath-wrong", "capath-empty"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o755); err != nil {
			return nil, err
		}
	}
	testcert.WriteCAPath(filepath.Join(dir, "capath"), c.ca)
	testcert.WriteFile(filepath.Join(dir, "capath-wrong"), "00000000.0", c.ca.PEM())
	return c, os.Chmod(dir, 0o755)
}

// fingerprint answers {{SHA1:NAME}} and {{SHA256:NAME}}.
func (c *Certs) fingerprint(hash, name string) (string, error) {
	cert := c.byID[name]
	if cert == nil {
		return "", fmt.Errorf("no certificate %q", name)
	}
	if hash == "SHA1" {
		sum := sha1.Sum(cert.DER)
		return hex.EncodeToString(sum[:]), nil
	}
	sum := sha256.Sum256(cert.DER)
	return hex.EncodeToString(sum[:]), nil
}

var tlsVersions = map[string]uint16{
	"1.0": tls.VersionTLS10, "1.1": tls.VersionTLS11, "1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13,
}

var curveNames = map[string]tls.CurveID{
	"P-256": tls.CurveP256, "P-384": tls.CurveP384, "P-521": tls.CurveP521, "X25519": tls.X25519,
}

// server is what a peer's tls step asks for. Without options: good, TLS 1.2
// and 1.3.
func (c *Certs) server(o map[string]string) (*tls.Config, error) {
	name := o["cert"]
	if name == "" {
		name = "good"
	}
	config, err := c.config(name, o)
	if err != nil {
		return nil, err
	}
	if o["clientca"] != "" {
		ca, err := c.authority(o["clientca"])
		if err != nil {
			return nil, err
		}
		config.ClientCAs = testcert.Pool(ca)
		config.ClientAuth = tls.RequireAndVerifyClientCert
	}
	switch o["clientauth"] {
	case "":
	case "request":
		config.ClientAuth = tls.RequestClientCert
	case "require":
		config.ClientAuth = tls.RequireAnyClientCert
	default:
		return nil, fmt.Errorf("no clientauth %q", o["clientauth"])
	}
	config.SessionTicketsDisabled = o["tickets"] == "no"
	return config, nil
}

// client is what a client's tls step asks for. Without options: no certificate,
// no name sent, none verified, TLS 1.2 and 1.3.
func (c *Certs) client(o map[string]string, sessions tls.ClientSessionCache) (*tls.Config, error) {
	config, err := c.config(o["cert"], o)
	if err != nil {
		return nil, err
	}
	config.ServerName = o["sni"]
	config.InsecureSkipVerify = o["ca"] == ""
	if o["ca"] != "" {
		ca, err := c.authority(o["ca"])
		if err != nil {
			return nil, err
		}
		config.RootCAs = testcert.Pool(ca)
		if config.ServerName == "" {
			config.ServerName = "localhost"
		}
	}
	if _, ok := o["resume"]; ok {
		config.ClientSessionCache = sessions
		if config.ServerName == "" {
			config.ServerName = "localhost" // what the cache goes by
		}
	}
	return config, nil
}

func (c *Certs) authority(name string) (*testcert.Cert, error) {
	if ca := map[string]*testcert.Cert{"ca": c.ca, "other-ca": c.other}[name]; ca != nil {
		return ca, nil
	}
	return nil, fmt.Errorf("no authority %q", name)
}

// config is what both sides have in common. An empty name is no certificate.
func (c *Certs) config(name string, o map[string]string) (*tls.Config, error) {
	config := &tls.Config{
		MinVersion: tls.VersionTLS12,
		// What one write sends is one record.
		DynamicRecordSizingDisabled: true,
		// The curves that every OpenSSL in question offers: a hybrid one would
		// make the recording depend on the peer.
		CurvePreferences: []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521},
	}
	if name != "" {
		cert := c.byID[name]
		if cert == nil {
			return nil, fmt.Errorf("no certificate %q", name)
		}
		send := cert.TLS()
		switch {
		case o["send"] == "full":
			send = cert.TLSFull()
		case o["send"] == "alone", name == "missing":
			send = cert.TLSAlone()
		}
		config.Certificates = []tls.Certificate{send}
	}
	for _, v := range []struct {
		key string
		to  *uint16
	}{{"min", &config.MinVersion}, {"max", &config.MaxVersion}} {
		if o[v.key] != "" {
			if *v.to = tlsVersions[o[v.key]]; *v.to == 0 {
				return nil, fmt.Errorf("no TLS version %q", o[v.key])
			}
		}
	}
	if config.MaxVersion != 0 && config.MaxVersion < config.MinVersion {
		config.MinVersion = config.MaxVersion
	}
	if o["ciphers"] != "" {
		for _, want := range strings.Split(o["ciphers"], ",") {
			id := uint16(0)
			for _, s := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
				if s.Name == want {
					id = s.ID
				}
			}
			if id == 0 {
				return nil, fmt.Errorf("no cipher suite %q", want)
			}
			config.CipherSuites = append(config.CipherSuites, id)
		}
	}
	if o["curves"] != "" {
		config.CurvePreferences = nil
		for _, want := range strings.Split(o["curves"], ",") {
			id, ok := curveNames[want]
			if !ok {
				return nil, fmt.Errorf("no curve %q", want)
			}
			config.CurvePreferences = append(config.CurvePreferences, id)
		}
	}
	if o["alpn"] != "" {
		config.NextProtos = strings.Split(o["alpn"], ",")
	}
	return config, nil
}
