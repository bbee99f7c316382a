package secure

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/phpstream-go/phpstream/internal/testcert"
)

// hostJobs: certificates by the name that the client asks for.
func hostJobs(l *lab) {
	h := l.hall("sni")
	write := func(cn string) string {
		_, _, all := h.root.Issue(testcert.Spec{CN: cn, Key: testcert.RSA2048}).Write(l.dir, "sni-"+cn)
		return all
	}
	one, two, wild := write("one"), write("two"), write("wild")
	cert, key := l.dir+"/sni-one.pem", l.dir+"/sni-one.key"
	encrypted := l.file("sni-enc.pem", h.rsa.PEM(), h.rsa.EncryptedKeyPEM("secret"))
	for what, certs := range inOrder(map[string]any{
		"names":           ssl{"one.test": one, "two.test": two},
		"wildcard":        ssl{"*.test": wild},
		"part of a label": ssl{"o*e.test": wild},
		"any":             ssl{"*": wild},
		"second label":    ssl{"one.*": wild},
		"upper case":      ssl{"ONE.TEST": one},
		"two files":       ssl{"one.test": ssl{"local_cert": cert, "local_pk": key}},
		"no key":          ssl{"one.test": ssl{"local_cert": cert}},
		"no certificate":  ssl{"one.test": ssl{"local_pk": key}},
		"key missing":     ssl{"one.test": ssl{"local_cert": cert, "local_pk": l.dir + "/nosuch"}},
		"missing, array":  ssl{"one.test": ssl{"local_cert": l.dir + "/nosuch", "local_pk": key}},
		"empty array":     ssl{"one.test": ssl{}},
		"wrong key":       ssl{"one.test": ssl{"local_cert": cert, "local_pk": l.dir + "/sni-ec.key"}},
		"another key":     ssl{"one.test": ssl{"local_cert": l.dir + "/sni-two.pem", "local_pk": l.file("sni-3.key", testcert.NewCA(testcert.Spec{Key: testcert.RSA3072}).KeyPEM())}},
		"missing":         ssl{"one.test": l.dir + "/nosuch"},
		"one missing":     ssl{"aaa.test": l.dir + "/nosuch", "one.test": one},
		"not PEM":         ssl{"one.test": l.file("sni-text", []byte("x\n"))},
		"without key":     ssl{"one.test": cert},
		"encrypted":       ssl{"one.test": encrypted},
		"a list":          []string{one},
		"text":            one,
		"null":            nil,
		"empty":           []string{},
		"true":            true,
		"NUL":             ssl{"one.test": one + "\x00x"},
		"NUL in array":    ssl{"one.test": ssl{"local_cert": cert + "\x00x", "local_pk": key}},
	}) {
		for _, name := range []string{"one.test", "two.test", "", "a.one.test", "127.0.0.1"} {
			if name != "one.test" && !strings.Contains("names wildcard any upper case", what) {
				continue
			}
			options := ssl{"local_cert": h.rsaAll, "SNI_server_certs": certs}
			if what == "encrypted" {
				options["passphrase"] = "secret"
			}
			l.guest(fmt.Sprintf("SNI: %s, asked for %q", what, name), options, visits(&tls.Config{ServerName: name}))
		}
	}
	names := ssl{"one.test": one}
	client := h.root.Issue(testcert.Spec{CN: "client", EKU: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}).TLS()
	for what, options := range inOrder(map[string]ssl{
		"no other":          {},
		"switched off":      {"local_cert": h.rsaAll, "SNI_enabled": false},
		"switched on":       {"local_cert": h.rsaAll, "SNI_enabled": "yes"},
		"ECDSA beside":      {"local_cert": h.ecAll},
		"wrong key":         {"local_cert": h.rsaAll, "SNI_server_certs": ssl{"one.test": ssl{"local_cert": cert, "local_pk": l.dir + "/sni-ec.key"}}},
		"client's, checked": {"local_cert": h.rsaAll, "verify_peer": true, "cafile": h.ca},
		"only 1.2":          {"local_cert": h.rsaAll, "max_proto_version": 32},
		"ciphers":           {"local_cert": h.rsaAll, "ciphers": "ECDHE-RSA-AES256-SHA", "max_proto_version": 32},
	}) {
		if options["SNI_server_certs"] == nil {
			options["SNI_server_certs"] = names
		}
		for _, name := range []string{"one.test", "other.test", ""} {
			for _, version := range tlsVersions[2:] {
				config := &tls.Config{ServerName: name, MaxVersion: version.version}
				if strings.Contains(what, "checked") {
					config.Certificates = []tls.Certificate{client}
				}
				l.guest(fmt.Sprintf("SNI: %s, asked for %q by TLS %s", what, name, version.name), options, visits(config))
			}
		}
	}
}

// dhParams are parameters as openssl makes them, by the bits of the prime.
var dhParams = map[int]string{
	512: "MEYCQQC2HemfydgfkSbTe73Ai5TFnsi+Hd0NVKnKEZeRVQkT4OX3+Guw+ILpUYoH\n5faYaqg4dm75KjibPFBcuc6qh65fAgEC",
	1024: "MIGHAoGBAMPBTJ/NOb+Oxjk5aB06D7HdQz1GOyFAXvIijTjBsZzhANWN9Wj5KZ3b\ncQmBJu/SlxQQKym7ddP7StV9wYe41caGYDc6A4rRuOLXDfGyIfPEv/NJ9f1Wt++y\n" +
		"KGuDDBglKBgGo22SmDqDZLA44mkRPbvU6o/BrBRWwB9kMaTLDa7nAgEC",
	2048: "MIIBCAKCAQEA//////////+t+FRYortKmq/cViAnPTzx2LnFg84tNpWp4TZBFGQz\n+8yTnc4kmz75fS/jY2MMddj2gbICrsRhetPfHtXV/WVhJDP1H18GbtCFY2VVPe0a\n" +
		"87VXE15/V8k1mE8McODmi3fipona8+/och3xWKE2rec1MKzKT0g6eXq8CrGCsyT7\nYdEIqUuyyOP7uWrat2DX9GgdT0Kj3jlN9K5W7edjcrsZCwenyO4KbXCeAvzhzffi\n" +
		"7MA0BM0oNC9hkXL+nOmFg/+OTxIy7vKBg8P+OxtMb61zO7X8vC7CIAXFjvGDfRaD\nssbzSibBsu/6iGtCOGEoXJf//////////wIBAg==",
}

// serverOptionJobs: ALPN, and what is left.
func serverOptionJobs(l *lab) {
	h := l.hall("options")
	for what, list := range inOrder(map[string]any{
		"two": "h2,http/1.1", "one": "http/1.1", "another": "x", "h2": "h2", "empty": "", "empty name": "a,,h2", "space": "h2, http/1.1", "null": nil,
		"long": strings.Repeat("a", 256), "int": 5, "array": []string{"h2"},
	}) {
		for client, protocols := range inOrder(map[string][]string{"both": {"http/1.1", "h2"}, "one": {"http/1.1"}, "none": nil}) {
			for _, version := range tlsVersions[2:] {
				config := upTo(version.version)
				config.NextProtos = protocols
				l.guest("ALPN "+version.name+": "+what+", client "+client, ssl{"local_cert": h.rsaAll, "alpn_protocols": list}, visits(config))
			}
		}
	}
	dh := func(name, text string) string { return l.file("dh-"+name, []byte(text)) }
	pem := func(kind, der string) string {
		return "-----BEGIN " + kind + "-----\n" + der + "\n-----END " + kind + "-----\n"
	}
	for what, options := range inOrder(map[string]ssl{
		"dh_param":                  {"dh_param": dh("2048", pem("DH PARAMETERS", dhParams[2048]))},
		"dh_param, text first":      {"dh_param": dh("2048t", "some text\n"+pem("DH PARAMETERS", dhParams[2048]))},
		"dh_param behind a key":     {"dh_param": dh("2048k", string(h.rsa.KeyPEM())+pem("DH PARAMETERS", dhParams[2048]))},
		"dh_param of 512 bits":      {"dh_param": dh("512", pem("DH PARAMETERS", dhParams[512]))},
		"dh_param of 1024 bits":     {"dh_param": dh("1024", pem("DH PARAMETERS", dhParams[1024]))},
		"dh_param of 1024, level 1": {"dh_param": dh("1024", pem("DH PARAMETERS", dhParams[1024])), "security_level": 1},
		"dh_param of 512, level 0":  {"dh_param": dh("512", pem("DH PARAMETERS", dhParams[512])), "security_level": 0},
		"dh_param missing":          {"dh_param": l.dir + "/nosuch"},
		"dh_param empty":            {"dh_param": dh("empty", "")},
		"dh_param empty name":       {"dh_param": ""},
		"dh_param null":             {"dh_param": nil},
		"dh_param a directory":      {"dh_param": l.dir},
		"dh_param a certificate":    {"dh_param": h.rsaAll},
		"dh_param broken":           {"dh_param": dh("broken", pem("DH PARAMETERS", "AAAA"))},
		"dh_param of a curve":       {"dh_param": dh("curve", pem("EC PARAMETERS", "BggqhkjOPQMBBw=="))},
		"dh_param array":            {"dh_param": []string{"x"}},
		"ecdh_curve":                {"ecdh_curve": "secp384r1"},
		"ecdh_curve unknown":        {"ecdh_curve": "nosuch"},
		"rsa_key_size":              {"rsa_key_size": 2048},
		"single_dh_use":             {"single_dh_use": true},
		"single_dh_use off":         {"single_dh_use": false},
		"single_ecdh_use":           {"single_ecdh_use": true},
		"reneg_limit":               {"reneg_limit": 0},
		"reneg_limit, window":       {"reneg_limit": 5, "reneg_window": 10},
		"reneg_limit off":           {"reneg_limit": -1},
		"reneg_limit text":          {"reneg_limit": "x"},
		"no_ticket":                 {"no_ticket": true},
		"disable_compression":       {"disable_compression": true},
		"disable_compression false": {"disable_compression": false},
		"peer_name unused":          {"peer_name": "x"},
		"capture":                   {"capture_peer_cert": true, "capture_peer_cert_chain": true},
	}) {
		options["local_cert"] = h.rsaAll
		l.guest("option "+what, options, visits(upTo(tls.VersionTLS12)))
	}
}

// guestJobs: clients that don't speak TLS, or speak it badly.
func guestJobs(l *lab) {
	h := l.hall("guests")
	options := ssl{"local_cert": h.rsaAll}
	// What a client says at once, and then it ends its side.
	for what, s := range inOrder(map[string]string{
		"SMTP": "EHLO x\r\n", "GET": "GET / HTTP/1.0\r\n\r\n", "POST": "POST / HTTP/1.0\r\n\r\n", "CONNECT": "CONNECT x:1\r\n\r\n", "DELETE": "DELETE / HTTP/1.0\r\n\r\n",
		"nothing": "", "one byte": "x", "four bytes": "EHLO", "half a header": "\x16\x03", "a header only": "\x16\x03\x01\x00\x05",
		"a record too long": "\x16\x03\x01\xff\xff", "version 2": "\x16\x02\x00\x00\x05hello", "version 4": "\x16\x04\x00\x00\x05hello",
		"data first": "\x17\x03\x03\x00\x05hello", "ServerHello": "\x16\x03\x03\x00\x04\x02\x00\x00\x00", "ServerHelloDone first": "\x16\x03\x03\x00\x04\x0e\x00\x00\x00",
		"ClientHello without a body": "\x16\x03\x03\x00\x04\x01\x00\x00\x00", "an unknown message first": "\x16\x03\x03\x00\x04\x09\x00\x00\x00",
		"an alert first": "\x15\x03\x03\x00\x02\x02\x28", "close_notify first": "\x15\x03\x03\x00\x02\x01\x00", "a change of ciphers first": "\x14\x03\x03\x00\x01\x01",
		"a message too long": "\x16\x03\x03\x00\x04\x01\xff\xff\xff", "zeros": strings.Repeat("\x00", 100), "SSL 2": "\x80\x2e\x01\x00\x02hello",
		"SSL 3": clientHello("\x03\x00", "\x00\x2f"), "TLS 1.0 by hand": clientHello("\x03\x01", "\x00\x2f"), "TLS 1.2 with RC4": clientHello("\x03\x03", "\x00\x05"),
		"TLS 1.2 with a suite of 1.3": clientHello("\x03\x03", "\x13\x01"), "fallback": clientHello("\x03\x02", "\x00\x2f\x56\x00"),
	}) {
		l.guest("guest: "+what, options, func(c *net.TCPConn) string {
			io.WriteString(c, s)
			c.CloseWrite()
			answer, err := io.ReadAll(c)
			if n := len(answer); n >= 7 && answer[0] == 21 {
				return fmt.Sprintf("alert %d", answer[6])
			} else if n > 0 {
				return fmt.Sprintf("record %d", answer[0])
			}
			return sightOf(err)
		})
	}
	l.guest("guest: reset", options, func(c *net.TCPConn) string {
		io.WriteString(c, "\x16\x03\x01")
		time.Sleep(20 * time.Millisecond)
		c.SetLinger(0)
		return "gone"
	})
	for _, version := range tlsVersions[2:] {
		config := upTo(version.version)
		config.InsecureSkipVerify = true
		// Alerts that a client answers the server's certificate with.
		if version.name == "1.2" {
			for _, alert := range []byte{0, 10, 20, 40, 42, 43, 44, 45, 46, 48, 49, 51, 70, 71, 80, 90, 112, 116} {
				l.guest(fmt.Sprintf("guest: answers with alert %d", alert), options, func(c *net.TCPConn) string {
					s := tls.Client(&interrupted{Conn: c, with: "\x15\x03\x03\x00\x02\x02" + string([]byte{alert})}, config)
					err := s.Handshake()
					io.Copy(io.Discard, c)
					return fmt.Sprint(err != nil)
				})
			}
		}
		distrusts := upTo(version.version)
		distrusts.ServerName = "x"
		l.guest("guest: distrusts, TLS "+version.name, options, func(c *net.TCPConn) string {
			err := tls.Client(c, distrusts).Handshake()
			io.Copy(io.Discard, c)
			return fmt.Sprint(err != nil)
		})
		for record := 1; record <= 3; record++ {
			l.guest(fmt.Sprintf("guest: TLS %s, cut in record %d", version.name, record), options, func(c *net.TCPConn) string {
				s := tls.Client(&damagedConn{Conn: c, record: record, cut: true}, config)
				s.Handshake()
				return "gone"
			})
		}
		l.guest("guest: closes after TLS "+version.name, options, func(c *net.TCPConn) string {
			s := tls.Client(c, config)
			err := s.Handshake()
			s.Close()
			return fmt.Sprint(err == nil)
		}).Read = false
		l.guest("guest: ends after TLS "+version.name, options, func(c *net.TCPConn) string {
			s := tls.Client(c, config)
			err := s.Handshake()
			c.CloseWrite()
			io.Copy(io.Discard, c)
			return fmt.Sprint(err == nil)
		})
	}
}

// clientHello makes a hello by hand, without extensions.
func clientHello(version, suites string) string {
	body := version + strings.Repeat("R", 32) + "\x00\x00" + string([]byte{byte(len(suites))}) + suites + "\x01\x00"
	message := "\x01\x00\x00" + string([]byte{byte(len(body))}) + body
	return "\x16\x03\x01\x00" + string([]byte{byte(len(message))}) + message
}

// interrupted says something else than its second flight.
type interrupted struct {
	net.Conn
	with   string
	writes int
}

func (c *interrupted) Write(b []byte) (int, error) {
	if c.writes++; c.writes == 1 {
		return c.Conn.Write(b)
	}
	io.WriteString(c.Conn, c.with)
	return 0, io.ErrClosedPipe
}
