package phpstream

import (
	"context"
	"math"
	"strings"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

// ClientOption is an optional argument of [StreamSocketClient]: a [Timeout], a
// [ClientFlag], a *[Context] or [WithContext], in any order.
type ClientOption interface{ client(*clientArgs) }

type clientArgs struct {
	timeout *Timeout
	flags   ClientFlag
	ctx     *Context
	cancel  context.Context
}

// Timeout is a number of seconds to connect in. Below zero it is
// default_socket_timeout, as in PHP.
type Timeout float64

func (t Timeout) client(a *clientArgs)    { a.timeout = &t }
func (f ClientFlag) client(a *clientArgs) { a.flags = f }
func (x *Context) client(a *clientArgs)   { a.ctx = x }

// WithContext lets a context.Context cancel the connecting and the handshake;
// [LastError] is then its cause.
func WithContext(ctx context.Context) ClientOption { return withContext{ctx} }

type withContext struct{ ctx context.Context }

func (w withContext) client(a *clientArgs) {
	if w.ctx != nil {
		a.cancel = w.ctx
	}
}

// StreamSocketClient connects to "transport://host:port", "host:port" (tcp) or
// "unix:///path". Without [STREAM_CLIENT_CONNECT] or
// [STREAM_CLIENT_ASYNC_CONNECT] among the flags nothing is connected; without
// flags they are STREAM_CLIENT_CONNECT. With STREAM_CLIENT_ASYNC_CONNECT it
// returns while the connection is being made: the stream is writable when it is
// there, and [StreamSocketGetName] of the peer is false if it could not be made.
// Without a context the default one is used. A timeout that is not finite is
// the ValueError "Argument #4 ($timeout) must be a finite value".
//
// With [STREAM_CLIENT_PERSISTENT] a stream that was opened with the same address
// is answered again, as with [Pfsockopen]. What stands behind the port and a
// slash tells several to the same peer apart: "tcp://localhost:6379/cache".
//
// Failure is as with [Fsockopen].
//
// Differences: those of [Pfsockopen] for persistent streams. TCP_NODELAY is on unless the option tcp_nodelay is
// false, as for Go's own connections.
//
//	PHP: stream_socket_client(string $address, int &$error_code = null, string &$error_message = null,
//	     ?float $timeout = null, int $flags = STREAM_CLIENT_CONNECT, ?resource $context = null): resource|false
//
// php-src: ext/standard/streamsfuncs.c, main/streams/transports.c.
func StreamSocketClient(address string, opts ...ClientOption) (fp *Stream, errno int, errstr string) {
	return defaultRuntime.StreamSocketClient(address, opts...)
}

// StreamSocketClient is [StreamSocketClient] for this Runtime.
func (rt *Runtime) StreamSocketClient(address string, opts ...ClientOption) (fp *Stream, errno int, errstr string) {
	c := rt.call("stream_socket_client")
	defer c.deliver()
	a := clientArgs{flags: STREAM_CLIENT_CONNECT, cancel: context.Background()}
	for _, o := range opts {
		if o != nil {
			o.client(&a)
		}
	}
	limit := rt.socketTimeout()
	if a.timeout != nil {
		t := float64(*a.timeout)
		if (math.IsInf(t, 0) || math.IsNaN(t)) && rt.facts.FiniteClient {
			c.complain(phpfacts.ClientTimeout)
			return nil, 0, ""
		}
		if d := phpvalue.Duration(t); d >= 0 {
			limit = d
		}
	}
	a.ctx = rt.contextOrDefault(a.ctx)
	open := c.open
	if a.flags&STREAM_CLIENT_PERSISTENT != 0 {
		open = func(o opening) (*Stream, *failure) { return c.openPersistent("stream_socket_client__"+address, o) }
	}
	fp, f := open(opening{
		name:    address,
		timeout: limit,
		connect: a.flags&(STREAM_CLIENT_CONNECT|STREAM_CLIENT_ASYNC_CONNECT) != 0,
		async:   a.flags&STREAM_CLIENT_ASYNC_CONNECT != 0,
		ctx:     a.ctx,
		cancel:  a.cancel,
	})
	if f == nil {
		return fp, 0, ""
	}
	c.fail(f.err)
	c.warning(rt.facts.Connect + " to " + addSlashes.Replace(address) + " (" + f.reason() + ")")
	return nil, f.errno, f.errstr
}

// addSlashes is PHP's addslashes.
var addSlashes = strings.NewReplacer(`'`, `\'`, `"`, `\"`, `\`, `\\`, "\x00", `\0`)
