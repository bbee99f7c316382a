package phpstream

import (
	"github.com/phpstream-go/phpstream/internal/assoc"
	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
	"github.com/phpstream-go/phpstream/internal/wire"
)

// SocketSetOption sets an option of the socket below a stream. The value is a
// number (converted as PHP converts it), or
//
//   - for SO_LINGER a map with "l_onoff" and "l_linger" (seconds),
//   - for SO_RCVTIMEO and SO_SNDTIMEO a map with "sec" and "usec",
//   - for SO_BINDTODEVICE and TCP_CONGESTION a string.
//
// It answers false with the warning "Unable to set socket option [92]: Protocol
// not available" (or whatever errno it was). A map without its keys is the
// ValueError `Argument #4 ($value) must have key "sec"`.
//
// As in PHP, SO_RCVTIMEO and SO_SNDTIMEO have no effect on reading from the
// stream and writing to it, which wait by themselves: [StreamSetTimeout] is for
// that. Numbers are Linux's on every system; an option that the system does not
// have is "Protocol not available".
//
// Differences: options of multicast groups and interfaces, and socket filters,
// warn that they are not supported.
//
//	PHP: socket_set_option(Socket $socket, int $level, int $option, $value): bool
//
// php-src: ext/sockets/sockets.c, ext/sockets/multicast.c.
func SocketSetOption(socket *Socket, level SocketLevel, option SocketOption, value any) bool {
	return setOption(socket, "socket_set_option", level, option, value)
}

// SocketSetopt is [SocketSetOption] under its other name.
//
//	PHP: socket_setopt(Socket $socket, int $level, int $option, $value): bool
func SocketSetopt(socket *Socket, level SocketLevel, option SocketOption, value any) bool {
	return setOption(socket, "socket_setopt", level, option, value)
}

func setOption(k *Socket, function string, level SocketLevel, option SocketOption, value any) bool {
	c, ok := k.begin(function)
	defer c.deliver()
	if !ok {
		return false
	}
	o := wire.Option{Level: int(int32(level)), Name: int(int32(option))}
	if !c.supported(o) {
		return false
	}
	set, ok := c.optionSetter(o, value)
	if !ok {
		return false
	}
	if err := set(k.stream.sock.wire); err != nil {
		c.socketFailed(k, "set socket option", err)
		return false
	}
	return true
}

// optionSetter reads the value in the form that the option has.
func (c *call) optionSetter(o wire.Option, value any) (set func(*wire.Conn) error, ok bool) {
	// PHP knows these by their names alone, at whatever level but those of IP.
	name := SocketOption(o.Name)
	if o.Level == int(IPPROTO_IP) || o.Level == int(IPPROTO_IPV6) {
		name = -1
	}
	switch {
	case o == socketOption(SOL_TCP, TCP_CONGESTION), name == SO_BINDTODEVICE:
		text, _ := phpvalue.IsString(value)
		return func(w *wire.Conn) error { return w.SetTextOption(o, text) }, true
	case multicastBool[o]:
		value = phpvalue.Bool(value)
	case name == SO_LINGER:
		on, seconds, ok := c.two(value, "SO_LINGER", "l_onoff", "l_linger")
		if !ok || c.rt.facts.ArrayOptions && !(c.isShort("l_onoff", on) && c.isShort("l_linger", seconds)) {
			return nil, false
		}
		return func(w *wire.Conn) error { return w.SetLinger(o, int(uint16(on)), int(uint16(seconds))) }, true
	case name == SO_RCVTIMEO, name == SO_SNDTIMEO:
		called := "SO_RCVTIMEO"
		if name == SO_SNDTIMEO {
			called = "SO_SNDTIMEO"
		}
		seconds, micros, ok := c.two(value, called, "sec", "usec")
		return func(w *wire.Conn) error { return w.SetTimeOption(o, seconds, micros) }, ok
	}
	n := phpvalue.Int(value)
	if least, ok := hopsLeast[o]; ok && (n < least || n > 255) {
		c.complain(phpfacts.OptionByte.With(least))
		return nil, false
	}
	return func(w *wire.Conn) error { return w.SetIntOption(o, int(n)) }, true
}

// two reads a value that is an array with two numbers.
func (c *call) two(value any, option, first, second string) (a, b int64, ok bool) {
	if a, ok := value.(assoc.Array); ok {
		value = a.Map()
	}
	if phpvalue.TypeName(value, c.rt.version) != "array" && c.rt.facts.ArrayOptions {
		c.throw(phpfacts.TypeError, c.name+"(): Argument #4 ($value) must be of type array when argument #3 ($option) is "+
			option+", "+phpvalue.TypeName(value, c.rt.version)+" given")
		return 0, 0, false
	}
	for _, e := range []struct {
		key string
		n   *int64
	}{{first, &a}, {second, &b}} {
		v, found := phpvalue.Element(value, e.key)
		if !found {
			c.complain(phpfacts.OptionKey.With(e.key))
			return 0, 0, false
		}
		*e.n = phpvalue.Int(v)
	}
	return a, b, true
}

func (c *call) isShort(key string, n int64) bool {
	if n < 0 || n > 65535 {
		c.complain(phpfacts.OptionShort.With(key))
		return false
	}
	return true
}
