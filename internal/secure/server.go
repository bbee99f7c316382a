package secure

import (
	"crypto/tls"
	"crypto/x509"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/wire"
)

// New prepares the side of TLS that the policy is for.
func New(w *wire.Conn, p *Policy) *Conn {
	if p.server != nil {
		return Server(w, p)
	}
	return Client(w, p)
}

// IsServer tells which side this is.
func (c *Conn) IsServer() bool { return c.feed.server }

// Server prepares the server's side of TLS on w; nothing is sent yet.
func Server(w *wire.Conn, p *Policy) *Conn {
	c := &Conn{policy: p}
	c.feed.w, c.feed.server = w, true
	c.tls = tls.Server(&c.feed, p.shared())
	return c
}

// serverSide is what a Policy of a server has beside that of a client.
type serverSide struct {
	requires     bool // no connection without a certificate of the client
	hosts        []hostCert
	clientsOrder bool           // of the suites
	authorities  *x509.CertPool // that clients are told of
	doomed       *opensslError  // why no handshake can come to an end
}

// readServer takes the options that only servers have, in PHP's order.
//
// php-src: ext/openssl/xp_ssl.c, php_openssl_set_server_specific_opts.
func (p *Policy) readServer(o *options, trust *store) error {
	s := p.server
	if _, given := o.get("verify_peer"); given && trust != nil {
		s.requires = true
	}
	if file, given := o.cString("cafile"); given && trust != nil {
		if t := caNameFiles.trusted(file, clients); t != nil { // it was there a moment ago
			s.authorities = t.names()
		}
	}
	if _, given := o.get("rsa_key_size"); given {
		o.warn("rsa_key_size context option has been removed")
	}
	if err := readDHParam(o, p.level); err != nil {
		return err
	}
	// Keys of an exchange are never used twice, whatever these ask for.
	o.truth("single_dh_use", true)
	o.truth("single_ecdh_use", true)
	s.clientsOrder = !o.truth("honor_cipher_order", true)
	if s.clientsOrder && p.protocols.max == tls.VersionTLS13 {
		o.note("ssl option honor_cipher_order: the suites of TLS 1.3 are chosen by the server")
	}
	if _, given := o.get("ecdh_curve"); given {
		o.note("ssl option ecdh_curve has no effect") // neither has it in PHP, since OpenSSL 1.1
	}
	err := p.readHosts(o)
	if err == nil {
		o.readRenegotiation()
	}
	return err
}

// readRenegotiation reports options about a client that begins a handshake
// anew. No client may do that here, nor with OpenSSL 3, where the options have
// nothing to limit.
func (o *options) readRenegotiation() {
	limit := o.number("reneg_limit", -1)
	o.number("reneg_window", 0)
	_, calls := o.get("reneg_limit_callback")
	if (limit >= 0 || calls) && o.version < phpfacts.PHP82 {
		o.note("ssl options reneg_limit and reneg_limit_callback: clients may not renegotiate at all")
	}
}

// hopeless is settle for a server, which fails when a client has come.
func (p *Policy) hopeless(reason *opensslError) error {
	p.server.doomed = reason
	return nil
}

// serverConfig is for any number of connections, whose feeds hear why a hello is
// refused.
func (p *Policy) serverConfig() *tls.Config {
	c := p.config()
	c.ServerName, c.NextProtos, c.GetClientCertificate, c.Renegotiation = "", nil, nil, 0
	if p.chain != nil {
		c.ClientAuth = tls.RequestClientCert // VerifyConnection decides, also on a session that is taken up again
		c.ClientCAs = p.server.authorities
	}
	if p.local != nil {
		c.Certificates = []tls.Certificate{*p.local}
	} else if len(p.server.hosts) == 0 {
		// As OpenSSL sees it, TLS 1.3 is not even there without a certificate.
		c.MaxVersion = min(c.MaxVersion, tls.VersionTLS12)
	}
	c.VerifyConnection = p.checkChain
	c.GetConfigForClient = p.answer(c)
	return c
}
