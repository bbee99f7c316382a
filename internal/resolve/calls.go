package resolve

import (
	"context"
	"fmt"
	"strings"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// Calls are PHP's functions with their arguments checked as the PHP of the
// given version does.
type Calls struct {
	*Resolver
	Version phpfacts.Version
	// Report hears of each warning and of each error that PHP throws.
	Report func(Complaint)
	// Fail hears of the error behind a failure, of which PHP may say nothing.
	Fail func(error)
}

// Complaint is a warning, or an error that PHP throws where Class is set.
type Complaint struct {
	Class string // "ValueError", or "" for a warning
	Text  string // without the function's name
}

// problem is something wrong with an argument.
type problem int

const (
	nulInHost problem = iota
	hostTooLong
	hostEmpty
	typeUnknown
	maskUnknown
	rawOutOfRange
)

const valueError = "ValueError"

// complaints holds what PHP 8 says; older is what PHP 7 warns, a format for
// the offending value, or "" where it says nothing and goes on.
var complaints = map[problem]struct{ class, text, older string }{
	nulInHost:     {valueError, "Argument #1 ($hostname) must not contain any null bytes", ""},
	hostTooLong:   {"", fmt.Sprintf("Host name cannot be longer than %d characters", MaxHost), fmt.Sprintf("Host name is too long, the limit is %d characters", MaxHost)},
	hostEmpty:     {valueError, "Argument #1 ($hostname) must not be empty", "Host cannot be empty"},
	typeUnknown:   {valueError, "Argument #2 ($type) must be a valid DNS record type", "Type '%v' not supported"},
	maskUnknown:   {valueError, "Argument #2 ($type) must be a DNS_* constant", "Type '%v' not supported"},
	rawOutOfRange: {valueError, "Argument #2 ($type) must be between 1 and 65535 when argument #5 ($raw) is true", "Numeric DNS record type must be between 1 and 65535, '%v' given"},
}

// complain reports the problem and returns true, or false where this version
// goes on without a word.
func (c Calls) complain(p problem, value ...any) bool {
	row := complaints[p]
	said := Complaint{row.class, row.text}
	switch {
	case c.Version <= phpfacts.PHP74:
		if row.older == "" {
			return false
		}
		said = Complaint{Text: row.older}
		if len(value) > 0 {
			said.Text = fmt.Sprintf(row.older, value...)
		}
	case c.Version < phpfacts.PHP84 && p == hostEmpty:
		said.Text = strings.Replace(said.Text, "must not be", "cannot be", 1)
	}
	c.Report(said)
	return true
}

func (c Calls) badHost(host string) bool {
	return strings.Contains(host, "\x00") && c.complain(nulInHost)
}

// Gethostbyname is PHP's function of that name.
func (c Calls) Gethostbyname(ctx context.Context, host string) string {
	if c.badHost(host) {
		return ""
	}
	if len(host) > MaxHost && c.complain(hostTooLong) {
		return host
	}
	addrs, err := c.Lookup4(ctx, host)
	if err != nil {
		c.Fail(err)
		return cString(host)
	}
	return addrs[0].String()
}

// Gethostbynamel is PHP's function of that name.
func (c Calls) Gethostbynamel(ctx context.Context, host string) (list []string, ok bool) {
	if c.badHost(host) || len(host) > MaxHost && c.complain(hostTooLong) {
		return nil, false
	}
	addrs, err := c.Lookup4(ctx, host)
	if err != nil {
		c.Fail(err)
		return nil, false
	}
	for _, a := range addrs {
		list = append(list, a.String())
	}
	return list, true
}

// Getmxrr is PHP's function of that name.
func (c Calls) Getmxrr(ctx context.Context, host string) (hosts []string, weights []int, ok bool) {
	if c.badHost(host) {
		return nil, nil, false
	}
	hosts, weights, err := c.MX(ctx, host)
	if err != nil {
		c.Fail(err)
	}
	return hosts, weights, err == nil
}

// Checkdnsrr is PHP's function of that name; the type is "MX" by default.
func (c Calls) Checkdnsrr(ctx context.Context, host string, typ ...string) bool {
	if c.badHost(host) {
		return false
	}
	if host == "" && c.complain(hostEmpty) {
		return false
	}
	qtype := uint16(typeMX)
	if len(typ) > 0 {
		known, ok := CheckType(typ[0])
		if !ok {
			c.complain(typeUnknown, typ[0])
			return false
		}
		qtype = known
	}
	if err := c.Check(ctx, host, qtype); err != nil {
		c.Fail(err)
		return false
	}
	return true
}

// DnsGetRecord is PHP's dns_get_record; ok is false where PHP's answer is.
func (c Calls) DnsGetRecord(ctx context.Context, host string, q Question) (a Answer, ok bool) {
	if c.badHost(host) {
		return Answer{}, false
	}
	switch {
	case q.Raw && (q.Types < 1 || q.Types > 0xFFFF):
		c.complain(rawOutOfRange, q.Types)
		return Answer{}, false
	case !q.Raw && q.Types&^AllMask != 0 && q.Types != AnyMask:
		c.complain(maskUnknown, q.Types)
		return Answer{}, false
	}
	a, err := c.Records(ctx, host, q)
	if err != nil {
		c.Fail(err)
		c.Report(Complaint{Text: err.Error()})
		return Answer{}, false
	}
	return a, true
}
