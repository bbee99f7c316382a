package secure

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// errFarewell says that the peer ended TLS in the handshake with a close_notify.
var errFarewell = fmt.Errorf("close_notify: %w", io.EOF)

// fatalClose is a close_notify that came as a fatal alert: OpenSSL knows no
// text for it.
var fatalClose = &net.OpError{Op: "remote error", Err: alert(alertCloseNotify)}

type alert uint8

func (a alert) Error() string { return fmt.Sprintf("tls: alert(%d)", uint8(a)) }

// misplaced holds what OpenSSL says of a record that comes where it has no
// place, or with nothing sensible in it, by its type. crypto/tls calls all of
// them unexpected messages.
var misplaced = map[byte]phpfacts.OpenSSLReason{
	recordChange:    reasonUnexpectedMessage,
	recordAlert:     {Code: 0x0CD, Text: "invalid alert", Func: 0x094, FuncName: "ssl3_read_bytes"},
	recordHandshake: reasonUnexpectedMessage,
}

var misplacedToServer = map[byte]phpfacts.OpenSSLReason{
	recordChange:    reasonClientMessage,
	recordAlert:     misplaced[recordAlert],
	recordHandshake: reasonClientMessage,
}

// explained adds to an error of a handshake what the last record in clear tells
// and crypto/tls doesn't.
func (c *Conn) explained(err error) error {
	record := &c.feed.record
	var op *net.OpError
	switch {
	case IsEOF(err) && !c.feed.ended && record.fatalAlert():
		return fatalClose
	case IsEOF(err) && !c.feed.ended:
		return errFarewell
	case errors.As(err, &op) && op.Op == "local error":
		if bad := c.badCCS(op); bad != nil {
			return &opensslError{*bad, err}
		}
		number, _ := alertNumber(op.Err)
		misplaced := misplaced
		if c.feed.server {
			misplaced = misplacedToServer
		}
		if reason, ok := misplaced[record.kind()]; ok && number == alertUnexpectedMessage {
			return &opensslError{reason, err}
		}
	}
	return err
}

// badCCS is what OpenSSL has against a change of ciphers that is none; nil where
// that wasn't it.
func (c *Conn) badCCS(err *net.OpError) *phpfacts.OpenSSLReason {
	number, _ := alertNumber(err.Err)
	switch {
	case err.Op != "local error" || c.feed.record.kind() != recordChange || number != alertDecode:
		return nil
	case c.State().Version == tls.VersionTLS13:
		return &reasonInvalidCCS
	}
	return &reasonBadCCS
}
