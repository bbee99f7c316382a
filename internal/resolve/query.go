package resolve

import (
	"context"
	"errors"
	"net"

	"github.com/phpstream-go/phpstream/internal/assoc"
)

// Failures of dns_get_record that PHP warns about; their texts are PHP's.
var (
	ErrTemporary  = errors.New("A temporary server error occurred.")
	ErrUnexpected = errors.New("An unexpected server failure occurred.")
	ErrParse      = errors.New("Unable to parse DNS data received")
)

// lookupRecord searches for a name and gives failures the form of package
// net.
func (r *Resolver) lookupRecord(ctx context.Context, host string, qtype uint16) ([]byte, error) {
	c := r.conf()
	msg, err := c.search(ctx, cString(host), qtype)
	if err == nil {
		return msg, nil
	}
	out := &net.DNSError{Err: err.Error(), Name: host, UnwrapErr: err}
	switch err {
	case hostNotFound, noData:
		out.IsNotFound = true
	case tryAgain:
		out.IsTemporary = true
	}
	return nil, out
}

// Check returns nil where there is any record of the type, as checkdnsrr
// looks for it, and else a *net.DNSError.
//
// php-src: ext/standard/dns.c, dns_check_record.
func (r *Resolver) Check(ctx context.Context, host string, qtype uint16) error {
	_, err := r.lookupRecord(ctx, host, qtype)
	return err
}

// MX returns the mail servers of a domain in the order of the answer, as
// getmxrr does. Where there is none, or where the answer breaks off, there is
// an error beside what was read.
//
// php-src: ext/standard/dns.c, dns_get_mx.
func (r *Resolver) MX(ctx context.Context, host string) (hosts []string, weights []int, err error) {
	msg, err := r.lookupRecord(ctx, host, typeMX)
	if err != nil {
		return nil, nil, err
	}
	h, _ := parseHeader(msg)
	in := &reader{msg: msg, off: headerLen}
	if !in.skipQuestions(h.qd) {
		return nil, nil, ErrParse
	}
	for range h.an {
		if in.off, err = skipName(msg, in.off); err != nil {
			return hosts, weights, ErrParse
		}
		rtype, _, _, size := in.u16(), in.u16(), in.u32(), in.u16()
		if rtype != typeMX {
			in.off += size
			continue
		}
		weight, name := in.u16(), in.name()
		if in.failed {
			return hosts, weights, ErrParse
		}
		hosts, weights = append(hosts, name), append(weights, weight)
	}
	if len(hosts) == 0 {
		return nil, nil, &net.DNSError{Err: noData.Error(), Name: host, IsNotFound: true, UnwrapErr: noData}
	}
	return hosts, weights, nil
}

// Question says what Records has to fetch.
type Question struct {
	// Types is a mask of PHP's DNS_* bits; with Raw one DNS type.
	Types int
	Raw   bool
	// Authority and Additional ask for these sections, too.
	Authority, Additional bool
	// Lean leaves out the query for ANY that PHP adds where the additional
	// section is asked for. Many servers refuse it, and then PHP's whole
	// answer is false.
	Lean bool
}

// Answer holds the records in PHP's arrays.
type Answer struct {
	Records, Authority, Additional []assoc.Array
}

// recordError has PHP's text, and the cause behind it.
type recordError struct{ text, cause error }

func (e recordError) Error() string   { return e.text.Error() }
func (e recordError) Unwrap() []error { return []error{e.text, e.cause} }

// Records fetches the records of a host as dns_get_record does: one query for
// each type in the mask, in PHP's order. The error is one of ErrTemporary,
// ErrUnexpected and ErrParse, with a *net.DNSError behind it; a name or type
// that does not exist is an empty answer.
//
// php-src: ext/standard/dns.c, dns_get_record.
func (r *Resolver) Records(ctx context.Context, host string, q Question) (Answer, error) {
	var out Answer
	for _, step := range q.steps() {
		msg, err := r.lookupRecord(ctx, host, step.qtype)
		switch {
		case errors.Is(err, noData) || errors.Is(err, hostNotFound):
			continue
		case errors.Is(err, noRecovery):
			return Answer{}, recordError{ErrUnexpected, err}
		case err != nil:
			return Answer{}, recordError{ErrTemporary, err}
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
	if q.Additional && !q.Lean {
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
