package phpstream

import (
	"math"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// SocketStrerror answers the text of an errno as Linux has it on every system:
// "Connection refused" for 111. Numbers below -10000 are those of the resolver:
// "Unknown host" for -10001. A number that is no 32-bit one is the ValueError
// "Argument #1 ($error_code) must be between -2147483648 and 2147483647".
//
//	PHP: socket_strerror(int $error_code): string
//
// php-src: ext/sockets/sockets.c.
func SocketStrerror(errorCode int) string { return defaultRuntime.SocketStrerror(errorCode) }

// SocketStrerror is [SocketStrerror] for this Runtime.
func (rt *Runtime) SocketStrerror(errorCode int) string {
	if errorCode < math.MinInt32 || errorCode > math.MaxInt32 {
		c := rt.call("socket_strerror")
		defer c.deliver()
		if c.complain(phpfacts.ErrorCode) {
			return ""
		}
	}
	n := int(int32(errorCode)) // PHP 7.4 cuts the number
	if n < -10000 {
		return phpfacts.Hstrerror(-n - 10000)
	}
	return phpfacts.Strerror(n)
}

// SocketLastError answers the errno of the last function for sockets that
// failed on this Socket, or on any one; 0 where there is none.
//
//	PHP: socket_last_error(?Socket $socket = null): int
//
// php-src: ext/sockets/sockets.c.
func SocketLastError(socket ...*Socket) int { return defaultRuntime.SocketLastError(socket...) }

// SocketLastError is [SocketLastError] for this Runtime.
func (rt *Runtime) SocketLastError(socket ...*Socket) int {
	if len(socket) > 0 && socket[0] != nil {
		return int(socket[0].error.Load())
	}
	return int(rt.socketError.Load())
}

// SocketClearError makes [SocketLastError] answer 0.
//
//	PHP: socket_clear_error(?Socket $socket = null): void
//
// php-src: ext/sockets/sockets.c.
func SocketClearError(socket ...*Socket) { defaultRuntime.SocketClearError(socket...) }

// SocketClearError is [SocketClearError] for this Runtime.
func (rt *Runtime) SocketClearError(socket ...*Socket) {
	if len(socket) > 0 && socket[0] != nil {
		socket[0].error.Store(0)
		return
	}
	rt.socketError.Store(0)
}
