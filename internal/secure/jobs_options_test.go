package secure

import (
	"crypto/tls"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

var tlsVersions = []struct {
	name    string
	version uint16
}{{"1.0", tls.VersionTLS10}, {"1.1", tls.VersionTLS11}, {"1.2", tls.VersionTLS12}, {"1.3", tls.VersionTLS13}}

// versionPeers starts a server for each version of TLS, and one for all.
func versionPeers(l *lab) (ca string, at map[string]string) {
	root := testcert.NewCA(testcert.Spec{Key: testcert.RSA2048})
	cert := root.Issue(testcert.Spec{CN: "cn.test", Key: testcert.RSA2048}).TLS()
	at = map[string]string{}
	for _, v := range tlsVersions {
		at[v.name] = l.serve(&tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: v.version, MaxVersion: v.version})
	}
	at["any"] = l.serve(&tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS10, NextProtos: []string{"h2", "http/1.1", "5", "a"}})
	return testcert.WriteCAs(l.dir, "versions.pem", root), at
}

// protocolJobs: the method mask, min_proto_version and max_proto_version.
func protocolJobs(l *lab) {
	ca, at := versionPeers(l)
	try := func(what, peer string, method int, options ssl) {
		options["cafile"], options["peer_name"] = ca, "cn.test"
		l.add("protocol: "+what, at[peer], options)
		l.jobs[len(l.jobs)-1].Method = method
	}
	for _, v := range tlsVersions {
		for _, method := range []int{9, 17, 33, 65, 121} {
			try(fmt.Sprintf("method %d, server %s", method, v.name), v.name, method, ssl{})
			try(fmt.Sprintf("method %d, server %s, level 0", method, v.name), v.name, method, ssl{"security_level": 0})
		}
		try(fmt.Sprintf("server %s, level 1", v.name), v.name, 121, ssl{"security_level": 1})
		try(fmt.Sprintf("server %s, RSA, level 1", v.name), v.name, 57, ssl{"security_level": 1, "ciphers": "AES128-SHA"})
		try(fmt.Sprintf("server %s, @SECLEVEL=0", v.name), v.name, 121, ssl{"ciphers": "DEFAULT@SECLEVEL=0"})
	}
	for level := 3; level <= 5; level++ {
		for _, method := range []int{9, 17, 25} {
			try(fmt.Sprintf("method %d at level %d", method, level), "any", method, ssl{"security_level": level})
		}
	}
	for _, method := range []int{3, 5, 7, 1, 13, 25, 57, 127, 41, 73, 129, 255, 137} {
		try(fmt.Sprintf("method %d, any server", method), "any", method, ssl{"security_level": 0})
		try(fmt.Sprintf("method %d, server 1.2, level 0 again", method), "1.2", method, ssl{"security_level": 0})
	}
	for _, r := range []struct{ min, max any }{
		{8, "-"}, {"-", 8}, {16, 16}, {32, "-"}, {"-", 32}, {64, 32}, {4, "-"}, {"-", 4}, {0, 0}, {33, "-"}, {"-", 33},
		{"32", "32"}, {128, "-"}, {-1, "-"}, {"-", -1}, {true, "-"}, {2, 1000}, {"x", nil}, {1 << 32, "-"}, {"-", 1<<32 + 32},
	} {
		options := func() ssl {
			o := ssl{"security_level": 0}
			if r.min != "-" {
				o["min_proto_version"] = r.min
			}
			if r.max != "-" {
				o["max_proto_version"] = r.max
			}
			return o
		}
		for _, method := range []int{9, 121} {
			try(fmt.Sprintf("method %d, min %v, max %v", method, r.min, r.max), "any", method, options())
			try(fmt.Sprintf("method %d, min %v, max %v, server 1.2", method, r.min, r.max), "1.2", method, options())
		}
	}
}

// cipherJobs: what becomes of a cipher string in a handshake.
func cipherJobs(l *lab) {
	ca, at := versionPeers(l)
	try := func(what, peer string, method int, options ssl) {
		options["cafile"], options["peer_name"] = ca, "cn.test"
		l.add("ciphers: "+what, at[peer], options)
		l.jobs[len(l.jobs)-1].Method = method
	}
	for _, c := range []any{
		"", "NOSUCH", "ALL:@x", "TLS_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-CHACHA20-POLY1305", "ECDHE-RSA-AES128-SHA:AES256-SHA",
		"ECDHE-ECDSA-AES128-SHA", "DEFAULT", "HIGH:!aNULL:!MD5", "ALL:@STRENGTH", nil, 5, []string{"ALL"}, "ECDHE-RSA-AES256-GCM-SHA384\x00:x", "DES-CBC3-SHA", "RC4",
	} {
		try(fmt.Sprintf("%q, server 1.2", fmt.Sprint(c)), "1.2", 121, ssl{"ciphers": c})
		try(fmt.Sprintf("%q, server 1.3", fmt.Sprint(c)), "1.3", 121, ssl{"ciphers": c})
		try(fmt.Sprintf("%q, only 1.2", fmt.Sprint(c)), "any", 33, ssl{"ciphers": c})
	}
	for _, c := range []string{"eNULL", "aNULL", "PSK", "SRP", "DHE-RSA-AES128-SHA", "CAMELLIA"} {
		try(c+", server 1.3", "1.3", 121, ssl{"ciphers": c})
		try(c+", only 1.2", "1.2", 33, ssl{"ciphers": c})
	}
	try("suites of 1.2 with 1.0", "1.0", 9, ssl{"ciphers": "ECDHE-RSA-AES256-GCM-SHA384", "security_level": 0})
	try("eNULL at level 0", "1.2", 33, ssl{"ciphers": "eNULL", "security_level": 0})
	try("broken, and the level as well", "1.2", 33, ssl{"ciphers": "@x", "security_level": 9})
}

// suiteJobs: what is shown of each suite.
func suiteJobs(l *lab) {
	root := testcert.NewCA(testcert.Spec{})
	ca := testcert.WriteCAs(l.dir, "suites.pem", root)
	rsa := root.Issue(testcert.Spec{CN: "cn.test", Key: testcert.RSA2048}).TLS()
	ecdsa := root.Issue(testcert.Spec{CN: "cn.test"}).TLS()
	try := func(what string, config *tls.Config) {
		l.add("suite: "+what, l.serve(config), ssl{"cafile": ca, "peer_name": "cn.test", "ciphers": "ALL", "security_level": 0})
		l.jobs[len(l.jobs)-1].Cipher = true
	}
	for _, suite := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		if _, ok := phpfacts.CipherByID(suite.ID); !ok || suite.SupportedVersions[0] == tls.VersionTLS13 {
			continue // Debian's OpenSSL has no RC4 and no 3DES
		}
		c := &tls.Config{
			MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS12,
			CipherSuites: []uint16{suite.ID}, Certificates: []tls.Certificate{rsa},
		}
		if strings.Contains(suite.Name, "ECDSA") {
			c.Certificates[0] = ecdsa
		}
		try(suite.Name, c)
		if suite.SupportedVersions[0] < tls.VersionTLS12 {
			c := c.Clone()
			c.MaxVersion = tls.VersionTLS10
			try(suite.Name+" in TLS 1.0", c)
		}
	}
	try("TLS 1.3", &tls.Config{Certificates: []tls.Certificate{rsa}})

	// A server that takes what the client names first, as OpenSSL's does.
	first := &tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		return &tls.Config{Certificates: []tls.Certificate{ecdsa}, MaxVersion: tls.VersionTLS12, CipherSuites: hello.CipherSuites[:1]}, nil
	}}
	for _, list := range []string{"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256"} {
		l.add("suite: the first of "+list, l.serve(first), ssl{"cafile": ca, "peer_name": "cn.test", "ciphers": list})
		l.jobs[len(l.jobs)-1].Method, l.jobs[len(l.jobs)-1].Cipher = methodIsClient|protoTLS12, true
	}
	l.add("suite: Suite B", l.serve(&tls.Config{Certificates: []tls.Certificate{ecdsa}}), ssl{"cafile": ca, "peer_name": "cn.test", "ciphers": "SUITEB128"})
}

// otherJobs: ALPN, and options without effect.
func otherJobs(l *lab) {
	ca, at := versionPeers(l)
	try := func(what string, options ssl) {
		options["cafile"], options["peer_name"] = ca, "cn.test"
		l.add(what, at["any"], options)
		l.jobs[len(l.jobs)-1].Read = true
	}
	for what, list := range inOrder(map[string]any{
		"one": "h2", "two": "http/1.1,h2", "unknown and known": "x,h2", "empty": "", "comma": ",", "empty at the end": "h2,", "empty in front": ",h2",
		"255": strings.Repeat("a", 255) + ",a", "256": strings.Repeat("a", 256), "long": strings.Repeat("a,", 40000), "null": nil, "int": 5, "NUL": "h2\x00,",
		"false": false, "space": "x y,h2",
	}) {
		try("ALPN: "+what, ssl{"alpn_protocols": list})
	}
	try("options for servers", ssl{
		"no_ticket": true, "disable_compression": false, "ecdh_curve": "nosuch", "dh_param": "/nosuch", "rsa_key_size": 5,
		"single_dh_use": 1, "honor_cipher_order": false, "SNI_server_certs": []string{}, "reneg_limit": 1, "nosuch": 1,
	})
	root := testcert.NewCA(testcert.Spec{})
	noALPN := l.serve(&tls.Config{Certificates: []tls.Certificate{root.Issue(leafSpec()).TLS()}, NextProtos: []string{"other"}})
	l.add("ALPN: nothing in common", noALPN, ssl{"cafile": testcert.WriteCAs(l.dir, "alpn.pem", root), "peer_name": "cn.test", "alpn_protocols": "h2"})
}

// inOrder ranges over a map by its keys, so that runs are alike.
func inOrder[V any](m map[string]V) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, key := range slices.Sorted(maps.Keys(m)) {
			if !yield(key, m[key]) {
				return
			}
		}
	}
}
