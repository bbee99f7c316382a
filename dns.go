package phpstream

import (
	"context"

	"github.com/phpstream-go/phpstream/internal/assoc"
	"github.com/phpstream-go/phpstream/internal/resolve"
)

// resolver looks names up; tests put one with their own server there.
var resolver = resolve.Default

// lookup prepares the name functions for a call.
func (c *call) lookup() resolve.Calls {
	return resolve.Calls{
		Resolver: resolver,
		Version:  c.rt.version,
		Fail:     c.fail,
		Report: func(p resolve.Complaint) {
			if p.Class != "" {
				c.throw(p.Class, c.name+"(): "+p.Text)
				return
			}
			c.warning(p.Text)
		},
	}
}

// Gethostbyname answers the first IPv4 address of a host as text, and the name
// unchanged where it has none. A name of more than 255 bytes is not looked up:
// "Host name cannot be longer than 255 characters".
//
//	PHP: gethostbyname(string $hostname): string
//
// php-src: ext/standard/dns.c.
func Gethostbyname(hostname string) string { return defaultRuntime.Gethostbyname(hostname) }

// Gethostbyname is [Gethostbyname] for this Runtime.
func (rt *Runtime) Gethostbyname(hostname string) string {
	c := rt.call("gethostbyname")
	defer c.deliver()
	return c.lookup().Gethostbyname(context.Background(), hostname)
}

// Gethostbynamel answers all IPv4 addresses of a host as text; ok is false
// where it has none. A name of more than 255 bytes is not looked up: "Host
// name cannot be longer than 255 characters".
//
//	PHP: gethostbynamel(string $hostname): array|false
//
// php-src: ext/standard/dns.c.
func Gethostbynamel(hostname string) (addresses []string, ok bool) {
	return defaultRuntime.Gethostbynamel(hostname)
}

// Gethostbynamel is [Gethostbynamel] for this Runtime.
func (rt *Runtime) Gethostbynamel(hostname string) (addresses []string, ok bool) {
	c := rt.call("gethostbynamel")
	defer c.deliver()
	return c.lookup().Gethostbynamel(context.Background(), hostname)
}

// Gethostname answers the name of this machine.
//
//	PHP: gethostname(): string|false
//
// php-src: ext/standard/dns.c.
func Gethostname() (name string, ok bool) { return defaultRuntime.Gethostname() }

// Gethostname is [Gethostname] for this Runtime.
func (rt *Runtime) Gethostname() (name string, ok bool) {
	c := rt.call("gethostname")
	defer c.deliver()
	name, err := resolve.Gethostname()
	if err != nil {
		c.fail(err)
		c.warning("Unable to fetch host: " + err.Error())
		return "", false
	}
	return name, true
}

// Getmxrr answers the mail servers of a domain and their preferences, in the
// order of the server's answer: sort them by weight before use. ok is false
// where there is none, and where the answer breaks off; what was read until
// then is there, as in PHP.
//
//	PHP: getmxrr(string $hostname, array &$hosts, array &$weights = null): bool
//
// php-src: ext/standard/dns.c.
func Getmxrr(hostname string) (hosts []string, weights []int, ok bool) {
	return defaultRuntime.Getmxrr(hostname)
}

// Getmxrr is [Getmxrr] for this Runtime.
func (rt *Runtime) Getmxrr(hostname string) (hosts []string, weights []int, ok bool) {
	return rt.getmxrr("getmxrr", hostname)
}

// DnsGetMx is PHP's other name for [Getmxrr].
func DnsGetMx(hostname string) (hosts []string, weights []int, ok bool) {
	return defaultRuntime.DnsGetMx(hostname)
}

// DnsGetMx is [DnsGetMx] for this Runtime.
func (rt *Runtime) DnsGetMx(hostname string) (hosts []string, weights []int, ok bool) {
	return rt.getmxrr("dns_get_mx", hostname)
}

func (rt *Runtime) getmxrr(name, hostname string) (hosts []string, weights []int, ok bool) {
	c := rt.call(name)
	defer c.deliver()
	return c.lookup().Getmxrr(context.Background(), hostname)
}

// Checkdnsrr tells whether a host has any record of a type: "A", "NS", "MX"
// (the default), "PTR", "ANY", "SOA", "CAA", "TXT", "CNAME", "AAAA", "SRV",
// "NAPTR" or "A6", in any letter case. Another type, or an empty host, is a
// ValueError: "Argument #2 ($type) must be a valid DNS record type", "Argument
// #1 ($hostname) must not be empty".
//
//	PHP: checkdnsrr(string $hostname, string $type = "MX"): bool
//
// php-src: ext/standard/dns.c.
func Checkdnsrr(hostname string, typ ...string) bool {
	return defaultRuntime.Checkdnsrr(hostname, typ...)
}

// Checkdnsrr is [Checkdnsrr] for this Runtime.
func (rt *Runtime) Checkdnsrr(hostname string, typ ...string) bool {
	return rt.checkdnsrr("checkdnsrr", hostname, typ)
}

// DnsCheckRecord is PHP's other name for [Checkdnsrr].
func DnsCheckRecord(hostname string, typ ...string) bool {
	return defaultRuntime.DnsCheckRecord(hostname, typ...)
}

// DnsCheckRecord is [DnsCheckRecord] for this Runtime.
func (rt *Runtime) DnsCheckRecord(hostname string, typ ...string) bool {
	return rt.checkdnsrr("dns_check_record", hostname, typ)
}

func (rt *Runtime) checkdnsrr(name, hostname string, typ []string) bool {
	c := rt.call(name)
	defer c.deliver()
	return c.lookup().Checkdnsrr(context.Background(), hostname, typ...)
}

// DnsGetRecord answers the DNS records of a host: those of the types in the
// mask (DNS_ANY by default), and what the same answers had in their authority
// and additional sections. Each record has the keys "host", "class" ("IN"),
// "ttl" (seconds) and "type", and those of its type: "ip", "ipv6", "target",
// "pri", "weight", "port", "txt", "entries" ([]string) and so on. No record is
// an empty answer. ok is false where a server failed, with the warning "A
// temporary server error occurred." or "An unexpected server failure
// occurred.", and for a mask that PHP does not know (a ValueError).
//
// Differences: PHP asks for ANY, too, where additional records are wanted, adds
// what that brings to both lists, and fails as a whole with a server that
// refuses ANY. There is no $raw.
//
//	PHP: dns_get_record(string $hostname, int $type = DNS_ANY,
//	     array &$authoritative_name_servers = null,
//	     array &$additional_records = null, bool $raw = false): array|false
//
// php-src: ext/standard/dns.c.
func DnsGetRecord(hostname string, typ ...DNSType) (records, authns, addtl []map[string]any, ok bool) {
	return defaultRuntime.DnsGetRecord(hostname, typ...)
}

// DnsGetRecord is [DnsGetRecord] for this Runtime.
func (rt *Runtime) DnsGetRecord(hostname string, typ ...DNSType) (records, authns, addtl []map[string]any, ok bool) {
	c := rt.call("dns_get_record")
	defer c.deliver()
	q := resolve.Question{Types: int(DNS_ANY), Authority: true, Additional: true, Lean: true}
	if len(typ) > 0 {
		q.Types = int(typ[0])
	}
	a, ok := c.lookup().DnsGetRecord(context.Background(), hostname, q)
	if !ok {
		return nil, nil, nil, false
	}
	return toMaps(a.Records), toMaps(a.Authority), toMaps(a.Additional), true
}

// toMaps turns PHP's arrays into Go's maps.
func toMaps(list []assoc.Array) []map[string]any {
	out := make([]map[string]any, len(list))
	for i, a := range list {
		out[i] = a.Map()
	}
	return out
}
