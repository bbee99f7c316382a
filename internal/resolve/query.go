package resolve

import (
	"context"
	"errors"

	"github.com/phpstream-go/phpstream/internal/assoc"
)

// Failures of dns_get_record that PHP warns about; their texts are PHP's.
var (
	ErrTemporary  = errors.New("A temporary server error occurred.")
	ErrUnexpected = errors.New("An unexpected server failure occurred.")
	ErrParse      = errors.New("Unable to parse DNS data received")
)

// Check reports whether there is any record of the type, as checkdnsrr does.
//
// php-src: ext/standard/dns.c, dns_check_record.
func (r *Resolver) Check(ctx context.Context, host string, qtype uint16) bool {
	c := r.conf()
	msg, err := c.search(ctx, cString(host), qtype)
	if err != nil {
		return false
	}
	h, _ := parseHeader(msg)
	return h.an != 0
}

// MX returns the mail servers of a domain in the order of the answer, as
// getmxrr does; ok is false where there is none.
//
// php-src: ext/standard/dns.c, dns_get_mx.
func (r *Resolver) MX(ctx context.Context, host string) (hosts []string, weights []int, ok bool) {
	c := r.conf()
	msg, err := c.search(ctx, cString(host), typeMX)
	if err != nil {
		return nil, nil, false
	}
	h, _ := parseHeader(msg)
	in := &reader{msg: msg, off: headerLen}
	if !in.skipQuestions(h.qd) {
		return nil, nil, false
	}
	for range h.an {
		next, err := skipName(msg, in.off)
		if err != nil {
			return hosts, weights, false
		}
		in.off = next
		rtype, _, _, size := in.u16(), in.u16(), in.u32(), in.u16()
		if rtype != typeMX {
			in.off += size
			continue
		}
		weight, name := in.u16(), in.name()
		if in.failed {
			return hosts, weights, false
		}
		hosts, weights = append(hosts, name), append(weights, weight)
	}
	return hosts, weights, len(hosts) > 0
}

// Question says what Records has to fetch.
type Question struct {
	// Types is a mask of PHP's DNS_* bits; with Raw one DNS type.
	Types int
	Raw   bool
	// Authority and Additional ask for these sections, too. PHP sends a
	// further query for ANY where the additional section is asked for.
	Authority, Additional bool
}

// Answer holds the records in PHP's arrays.
type Answer struct {
	Records, Authority, Additional []assoc.Array
}

// Records fetches the records of a host as dns_get_record does: one query for
// each type in the mask, in PHP's order. The error is one of ErrTemporary,
// ErrUnexpected and ErrParse; a name or type that does not exist is an empty
// answer.
//
// php-src: ext/standard/dns.c, dns_get_record.
func (r *Resolver) Records(ctx context.Context, host string, q Question) (Answer, error) {
	var out Answer
	host = cString(host)
	for _, step := range q.steps() {
		c := r.conf()
		msg, err := c.search(ctx, host, step.qtype)
		switch {
		case err == noData || err == hostNotFound:
			continue
		case err == noRecovery:
			return Answer{}, ErrUnexpected
		case err != nil:
			return Answer{}, ErrTemporary
		}
		if err := out.collect(msg, step, q); err != nil {
			return Answer{}, err
		}
	}
	return out, nil
}

// step is one query; with store unset its answer section is passed over.
type step struct {
	qtype uint16
	store bool
}

func (q Question) steps() (steps []step) {
	switch {
	case q.Raw:
		steps = []step{{uint16(q.Types), true}}
	case q.Types == AnyMask:
		return []step{{typeANY, true}}
	default:
		for _, b := range typeBits {
			if q.Types&b.bit != 0 {
				steps = append(steps, step{b.qtype, true})
			}
		}
	}
	if q.Additional {
		steps = append(steps, step{typeANY, false})
	}
	return steps
}

// collect adds what one answer holds.
func (a *Answer) collect(msg []byte, s step, q Question) error {
	h, _ := parseHeader(msg)
	in := &reader{msg: msg, off: headerLen}
	if !in.skipQuestions(h.qd) {
		return ErrParse
	}
	section := func(n int, want uint16, into *[]assoc.Array, keep bool) {
		for i := 0; i < n && !in.failed && in.off < len(msg); i++ {
			if rec := in.record(want, q.Raw); rec != nil && keep {
				*into = append(*into, rec)
			}
		}
	}
	section(h.an, s.qtype, &a.Records, s.store)
	if q.Authority || q.Additional {
		section(h.ns, typeANY, &a.Authority, q.Authority)
	}
	if q.Additional {
		section(h.ar, typeANY, &a.Additional, true)
	}
	return nil
}
