// The bridge runs PHP on phpstream: a PHP extension that answers PHP's stream
// functions with the ones of this library. The same script then runs on two
// engines, and PHP's own tests judge this one. "go run ./cmd/phpstream bridge"
// builds it; it needs PHP's headers and a C compiler, so that all but this file
// has the build tag phpbridge.
//
// # How a call goes
//
// When PHP starts, the extension takes the handler of each function in its
// table (functions.c) and puts its own in the place; it keeps PHP's. A call of
// such a function comes to call.c, which finds out who answers:
//
//   - a call that opens a network stream, that has one of ours, or that needs no
//     stream (name lookups, contexts, certificates) is Go's;
//   - anything else, files for instance, goes on to PHP's handler.
//
// For Go's, the arguments are written down as a row of plain values (encode.c),
// and export.go hands them to phpcall, as the scenarios do. Go answers with such
// a row, too: the result, by-reference outputs, what PHP would throw, and the
// E_* events. Go never calls PHP: a PHP error ends in longjmp, which must not
// jump over Go. So events are raised, and values made, when Go has returned
// (decode.c). Where PHP minds an argument before the function works, the call
// comes back in between, since an error handler may throw.
//
// # Streams
//
// A stream of ours is a php_stream like any other, whose operations read from
// and write to Go (stream.c). So what the table doesn't have, fputcsv or
// stream_filter_append, works on it too: PHP's code, and Go's network. Where PHP
// has bytes of such a stream in its own buffer, or a filter on it, PHP's handler
// goes on, and gets the rest from Go. What Go has read ahead, and the position,
// are handed to and fro.
//
// # URLs
//
// What opens a URL of http, https, ftp or ftps, fopen or include or an XML parser,
// comes to PHP's wrapper of that scheme; in its place stands one of ours
// (wrapper.c), whose opener is the library's, and so is what is done with paths on
// FTP servers (paths.c) and with directories there (dir.c). The functions themselves
// stay PHP's: they open files, too. What the wrapper complains of goes into PHP's own
// warning. The callback of the context hears of what happened when Go has returned;
// the answers of reads carry notifications as well.
//
// # Contexts
//
// PHP keeps the options of contexts: they hold PHP's objects, and go to PHP's
// own functions, too. A call that has a use for the options takes them along.
// What Go sets, a captured certificate, is put into PHP's context afterwards.
//
// # Forks
//
// A child that PHP forks off has no Go: its threads stay with the parent. The
// child's calls are PHP's own, and a stream that it has from its parent goes on
// as one of PHP's, on the same socket (fork.c), unless TLS is on.
//
// # Signals
//
// The handlers that PHP sets up run on the stack of whatever they interrupt,
// and Go's are small. signals.c moves them to the signal stack that Go makes for
// each thread.
package main

func main() {}
