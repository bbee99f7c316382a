package phpstream

// StreamIsLocal tells whether a stream or a URL is a local one. It is by its
// wrapper: http, https, ftp, ftps and data are remote, a program's own is as
// [StreamWrapperRegister] was told. Sockets are not local. An unknown scheme warns
// and counts as a file, as in PHP.
//
//	PHP: stream_is_local(resource|string $stream): bool
//
// php-src: ext/standard/streamsfuncs.c.
func StreamIsLocal(streamOrURL any) bool { return defaultRuntime.StreamIsLocal(streamOrURL) }

// StreamIsLocal is [StreamIsLocal] for this Runtime.
func (rt *Runtime) StreamIsLocal(streamOrURL any) bool {
	var w *wrapper
	switch v := streamOrURL.(type) {
	case *Stream:
		if _, ok := v.begin("stream_is_local"); !ok {
			return false
		}
		w = v.wrapper
	case string:
		c := rt.call("stream_is_local")
		w, _ = c.locateWrapper(v, false)
		c.deliver()
	default:
		c := rt.call("stream_is_local")
		c.notResource(1, "stream")
		c.deliver()
	}
	return w != nil && !w.remote
}
