package wire

import (
	"context"
	"net/netip"
	"time"
)

// Dialer says how to connect. The zero value connects without a limit.
type Dialer struct {
	Timeout   time.Duration // for all addresses together; negative: none; zero: at once or not at all
	Async     bool          // return while the connection is still being made
	Bind      string        // local IP address, "" for none
	BindPort  int
	Delay     bool // leave Nagle's algorithm on
	Broadcast bool
	V6Only    *bool // IPV6_V6ONLY, nil: leave it

	// Bound hears of a local address that could not be used; connecting goes
	// on without it, as PHP does. err is nil where Bind is no IP address.
	Bound func(err error)
}

// Connecting is what Dial answers with Async while the connection is not made
// yet.
type Connecting bool

// DialIP connects to the first of the addresses that answers, in their order.
// The error is the last one met.
func (d *Dialer) DialIP(ctx context.Context, network string, addrs []netip.AddrPort) (*Conn, Connecting, error) {
	limit := d.deadline()
	bind := d.Bind
	var last error
	for _, addr := range addrs {
		v4 := addr.Addr().Is4() || addr.Addr().Is4In6()
		colon := hasColon(bind)
		if bind != "" && !v4 && !colon {
			continue // an IPv4 source cannot reach it
		}
		if v4 && (colon || bind == "0") {
			bind = "" // and an IPv6 source cannot be used from here on
		}
		c, pending, err := d.dialOne(ctx, network, addr, bind, limit)
		if err == nil {
			return c, pending, nil
		}
		last = err
		if ctx.Err() != nil || !limit.IsZero() && d.Timeout > 0 && !time.Now().Before(limit) {
			break
		}
	}
	return nil, false, last
}

// deadline is the zero time where there is none.
func (d *Dialer) deadline() time.Time {
	if d.Timeout < 0 {
		return time.Time{}
	}
	return time.Now().Add(d.Timeout)
}

func hasColon(s string) bool {
	for i := range len(s) {
		if s[i] == ':' {
			return true
		}
	}
	return false
}

func boolint(b bool) int {
	if b {
		return 1
	}
	return 0
}
