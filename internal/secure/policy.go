package secure

import (
	"crypto/tls"
	"errors"
	"time"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// A Warning is something that PHP says while it sets TLS up.
type Warning struct {
	Text  string
	Bare  bool   // without the "function(): " in front, as PHP's php_error speaks
	Level int    // PHP's E_*; zero for E_WARNING
	Class string // of what PHP throws instead of warning: "ValueError"
}

// PHP's error levels, as far as they differ from E_WARNING.
const (
	levelNotice     = 8
	levelDeprecated = 8192
)

// Settings is what turns TLS on, beside the options what the caller knows.
type Settings struct {
	Options map[string]any          // the context's "ssl" options; nil for none
	AsText  func(name, text string) // hears of each that is read as a string, which it then is in PHP; nil for nobody
	Version phpfacts.Version
	Method  int    // a STREAM_CRYPTO_METHOD_* mask: without the client's bit, a server
	URLName string // the target's host, for SNI and for the name check; empty for none
	CAFile  string // the ini values openssl.cafile
	CAPath  string // and openssl.capath

	OpenBasedir string // open_basedir, for the options that PHP looks it up for
	Now         func() time.Time

	Foreign map[string]string // what URLs hold that PHP has opened by wrappers of its own, for cafile
}

// A Policy is what PHP's ssl options ask of a TLS connection. It is safe for
// use by several connections at once.
type Policy struct {
	version phpfacts.Version
	notes   []Warning
	unread  []Warning // see Untrusted

	protocols protocols
	suites    []uint16 // nil where only TLS 1.3 is left
	level     int
	alpn      []string
	sni       string
	noTicket  bool
	local     *tls.Certificate
	server    *serverSide // nil on a client

	chain       *chainCheck // nil: the chain isn't checked
	fingerprint *fingerprintCheck
	name        *nameCheck // nil: the name isn't checked
}

// errSetup is a failure of which PHP says nothing at all, or all in warnings.
var errSetup = errors.New("the TLS options can't be carried out")

// NewPolicy reads the options as PHP does when it enables crypto, in its
// order and with its warnings. An error means that PHP gives up before it
// sends anything.
//
// php-src: ext/openssl/xp_ssl.c, php_openssl_setup_crypto.
func NewPolicy(s Settings) (*Policy, []Warning, error) {
	o := &options{values: s.Options, version: s.Version, basedir: s.OpenBasedir, foreign: s.Foreign, tell: s.AsText}
	p := &Policy{version: s.Version}
	if s.Method&methodIsClient == 0 {
		o.peer = clients
		p.server = &serverSide{}
	}
	err := p.read(o, s)
	o.readLater()
	if o.thrown || err == nil && o.refused {
		err = errSetup
	}
	if err != nil {
		return nil, o.warnings, err
	}
	p.notes = append(o.notes, p.idleOptions(o)...)
	return p, o.warnings, nil
}

func (p *Policy) read(o *options, s Settings) error {
	p.protocols = readProtocols(o, s.Method)
	p.noTicket = o.truth("no_ticket", false)

	verifyByDefault := s.Version != phpfacts.PHP5
	var trust *store
	if o.truth("verify_peer", verifyByDefault) {
		var err error
		if trust, err = readStore(o, s.CAFile, s.CAPath); err != nil {
			return err
		}
	}
	if trust != nil {
		p.unread = trust.unread
	}
	list, err := readCiphers(o)
	if err != nil {
		return err
	}
	p.level = readLevel(o, list)
	if err := p.readALPN(o); err != nil {
		return err
	}
	if p.local, err = readLocalCert(o, p.level); err != nil {
		return err
	}
	if p.local != nil && trust != nil {
		p.local = trust.complete(p.local)
	}
	if err := p.settle(o, list); err != nil {
		return err
	}
	if trust != nil {
		p.chain = readChainCheck(o, trust, p.level, s.Now)
	}
	if p.server != nil {
		if err := p.readServer(o, trust); err != nil {
			return err
		}
		s.URLName = ""
	}
	p.readNames(o, s.URLName)
	p.fingerprint = readFingerprint(o)
	return nil
}

// settle brings protocols, suites and security level together; where nothing
// is left PHP fails at the start of the handshake.
func (p *Policy) settle(o *options, list *cipherList) error {
	if !p.protocols.limit(p.version, p.level) {
		if p.server != nil {
			return p.hopeless(errServerProtocols)
		}
		return o.fail(errNoProtocols)
	}
	suites, offered := usableSuites(p.version, list, p.level, p.protocols.max)
	if !offered {
		if p.server != nil {
			return p.hopeless(errServerCiphers)
		}
		return o.fail(errNoCiphers)
	}
	if list.suiteB {
		o.warn("ssl option ciphers: Suite B is not available")
		return errSetup
	}
	if len(suites) == 0 && p.server == nil {
		if p.protocols.max < tls.VersionTLS13 {
			o.warn("ssl option ciphers: none of the chosen suites is available")
			return errSetup
		}
		p.protocols.min = tls.VersionTLS13
	}
	if p.level >= 4 && len(suites) > 0 && p.protocols.max == tls.VersionTLS13 && p.protocols.min < tls.VersionTLS13 {
		// crypto/tls offers TLS 1.3 with all its suites or not at all.
		p.protocols.max = tls.VersionTLS12
	}
	p.suites = suites
	if _, asked := o.get("ciphers"); asked && len(suites) == 0 {
		o.noteMissing(list)
	}
	if p.level >= 4 {
		o.note("ssl option security_level: the digests of handshake signatures are not limited")
	}
	return nil
}

// Notes are the options that PHP knows and that have no effect here.
func (p *Policy) Notes() []Warning { return p.notes }

// Untrusted says what this library alone may have had against a chain that was
// refused: authorities that it can't read. Old bundles have some, which no server
// needs any more, so that nobody has to know before.
func (p *Policy) Untrusted(err error) []Warning {
	if refused := (*VerifyError)(nil); !errors.As(err, &refused) {
		return nil
	}
	return p.unread
}

// Config is for a handshake after which Check is called: it checks the
// certificate chain, at the moment when OpenSSL does, and nothing else.
func (p *Policy) Config() *tls.Config {
	c := p.config()
	c.VerifyConnection = p.checkChain
	return c
}

// StandaloneConfig is for callers that use crypto/tls by themselves: all
// that the options ask for is checked within the handshake. capture hears of
// each connection when its chain has been checked, and before its name is.
func (p *Policy) StandaloneConfig(capture func(tls.ConnectionState)) *tls.Config {
	c := p.config()
	if c.ServerName == "" {
		c.ServerName = noServerName
	}
	c.VerifyConnection = func(st tls.ConnectionState) error {
		if err := p.checkChain(st); err != nil {
			return err
		}
		capture(st)
		_, err := p.Check(st)
		return err
	}
	return c
}

// noServerName is a name of which crypto/tls sends nothing, and which tls.Dial
// does not replace by the host that it connects to.
const noServerName = "."

func (p *Policy) config() *tls.Config {
	c := &tls.Config{
		InsecureSkipVerify:     true, // VerifyConnection decides, always
		ServerName:             p.sni,
		MinVersion:             p.protocols.min,
		MaxVersion:             p.protocols.max,
		CipherSuites:           p.suites,
		CurvePreferences:       levelCurves(p.level),
		NextProtos:             p.alpn,
		SessionTicketsDisabled: p.noTicket,
		// OpenSSL goes along when a server asks. crypto/tls accepts no other
		// certificate then, so what was checked stays checked.
		Renegotiation: tls.RenegotiateFreelyAsClient,
	}
	if p.chain != nil {
		c.Time = p.chain.now
	}
	if p.local != nil {
		c.GetClientCertificate = func(request *tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return chooseLocal(request, p.local), nil
		}
	}
	return c
}

// checkChain runs where OpenSSL calls PHP's verify callback.
func (p *Policy) checkChain(st tls.ConnectionState) error {
	if p.chain != nil && (p.server == nil || len(st.PeerCertificates) > 0) {
		chain := p.chain
		if p.server != nil {
			if _, host := p.certFor(st.ServerName); p.withoutAuthorities(host) {
				alone := *chain
				alone.store = &store{version: p.version, peer: clients}
				chain = &alone
			}
		}
		if err := chain.check(st.PeerCertificates); err != nil {
			return err
		}
	}
	if p.protocols.noOldSignatures && st.Version < tls.VersionTLS12 && !exchangesByRSA(st.CipherSuite) {
		return errLegacySignature
	}
	if p.protocols.noOldECDSA && st.Version < tls.VersionTLS12 && signsByECDSA(st.CipherSuite) {
		return errLegacyECDSA
	}
	if !suiteAllowed(p.version, st.CipherSuite, p.level) {
		return errWeakSuite
	}
	return nil
}

// Check is what PHP does after the handshake: it compares the fingerprint,
// and then the name.
//
// php-src: ext/openssl/xp_ssl.c, php_openssl_apply_peer_verification_policy.
func (p *Policy) Check(st tls.ConnectionState) ([]Warning, error) {
	required := p.chain != nil && (p.server == nil || p.server.requires)
	if !required && p.fingerprint == nil && p.name == nil {
		return nil, nil
	}
	if len(st.PeerCertificates) == 0 {
		return []Warning{{Text: "Could not get peer certificate"}}, errNoCertificate
	}
	cert := st.PeerCertificates[0]
	if p.fingerprint != nil {
		if warnings, err := p.fingerprint.check(cert, p.version); err != nil {
			return warnings, err
		}
	}
	if p.name != nil {
		return p.name.check(cert, p.version)
	}
	return nil, nil
}
