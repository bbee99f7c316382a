// Package target takes PHP's transport targets apart: "tcp://[::1]:80" is the
// transport tcp, the host ::1 and the port 80. It is pure: it resolves nothing
// and opens nothing.
package target

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

// DefaultTransport is the transport of a target that names none.
const DefaultTransport = "tcp"

// Split takes the transport off a target. A scheme is two or more letters,
// digits, plus signs, hyphens or dots before "://"; a target without one is
// all rest, and its transport is tcp. Split does not say whether there is such
// a transport, see [Lookup].
//
// php-src: main/streams/transports.c, _php_stream_xport_create.
func Split(name string) (transport, rest string) {
	n := 0
	for n < len(name) && isSchemeByte(name[n]) {
		n++
	}
	if n > 1 && strings.HasPrefix(name[n:], "://") {
		return name[:n], name[n+len("://"):]
	}
	return DefaultTransport, name
}

func isSchemeByte(c byte) bool {
	return isAlpha(c) || isDigit(c) || c == '+' || c == '-' || c == '.'
}

func isAlpha(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// A ParseError says in PHP's words why an address is none.
type ParseError struct {
	// Message is PHP's text, as it stands in errstr.
	Message string
}

func (e *ParseError) Error() string { return e.Message }

// ParseAddress takes "host:port" or "[host]:port" apart, the rest of a target
// of the transports that have ports. The host is not checked, and is without
// its brackets. The port is what C's atoi makes of the text behind the colon:
// spaces, a sign and a tail are allowed, and text without a number is 0; what
// goes into the socket is [WirePort] of it.
//
// The failure is a *[ParseError] with one of PHP's texts:
//
//	Failed to parse address "x"
//	Failed to parse IPv6 address "[x"
//	The hostname must not contain null bytes
//
// Difference from PHP: PHP 7.4 cuts the host at a NUL byte and connects; the
// NUL is refused here as PHP has done since 8.1.33.
//
// php-src: main/streams/xp_socket.c, parse_ip_address_ex.
func ParseAddress(rest string) (host string, port int, err error) {
	if strings.IndexByte(rest, 0) >= 0 {
		return "", 0, &ParseError{"The hostname must not contain null bytes"}
	}
	if len(rest) > 1 && rest[0] == '[' {
		// PHP does not look for the bracket in the last byte.
		end := strings.IndexByte(rest[:len(rest)-1], ']')
		if end < 0 || rest[end+1] != ':' {
			return "", 0, &ParseError{`Failed to parse IPv6 address "` + rest + `"`}
		}
		return rest[1:end], phpvalue.Atoi(rest[end+2:]), nil
	}
	// Nor for the colon: "host:" is no address.
	colon := -1
	if rest != "" {
		colon = strings.IndexByte(rest[:len(rest)-1], ':')
	}
	if colon < 0 {
		return "", 0, &ParseError{`Failed to parse address "` + rest + `"`}
	}
	return rest[:colon], phpvalue.Atoi(rest[colon+1:]), nil
}

// ParseDestination reads the address of a datagram: "host:port" or
// "[host]:port". ok is false where it is neither; paths are none.
//
// php-src: main/network.c, php_network_parse_network_address_with_port.
func ParseDestination(address string) (host string, port int, ok bool) {
	end, after := strings.IndexByte(address, ':'), 1
	if strings.HasPrefix(address, "[") {
		address = address[1:]
		end, after = strings.IndexByte(address, ']'), 2
		if end < 0 || !strings.HasPrefix(address[end+1:], ":") {
			return "", 0, false
		}
	}
	if end < 0 {
		return "", 0, false
	}
	return address[:end], phpvalue.Atoi(address[end+after:]), true
}

// WirePort is the port that PHP connects to for a parsed one: its low 16 bits,
// so that 65616 is 80 and -1 is 65535.
func WirePort(port int) int { return int(uint16(port)) }

// FsockopenName is the target that fsockopen makes of its first two
// arguments: ":port" is added when the port is greater than 0.
//
// Difference from PHP: an IPv6 address without brackets gets them ("::1" and
// 25 is "[::1]:25"), as PHP's manual promises. PHP's code takes everything
// behind the first colon for a port.
//
// php-src: ext/standard/fsock.c, php_fsockopen_stream.
func FsockopenName(hostname string, port int) string {
	if port <= 0 {
		return hostname
	}
	transport, host := Split(hostname)
	suffix := ":" + strconv.Itoa(port)
	kind, _ := kindOf(transport)
	if address, err := netip.ParseAddr(host); err == nil && address.Is6() && kind.HasPort() {
		return hostname[:len(hostname)-len(host)] + "[" + host + "]" + suffix
	}
	return hostname + suffix
}

// ParseIPv4 reads an IPv4 address in any form that glibc's getaddrinfo takes
// for a number: one to four parts, each decimal, octal (with a leading 0) or
// hexadecimal (0x), the last of which fills all bytes that remain. "127.1",
// "0x7f.1", "2130706433" and "017700000001" are all 127.0.0.1.
//
// Source: inet_aton(3).
func ParseIPv4(s string) (netip.Addr, bool) {
	parts := strings.Split(s, ".")
	if len(parts) > 4 {
		return netip.Addr{}, false
	}
	var address uint32
	for i, part := range parts {
		bits := 8
		if i == len(parts)-1 {
			bits = 32 - 8*i
		}
		n, ok := parsePart(part, bits)
		if !ok {
			return netip.Addr{}, false
		}
		address = address<<bits | n
	}
	return netip.AddrFrom4([4]byte{byte(address >> 24), byte(address >> 16), byte(address >> 8), byte(address)}), true
}

// parsePart reads one part of an address in C's notation.
func parsePart(s string, bits int) (uint32, bool) {
	base := 10
	switch {
	case len(s) > 2 && s[0] == '0' && s[1]|0x20 == 'x':
		base, s = 16, s[2:]
	case len(s) > 1 && s[0] == '0':
		base, s = 8, s[1:]
	}
	// With a base given, ParseUint takes digits and nothing else.
	n, err := strconv.ParseUint(s, base, bits)
	return uint32(n), err == nil
}
