package phpdocs_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/phpstream-go/phpstream/internal/testcert"
)

// patience bounds everything that an example or a peer waits for.
const patience = 20 * time.Second

// material is the folder of certificates that examples see as $dir.
type material struct {
	dir, cafile string
	ca          *testcert.Cert
	certs       map[string]tls.Certificate // by peer
}

func makeMaterial(t *testing.T) *material {
	t.Helper()
	m := &material{dir: t.TempDir(), ca: testcert.NewCA(testcert.Spec{Org: "Example", CN: "Example Root"})}
	serveDNS(t, m.dir)
	m.cafile = testcert.WriteCAs(m.dir, "ca.pem", m.ca)
	local := testcert.Spec{CN: "localhost", DNS: []string{"localhost"}, IP: []string{"127.0.0.1"}}
	good := m.ca.Issue(local)
	old := local
	old.NotBefore, old.NotAfter = time.Now().Add(-48*time.Hour), time.Now().Add(-24*time.Hour)
	m.certs = map[string]tls.Certificate{
		"":            good.TLS(),
		"expired":     m.ca.Issue(old).TLS(),
		"other-name":  m.ca.Issue(testcert.Spec{CN: "mail.example", DNS: []string{"mail.example"}}).TLS(),
		"self-signed": testcert.SelfSigned(local).TLS(),
	}
	good.Write(m.dir, "server")
	client := m.ca.Issue(testcert.Spec{CN: "client", EKU: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	client.Write(m.dir, "client")
	testcert.WriteFile(m.dir, "client-locked.key", client.EncryptedKeyPEM("secret"))
	return m
}

// A peer is what an example talks to, for one run.
type peer struct {
	port    int // 0 where it has none
	path    string
	mu      sync.Mutex
	saw     strings.Builder   // what came in, also inside TLS
	files   map[string]string // of an FTP server
	closers []func() error
	running sync.WaitGroup
}

func (p *peer) note(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.saw.WriteString(text)
}

// stop ends the peer and returns what it was sent.
func (p *peer) stop() string {
	for _, stop := range p.closers {
		stop()
	}
	p.running.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.saw.String()
}

// services are the peers of "peer=NAME"; "tls-NAME" has another certificate.
var services = map[string]func(p *peer, m *material, c net.Conn){
	"smtp":   func(p *peer, m *material, c net.Conn) { p.smtp(c, m.config("")) },
	"smtps":  func(p *peer, m *material, c net.Conn) { p.smtp(tls.Server(c, m.config("")), nil) },
	"lines":  func(p *peer, _ *material, c net.Conn) { io.WriteString(c, "first\nsecond\nthird\n") },
	"echo":   func(p *peer, _ *material, c net.Conn) { p.echo(c) },
	"silent": func(p *peer, _ *material, c net.Conn) { io.Copy(io.Discard, c) },
	"early":  func(p *peer, m *material, c net.Conn) { p.early(c, m.config("")) },
	"tls":    func(p *peer, m *material, c net.Conn) { p.echo(tls.Server(c, m.config(""))) },
	"tls-expired": func(p *peer, m *material, c net.Conn) {
		p.echo(tls.Server(c, m.config("expired")))
	},
	"tls-other-name": func(p *peer, m *material, c net.Conn) {
		p.echo(tls.Server(c, m.config("other-name")))
	},
	"tls-self-signed": func(p *peer, m *material, c net.Conn) {
		p.echo(tls.Server(c, m.config("self-signed")))
	},
	"tls-1.2": func(p *peer, m *material, c net.Conn) {
		config := m.config("")
		config.MaxVersion = tls.VersionTLS12
		p.echo(tls.Server(c, config))
	},
	"ftp":     func(p *peer, _ *material, c net.Conn) { p.ftp(c) },
	"web":     func(p *peer, _ *material, c net.Conn) { p.web(c) },
	"web-tls": func(p *peer, m *material, c net.Conn) { p.web(tls.Server(c, webConfig(m, ""))) },
	"web-tls-other-name": func(p *peer, m *material, c net.Conn) {
		p.web(tls.Server(c, webConfig(m, "other-name")))
	},
	"tls-client": func(p *peer, m *material, c net.Conn) {
		config := m.config("")
		config.ClientAuth, config.ClientCAs = tls.RequireAndVerifyClientCert, testcert.Pool(m.ca)
		p.echo(tls.Server(c, config))
	},
}

func (m *material) config(cert string) *tls.Config {
	return &tls.Config{
		Certificates: []tls.Certificate{m.certs[cert]},
		NextProtos:   []string{"h2", "smtp"},
		MinVersion:   tls.VersionTLS12,
	}
}

// webConfig is a web server's: it has no HTTP/2.
func webConfig(m *material, cert string) *tls.Config {
	config := m.config(cert)
	config.NextProtos = nil
	return config
}

// startPeer starts what an example asks for; no name is no peer.
func startPeer(t *testing.T, name string, m *material) *peer {
	t.Helper()
	p := &peer{path: filepath.Join(m.dir, "none")}
	switch name {
	case "", "dns":
		return p
	case "nobody":
		p.nobody(t)
		return p
	case "udp":
		p.udp(t)
		return p
	}
	network, address := "tcp", "127.0.0.1:0"
	service := services[name]
	if name == "unix" {
		network, address = "unix", filepath.Join(t.TempDir(), "s")
		p.path, service = address, services["echo"]
	}
	if service == nil {
		t.Fatalf("there is no peer %q", name)
	}
	listener, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	if a, ok := listener.Addr().(*net.TCPAddr); ok {
		p.port = a.Port
	}
	p.closers = append(p.closers, listener.Close)
	p.running.Go(func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			p.running.Go(func() {
				defer c.Close()
				c.SetDeadline(time.Now().Add(patience))
				service(p, m, c)
			})
		}
	})
	return p
}

// nobody finds a port on which nobody listens: one that a connection has at
// its other end.
func (p *peer) nobody(t *testing.T) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	p.port = c.LocalAddr().(*net.TCPAddr).Port
	p.closers = []func() error{c.Close, listener.Close}
}

func (p *peer) udp(t *testing.T) {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.port = c.LocalAddr().(*net.UDPAddr).Port
	p.closers = []func() error{c.Close}
	p.running.Go(func() {
		for b := make([]byte, 1500); ; {
			n, from, err := c.ReadFrom(b)
			if err != nil {
				return
			}
			p.note(string(b[:n]))
			c.WriteTo(b[:n], from)
		}
	})
}

// echo sends each line back, and says goodbye when the other side does.
func (p *peer) echo(c net.Conn) {
	defer c.Close()
	for lines := bufio.NewReader(c); ; {
		line, err := lines.ReadString('\n')
		p.note(line)
		if err != nil {
			return
		}
		io.WriteString(c, line)
	}
}

// early is what an attacker makes of a server: a line stands behind its answer
// to STARTTLS, in clear, in the hope that the client takes it for one that
// came over TLS.
func (p *peer) early(c net.Conn, config *tls.Config) {
	io.WriteString(c, "220 localhost ESMTP\r\n")
	lines := bufio.NewReader(c)
	lines.ReadString('\n')
	io.WriteString(c, "220 Go ahead\r\n250 injected\r\n")
	io.Copy(io.Discard, tls.Server(c, config))
}

// smtp is a mail server; config is that of its STARTTLS, nil where TLS is on.
func (p *peer) smtp(c net.Conn, config *tls.Config) {
	defer func() { c.Close() }()
	lines := bufio.NewReader(c)
	say := func(text string) { fmt.Fprintf(c, "%s\r\n", text) }
	say("220 localhost ESMTP")
	for {
		if first, err := lines.Peek(1); err == nil && first[0] == 0x16 {
			io.Copy(io.Discard, c) // TLS, which nobody expects here
			return
		}
		line, err := lines.ReadString('\n')
		p.note(line)
		if err != nil {
			return
		}
		word, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(line)), " ")
		switch word {
		case "EHLO":
			say("250-localhost")
			if config != nil {
				say("250 STARTTLS")
			} else {
				say("250 AUTH PLAIN")
			}
		case "STARTTLS":
			say("220 Go ahead")
			c = tls.Server(c, config)
			lines, config = bufio.NewReader(c), nil
		case "AUTH":
			say("235 Welcome")
		case "MAIL", "RCPT", "RSET", "NOOP":
			say("250 Ok")
		case "DATA":
			say("354 Go on")
			for body := ""; body != ".\r\n"; p.note(body) {
				if body, err = lines.ReadString('\n'); err != nil {
					return
				}
			}
			say("250 Queued")
		case "QUIT":
			say("221 Bye")
			return
		default:
			say("500 What?")
		}
	}
}
