package hardworld

import (
	"crypto/tls"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

// alternative is a subjectAltName with names as they stand.
func alternative(t *testing.T, tag int, names ...string) []pkix.Extension {
	t.Helper()
	var list []asn1.RawValue
	for _, name := range names {
		list = append(list, asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: tag, Bytes: []byte(name)})
	}
	value, err := asn1.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	return []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 17}, Value: value}}
}

// TestHostileNames: none of these is localhost, or an address of it; what is told
// of them is not long, and the certificate can be read. A common name stands in
// a warning as it is, as in PHP.
func TestHostileNames(t *testing.T) {
	many := make([]string, 5000)
	for i := range many {
		many[i] = fmt.Sprintf("host%d.example", i)
	}
	dir := t.TempDir()
	ca := testcert.NewCA(testcert.Spec{})
	testcert.WriteCAs(dir, "ca.pem", ca)
	dns, ip := 2, 7
	for name, c := range map[string]struct {
		spec testcert.Spec
		good bool
	}{
		"good":                       {testcert.Spec{CN: "x", DNS: []string{"localhost"}}, true},
		"a NUL in the name":          {testcert.Spec{CN: "localhost", Extra: alternative(t, dns, "localhost\x00.evil.test")}, false},
		"a NUL in the common name":   {testcert.Spec{CN: "localhost\x00.evil.test"}, false},
		"a NUL in front":             {testcert.Spec{CN: "x", Extra: alternative(t, dns, "\x00localhost")}, false},
		"a newline behind":           {testcert.Spec{CN: "x", Extra: alternative(t, dns, "localhost\n")}, false},
		"a newline in a common name": {testcert.Spec{CN: "localhost\nWarning: nothing to see here"}, false},
		"spaces":                     {testcert.Spec{CN: " localhost ", Extra: alternative(t, dns, " localhost")}, false},
		"no UTF-8":                   {testcert.Spec{CN: "x", Extra: alternative(t, dns, "\xff\xfe", "localhost\xc3")}, false},
		"stars":                      {testcert.Spec{CN: "*", Extra: alternative(t, dns, "*.localhost", "local*.host", "**")}, false},
		"empty names":                {testcert.Spec{CN: "x", Extra: alternative(t, dns, "", "", "")}, false},
		"addresses of no length":     {testcert.Spec{CN: "x", Extra: alternative(t, ip, "", "\x7f", "\x7f\x00\x00\x01\x00")}, false},
		"a long common name":         {testcert.Spec{CN: strings.Repeat("localhost.", 6000)}, false},
		"a long name":                {testcert.Spec{CN: "x", Extra: alternative(t, dns, strings.Repeat("a.", 20000)+"localhost")}, false},
		"many names":                 {testcert.Spec{CN: "x", DNS: many}, false},
		"many names and ours":        {testcert.Spec{CN: "x", DNS: append(many[:len(many):len(many)], "localhost")}, true},
	} {
		t.Run(name, func(t *testing.T) {
			cert := ca.Issue(c.spec)
			addr := serve(t, func(conn *net.TCPConn) {
				s := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{cert.TLSAlone()}})
				s.Handshake()
				s.Write([]byte("hello\n"))
				s.Close()
			})
			_, port, _ := net.SplitHostPort(addr)
			client := newClient()
			ctx := client.StreamContextCreate(phpstream.Options{"ssl": {"cafile": dir + "/ca.pem", "capture_peer_cert": true}})
			var fp *phpstream.Stream
			grown := most(func() {
				fp, _, _ = client.StreamSocketClient("tls://localhost:"+port, phpstream.Timeout(10), ctx)
			})
			if (fp != nil) != c.good {
				t.Errorf("accepted: %v; %q", fp != nil, client.events)
			}
			if grown > figure(t, "memory for a handshake")*mega {
				t.Errorf("it took %d MB", grown/mega)
			}
			if fp == nil && len(client.events) == 0 {
				t.Error("nothing is told")
			}
			for _, event := range client.events {
				if uint64(len(event)) > figure(t, "what is told of a certificate") {
					t.Errorf("told in %d bytes: %.200q", len(event), event)
				}
			}
			if fp != nil {
				if line, _ := phpstream.Fgets(fp); line != "hello\n" {
					t.Errorf("%q", line)
				}
				phpstream.Fclose(fp)
			}
			pem := string(cert.PEM())
			client.OpensslX509Parse(pem)
			client.OpensslX509Fingerprint(pem)
		})
	}
}
