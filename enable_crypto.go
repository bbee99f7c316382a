package phpstream

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"strconv"
	"strings"
	"syscall"

	"github.com/phpstream-go/phpstream/internal/assoc"
	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
	"github.com/phpstream-go/phpstream/internal/secure"
	"github.com/phpstream-go/phpstream/internal/wire"
)

// cryptoIsClient is the bit of the method constants that says client.
const cryptoIsClient CryptoMethod = 1

// CryptoOption is an optional argument of [StreamSocketEnableCrypto]: a
// [CryptoMethod], and the *[Stream] whose session is to be taken up.
type CryptoOption interface{ crypto(*cryptoArgs) }

type cryptoArgs struct {
	method  *CryptoMethod
	session *Stream
}

func (m CryptoMethod) crypto(a *cryptoArgs) { a.method = &m }
func (s *Stream) crypto(a *cryptoArgs)      { a.session = s }

// StreamSocketEnableCrypto switches TLS on (STARTTLS) or off. The stream stays
// the same object. Without a method the context's ["ssl"]["crypto_method"] is
// used; where there is none, that is the ValueError "Argument #3
// ($crypto_method) must be specified when enabling encryption".
//
// It has PHP's three answers. True: TLS is on. False: it is not, and errstr says
// why in the words of the warnings (a peer that just closes has no warning, as
// in PHP). False with errno 11 (EAGAIN) is PHP's 0: the handshake on a
// non-blocking stream is under way, call again when [StreamSelect] finds the
// stream readable. A blocking stream waits for the handshake as long as the
// connect timeout said; as a server, with a STREAM_CRYPTO_METHOD_*_SERVER, as
// long as the stream's own timeout does.
//
// A stream among the arguments is one whose TLS session the client takes up, so
// that the two connections belong together (the data of FTP over TLS) and the
// handshake is shorter; the server may refuse that. The server's certificate is
// checked all the same, and a stream with other ssl options for that lends no
// session: a notice says so.
//
// Differences, for safety: what the peer sent in clear and nobody has read yet
// is never taken for TLS data; enabling fails with the warning "Refusing to
// enable crypto ..." (CVE-2011-0411). After any failure the stream refuses to
// send until a later call succeeds or it is closed; PHP would go on in clear.
//
// Switching off is false whatever happens, but on a stream that can have no crypto
// it is true, with the warning "This stream does not support SSL/crypto".
//
// Crypto that was switched off cannot be switched on again: with blocking that is
// refused with "SSL/TLS already set-up for this stream", and so is a call with
// blocking for a handshake that was begun without. Without blocking the answer is
// true, and nothing can be written any more ("protocol is shutdown").
//
//	PHP: stream_socket_enable_crypto(resource $stream, bool $enable,
//	     ?int $crypto_method = null, ?resource $session_stream = null): int|bool
//
// php-src: ext/standard/streamsfuncs.c, ext/openssl/xp_ssl.c.
func StreamSocketEnableCrypto(fp *Stream, enable bool, opts ...CryptoOption) (ok bool, errno int, errstr string) {
	c, ok := fp.begin("stream_socket_enable_crypto")
	if !ok {
		return false, 0, ""
	}
	defer c.deliver()
	result := cryptoFailed
	if enable {
		var a cryptoArgs
		for _, o := range opts {
			if o != nil {
				o.crypto(&a)
			}
		}
		result = fp.startCrypto(&c, a)
	} else {
		if result = cryptoFailed; !fp.sock.canCrypto {
			c.warning(c.rt.facts.NoCrypto)
			result = cryptoOn // as PHP says it
		}
		fp.stopCrypto(&c)
	}
	switch result {
	case cryptoOn:
		return true, 0, ""
	case cryptoPending:
		return false, eagain, phpfacts.Strerror(eagain)
	}
	errno, _ = phpfacts.Errno(c.failed)
	return false, errno, c.errstr()
}

// errstr is the reason of a failure for the caller: the first warning, without
// the function's name.
func (c *call) errstr() string {
	if len(c.events) > 0 {
		return strings.TrimPrefix(c.events[0].text, c.name+"(): ")
	}
	if c.failed != nil {
		return c.failed.Error()
	}
	return ""
}

type cryptoResult int

const (
	cryptoFailed cryptoResult = iota
	cryptoPending
	cryptoOn
)

// startCrypto keeps readers and writers away: a writer that does not know of the
// handshake would send in clear between its records, a reader would take some of
// them away.
func (s *Stream) startCrypto(c *call, a cryptoArgs) cryptoResult {
	s.rmu.Lock()
	defer s.rmu.Unlock()
	s.wmu.Lock()
	defer s.wmu.Unlock()
	result := s.tryCrypto(c, a)
	if s.sock.crypto.Load() == nil {
		// A thrown error counts too: here the program's next line runs.
		s.sock.refuse.Store(s.sock.refuse.Load() || result == cryptoFailed)
	}
	return result
}

func (s *Stream) tryCrypto(c *call, a cryptoArgs) cryptoResult {
	var m CryptoMethod
	if a.method != nil {
		m = *a.method
	} else if v, ok := s.streamContext().option("ssl", "crypto_method"); ok {
		m = CryptoMethod(phpvalue.Int(v))
	} else {
		c.complain(phpfacts.NoCryptoMethod)
		return cryptoFailed
	}
	if a.session != nil && a.session.gone() {
		c.complain(phpfacts.NotAStream)
		return cryptoFailed
	}
	if !s.sock.canCrypto {
		c.warning(c.rt.facts.NoCrypto)
		return cryptoFailed
	}
	if s.sock.wire == nil { // opened without connecting
		c.fail(syscall.EBADF)
		c.warning("SSL: " + phpfacts.Strerror(9))
		return cryptoFailed
	}
	first := s.sock.prepared() == nil
	if !s.setUpCrypto(c, m) {
		return cryptoFailed
	}
	if first && a.session != nil {
		c.takeUpSession(s.sock.prepared(), a.session)
	}
	return s.enableCrypto(c, context.Background())
}

// settings are what a policy is made from.
func (rt *Runtime) settings(x *Context, method CryptoMethod, urlName string) secure.Settings {
	cafile, _ := rt.IniGet("openssl.cafile")
	capath, _ := rt.IniGet("openssl.capath")
	return secure.Settings{
		Options: x.wrapper("ssl"),
		Version: rt.version,
		Method:  int(method),
		URLName: urlName,
		CAFile:  cafile,
		CAPath:  capath,

		OpenBasedir: rt.openBasedir,
		Foreign:     rt.foreign,
	}
}

// setUpCrypto is php_openssl_setup_crypto: from the options to a prepared
// connection. A stream that already has one keeps it. The reader's lock is held,
// unless nobody else has the stream yet.
func (s *Stream) setUpCrypto(c *call, method CryptoMethod) bool {
	if s.sock.prepared() != nil {
		if s.sock.blocked.Load() {
			c.warning("SSL/TLS already set-up for this stream")
			return false
		}
		return true
	}
	if n := s.w - s.r; n > 0 {
		c.fail(errUnread)
		c.warning("Refusing to enable crypto: " + strconv.Itoa(n) + " bytes received in clear have not been read")
		return false
	}
	if s.readers.Load().holds() {
		c.fail(errUnread)
		c.warning("Refusing to enable crypto: bytes received in clear are held by a filter")
		return false
	}
	s.mu.Lock()
	ctx := s.ctx
	s.mu.Unlock()
	settings := s.rt.settings(ctx, method, s.sock.urlName)
	settings.AsText = ctx.keepText
	policy, warnings, err := secure.NewPolicy(settings)
	if err != nil {
		c.fail(warned(warnings, err))
		c.warnings(warnings)
		return false
	}
	c.warnings(warnings)
	c.warnings(policy.Notes())
	s.sock.settings.Store(&settings)
	s.sock.tls.Store(secure.New(s.sock.wire, policy))
	return true
}

// keepText keeps an ssl option that has been read as a string as one.
func (x *Context) keepText(name, text string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if of, ok := x.options.Get("ssl"); ok {
		v, _ := of.Get(name)
		if _, isText := phpvalue.IsString(v); !isText {
			of.Set(name, text)
		}
	}
}

// takeUpSession lends the session of another stream, where that has one.
func (c *call) takeUpSession(t *secure.Conn, from *Stream) {
	switch other := from.sock.prepared(); {
	case !from.sock.canCrypto:
		c.warning(c.rt.facts.SessionStream)
	case other == nil:
		c.warning(c.rt.facts.SessionSetUp)
	case !t.TakeUp(other):
		c.notice("The session of a stream with other ssl options for the peer's certificate is not taken up")
	}
}

var errUnread = errors.New("phpstream: unread bytes from before the handshake")

// enableCrypto is php_openssl_enable_crypto: the handshake, and the checks that
// come after it.
func (s *Stream) enableCrypto(c *call, ctx context.Context) cryptoResult {
	if s.sock.crypto.Load() != nil {
		return cryptoFailed // it is on already
	}
	t := s.sock.prepared()
	var err error
	if s.sock.spent.Load() {
		// For OpenSSL the handshake is over and done, and PHP has TLS on again.
	} else if s.sock.blocked.Load() {
		limit := s.sock.limit
		if t.IsServer() {
			limit = s.sock.tlsTimeout()
		}
		err = t.Handshake(ctx, limit)
	} else if err = t.TryHandshake(); errors.Is(err, wire.ErrWouldBlock) {
		return cryptoPending
	}
	if err != nil {
		s.sock.keepReceived(t)
		c.fail(err)
		if secure.IsEOF(err) {
			c.fail(io.ErrUnexpectedEOF) // the handshake ended early, not the stream
		}
		if ctx.Err() == nil { // OpenSSL has no words for being called off
			c.warnings(t.Untrusted(err))
			c.describe(err)
		}
		return cryptoFailed
	}
	s.capture(c, t)
	warnings, err := t.Check()
	if err != nil {
		c.fail(err)
		c.warnings(warnings)
		t.CloseNotify()
		s.sock.keepReceived(t)
		return cryptoFailed
	}
	c.warnings(warnings)
	if s.w > s.r || len(s.sock.clear) > 0 {
		// They came after crypto was switched off. What a program reads next would
		// not have come over TLS.
		c.fail(errUnread)
		c.warning("Refusing to enable crypto: bytes received in clear have not been read")
		t.CloseNotify()
		return cryptoFailed
	}
	s.sock.shutTLS.Store(s.sock.spent.Load()) // the end of TLS has been sent
	s.sock.crypto.Store(t)
	s.sock.refuse.Store(false)
	return cryptoOn
}

// capture puts what was negotiated into the context, where it asks for that:
// after the handshake, before name and fingerprint are checked.
func (s *Stream) capture(c *call, t *secure.Conn) {
	s.mu.Lock()
	x := s.ctx
	s.mu.Unlock()
	if text := c.rt.facts.SessionMeta; x.capture(t.State(), t.IsServer()) && text != "" {
		c.bare(E_DEPRECATED, text)
	}
}

// capture answers whether session_meta was asked for.
func (x *Context) capture(state tls.ConnectionState, server bool) (meta bool) {
	on := func(option string) bool {
		v, ok := x.option("ssl", option)
		return ok && phpvalue.Bool(v)
	}
	certs := state.PeerCertificates
	if on("capture_peer_cert") && len(certs) > 0 {
		x.set("ssl", "peer_certificate", certs[0])
	}
	if on("capture_peer_cert_chain") && len(certs) > 0 {
		x.set("ssl", "peer_certificate_chain", shownChain(certs, server))
	}
	if meta = on("capture_session_meta"); meta {
		m := cryptoMeta(state)
		x.set("ssl", "session_meta", assoc.Array{
			{Key: "protocol", Value: m.Protocol},
			{Key: "cipher_name", Value: m.CipherName},
			{Key: "cipher_bits", Value: m.CipherBits},
			{Key: "cipher_version", Value: m.CipherVersion},
		})
	}
	return meta
}

// shownChain is what the peer has shown. For a server OpenSSL leaves the client's
// own certificate out; nothing else is null.
func shownChain(certs []*x509.Certificate, server bool) any {
	if server {
		certs = certs[1:]
	}
	if len(certs) == 0 {
		return nil
	}
	return append([]*x509.Certificate(nil), certs...)
}

// stopCrypto tells the peer that no more comes over TLS; what follows is in
// clear. PHP answers false here whatever happens.
func (s *Stream) stopCrypto(*call) {
	t := s.sock.crypto.Load()
	if t == nil {
		return
	}
	s.rmu.Lock()
	defer s.rmu.Unlock()
	s.wmu.Lock()
	defer s.wmu.Unlock()
	s.sock.stopCrypto(t)
}

// ConnectionState answers what crypto/tls negotiated, false while TLS is off.
func (s *Stream) ConnectionState() (state tls.ConnectionState, on bool) {
	if s == nil {
		return state, false
	}
	t := s.sock.crypto.Load()
	if t == nil {
		return state, false
	}
	return t.State(), true
}

func cryptoMeta(state tls.ConnectionState) *CryptoMetaData {
	name, bits, version := secure.CipherFacts(state.CipherSuite)
	return &CryptoMetaData{
		Protocol:      protocolNames[state.Version],
		CipherName:    name,
		CipherBits:    bits,
		CipherVersion: version,
		AlpnProtocol:  state.NegotiatedProtocol,
	}
}

var protocolNames = map[uint16]string{
	tls.VersionTLS10: "TLSv1",
	tls.VersionTLS11: "TLSv1.1",
	tls.VersionTLS12: "TLSv1.2",
	tls.VersionTLS13: "TLSv1.3",
}
