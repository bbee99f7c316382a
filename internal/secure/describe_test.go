package secure

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// TestDescribe: what doesn't come from a handshake in peerJobs.
func TestDescribe(t *testing.T) {
	const before = "SSL operation failed with code 1. OpenSSL Error messages:\n"
	for _, tt := range []struct {
		err  error
		v    phpfacts.Version
		want string
	}{
		{nil, phpfacts.PHP84, ""},
		{io.EOF, phpfacts.PHP84, ""},
		{io.ErrUnexpectedEOF, phpfacts.PHP82, ""},
		{io.EOF, phpfacts.PHP74, "SSL: Success"},
		{fmt.Errorf("read: %w", os.ErrDeadlineExceeded), phpfacts.PHP82, "SSL: Handshake timed out"},
		{syscall.ECONNRESET, phpfacts.PHP74, "SSL: Connection reset by peer"},
		{&net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, phpfacts.PHP84, "SSL: Connection reset by peer"},
		{&net.OpError{Op: "write", Err: os.NewSyscallError("write", syscall.EPIPE)}, phpfacts.PHP82, "SSL: Broken pipe"},
		{&net.OpError{Op: "write", Err: os.NewSyscallError("write", syscall.EPIPE)}, phpfacts.PHP84, "SSL operation failed with code 5. OpenSSL Error messages:\nerror:80000020:system library::Broken pipe"},
		{os.NewSyscallError("write", syscall.ECONNRESET), phpfacts.PHP84, "SSL operation failed with code 5. OpenSSL Error messages:\nerror:80000068:system library::Connection reset by peer"},
		{syscall.EPIPE, phpfacts.PHP84, "SSL operation failed with code 5. OpenSSL Error messages:\nerror:80000020:system library::Broken pipe"},
		{errNoProtocols, phpfacts.PHP84, before + "error:0A0000BF:SSL routines::no protocols available"},
		{fmt.Errorf("handshake: %w", &VerifyError{Code: 18}), phpfacts.PHP74, before + "error:1416F086:SSL routines:tls_process_server_certificate:certificate verify failed"},
		{errors.New("tls: protocol is shutdown"), phpfacts.PHP74, before + "error:1420C0CF:SSL routines:ssl_write_internal:protocol is shutdown"},
		{errors.New("tls: something new"), phpfacts.PHP84, before + "tls: something new"},
		{context.Canceled, phpfacts.PHP84, before + "context canceled"},
		{errFarewell, phpfacts.PHP74, ""},
		{ErrShutdown, phpfacts.PHP74, before + "error:1420C0CF:SSL routines:ssl_write_internal:protocol is shutdown"},
		{errSetup, phpfacts.PHP84, ""},
		{&FingerprintError{}, phpfacts.PHP84, ""},
	} {
		got := Describe(tt.err, tt.v)
		switch {
		case tt.want == "" && got == nil:
		case len(got) != 1 || got[0].Text != tt.want:
			t.Errorf("%v of %v: %v, want %s", tt.v, tt.err, got, tt.want)
		}
	}
}
