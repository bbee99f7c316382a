package phpstream

import (
	"context"
	"math"
	"strconv"
	"strings"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
	"github.com/phpstream-go/phpstream/internal/target"
)

// Fsockopen connects to a host and port: "host", "tcp://host", "udp://host",
// "tls://host", "unix:///path" and so on (see [StreamGetTransports]). A port
// below 1 means that the hostname carries it, or is a path. The timeout is in
// seconds; it defaults to default_socket_timeout, and -1 means none. It counts
// for connecting, and once more for the TLS handshake.
//
// On failure fp is nil, errno and errstr say why (111, "Connection refused"),
// and the last warning is "Unable to connect to HOST:PORT (errstr)". A host that
// is not found has errno 0 and a warning of its own before that. A failed TLS
// handshake has errno 0 and errstr ""; its reason is in the warnings, and in
// [LastError].
//
// Differences: an IPv6 address need not have brackets, as the manual promises
// ("::1", "tcp://fe80::1%eth0").
//
//	PHP: fsockopen(string $hostname, int $port = -1, int &$error_code = null,
//	     string &$error_message = null, ?float $timeout = null): resource|false
//
// php-src: ext/standard/fsock.c, main/streams/transports.c, main/network.c.
func Fsockopen(hostname string, port int, timeout ...float64) (fp *Stream, errno int, errstr string) {
	return defaultRuntime.Fsockopen(hostname, port, timeout...)
}

// Fsockopen is [Fsockopen] for this Runtime.
func (rt *Runtime) Fsockopen(hostname string, port int, timeout ...float64) (fp *Stream, errno int, errstr string) {
	c := rt.call("fsockopen")
	defer c.deliver()
	return c.fsockopen(c.open, hostname, port, timeout)
}

// fsockopen connects as fsockopen and pfsockopen do.
func (c *call) fsockopen(open func(opening) (*Stream, *failure), hostname string, port int, timeout []float64) (fp *Stream, errno int, errstr string) {
	limit := c.rt.socketTimeout()
	if len(timeout) > 0 {
		t := timeout[0]
		if t != -1 && !(t >= 0 && t <= maxTimeout) && c.rt.facts.FsockTimeout != "" {
			c.throw(phpfacts.ValueError, c.name+"(): "+c.rt.facts.FsockTimeout)
			return nil, 0, ""
		}
		limit = phpvalue.Duration(t)
	}
	fp, f := open(opening{
		name:    target.FsockopenName(hostname, port),
		timeout: limit,
		connect: true,
		cancel:  context.Background(),
	})
	if f == nil {
		return fp, 0, ""
	}
	c.fail(f.err)
	hostname, _, _ = strings.Cut(hostname, "\x00") // a C string in PHP
	c.warning(c.rt.facts.Connect + " to " + hostname + ":" + strconv.Itoa(port) + " (" + f.reason() + ")")
	return nil, f.errno, f.errstr
}

// maxTimeout is the most seconds that PHP counts in microseconds.
const maxTimeout = math.MaxUint64 / 1e6
