package phpstream

import (
	"net"
	"net/netip"
	"strings"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/target"
)

// StreamGetTransports is [StreamGetTransports] for this Runtime.
func (rt *Runtime) StreamGetTransports() []string { return target.Transports(rt.version) }

// StreamSocketGetName answers the socket's own name or its peer's:
// "127.0.0.1:25", "[::1]:25", a path. It is false where there is none, as for
// the peer of a connection that could not be made.
//
//	PHP: stream_socket_get_name(resource $socket, bool $remote): string|false
//
// php-src: ext/standard/streamsfuncs.c, main/network.c.
func StreamSocketGetName(fp *Stream, remote bool) (string, bool) {
	_, ok := fp.beginAs("stream_socket_get_name", "socket")
	if !ok || fp.sock.wire == nil {
		return "", false
	}
	addr := fp.sock.wire.LocalAddr()
	if remote {
		addr = fp.sock.wire.RemoteAddr()
	}
	name := addrName(addr)
	// PHP shows no abstract names: they begin with a NUL byte.
	return name, name != "" && name[0] != 0
}

// addrName is a socket's address in PHP's form, "" where there is none.
func addrName(addr net.Addr) string {
	switch a := addr.(type) {
	case nil:
		return ""
	case *net.UnixAddr:
		if rest, abstract := strings.CutPrefix(a.Name, "@"); abstract {
			return "\x00" + rest // as the system has it
		}
		return a.Name
	case interface{ AddrPort() netip.AddrPort }:
		ap := a.AddrPort()
		return netip.AddrPortFrom(ap.Addr().WithZone(""), ap.Port()).String()
	default:
		return a.String()
	}
}

// StreamSocketShutdown closes one direction of a connection or both:
// STREAM_SHUT_RD, STREAM_SHUT_WR, STREAM_SHUT_RDWR. Any other mode is the
// ValueError "Argument #2 ($mode) must be one of STREAM_SHUT_RD, STREAM_SHUT_WR,
// or STREAM_SHUT_RDWR". TLS is not told.
//
//	PHP: stream_socket_shutdown(resource $stream, int $mode): bool
//
// php-src: ext/standard/streamsfuncs.c, main/streams/xp_socket.c.
func StreamSocketShutdown(fp *Stream, mode ShutdownMode) bool {
	c := fp.runtime().call("stream_socket_shutdown")
	if fp != nil && (mode < STREAM_SHUT_RD || mode > STREAM_SHUT_RDWR) {
		c.complain(phpfacts.ShutdownMode)
		c.deliver()
		return false
	}
	c, ok := fp.begin("stream_socket_shutdown")
	if !ok || fp.sock.wire == nil {
		return false
	}
	defer c.deliver()
	err := fp.sock.wire.Shutdown(int(mode))
	c.fail(err)
	return err == nil
}
