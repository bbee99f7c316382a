// Package resolve answers PHP's questions about names: what getaddrinfo,
// gethostbyname and the C library's DNS search give PHP, in PHP's order and
// with its failures.
//
// Addresses come from the system's resolver as package net knows it. The DNS
// record functions send their own queries, since they show records that
// package net does not know, and show them as they stand in the answer.
package resolve

import (
	"context"
	"net"
	"net/netip"
)

// Resolver answers by a given configuration. The zero value uses the
// system's.
type Resolver struct {
	// Net looks addresses up; nil is net.DefaultResolver.
	Net *net.Resolver
	// ConfPath is the file that names the DNS servers, "" for
	// /etc/resolv.conf. As in PHP it is read for each question.
	ConfPath string
	// Port is the servers' port, 0 for 53.
	Port uint16

	noIPv6 bool // as on a machine without IPv6
}

// Default asks the system's resolver and its DNS servers.
var Default = new(Resolver)

// Lookup is Default.Lookup.
func Lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	return Default.Lookup(ctx, host)
}
