package phpstream

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
	"github.com/phpstream-go/phpstream/internal/resolve"
	"github.com/phpstream-go/phpstream/internal/target"
	"github.com/phpstream-go/phpstream/internal/wire"
)

// opening is what both openers of clients ask for.
type opening struct {
	name    string        // the target, with its port
	timeout time.Duration // negative: none
	connect bool
	async   bool
	ctx     *Context
	cancel  context.Context
}

// failure is why a stream could not be opened: PHP's errno and errstr. An
// empty errstr is "Unknown error" in the warning.
type failure struct {
	errno  int
	errstr string
	err    error
}

func (f *failure) reason() string {
	if f.errstr == "" {
		return "Unknown error"
	}
	return f.errstr
}

// labels are the stream types by kind of transport. PHP with openssl uses the
// one that can switch crypto on for tcp:// too.
var labels = map[target.Kind]string{
	target.TCP:  "tcp_socket/ssl",
	target.TLS:  "tcp_socket/ssl",
	target.UDP:  "udp_socket",
	target.Unix: "unix_socket",
	target.Udg:  "udg_socket",
}

var networks = map[target.Kind]string{
	target.TCP:  "tcp",
	target.TLS:  "tcp",
	target.UDP:  "udp",
	target.Unix: "unix",
	target.Udg:  "unixgram",
}

// transport is the first half of php_stream_xport_create: it finds the transport
// of a target and makes a stream for it, without a socket yet. rest is the target
// behind the scheme.
func (c *call) transport(name string, x *Context) (s *Stream, t target.Transport, rest string, f *failure) {
	scheme, rest := target.Split(name)
	t, err := target.Lookup(scheme, c.rt.version)
	if err != nil {
		return nil, t, rest, &failure{errstr: err.Error(), err: err}
	}
	s = c.rt.newStream(labels[t.Kind])
	s.ctx = x
	s.notifies.Store(x.notifier() != nil)
	s.sock.canCrypto = t.Kind == target.TCP || t.Kind == target.TLS
	if c.rt.facts.MetaURI {
		s.uri = name
	}
	return s, t, rest, nil
}

// cryptoMethod is what a TLS transport begins with, as a client.
func cryptoMethod(t target.Transport, x *Context) CryptoMethod {
	if v, ok := x.option("ssl", "crypto_method"); ok && t.Adaptable {
		return CryptoMethod(phpvalue.Int(v)) | cryptoIsClient
	}
	return CryptoMethod(t.Crypto)
}

// open connects and, for the TLS transports, shakes hands.
func (c *call) open(o opening) (*Stream, *failure) {
	s, transport, rest, f := c.transport(o.name, o.ctx)
	if f != nil {
		return nil, f
	}
	s.sock.limit = o.timeout
	if s.sock.canCrypto {
		s.sock.urlName = target.URLName(rest)
	}
	if !o.connect {
		return s, nil
	}
	if f := c.dial(s, o, transport.Kind, rest); f != nil {
		return nil, f
	}
	if transport.Kind != target.TLS {
		return s, nil
	}
	if ok := s.setUpCrypto(c, cryptoMethod(transport, o.ctx)) && s.enableCrypto(c, o.cancel) == cryptoOn; !ok {
		c.warning("Failed to enable crypto")
		s.shut(c)
		f := &failure{err: c.failed}
		if o.async {
			f.errno = eInProgress // PHP's is left over from the connecting
		}
		return nil, f
	}
	return s, nil
}

// dial resolves and connects.
func (c *call) dial(s *Stream, o opening, kind target.Kind, rest string) *failure {
	d := wire.Dialer{Timeout: o.timeout, Async: o.async}
	if !kind.HasPort() {
		w, _, err := d.DialPath(o.cancel, networks[kind], c.unixPath(rest))
		s.sock.wire = w
		return connectFailure(err)
	}
	host, port, err := target.ParseAddress(rest)
	if err != nil {
		return &failure{errstr: err.Error(), err: err}
	}
	if f := c.socketOptions(&d, s.ctx, kind); f != nil {
		return f
	}
	addrs, f := c.addresses(o.cancel, host, port)
	if f != nil {
		return f
	}
	s.sock.wire, _, err = d.DialIP(o.cancel, networks[kind], addrs)
	return connectFailure(err)
}

// addresses resolves a host. A failure has been told already.
func (c *call) addresses(ctx context.Context, host string, port int) ([]netip.AddrPort, *failure) {
	ips, err := resolve.Lookup(ctx, host)
	if err != nil {
		text := "php_network_getaddresses: getaddrinfo failed: "
		if c.rt.facts.GaiNamesHost {
			text = "php_network_getaddresses: getaddrinfo for " + host + " failed: "
		}
		text += phpfacts.Gai(err)
		c.fail(err)
		c.warning(text)
		return nil, &failure{errstr: text, err: err}
	}
	addrs := make([]netip.AddrPort, len(ips))
	for i, ip := range ips {
		addrs[i] = netip.AddrPortFrom(ip, uint16(target.WirePort(port)))
	}
	return addrs, nil
}

func connectFailure(err error) *failure {
	if err == nil {
		return nil
	}
	errno, ok := phpfacts.Errno(err)
	if !ok {
		return &failure{errstr: err.Error(), err: err}
	}
	return &failure{errno: errno, errstr: phpfacts.Strerror(errno), err: err}
}

// socketOptions reads the context's socket options.
func (c *call) socketOptions(d *wire.Dialer, x *Context, kind target.Kind) *failure {
	if v, ok := x.option("socket", "bindto"); ok {
		bind, isString := phpvalue.IsString(v)
		if !isString {
			return &failure{errstr: "local_addr context option is not a string."}
		}
		// Like PHP, a local address without its port is passed over.
		if host, port, err := target.ParseAddress(bind); err == nil {
			d.Bind, d.BindPort = host, target.WirePort(port)
			d.Bound = func(err error) { c.boundFailed(host, port, err) }
		}
	}
	if v, ok := x.option("socket", "so_broadcast"); ok && kind == target.UDP {
		d.Broadcast = c.truth("so_broadcast", v)
	}
	// Nagle's algorithm is off unless it is asked for, as in Go's net package:
	// with TLS it costs 40 ms at the first write after the handshake.
	if v, ok := x.option("socket", "tcp_nodelay"); ok {
		d.Delay = !c.truth("tcp_nodelay", v)
	}
	d.V6Only = c.v6Only(x)
	return nil
}

// v6Only is the option ipv6_v6only, nil where the system decides.
func (c *call) v6Only(x *Context) *bool {
	v, ok := x.option("socket", "ipv6_v6only")
	if !ok || v == nil {
		return nil
	}
	only := c.truth("ipv6_v6only", v)
	return &only
}

// truth is a socket option as a bool. Any object is true, as in PHP, which does
// not say so.
func (c *call) truth(option string, v any) bool {
	if phpvalue.IsObject(v) {
		c.notice(fmt.Sprintf("socket option %s: a value of type %T counts as true", option, v))
	}
	return phpvalue.Bool(v)
}

func (c *call) boundFailed(host string, port int, err error) {
	if errors.Is(err, wire.ErrBindAddress) {
		c.warning("Invalid IP Address: " + host)
		return
	}
	errno, _ := phpfacts.Errno(err)
	c.warning(c.rt.facts.Bind + " to '" + host + ":" + strconv.Itoa(port) + "', system said: " + phpfacts.Strerror(errno))
}

// maxUnixPath is sun_path's size on Linux; a path in the file system also has
// its NUL in there.
const maxUnixPath = 108

// unixPath cuts an overlong path as PHP does, with its notice.
func (c *call) unixPath(path string) string {
	room, most := maxUnixPath-1, maxUnixPath-1
	if strings.HasPrefix(path, "\x00") {
		room, most = maxUnixPath, maxUnixPath
	} else if !c.rt.facts.UnixNUL {
		most = maxUnixPath // and no place for the NUL: such a path exists nowhere
	}
	if len(path) > most {
		c.notice("socket path exceeded the maximum allowed length of " + strconv.Itoa(most) + " bytes and was truncated")
	}
	path = path[:min(len(path), room)]
	if strings.HasPrefix(path, "@") {
		return "./" + path // "@" would mean an abstract name to the system package
	}
	return path
}
