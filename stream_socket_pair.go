package phpstream

import (
	"strconv"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/wire"
)

// StreamSocketPair makes two streams that are connected to each other, of the
// type "generic_socket". Where the system cannot, it is false and a warning says
// "Failed to create sockets: [95]: Operation not supported": Linux makes pairs of
// STREAM_PF_UNIX alone. On Windows it makes them of STREAM_PF_INET and
// STREAM_SOCK_STREAM, over loopback.
//
//	PHP: stream_socket_pair(int $domain, int $type, int $protocol): array|false
//
// php-src: ext/standard/streamsfuncs.c, main/network.c.
func StreamSocketPair(domain ProtocolFamily, typ SocketType, protocol IPProtocol) (pair [2]*Stream, ok bool) {
	return defaultRuntime.StreamSocketPair(domain, typ, protocol)
}

// StreamSocketPair is [StreamSocketPair] for this Runtime.
func (rt *Runtime) StreamSocketPair(domain ProtocolFamily, typ SocketType, protocol IPProtocol) (pair [2]*Stream, ok bool) {
	c := rt.call("stream_socket_pair")
	defer c.deliver()
	wires, err := wire.Pair(int(domain), int(typ), int(protocol))
	if err != nil {
		errno, _ := phpfacts.Errno(err)
		c.fail(err)
		c.warning(rt.facts.Create + " sockets: [" + strconv.Itoa(errno) + "]: " + phpfacts.Strerror(errno))
		return pair, false
	}
	for i, w := range wires {
		pair[i] = rt.newStream("generic_socket")
		pair[i].sock.wire = w
	}
	return pair, true
}
