// Package phpstream has PHP's network stream functions for Go: the same names,
// argument order, constants, defaults, errno and errstr, and the same warning
// texts, over TCP, UDP, UNIX and TLS sockets, for URLs of http, https, ftp and
// ftps, files, filters, wrappers and the DNS. PHP networking code, mailers first,
// is ported to it almost line for line:
//
//	// $fp = stream_socket_client("tcp://mail.example.com:587", $errno, $errstr, 30);
//	fp, errno, errstr := StreamSocketClient("tcp://mail.example.com:587", Timeout(30))
//	// if (!$fp) { die("$errstr ($errno)\n"); }
//	if fp == nil {
//		log.Fatalf("%s (%d)", errstr, errno)
//	}
//	// while (($line = fgets($fp)) !== false) echo $line;
//	for line, ok := Fgets(fp); ok; line, ok = Fgets(fp) {
//		fmt.Print(line)
//	}
//
// # The rules
//
// These tell any signature from PHP's:
//
//   - stream_socket_client is StreamSocketClient; constants keep their names.
//   - By-reference outputs (&$errno, &$errstr) are further results, in PHP's
//     order.
//   - "resource or false" is *[Stream], nil for false; "string or false" is
//     (string, bool).
//   - One optional parameter is a variadic of its type, and so are several of one
//     type, in PHP's order: StreamGetContents(fp, length, offset). Several of
//     different types are a variadic of typed values in any order: Timeout(30),
//     STREAM_CLIENT_CONNECT, a *[Context].
//   - Arrays that PHP rewrites (stream_select) are pointers to slices.
//   - Option arrays are [Options]; their values are converted as PHP converts
//     them.
//   - Warnings and notices go to the handler of [SetErrorHandler], and to
//     log/slog where there is none. @f() is [Silence].
//   - What PHP throws never panics: it is reported at E_ERROR with its class
//     ("Uncaught ValueError: ..."), and the call answers its failure value.
//
// # For Go programs
//
// A *[Stream] is a [net.Conn], and an [io.Seeker] that answers
// errors.ErrUnsupported where PHP's stream can't seek. [LastError] is the Go
// error behind the last failure. [Context.TLSConfig], [Context.Dialer] and
// [Context.DialContext] turn PHP's options into crypto/tls and net, with the
// same policy; the package phphttp turns them into net/http. A [Runtime] keeps
// what PHP keeps for each request; one that speaks an older PHP is made with
// NewRuntime([PHP74]).
//
// Where the package differs from PHP on purpose, its function says so, and
// phpdocs/differences.md lists it.
package phpstream
