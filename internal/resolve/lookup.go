package resolve

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/target"
)

// glibc's texts for the failures that are told apart here; package phpfacts
// knows them again.
const (
	textNoName     = "Name or service not known"
	textAgain      = "Temporary failure in name resolution"
	textNoAddress  = "No address associated with hostname"
	textAddrFamily = "Address family for hostname not supported"
)

// Lookup returns the addresses of a host in the order in which PHP tries
// them, as getaddrinfo gives them for AF_UNSPEC: an address written as text
// (IPv4 in all of inet_aton's forms, IPv6 with a zone), or what the system's
// resolver, with /etc/hosts, says of a name. Without an IPv6 stack on the
// machine IPv6 addresses are left out.
//
// The error is a *net.DNSError whose Err is glibc's text.
//
// php-src: main/network.c, php_network_getaddresses.
func (r *Resolver) Lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	host = cString(host)
	if host == "" {
		return nil, &net.DNSError{Err: textNoName, Name: host, IsNotFound: true}
	}
	if addr, ok := parseNumeric(host); ok {
		if addr.Is6() && !r.ipv6() {
			return nil, &net.DNSError{Err: textAddrFamily, Name: host, IsNotFound: true}
		}
		return []netip.Addr{addr}, nil
	}
	if strings.Contains(host, ":") { // package net would take any zone
		return nil, &net.DNSError{Err: textNoName, Name: host, IsNotFound: true}
	}
	network := "ip"
	if !r.ipv6() {
		network = "ip4"
	}
	return r.lookupName(ctx, network, host)
}

func (r *Resolver) lookupName(ctx context.Context, network, host string) ([]netip.Addr, error) {
	n := r.Net
	if n == nil {
		n = net.DefaultResolver
	}
	addrs, err := n.LookupNetIP(ctx, network, host)
	if err != nil {
		return nil, r.lookupError(ctx, host, err)
	}
	for i := range addrs {
		addrs[i] = addrs[i].Unmap()
	}
	return addrs, nil
}

// lookupError gives an error of package net glibc's text.
func (r *Resolver) lookupError(ctx context.Context, host string, err error) *net.DNSError {
	out := &net.DNSError{Err: phpfacts.Gai(err), Name: host, UnwrapErr: err}
	var failed *net.DNSError
	switch {
	case ctx.Err() != nil:
		out.Err, out.IsTemporary = textAgain, true
		out.IsTimeout = errors.Is(ctx.Err(), context.DeadlineExceeded)
		out.UnwrapErr = ctx.Err()
	case errors.As(err, &failed):
		out.IsNotFound, out.IsTemporary, out.IsTimeout = failed.IsNotFound, failed.IsTemporary, failed.IsTimeout
		out.Server = failed.Server
		if out.Err != textAgain {
			r.refine(ctx, host, out)
		}
	}
	return out
}

// refineLimit bounds the further question of a failed lookup. The server has
// just answered.
const refineLimit = 3 * time.Second

// refine tells apart what package net does not: a name that exists without an
// address, and the ways in which a server can refuse. DNS is asked once more.
func (r *Resolver) refine(ctx context.Context, host string, out *net.DNSError) {
	if strings.ContainsFunc(host, func(c rune) bool { return !hostRune(c) }) {
		return
	}
	c := r.conf()
	if !c.named {
		return // this machine asks in another way
	}
	ctx, cancel := context.WithTimeout(ctx, refineLimit)
	defer cancel()
	_, err := c.search(ctx, host, typeA)
	switch err {
	case noData:
		out.Err, out.IsNotFound = textNoAddress, true
	case tryAgain:
		out.Err, out.IsNotFound, out.IsTemporary = textAgain, false, true
	case hostNotFound, noRecovery:
		out.Err, out.IsNotFound = textNoName, true
	}
}

func hostRune(c rune) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.'
}

func (r *Resolver) ipv6() bool { return !r.noIPv6 && haveIPv6() }

// haveIPv6 probes once whether the machine has an IPv6 stack, as PHP does.
var haveIPv6 = sync.OnceValue(func() bool {
	c, err := net.ListenPacket("udp6", "[::]:0")
	if err != nil {
		return false
	}
	c.Close()
	return true
})

// parseNumeric reads an address written as text. A zone must be one of the
// machine's interfaces, by name for link-local addresses only, or a number.
func parseNumeric(host string) (netip.Addr, bool) {
	if addr, ok := target.ParseIPv4(host); ok {
		return addr, true
	}
	text, zone, zoned := strings.Cut(host, "%")
	addr, err := netip.ParseAddr(text)
	if err != nil || !addr.Is6() {
		return netip.Addr{}, false
	}
	if !zoned {
		return addr, true
	}
	if n, err := strconv.ParseUint(zone, 10, 32); err == nil {
		if n == 0 {
			return addr, true
		}
		if itf, err := net.InterfaceByIndex(int(n)); err == nil {
			zone = itf.Name
		}
		return addr.WithZone(zone), true
	}
	if !addr.IsLinkLocalUnicast() && !addr.IsLinkLocalMulticast() && !addr.IsInterfaceLocalMulticast() {
		return netip.Addr{}, false
	}
	if _, err := net.InterfaceByName(zone); err != nil {
		return netip.Addr{}, false
	}
	return addr.WithZone(zone), true
}

// cString is what C sees of a string: all before the first NUL.
func cString(s string) string {
	s, _, _ = strings.Cut(s, "\x00")
	return s
}
