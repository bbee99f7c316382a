package secure

import (
	"errors"
	"net"
	"syscall"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/wire"
)

// A fate is what an error has made of a connection. crypto/tls answers an error
// over and over; OpenSSL tells it once.
type fate = int32

const (
	fine    fate = iota
	cut          // by the system: then there is an end
	spent        // nothing can be made of what the peer sent: nothing goes any more, for no reason that is told
	alerted      // by the peer, whose end that is
)

var (
	// errSpent is what follows a failure of TLS's own. OpenSSL's queue is empty
	// then, and PHP prints an errno of 0.
	errSpent = errors.New("tls: the connection has failed before")

	// errAlerted is a write behind the peer's fatal alert, of which PHP says
	// nothing.
	errAlerted = errors.New("tls: the peer has ended the connection with an alert")

	// errBadLength is a write that is shorter than the one before it, of which a
	// record was made that the system refused.
	errBadLength = &opensslError{reason: phpfacts.OpenSSLReason{Code: 0x10F, Text: "bad length", Func: 0x09E, FuncName: "ssl3_write_bytes"}}
)

// met keeps what an error means for what comes.
func (c *Conn) met(err error) {
	var errno syscall.Errno
	var op *net.OpError
	switch {
	case IsEOF(err), temporary(err), errors.Is(err, net.ErrClosed), errors.Is(err, wire.ErrWouldBlock):
	case errors.As(err, &op) && op.Op == "remote error":
		c.fate.Store(alerted)
	case errors.As(err, &errno):
		c.fate.CompareAndSwap(fine, cut)
	default:
		c.fate.Store(spent)
	}
}

// mayWrite answers what OpenSSL has against a write, whatever the system would
// say.
func (c *Conn) mayWrite(p []byte) error {
	switch state := c.fate.Load(); {
	case state == alerted:
		return errAlerted
	case len(p) < c.refused:
		c.fate.Store(spent)
		return errBadLength
	case state == spent:
		return errSpent
	}
	return nil
}
