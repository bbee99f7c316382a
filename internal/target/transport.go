package target

import "github.com/phpstream-go/phpstream/internal/phpfacts"

// A Kind is what a transport runs on.
type Kind int

const (
	// TCP is a stream over IP, in clear.
	TCP Kind = iota + 1
	// UDP is datagrams over IP.
	UDP
	// Unix is a stream over a socket in the file system.
	Unix
	// Udg is datagrams over a socket in the file system.
	Udg
	// TLS is a stream over IP with crypto on from the start.
	TLS
)

// HasPort reports whether targets of this kind are "host:port", and not a
// path. The zero Kind, of a transport that there is not, counts as one.
func (k Kind) HasPort() bool { return k != Unix && k != Udg }

// A Transport is one row of PHP's table of transports.
type Transport struct {
	Name string
	Kind Kind
	// Crypto is the STREAM_CRYPTO_METHOD_*_CLIENT mask with which a client
	// starts, 0 where Kind is not TLS. Adaptable says that the context's
	// crypto_method replaces it.
	Crypto     int
	Adaptable  bool
	since      phpfacts.Version
	cryptoPHP5 int // Crypto in PHP 5.6, where it is another one
}

// Bits of the STREAM_CRYPTO_METHOD_* masks. The lowest says client.
const (
	client = 1
	tls10  = 1 << 3
	tls11  = 1 << 4
	tls12  = 1 << 5
	tls13  = 1 << 6
)

// transports is in the order of stream_get_transports(). sslv2 and sslv3 are
// absent: Debian's OpenSSL has neither, so PHP does not register them, and
// refuses them as it does any unknown name.
//
// php-src: main/streams/transports.c, ext/openssl/openssl.c and xp_ssl.c.
// PHP 5.6's masks are the manual's (migration to 7.2: tls:// was TLS 1.0).
var transports = []Transport{
	{Name: "tcp", Kind: TCP},
	{Name: "udp", Kind: UDP},
	{Name: "unix", Kind: Unix},
	{Name: "udg", Kind: Udg},
	{Name: "ssl", Kind: TLS, Crypto: client | tls10 | tls11 | tls12 | tls13, Adaptable: true, cryptoPHP5: client | tls10 | tls11 | tls12},
	{Name: "tls", Kind: TLS, Crypto: client | tls10 | tls11 | tls12 | tls13, Adaptable: true, cryptoPHP5: client | tls10},
	{Name: "tlsv1.0", Kind: TLS, Crypto: client | tls10},
	{Name: "tlsv1.1", Kind: TLS, Crypto: client | tls11},
	{Name: "tlsv1.2", Kind: TLS, Crypto: client | tls12},
	{Name: "tlsv1.3", Kind: TLS, Crypto: client | tls13, since: phpfacts.PHP74},
}

// Transports lists the names that stream_get_transports() gives on the PHP of
// that version, in its order.
func Transports(version phpfacts.Version) []string {
	var names []string
	for _, transport := range transports {
		if transport.since <= version {
			names = append(names, transport.Name)
		}
	}
	return names
}

// An UnknownTransportError is the failure of [Lookup].
type UnknownTransportError struct {
	// Name is the name that was looked up, whole.
	Name string
}

// shownName is how many bytes of an unknown name PHP shows.
const shownName = 31

// Error is PHP's text, which shows no more than 31 bytes of the name.
func (e *UnknownTransportError) Error() string {
	name := e.Name[:min(len(e.Name), shownName)]
	return `Unable to find the socket transport "` + name + `" - did you forget to enable it when you configured PHP?`
}

// Lookup finds a transport by its name, as [Split] gives it. Names are
// case-sensitive. The failure is an *[UnknownTransportError].
func Lookup(name string, version phpfacts.Version) (Transport, error) {
	for _, transport := range transports {
		if transport.Name != name || transport.since > version {
			continue
		}
		if version == phpfacts.PHP5 && transport.cryptoPHP5 != 0 {
			transport.Crypto = transport.cryptoPHP5
		}
		return transport, nil
	}
	return Transport{}, &UnknownTransportError{name}
}

// kindOf finds the kind of a transport in any version.
func kindOf(name string) (Kind, bool) {
	for _, transport := range transports {
		if transport.Name == name {
			return transport.Kind, true
		}
	}
	return 0, false
}
