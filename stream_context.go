package phpstream

import (
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/phpstream-go/phpstream/internal/assoc"
	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

// Options are a context's options, by wrapper ("ssl", "socket", ...) and name.
// Values are converted as PHP converts them: true, 1 and "1" mean the same.
type Options = map[string]map[string]any

// Params are a context's parameters: "notification" and "options".
type Params = map[string]any

// Context is PHP's stream context: options for transports and wrappers. It is safe for
// concurrent use. What is set later counts for what is opened, or encrypted,
// later.
type Context struct {
	rt *Runtime
	id int

	mu           sync.RWMutex
	options      assoc.Ordered[*assoc.Ordered[any]] // by wrapper; none is empty
	notification any
	notified     bool // there is a notification, be it nil
	progress     progress
}

// StreamOrContext is a *[Stream] or a *[Context]: the option functions take
// both.
type StreamOrContext interface {
	Options() iter.Seq2[OptionName, any]
	streamContext() *Context
	runtime() *Runtime
	isNil() bool
}

func (rt *Runtime) newContext() *Context {
	return &Context{rt: rt, id: nextID()}
}

func (x *Context) streamContext() *Context { return x }

// Runtime is the one that made the context; of nil, the one that the package's
// functions share.
func (x *Context) Runtime() *Runtime { return x.runtime() }

func (x *Context) runtime() *Runtime {
	if x == nil || x.rt == nil {
		return defaultRuntime
	}
	return x.rt
}

// StreamContextCreate makes a context with options (nil for none) and
// parameters. It answers nil when the parameters have the wrong shape, with the
// TypeError "Invalid stream/context parameter".
//
//	PHP: stream_context_create(?array $options = null, ?array $params = null): resource
//
// php-src: ext/standard/streamsfuncs.c.
func StreamContextCreate(options Options, params ...Params) *Context {
	return defaultRuntime.StreamContextCreate(options, params...)
}

// StreamContextCreate is [StreamContextCreate] for this Runtime.
func (rt *Runtime) StreamContextCreate(options Options, params ...Params) *Context {
	c := rt.call("stream_context_create")
	defer c.deliver()
	x := rt.newContext()
	x.merge(options)
	if len(params) > 0 && !x.setParams(&c, params[0]) && rt.facts.Throws {
		return nil
	}
	return x
}

// StreamContextGetDefault answers the context that is used where none is given,
// making it at the first call, and sets options on it.
//
//	PHP: stream_context_get_default(?array $options = null): resource
//
// php-src: ext/standard/streamsfuncs.c.
func StreamContextGetDefault(options ...Options) *Context {
	return defaultRuntime.StreamContextGetDefault(options...)
}

// StreamContextGetDefault is [StreamContextGetDefault] for this Runtime.
func (rt *Runtime) StreamContextGetDefault(options ...Options) *Context {
	rt.mu.Lock()
	if rt.defaultContext == nil {
		rt.defaultContext = rt.newContext()
	}
	x := rt.defaultContext
	rt.mu.Unlock()
	for _, o := range options {
		x.merge(o)
	}
	return x
}

// StreamContextSetDefault sets options on the default context and answers it.
//
//	PHP: stream_context_set_default(array $options): resource
//
// php-src: ext/standard/streamsfuncs.c.
func StreamContextSetDefault(options Options) *Context {
	return defaultRuntime.StreamContextSetDefault(options)
}

// StreamContextSetDefault is [StreamContextSetDefault] for this Runtime.
func (rt *Runtime) StreamContextSetDefault(options Options) *Context {
	return rt.StreamContextGetDefault(options)
}

// StreamContextSetOption sets one option of a context, or of the context of a
// live stream: there it counts for a later [StreamSocketEnableCrypto]. It
// answers false, with a TypeError, for a closed stream.
//
//	PHP: stream_context_set_option(resource $context, string $wrapper, string $option_name, mixed $value): true
//
// php-src: ext/standard/streamsfuncs.c.
func StreamContextSetOption(context StreamOrContext, wrapper, option string, value any) bool {
	c, x := decodeContext(context, "stream_context_set_option", phpfacts.NotContext)
	defer c.deliver()
	if x == nil {
		return false
	}
	x.set(wrapper, option, value)
	return true
}

// StreamContextSetOptions sets several options of a context or a live stream,
// as [StreamContextSetOption] does.
//
//	PHP: stream_context_set_options(resource $context, array $options): true   (8.3)
//
// php-src: ext/standard/streamsfuncs.c.
func StreamContextSetOptions(context StreamOrContext, options Options) bool {
	c, x := decodeContext(context, "stream_context_set_options", phpfacts.NotContext)
	defer c.deliver()
	if x == nil {
		return false
	}
	x.merge(options)
	return true
}

// StreamContextGetOptions answers a copy of the options of a context or a
// stream, nil with a TypeError for a closed stream. Sockets and URLs of http and ftp
// have the context that they were opened with; what else [Fopen] opens has one of its
// own, as in PHP. After a handshake with
// capture_peer_cert it holds ["ssl"]["peer_certificate"], a *x509.Certificate.
//
//	PHP: stream_context_get_options(resource $stream_or_context): array
//
// php-src: ext/standard/streamsfuncs.c.
func StreamContextGetOptions(context StreamOrContext) Options {
	c, x := decodeContext(context, "stream_context_get_options", phpfacts.NotStreamOrContext)
	defer c.deliver()
	if x == nil {
		return nil
	}
	return x.copyOptions()
}

// StreamContextGetParams answers the parameters of a context or a stream:
// "options" (an [Options]), and "notification" where it is set; nil with a
// TypeError for a closed stream.
//
//	PHP: stream_context_get_params(resource $context): array
//
// php-src: ext/standard/streamsfuncs.c.
func StreamContextGetParams(context StreamOrContext) Params {
	c, x := decodeContext(context, "stream_context_get_params", phpfacts.NotContext)
	defer c.deliver()
	if x == nil {
		return nil
	}
	p := Params{"options": x.copyOptions()}
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.notified {
		p["notification"] = x.notification
	}
	return p
}

// StreamContextSetParams sets parameters of a context or a stream. Options that
// are no array are refused with the TypeError "Invalid stream/context
// parameter".
//
//	PHP: stream_context_set_params(resource $context, array $params): true
//
// php-src: ext/standard/streamsfuncs.c.
func StreamContextSetParams(context StreamOrContext, params Params) bool {
	c, x := decodeContext(context, "stream_context_set_params", phpfacts.NotContext)
	defer c.deliver()
	if x == nil {
		return false
	}
	return x.setParams(&c, params) || !c.rt.facts.Throws
}

func decodeContext(context StreamOrContext, function string, wrong phpfacts.Complaint) (call, *Context) {
	if context == nil {
		context = (*Context)(nil)
	}
	c := context.runtime().call(function)
	x := context.streamContext()
	switch {
	case x != nil:
	case context.isNil() && wrong == phpfacts.NotStreamOrContext:
		c.notResource(1, "stream_or_context")
	case context.isNil():
		c.notResource(1, "context")
	default:
		c.complain(wrong)
	}
	return c, x
}

func (x *Context) isNil() bool { return x == nil }
func (s *Stream) isNil() bool  { return s == nil }

func (x *Context) setParams(c *call, params Params) bool {
	if f, ok := params["notification"]; ok {
		x.mu.Lock()
		x.notification, x.notified = f, true
		x.mu.Unlock()
	}
	options, ok := params["options"]
	if !ok {
		return true
	}
	o, ok := options.(Options)
	if !ok {
		c.complain(phpfacts.ParamsForm)
		return false
	}
	x.merge(o)
	return true
}

// merge sets options in the alphabet's order: a Go map has none.
func (x *Context) merge(options Options) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, wrapper := range slices.Sorted(maps.Keys(options)) {
		for _, option := range slices.Sorted(maps.Keys(options[wrapper])) {
			x.place(wrapper, option, options[wrapper][option])
		}
	}
}

func (x *Context) set(wrapper, option string, value any) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.place(wrapper, option, value)
}

// place is set; the lock is held. A name ends at a zero byte, as in PHP.
func (x *Context) place(wrapper, option string, value any) {
	wrapper, _, _ = strings.Cut(wrapper, "\x00")
	option, _, _ = strings.Cut(option, "\x00")
	of, ok := x.options.Get(wrapper)
	if !ok {
		of = &assoc.Ordered[any]{}
		x.options.Set(wrapper, of)
	}
	of.Set(option, phpvalue.Copy(value))
}

// option answers one option; a nil Context has none.
func (x *Context) option(wrapper, option string) (any, bool) {
	if x == nil {
		return nil, false
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	if of, ok := x.options.Get(wrapper); ok {
		return of.Get(option)
	}
	return nil, false
}

// wrapper answers a copy of one wrapper's options, nil where there are none.
func (x *Context) wrapper(name string) map[string]any {
	if x == nil {
		return nil
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	of, ok := x.options.Get(name)
	if !ok {
		return nil
	}
	return maps.Collect(of.All())
}

func (x *Context) copyOptions() Options {
	o := Options{}
	for name, value := range x.Options() {
		if o[name.Wrapper] == nil {
			o[name.Wrapper] = map[string]any{}
		}
		o[name.Wrapper][name.Option] = assoc.Native(value)
	}
	return o
}

// OptionName is the full name of a context's option, such as "ssl" and
// "verify_peer".
type OptionName struct{ Wrapper, Option string }

// Options yields a copy of the options in PHP's order, which
// [StreamContextGetOptions] cannot tell: wrappers, and the options in each, as
// they were first set. Those that came in one Go map are in the alphabet's
// order. Values are as they were set; an array of PHP with keys of its own has
// a method All() iter.Seq2[any, any].
func (x *Context) Options() iter.Seq2[OptionName, any] {
	return func(yield func(OptionName, any) bool) {
		for _, o := range x.list() {
			if !yield(o.name, o.value) {
				return
			}
		}
	}
}

// Options yields the options of the stream's context, as [Context.Options]
// does; none for a closed stream.
func (s *Stream) Options() iter.Seq2[OptionName, any] { return s.streamContext().Options() }

type option struct {
	name  OptionName
	value any
}

// list copies the options out, so that the lock is not held while a program
// looks at them.
func (x *Context) list() (list []option) {
	if x == nil {
		return nil
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	for wrapper, of := range x.options.All() {
		for name, value := range of.All() {
			list = append(list, option{OptionName{wrapper, name}, phpvalue.Copy(value)})
		}
	}
	return list
}
