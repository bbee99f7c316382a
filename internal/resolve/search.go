package resolve

import (
	"context"
	"errors"
	"strings"
)

// A failure is why a name could not be answered, in the C library's classes
// (h_errno).
type failure int

const (
	hostNotFound failure = iota + 1
	tryAgain
	noRecovery
	noData
)

func (f failure) Error() string {
	return [...]string{
		hostNotFound: "resolve: host not found",
		tryAgain:     "resolve: temporary failure",
		noRecovery:   "resolve: unexpected failure of the server",
		noData:       "resolve: no record of this type",
	}[f]
}

// outcome is what one question came to.
type outcome struct {
	msg []byte
	err error // nil, a failure, or the context's error
	// refused: no server was there. servFail: the last one heard had failed.
	refused, servFail bool
}

// query asks for one full name and takes only an answer with records in it.
func (c *conf) query(ctx context.Context, name string, qtype uint16) outcome {
	q, err := newQuery(name, qtype)
	if err != nil {
		return outcome{err: noRecovery}
	}
	msg, last, refused, err := c.send(ctx, q)
	if err != nil {
		if !errors.Is(err, errNoAnswer) {
			return outcome{err: err}
		}
		h, ok := parseHeader(last)
		return outcome{err: tryAgain, refused: refused, servFail: ok && h.rcode() == rcodeServFail}
	}
	h, _ := parseHeader(msg)
	switch {
	case h.rcode() == 0 && h.an > 0:
		return outcome{msg: msg}
	case h.rcode() == 0:
		return outcome{err: noData}
	case h.rcode() == rcodeNXDomain:
		return outcome{err: hostNotFound}
	case h.rcode() == rcodeServFail:
		return outcome{err: tryAgain, servFail: true}
	}
	return outcome{err: noRecovery}
}

// within asks for name with domain behind it.
func (c *conf) within(ctx context.Context, name, domain string, qtype uint16) outcome {
	return c.full(ctx, name+"."+domain, qtype)
}

// full asks for name as it stands.
func (c *conf) full(ctx context.Context, name string, qtype uint16) outcome {
	if name == "" || len(name) > maxText {
		return outcome{err: noRecovery}
	}
	return c.query(ctx, name, qtype)
}

// search asks for a name as the C library's res_nsearch does: a name with
// enough dots first as it stands, then with the search list's domains, at
// last as it stands. The failure is that of the first attempt as it stands,
// or the weightiest of the others.
func (c *conf) search(ctx context.Context, name string, qtype uint16) ([]byte, error) {
	dots := strings.Count(name, ".")
	rooted := strings.HasSuffix(name, ".")
	var asIs error
	if dots >= c.ndots || rooted {
		o := c.full(ctx, name, qtype)
		if o.err == nil || rooted || ctx.Err() != nil {
			return o.msg, o.err
		}
		asIs = o.err
	}
	var last error = hostNotFound
	var sawNoData, sawServFail, rootListed bool
	if !rooted {
	domains:
		for _, domain := range c.searchList {
			domain = strings.TrimPrefix(domain, ".")
			rootListed = rootListed || domain == ""
			o := c.within(ctx, name, domain, qtype)
			if o.err == nil || ctx.Err() != nil {
				return o.msg, o.err
			}
			if o.refused {
				return nil, tryAgain
			}
			last = o.err
			switch {
			case o.err == noData:
				sawNoData = true
			case o.err == hostNotFound:
			case o.servFail:
				sawServFail = true
			default:
				break domains
			}
		}
	}
	if asIs == nil && !rootListed && (dots > 0 || len(c.searchList) == 0 || !c.noTLDQuery) {
		o := c.full(ctx, name, qtype)
		if o.err == nil || ctx.Err() != nil {
			return o.msg, o.err
		}
		last = o.err
	}
	switch {
	case asIs != nil:
		return nil, asIs
	case sawNoData:
		return nil, noData
	case sawServFail:
		return nil, tryAgain
	}
	return nil, last
}
