package resolve

import (
	"context"
	"net"
	"net/netip"
	"os"
	"strings"

	"github.com/phpstream-go/phpstream/internal/target"
)

// MaxHost is the longest name that gethostbyname and gethostbynamel look up.
const MaxHost = 255

// Gethostbyname returns the first IPv4 address of a host as text, or the name
// unchanged where it has none.
//
// php-src: ext/standard/dns.c.
func (r *Resolver) Gethostbyname(ctx context.Context, host string) string {
	host = cString(host)
	addrs, err := r.lookup4(ctx, host)
	if err != nil || len(addrs) == 0 {
		return host
	}
	return addrs[0].String()
}

// Gethostbynamel returns all IPv4 addresses of a host as text; ok is false
// where it has none.
//
// php-src: ext/standard/dns.c.
func (r *Resolver) Gethostbynamel(ctx context.Context, host string) (list []string, ok bool) {
	addrs, err := r.lookup4(ctx, cString(host))
	if err != nil || len(addrs) == 0 {
		return nil, false
	}
	for _, a := range addrs {
		list = append(list, a.String())
	}
	return list, true
}

// lookup4 looks an IPv4 address up as the older gethostbyname does, which
// takes a text for an address only where it is all digits and dots.
func (r *Resolver) lookup4(ctx context.Context, host string) ([]netip.Addr, error) {
	if host == "" || len(host) > MaxHost || strings.Contains(host, ":") {
		return nil, &net.DNSError{Err: textNoName, Name: host, IsNotFound: true}
	}
	if strings.Trim(host, "0123456789.") == "" {
		addr, ok := target.ParseIPv4(host)
		if !ok {
			return nil, &net.DNSError{Err: textNoName, Name: host, IsNotFound: true}
		}
		return []netip.Addr{addr}, nil
	}
	return r.lookupName(ctx, "ip4", host)
}

// Gethostname returns the machine's name.
func Gethostname() (string, error) { return os.Hostname() }
