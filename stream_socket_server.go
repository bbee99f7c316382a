package phpstream

import (
	"context"
	"errors"
	"math"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
	"github.com/phpstream-go/phpstream/internal/target"
	"github.com/phpstream-go/phpstream/internal/wire"
)

// ServerOption is an optional argument of [StreamSocketServer]: a [ServerFlag]
// or a *[Context], in any order.
type ServerOption interface{ server(*serverArgs) }

type serverArgs struct {
	flags ServerFlag
	ctx   *Context
}

func (f ServerFlag) server(a *serverArgs) { a.flags = f }
func (x *Context) server(a *serverArgs)   { a.ctx = x }

// StreamSocketServer binds a socket to "transport://host:port", "host:port"
// (tcp), "unix:///path" or "udg:///path", and listens on it. Port 0 lets the
// system choose one; [StreamSocketGetName] tells which. Flags are
// STREAM_SERVER_BIND and STREAM_SERVER_LISTEN, which are both set where none is
// given; for udp:// and udg:// it must be STREAM_SERVER_BIND alone. Without a
// context the default one is used. Of its options under "socket" these count:
// backlog (32), so_reuseport, ipv6_v6only and, for udp, so_broadcast; tcp_nodelay
// counts for accepted streams.
//
// On failure the stream is nil, and a warning says "Unable to connect to ...",
// as in PHP, with errstr in parentheses, or "Unknown error" where that is "":
// for paths, and where listening failed. errno is always 0; [LastError] has the
// reason. A path that is there already is one, even if nobody uses it.
//
// Differences: SO_REUSEADDR is set for TCP and UDP, as in PHP, though not on
// Windows, where it means something else.
//
//	PHP: stream_socket_server(string $address, int &$error_code = null, string &$error_message = null,
//	     int $flags = STREAM_SERVER_BIND | STREAM_SERVER_LISTEN, ?resource $context = null): resource|false
//
// php-src: ext/standard/streamsfuncs.c, main/streams/transports.c, main/streams/xp_socket.c.
func StreamSocketServer(address string, opts ...ServerOption) (fp *Stream, errno int, errstr string) {
	return defaultRuntime.StreamSocketServer(address, opts...)
}

// StreamSocketServer is [StreamSocketServer] for this Runtime.
func (rt *Runtime) StreamSocketServer(address string, opts ...ServerOption) (fp *Stream, errno int, errstr string) {
	c := rt.call("stream_socket_server")
	defer c.deliver()
	a := serverArgs{flags: STREAM_SERVER_BIND | STREAM_SERVER_LISTEN}
	for _, o := range opts {
		if o != nil {
			o.server(&a)
		}
	}
	a.ctx = rt.contextOrDefault(a.ctx)
	s, f := c.serve(address, a)
	if f == nil {
		return s, 0, ""
	}
	c.fail(f.err)
	shown, _, _ := strings.Cut(address, "\x00") // a C string
	c.warning(rt.facts.Connect + " to " + shown + " (" + f.reason() + ")")
	return nil, 0, f.errstr
}

// serve makes the stream of a server.
func (c *call) serve(address string, a serverArgs) (*Stream, *failure) {
	s, transport, rest, f := c.transport(address, a.ctx)
	if f != nil {
		return nil, f
	}
	if transport.Kind == target.TLS {
		s.sock.serve = cryptoMethod(transport, a.ctx) &^ cryptoIsClient
	}
	if a.flags&STREAM_SERVER_BIND == 0 {
		return s, nil
	}
	if f := c.bind(s, transport.Kind, rest); f != nil {
		return nil, f
	}
	if a.flags&STREAM_SERVER_LISTEN == 0 {
		return s, nil
	}
	backlog := 32
	if v, ok := a.ctx.option("socket", "backlog"); ok {
		backlog = int(int32(phpvalue.Int(v)))
	}
	if err := s.sock.wire.Listen(backlog); err != nil {
		s.shut(c)
		return nil, &failure{err: err} // of which PHP does not tell the reason
	}
	return s, nil
}

// bind gives a stream its socket, with a local address.
func (c *call) bind(s *Stream, kind target.Kind, rest string) *failure {
	var b wire.Binder
	if !kind.HasPort() {
		w, err := b.BindPath(networks[kind], c.unixPath(rest))
		if err != nil {
			return &failure{err: err} // of which PHP does not tell the reason
		}
		s.sock.wire = w
		return nil
	}
	host, port, err := target.ParseAddress(rest)
	if err != nil {
		return &failure{errstr: err.Error(), err: err}
	}
	b.V6Only = c.v6Only(s.ctx)
	if v, ok := s.ctx.option("socket", "so_reuseport"); ok {
		b.ReusePort = c.truth("so_reuseport", v)
	}
	if v, ok := s.ctx.option("socket", "so_broadcast"); ok && kind == target.UDP {
		b.Broadcast = c.truth("so_broadcast", v)
	}
	addrs, f := c.addresses(context.Background(), host, port)
	if f != nil {
		return f
	}
	w, err := b.BindIP(networks[kind], addrs)
	if err != nil {
		return connectFailure(err)
	}
	s.sock.wire = w
	return nil
}

// StreamSocketAccept waits for the next connection to a server, at most timeout
// seconds (without one default_socket_timeout, below zero for ever), and answers
// a stream for it and the peer's name: "127.0.0.1:40322", "[::1]:40322", a path,
// "" for a UNIX peer without one. The new stream blocks, and has the server's
// context and timeout. It waits without keeping a thread, and ends when the
// server is closed.
//
// On failure the stream is nil, and a warning says "Accept failed: " and why:
// "Connection timed out", "Invalid argument" where the stream does not listen.
// A timeout that is not finite is the ValueError "Argument #2 ($timeout) must be
// a finite value".
//
// Differences: TCP_NODELAY is on unless the option tcp_nodelay is false, as for
// clients.
//
//	PHP: stream_socket_accept(resource $socket, ?float $timeout = null, string &$peer_name = null): resource|false
//
// php-src: ext/standard/streamsfuncs.c, main/network.c, ext/openssl/xp_ssl.c.
func StreamSocketAccept(socket *Stream, timeout ...float64) (fp *Stream, peerName string) {
	c := socket.runtime().call("stream_socket_accept")
	limit := c.rt.socketTimeout()
	if len(timeout) > 0 {
		if t := timeout[0]; socket != nil && (math.IsInf(t, 0) || math.IsNaN(t)) && c.rt.facts.FiniteClient {
			c.complain(phpfacts.AcceptTimeout)
			c.deliver()
			return nil, ""
		}
		limit = phpvalue.Duration(timeout[0])
	}
	c, ok := socket.beginAs("stream_socket_accept", "socket")
	if !ok {
		return nil, ""
	}
	defer c.deliver()
	fp, addr, err := socket.accept(&c, readDeadline(limit))
	if err != nil {
		c.fail(err)
		c.warning(c.rt.facts.Accept + ": " + c.acceptReason(err))
		return nil, ""
	}
	return fp, addrName(addr)
}

// acceptReason is why nobody was accepted, in the C library's words.
func (c *call) acceptReason(err error) string {
	switch {
	case errors.Is(err, errHandshake):
		return c.rt.facts.NoHandshake
	case errors.Is(err, errNoSocket):
		return "Unknown error"
	case errors.Is(err, net.ErrClosed):
		err = syscall.EBADF
	}
	errno, _ := phpfacts.Errno(err)
	return phpfacts.Strerror(errno)
}

// accept takes the next connection and, on a server of TLS, shakes hands.
func (s *Stream) accept(c *call, deadline time.Time) (*Stream, net.Addr, error) {
	peer, addr, err := s.take(c, deadline)
	if err == nil && s.sock.serve != 0 {
		err = peer.welcome(c, s.sock.serve)
	}
	if err != nil {
		return nil, nil, err
	}
	return peer, addr, nil
}

// take takes the next connection.
func (s *Stream) take(c *call, deadline time.Time) (*Stream, net.Addr, error) {
	switch {
	case s.body != nil:
		return nil, nil, errNoSocket
	case s.sock.wire == nil:
		return nil, nil, os.ErrDeadlineExceeded // for which PHP waits
	}
	s.mu.Lock()
	ctx := s.ctx
	s.mu.Unlock()
	v, ok := ctx.option("socket", "tcp_nodelay")
	w, addr, err := s.sock.wire.Accept(deadline, ok && !c.truth("tcp_nodelay", v))
	if err != nil {
		return nil, nil, err
	}
	peer := s.rt.newStream(s.label)
	peer.ctx = ctx
	peer.notifies.Store(ctx.notifier() != nil)
	peer.sock.wire = w
	peer.sock.canCrypto = s.sock.canCrypto
	peer.sock.timeout.Store(s.sock.timeout.Load())
	peer.sock.expired.Store(s.sock.expired.Load())
	return peer, addr, nil
}

// welcome shakes hands with an accepted client, and closes the stream where that
// fails.
func (s *Stream) welcome(c *call, method CryptoMethod) error {
	if s.setUpCrypto(c, method) && s.enableCrypto(c, context.Background()) == cryptoOn {
		return nil
	}
	c.warning("Failed to enable crypto")
	s.shut(c)
	return errors.Join(errHandshake, c.failed)
}

var errHandshake = errors.New("phpstream: the handshake of an accepted connection failed")
