package phpstream

import (
	"slices"
	"strings"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

// StreamGetWrappers lists the schemes of the URLs that can be opened, those of
// [StreamWrapperRegister] last.
//
//	PHP: stream_get_wrappers(): array
//
// php-src: ext/standard/streamsfuncs.c.
func StreamGetWrappers() []string { return defaultRuntime.StreamGetWrappers() }

// StreamGetWrappers is [StreamGetWrappers] for this Runtime.
func (rt *Runtime) StreamGetWrappers() []string {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	names := make([]string, len(rt.wrappers))
	for i, w := range rt.wrappers {
		names[i] = w.scheme
	}
	return names
}

// StreamWrapperRegister makes a scheme of the program's own known: URLs that begin
// with protocol and "://" are opened by what newWrapper makes, as PHP makes an
// object of the class: func() UserWrapper { return new(myWrapper) }. The flag
// [STREAM_IS_URL] says that they are of elsewhere, which [StreamIsLocal] tells. It
// is false, with a warning, for a scheme that is known ("Protocol x:// is already
// defined.") and for what can be none ("Invalid protocol scheme specified. ...").
//
//	PHP: stream_wrapper_register(string $protocol, string $class, int $flags = 0): bool
//
// php-src: main/streams/userspace.c, main/streams/streams.c.
func StreamWrapperRegister(protocol string, newWrapper func() UserWrapper, flags ...int) bool {
	return defaultRuntime.StreamWrapperRegister(protocol, newWrapper, flags...)
}

// StreamWrapperRegister is [StreamWrapperRegister] for this Runtime: another one
// does not know the scheme.
func (rt *Runtime) StreamWrapperRegister(protocol string, newWrapper func() UserWrapper, flags ...int) bool {
	c := rt.call("stream_wrapper_register")
	defer c.deliver()
	if newWrapper == nil {
		c.complain(phpfacts.WrapperClass)
		return false
	}
	remote := len(flags) > 0 && flags[0]&STREAM_IS_URL != 0
	switch {
	case strings.Trim(protocol, schemeChars) != "":
		c.warning("Invalid protocol scheme specified. Unable to register wrapper class " + phpvalue.ClassName(newWrapper()) + " to " + protocol + "://")
		return false
	case !rt.addWrapper(namedWrapper{protocol, newUserWrapper(newWrapper, remote)}):
		c.warning("Protocol " + protocol + ":// is already defined.")
		return false
	}
	return true
}

// StreamWrapperUnregister takes a scheme away, one of PHP's own, too. It is false
// with the warning "Unable to unregister protocol x://" where there is none.
//
//	PHP: stream_wrapper_unregister(string $protocol): bool
//
// php-src: main/streams/userspace.c.
func StreamWrapperUnregister(protocol string) bool {
	return defaultRuntime.StreamWrapperUnregister(protocol)
}

// StreamWrapperUnregister is [StreamWrapperUnregister] for this Runtime.
func (rt *Runtime) StreamWrapperUnregister(protocol string) bool {
	c := rt.call("stream_wrapper_unregister")
	defer c.deliver()
	if !rt.dropWrapper(protocol) {
		c.warning("Unable to unregister protocol " + protocol + "://")
		return false
	}
	return true
}

// StreamWrapperRestore brings the wrapper back that a scheme had at first. It is
// true with a notice where nothing has changed, and false with a warning for a
// scheme that was not there at first ("x:// never existed, nothing to restore").
//
//	PHP: stream_wrapper_restore(string $protocol): bool
//
// php-src: main/streams/userspace.c.
func StreamWrapperRestore(protocol string) bool { return defaultRuntime.StreamWrapperRestore(protocol) }

// StreamWrapperRestore is [StreamWrapperRestore] for this Runtime.
func (rt *Runtime) StreamWrapperRestore(protocol string) bool {
	c := rt.call("stream_wrapper_restore")
	defer c.deliver()
	first := builtInWrappers()
	i := slices.IndexFunc(first, named(protocol))
	if i < 0 {
		c.warning(protocol + ":// never existed, nothing to restore")
		return false
	}
	rt.mu.Lock()
	changed := !slices.Contains(rt.wrappers, first[i])
	rt.mu.Unlock()
	if !changed {
		c.notice(protocol + ":// was never changed, nothing to restore")
		return true
	}
	rt.dropWrapper(protocol)
	return rt.addWrapper(first[i])
}

func named(scheme string) func(namedWrapper) bool {
	return func(w namedWrapper) bool { return w.scheme == scheme }
}

// addWrapper is false for a scheme that is known.
func (rt *Runtime) addWrapper(w namedWrapper) bool {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if slices.ContainsFunc(rt.wrappers, named(w.scheme)) {
		return false
	}
	rt.wrappers = append(rt.wrappers, w)
	return true
}

func (rt *Runtime) dropWrapper(scheme string) bool {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	n := len(rt.wrappers)
	rt.wrappers = slices.DeleteFunc(rt.wrappers, named(scheme))
	return len(rt.wrappers) < n
}
