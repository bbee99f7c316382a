package phpstream

import "strconv"

// Pfsockopen is [Fsockopen] for a persistent stream: a second call with the same
// hostname and port answers the same stream as long as the peer is there, with
// its buffer, position and settings. A stream whose peer has gone is closed, and
// a new one opened. [GetResourceType] says "persistent stream".
//
// When the Runtime's job ends, [Runtime.Close] leaves the stream to the next
// Runtime that asks for the same. While a Runtime has it, no other gets it.
// [Fclose] closes it for good.
//
// Differences: a stream is handed out only to who has the same ssl options, and
// from one Runtime to another only where nothing is left to read on it, at most
// 100 streams wait for that, and each for at most 90 seconds.
//
//	PHP: pfsockopen(string $hostname, int $port = -1, int &$error_code = null,
//	     string &$error_message = null, ?float $timeout = null): resource|false
//
// php-src: ext/standard/fsock.c, main/streams/transports.c, main/streams/streams.c.
func Pfsockopen(hostname string, port int, timeout ...float64) (fp *Stream, errno int, errstr string) {
	return defaultRuntime.Pfsockopen(hostname, port, timeout...)
}

// Pfsockopen is [Pfsockopen] for this Runtime.
func (rt *Runtime) Pfsockopen(hostname string, port int, timeout ...float64) (fp *Stream, errno int, errstr string) {
	c := rt.call("pfsockopen")
	defer c.deliver()
	open := func(o opening) (*Stream, *failure) {
		return c.openPersistent("pfsockopen__"+hostname+":"+strconv.Itoa(port), o)
	}
	return c.fsockopen(open, hostname, port, timeout)
}
