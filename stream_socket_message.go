package phpstream

import (
	"context"
	"errors"
	"net/netip"
	"syscall"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/target"
	"github.com/phpstream-go/phpstream/internal/wire"
)

// SendtoOption is an optional argument of [StreamSocketSendto]: a [MessageFlag]
// or [To], in any order.
type SendtoOption interface{ sendto(*sendtoArgs) }

type sendtoArgs struct {
	flags MessageFlag
	to    To
}

// To is where [StreamSocketSendto] sends to: "127.0.0.1:53", "[::1]:53" or
// "host:53". "" is the stream's own peer.
type To string

func (f MessageFlag) sendto(a *sendtoArgs) { a.flags = f }
func (t To) sendto(a *sendtoArgs)          { a.to = t }

// StreamSocketSendto sends data past the stream's buffers and answers how many
// bytes went out. With STREAM_OOB they are out-of-band data. On a stream that
// blocks it waits until there is room, whatever the stream's timeout is.
//
// Where the system refuses, n is -1 and a warning has the reason and, as in PHP,
// a line feed behind it: "Destination address required\n". Where the address
// cannot be read or found, n is 0 and PHP's answer false: "Failed to parse `x'
// into a valid network address". A path is no such address: udg:// streams send
// to a peer they are connected to.
//
// Differences: with TLS on, or after it could not be switched on, PHP sends in
// clear; here that is refused with a warning.
//
//	PHP: stream_socket_sendto(resource $socket, string $data, int $flags = 0, string $address = ""): int|false
//
// php-src: ext/standard/streamsfuncs.c, main/network.c, main/streams/xp_socket.c.
func StreamSocketSendto(socket *Stream, data string, opts ...SendtoOption) (n int, ok bool) {
	c, ok := socket.beginAs("stream_socket_sendto", "socket")
	if !ok {
		return 0, false
	}
	defer c.deliver()
	var a sendtoArgs
	for _, o := range opts {
		if o != nil {
			o.sendto(&a)
		}
	}
	var to netip.AddrPort
	if a.to != "" {
		if to, ok = c.destination(string(a.to)); !ok {
			return 0, false
		}
	}
	if socket.body != nil {
		c.fail(errNoSocket)
		return -1, false
	}
	socket.wmu.Lock()
	defer socket.wmu.Unlock()
	if socket.writers.Load() != nil && (a.to != "" || a.flags&STREAM_OOB != 0) {
		c.warning(c.rt.facts.Cannot + " write OOB data, or data to a targeted address on a filtered stream")
		return -1, false
	}
	n, err := socket.sock.sendto(&c, []byte(data), int(a.flags)&wire.MsgOOB, to)
	if err != nil && n == 0 {
		c.fail(err)
		if errno, ok := phpfacts.Errno(err); ok {
			c.warning(phpfacts.Strerror(errno) + "\n")
		}
		return -1, false
	}
	return n, true
}

var errNoSocket = errors.New("phpstream: the stream is no socket")

// destination reads the address of a message.
func (c *call) destination(address string) (netip.AddrPort, bool) {
	if host, port, ok := target.ParseDestination(address); ok {
		addrs, f := c.addresses(context.Background(), host, port)
		if f == nil {
			return addrs[0], true
		}
		c.warning("Failed to resolve `" + host + "': " + f.errstr)
	}
	c.warning("Failed to parse `" + address + "' into a valid network address")
	return netip.AddrPort{}, false
}

// sendto sends one message.
func (k *socket) sendto(c *call, p []byte, flags int, to netip.AddrPort) (int, error) {
	switch {
	case k.wire == nil:
		return 0, syscall.EBADF
	case k.refuse.Load(), k.crypto.Load() != nil, k.inHandshake():
		c.warning("Refusing to send in clear on a stream with crypto")
		return 0, errRefused
	}
	return k.wire.Sendto(p, flags, to, k.blocked.Load())
}

// StreamSocketRecvfrom receives at most length bytes past the stream's buffer,
// which it neither looks at nor fills, and answers who sent them: "" where that
// is the stream's peer or has no name. What of a datagram does not fit is lost.
// With STREAM_PEEK what is received stays to be received again; with STREAM_OOB
// it is out-of-band data. On a stream that blocks it waits for something to
// come, whatever the stream's timeout is.
//
// It is false, without a warning, where a stream that does not block has nothing
// and where the system refuses; "" with ok true is the peer's end or an empty
// datagram. A length below 1 is the ValueError "Argument #2 ($length) must be
// greater than 0".
//
// Differences: at most 1 MiB comes at once. With TLS on, PHP hands out what the
// socket has, in clear or not; here it is looked at with STREAM_PEEK alone, as
// programs do to see whether a peer is there, and refused otherwise.
//
//	PHP: stream_socket_recvfrom(resource $socket, int $length, int $flags = 0, string &$address = null): string|false
//
// php-src: ext/standard/streamsfuncs.c, main/streams/transports.c, main/streams/xp_socket.c.
func StreamSocketRecvfrom(socket *Stream, length int, flags ...MessageFlag) (data, address string, ok bool) {
	c, ok := socket.beginAs("stream_socket_recvfrom", "socket")
	if !ok {
		return "", "", false
	}
	defer c.deliver()
	if length <= 0 {
		c.complain(phpfacts.LengthPositive)
		return "", "", false
	}
	all := 0
	for _, f := range flags {
		all |= int(f) & (wire.MsgPeek | wire.MsgOOB)
	}
	socket.rmu.Lock()
	defer socket.rmu.Unlock()
	p := make([]byte, min(length, maxRead))
	n, address, err := socket.sock.recvfrom(&c, p, all)
	if err != nil {
		c.fail(err)
		return "", "", false
	}
	return string(p[:n]), address, true
}

// recvfrom receives one message.
func (k *socket) recvfrom(c *call, p []byte, flags int) (int, string, error) {
	switch {
	case k.wire == nil:
		return 0, "", syscall.EBADF
	case flags&wire.MsgPeek == 0 && (k.crypto.Load() != nil || k.inHandshake()):
		c.warning("Refusing to receive past the crypto of a stream")
		return 0, "", errPastCrypto
	case len(k.clear) > 0 && flags&wire.MsgOOB == 0:
		n := copy(p, k.clear)
		if flags&wire.MsgPeek == 0 {
			k.clear = k.clear[n:]
		}
		return n, "", nil
	}
	n, addr, err := k.wire.Recvfrom(p, flags, k.blocked.Load())
	return n, addrName(addr), err
}

var errPastCrypto = errors.New("phpstream: crypto is on, what is in the socket is not for the program")
