// Package phphttp is the way out of PHP's http:// and https:// to net/http: what a
// stream context says of connections becomes an [http.Transport], and what it says
// of redirections an [http.Client].
//
// Sockets and TLS are those of package phpstream, so there is one policy, and one
// piece of code that carries it out. It is a package of its own so that only
// programs that want net/http link it.
package phphttp

import (
	"crypto/tls"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/phpstream-go/phpstream"
)

// Transport makes a transport with a context's policy, as it is at this moment:
// what is set later counts for the next one. A nil context is the default one.
//
// Of the options under "http" these count:
//
//   - proxy: a transport and an address, "tcp://proxy.example:8080". An https
//     request asks it for a way through with CONNECT, and the certificate is that of
//     the host behind it.
//   - request_fulluri: the whole URL in the request line of an http request. Over
//     TLS the path stands there, which means the same.
//   - timeout, or else the setting default_socket_timeout: of connecting, of the
//     handshake, and of each read and write. A whole request has its
//     context.Context, as always.
//   - header: only Proxy-Authorization, which goes to the proxy and nowhere else.
//
// All options under "socket" and "ssl" count. The certificate is checked against
// the host of the URL, or against peer_name; capture_peer_cert and its kin fill x
// at each handshake. HTTP/2 is spoken where alpn_protocols lists "h2", and not
// otherwise.
//
// An option that counts and can't be honoured is an error: here, or of the
// request. protocol_version can be 1.1 alone, auto_decode can't be false. method,
// header, content and user_agent are the [http.Request]'s, follow_location and
// max_redirects the [http.Client]'s (see [Client]); ignore_errors has no
// counterpart, since net/http takes every status for an answer.
//
// Nothing is asked for that PHP doesn't ask for: no compression, no proxy of the
// environment. The header of an answer may take memory_limit, and 10 MB at most.
// Connections are kept and used again. They are the transport's: [phpstream.Runtime.Close]
// leaves them open, CloseIdleConnections closes them. A request that is called off
// returns at once, while net/http goes on with connecting for the next one, until
// the timeout or CloseIdleConnections ends that.
func Transport(x *phpstream.Context) (*http.Transport, error) {
	p, err := readPolicy(x)
	if err != nil {
		return nil, err
	}
	t := &http.Transport{
		Proxy:                  p.proxyOf,
		DialContext:            p.dial,
		DialTLSContext:         p.dialTLS,
		TLSClientConfig:        &tls.Config{VerifyConnection: refuse},
		DisableCompression:     true,
		MaxIdleConns:           100,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: p.maxHeader,
		Protocols:              new(http.Protocols),
	}
	if p.timeout >= 0 {
		// Before the read that waits for what the server says unasked is over.
		t.IdleConnTimeout = min(t.IdleConnTimeout, max(p.timeout/2, 1))
	}
	t.Protocols.SetHTTP1(true)
	t.Protocols.SetHTTP2(slices.Contains(p.protocols, "h2"))
	return t, nil
}

// refuse ends what net/http would encrypt by itself, as it does behind a Proxy
// that a program has set: it doesn't know the policy.
func refuse(tls.ConnectionState) error {
	return errors.New("phphttp: only the option proxy leads to a proxy: behind another one the ssl options would not count")
}
