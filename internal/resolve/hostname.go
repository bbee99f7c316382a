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

// Lookup4 returns the IPv4 addresses of a host, at least one, as the older
// gethostbyname does: it takes a text for an address only where it is all
// digits and dots. The error is a *net.DNSError.
func (r *Resolver) Lookup4(ctx context.Context, host string) ([]netip.Addr, error) {
	host = cString(host)
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
