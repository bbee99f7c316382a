package secure

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/phpstream-go/phpstream/internal/testcert"
)

// skipRecord reads what the client says first.
func skipRecord(c net.Conn) {
	var header [5]byte
	if _, err := io.ReadFull(c, header[:]); err == nil {
		io.CopyN(io.Discard, c, int64(header[3])<<8|int64(header[4]))
	}
}

// says makes a peer that answers the first record with s and then ends its
// side.
func says(s string) func(*net.TCPConn) {
	return func(c *net.TCPConn) {
		skipRecord(c)
		io.WriteString(c, s)
		c.CloseWrite()
		io.Copy(io.Discard, c)
	}
}

// alertJobs: every alert there is.
func alertJobs(l *lab) {
	for alert := range 256 {
		if alert <= 120 || alert == 255 {
			at := l.raw(says("\x15\x03\x03\x00\x02\x02" + string([]byte{byte(alert)})))
			l.add(fmt.Sprintf("alert %d", alert), at, ssl{"verify_peer": false, "verify_peer_name": false})
		}
	}
}

// serverHello makes a ServerHello of a version, a suite and extensions.
func serverHello(version, suite, extensions string) string {
	body := version + strings.Repeat("R", 32) + "\x00" + suite + "\x00"
	if extensions != "" {
		body += string([]byte{0, byte(len(extensions))}) + extensions
	}
	message := "\x02\x00\x00" + string([]byte{byte(len(body))}) + body
	return "\x16\x03\x03\x00" + string([]byte{byte(len(message))}) + message
}

// A damagedConn spoils the last byte of one record, or stops in it.
type damagedConn struct {
	net.Conn
	record, at int
	cut        bool
}

func (c *damagedConn) Write(b []byte) (int, error) {
	var out []byte
	for rest := b; len(rest) >= 5; {
		n := 5 + int(rest[3])<<8 + int(rest[4])
		record := append([]byte{}, rest[:n]...)
		rest = rest[n:]
		if c.at++; c.at == c.record {
			if c.cut {
				c.Conn.Write(append(out, record[:n-3]...))
				c.Conn.Close()
				return 0, io.EOF
			}
			record[n-1] ^= 0xff
		}
		out = append(out, record...)
	}
	if _, err := c.Conn.Write(out); err != nil {
		return 0, err
	}
	return len(b), nil
}

// peerJobs: peers that don't speak TLS, or speak it badly.
func peerJobs(l *lab) {
	root := testcert.NewCA(testcert.Spec{})
	ca := testcert.WriteCAs(l.dir, "peers.pem", root)
	cert := root.Issue(leafSpec()).TLS()
	try := func(what string, serve func(*net.TCPConn)) {
		l.add("peer: "+what, l.raw(serve), ssl{"cafile": ca, "peer_name": "cn.test"})
		l.jobs[len(l.jobs)-1].Read = true
	}
	for what, s := range inOrder(map[string]string{
		"SMTP": "220 smtp ready\r\n", "HTTP": "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "GET": "GET / HTTP/1.0\r\n\r\n",
		"POST": "POST / HTTP/1.0\r\n\r\n", "HEAD": "HEAD / HTTP/1.0\r\n\r\n", "PUT": "PUT / HTTP/1.0\r\n\r\n", "CONNECT": "CONNECT x:1\r\n\r\n", "DELETE": "DELETE / HTTP/1.0\r\n\r\n", "OPTIONS": "OPTIONS / HTTP/1.0\r\n\r\n", "TRACE": "TRACE / HTTP/1.0\r\n\r\n", "PATCH": "PATCH / HTTP/1.0\r\n\r\n", "LINK": "LINK / HTTP/1.0\r\n\r\n", "PUTS": "PUTS / HTTP/1.0\r\n", "get": "get / HTTP/1.0\r\n\r\n", "POSTX": "POSTX / HTTP/1.0\r\n\r\n", "DELEX": "DELEX / HTTP/1.0\r\n\r\n",
		"nothing": "", "one byte": "x", "four bytes": "2200", "five bytes": "22000", "half a header": "\x16\x03", "a header only": "\x16\x03\x01\x00\x05",
		"a record too long": "\x16\x03\x01\xff\xff", "version 2": "\x16\x02\x00\x00\x05hello", "version 4": "\x16\x04\x00\x00\x05hello", "SSL 2": "\x80\x2e\x01\x00\x02hello",
		"data first": "\x17\x03\x03\x00\x05hello", "ServerHello without a body": "\x16\x03\x03\x00\x04\x02\x00\x00\x00",
		"ServerHelloDone first": "\x16\x03\x03\x00\x04\x0e\x00\x00\x00", "ClientHello back": "\x16\x03\x03\x00\x04\x01\x00\x00\x00",
		"an unknown message first": "\x16\x03\x03\x00\x04\x09\x00\x00\x00", "an empty record first": "\x16\x03\x03\x00\x00", "an alert of one byte": "\x15\x03\x03\x00\x01\x02", "a change of ciphers first": "\x14\x03\x03\x00\x01\x01",
		"a message too long": "\x16\x03\x03\x00\x04\x02\xff\xff\xff", "a short ServerHello": "\x16\x03\x03\x00\x06\x02\x00\x00\x02\x03\x03",
		"close_notify": "\x15\x03\x03\x00\x02\x01\x00", "warning 112": "\x15\x03\x03\x00\x02\x01\x70", "alert in SSL 3": "\x15\x03\x00\x00\x02\x02\x28", "alert in TLS 1.0": "\x15\x03\x01\x00\x02\x02\x28",
		"chooses SSL 3": serverHello("\x03\x00", "\xc0\x2f", ""), "chooses TLS 1.4": serverHello("\x03\x05", "\x13\x01", ""), "chooses version 2": serverHello("\x02\x00", "\x13\x01", ""),
		"chooses RC4": serverHello("\x03\x03", "\x00\x05", "\xff\x01\x00\x01\x00"), "chooses a suite of 1.3 in 1.2": serverHello("\x03\x03", "\x13\x01", "\xff\x01\x00\x01\x00"),
		"chooses ALPN unasked": serverHello("\x03\x03", "\xc0\x2f", "\xff\x01\x00\x01\x00\x00\x10\x00\x05\x00\x03\x02h2"), "renegotiation info": serverHello("\x03\x03", "\xc0\x2f", "\xff\x01\x00\x01\x05"),
		"another session": serverHello("\x03\x03", "\x13\x01", "\x00\x2b\x00\x02\x03\x04"),
	}) {
		try(what, says(s))
	}
	try("SMTP speaks first", func(c *net.TCPConn) {
		io.WriteString(c, "220 smtp ready\r\n")
		io.Copy(io.Discard, c)
	})
	try("reset", func(c *net.TCPConn) { skipRecord(c); c.SetLinger(0) })
	try("close at once", func(c *net.TCPConn) { c.CloseWrite(); io.Copy(io.Discard, c) })

	for what, useless := range inOrder(map[string]func(*rawPeer) []byte{
		"empty records": func(p *rawPeer) []byte { return p.record(contentData, "") },
		"key updates":   func(p *rawPeer) []byte { return p.keyUpdate(false) },
		"user_canceled": func(p *rawPeer) []byte { return p.record(contentAlert, "\x01\x5a") },
	}) {
		try("a flood of "+what, func(c *net.TCPConn) {
			p, err := newRawPeer(c, cert)
			if err == io.EOF {
				return // a stranger, who says nothing: what the client meets is compared all the same
			}
			if err != nil {
				l.t.Error(err)
				return
			}
			for range 1000 {
				p.Write(useless(p))
			}
			c.CloseWrite()
			io.Copy(io.Discard, p)
		})
	}
	for _, version := range tlsVersions[2:] {
		config := &tls.Config{Certificates: []tls.Certificate{cert}, MaxVersion: version.version, SessionTicketsDisabled: true}
		for record := 1; record <= 7; record++ {
			for _, cut := range []bool{false, true} {
				if cut && record > 5 {
					continue // the client may or may not have written by then
				}
				if !cut && record == 4 && version.name == "1.2" {
					continue // it makes the empty ServerHelloDone a long one, for which crypto/tls waits
				}
				try(fmt.Sprintf("TLS %s, record %d, cut %v", version.name, record, cut), func(c *net.TCPConn) {
					s := tls.Server(&damagedConn{Conn: c, record: record, cut: cut}, config)
					if s.Handshake() != nil {
						io.Copy(io.Discard, c)
						return
					}
					s.Read(make([]byte, 16))
					io.WriteString(s, "hi\n")
					s.Close()
					io.Copy(io.Discard, c)
				})
			}
		}
		after := func(what string, then func(*net.TCPConn)) {
			try("TLS "+version.name+", then "+what, func(c *net.TCPConn) {
				s := tls.Server(c, config)
				s.Handshake()
				s.Read(make([]byte, 16))
				then(c)
			})
		}
		after("the end", func(c *net.TCPConn) {})
		after("a reset", func(c *net.TCPConn) { c.SetLinger(0) })
		after("plain text", func(c *net.TCPConn) {
			io.WriteString(c, "250 plain text\r\n")
			c.CloseWrite()
			io.Copy(io.Discard, c)
		})
	}
}
