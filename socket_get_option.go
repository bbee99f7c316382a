package phpstream

import "github.com/phpstream-go/phpstream/internal/wire"

// SocketGetOption answers an option of the socket below a stream: an int, or
//
//   - for SO_LINGER map[string]int{"l_onoff": ..., "l_linger": ...},
//   - for SO_RCVTIMEO and SO_SNDTIMEO map[string]int{"sec": ..., "usec": ...},
//   - for TCP_CONGESTION map[string]string{"name": ...}.
//
// SO_ERROR is the errno of a connect that failed in the background, and is 0
// afterwards. ok is false with the warning "Unable to retrieve socket option
// [95]: Operation not supported" (or whatever errno it was).
//
// Differences: IP_MULTICAST_IF, IPV6_PKTINFO and SO_MEMINFO warn that they are
// not supported.
//
//	PHP: socket_get_option(Socket $socket, int $level, int $option): array|int|false
//
// php-src: ext/sockets/sockets.c.
func SocketGetOption(socket *Socket, level SocketLevel, option SocketOption) (value any, ok bool) {
	return getOption(socket, "socket_get_option", level, option)
}

// SocketGetopt is [SocketGetOption] under its other name.
//
//	PHP: socket_getopt(Socket $socket, int $level, int $option): array|int|false
func SocketGetopt(socket *Socket, level SocketLevel, option SocketOption) (value any, ok bool) {
	return getOption(socket, "socket_getopt", level, option)
}

func getOption(k *Socket, function string, level SocketLevel, option SocketOption) (value any, ok bool) {
	c, ok := k.begin(function)
	defer c.deliver()
	if !ok {
		return nil, false
	}
	o := wire.Option{Level: int(int32(level)), Name: int(int32(option))}
	if !c.supported(o) {
		return nil, false
	}
	value, err := readOption(k.stream.sock.wire, o)
	if err != nil {
		c.socketFailed(k, "retrieve socket option", err)
		return nil, false
	}
	return value, true
}

// readOption reads an option in its own form.
func readOption(w *wire.Conn, o wire.Option) (any, error) {
	switch o {
	case socketOption(SOL_SOCKET, SO_LINGER):
		on, seconds, err := w.Linger(o)
		return map[string]int{"l_onoff": on, "l_linger": seconds}, err
	case socketOption(SOL_SOCKET, SO_RCVTIMEO), socketOption(SOL_SOCKET, SO_SNDTIMEO):
		seconds, micros, err := w.TimeOption(o)
		return map[string]int{"sec": int(seconds), "usec": int(micros)}, err
	case socketOption(SOL_TCP, TCP_CONGESTION):
		name, err := w.TextOption(o)
		return map[string]string{"name": name}, err
	}
	return w.IntOption(o)
}

func socketOption(level SocketLevel, name SocketOption) wire.Option {
	return wire.Option{Level: int(level), Name: int(name)}
}

// multicastBool are options whose value counts as a bool in PHP.
var multicastBool = map[wire.Option]bool{
	socketOption(IPPROTO_IP, IP_MULTICAST_LOOP):     true,
	socketOption(IPPROTO_IPV6, IPV6_MULTICAST_LOOP): true,
}

// hopsLeast are options of at most 255, and their least value.
var hopsLeast = map[wire.Option]int64{
	socketOption(IPPROTO_IP, IP_MULTICAST_TTL):      0,
	socketOption(IPPROTO_IPV6, IPV6_MULTICAST_HOPS): -1,
}

// unsupported are options whose values are no numbers in the system, or not
// those that PHP shows.
var unsupported = map[wire.Option]bool{
	socketOption(IPPROTO_IP, IP_MULTICAST_IF):          true,
	socketOption(IPPROTO_IPV6, IPV6_MULTICAST_IF):      true,
	socketOption(IPPROTO_IPV6, IPV6_PKTINFO):           true,
	socketOption(SOL_SOCKET, SO_MEMINFO):               true,
	socketOption(SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF): true,
}

// The options MCAST_*, which join groups and leave them, of either protocol.
const firstGroupOption, lastGroupOption = 42, 47

func (c *call) supported(o wire.Option) bool {
	group := (o.Level == int(IPPROTO_IP) || o.Level == int(IPPROTO_IPV6)) && o.Name >= firstGroupOption && o.Name <= lastGroupOption
	if unsupported[o] || group {
		c.warning("This socket option is not supported")
		return false
	}
	return true
}
