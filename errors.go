package phpstream

import (
	"context"
	"log/slog"
	"runtime"
	"strings"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/secure"
)

// ErrorHandler receives what PHP would raise: the level, PHP's text (with the
// function's name in front), and the Go file and line of the call. It answers
// true when it has dealt with it, false to have it handled as if there were no
// handler. Handlers hear of silenced warnings too, as in PHP; [ErrorReporting]
// tells them apart.
//
// What PHP 8 would throw arrives at level E_ERROR as
// "Uncaught ValueError: ...", and the call answers its failure value.
type ErrorHandler func(level ErrorLevel, message, file string, line int) bool

// PHPError is what [ErrorGetLast] answers: PHP's array, and the Go error
// behind it.
type PHPError struct {
	Type    ErrorLevel
	Message string
	File    string
	Line    int
	Class   string // "ValueError", "TypeError": PHP 8 throws it; empty otherwise
	Err     error  // the cause, for errors.Is and errors.As; may be nil
}

// Error is PHP's text.
func (e *PHPError) Error() string { return e.Message }

// Unwrap is the cause.
func (e *PHPError) Unwrap() error { return e.Err }

// ThrownError is the cause of a [PHPError] that stands for an exception.
type ThrownError struct {
	Class   string // "ValueError", "TypeError"
	Message string // as getMessage() has it
}

// Error is class and message as PHP prints an uncaught exception.
func (e *ThrownError) Error() string { return e.Class + ": " + e.Message }

// SetErrorHandler sets the handler for errors of the shared Runtime and answers
// the one before, nil for PHP's own. A nil handler brings back PHP's own, which
// is log/slog here.
//
// Differences: there is no mask of levels; the handler is told of all, and looks at
// the level itself.
//
//	PHP: set_error_handler(?callable $callback, int $error_levels = E_ALL): string|array|object|null
//
// php-src: Zend/zend_builtin_functions.c, main/main.c.
func SetErrorHandler(handler func(level ErrorLevel, message, file string, line int) bool) (previous ErrorHandler) {
	return defaultRuntime.SetErrorHandler(handler)
}

// SetErrorHandler is [SetErrorHandler] for this Runtime.
func (rt *Runtime) SetErrorHandler(handler func(level ErrorLevel, message, file string, line int) bool) (previous ErrorHandler) {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	previous = rt.handler()
	rt.handlers = append(rt.handlers, handler)
	return previous
}

// handler is the one in force; the lock is held.
func (rt *Runtime) handler() ErrorHandler {
	if n := len(rt.handlers); n > 0 {
		return rt.handlers[n-1]
	}
	return nil
}

// RestoreErrorHandler brings back the handler before the last [SetErrorHandler].
// It always answers true.
//
//	PHP: restore_error_handler(): true
//
// php-src: Zend/zend_builtin_functions.c.
func RestoreErrorHandler() bool { return defaultRuntime.RestoreErrorHandler() }

// RestoreErrorHandler is [RestoreErrorHandler] for this Runtime.
func (rt *Runtime) RestoreErrorHandler() bool {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if n := len(rt.handlers); n > 0 {
		rt.handlers = rt.handlers[:n-1]
	}
	return true
}

// ErrorGetLast answers the last error that no handler has dealt with, nil where
// there is none.
//
//	PHP: error_get_last(): ?array
//
// php-src: ext/standard/basic_functions.c.
func ErrorGetLast() *PHPError { return defaultRuntime.ErrorGetLast() }

// ErrorGetLast is [ErrorGetLast] for this Runtime.
func (rt *Runtime) ErrorGetLast() *PHPError {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	return rt.lastError
}

// ErrorClearLast forgets the last error.
//
//	PHP: error_clear_last(): void
//
// php-src: ext/standard/basic_functions.c.
func ErrorClearLast() { defaultRuntime.ErrorClearLast() }

// ErrorClearLast is [ErrorClearLast] for this Runtime.
func (rt *Runtime) ErrorClearLast() {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	rt.lastError, rt.lastCause = nil, nil
}

// LastError answers the Go error behind the last call that failed, whatever a
// handler did about its warnings, nil where there is none. It has no
// counterpart in PHP: it is for errors.Is(err, syscall.ECONNREFUSED) and for
// errors.As to the types of crypto/x509.
func LastError() error { return defaultRuntime.LastError() }

// LastError is [LastError] for this Runtime.
func (rt *Runtime) LastError() error {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	return rt.lastCause
}

// ErrorReporting sets which levels are reported where no handler deals with
// them, and answers the old value; without an argument it only answers. Under
// [Silence] it answers what PHP's @ leaves: 4437 in PHP 8, 0 before.
//
//	PHP: error_reporting(?int $error_level = null): int
//
// php-src: Zend/zend_builtin_functions.c, Zend/zend_vm_def.h.
func ErrorReporting(level ...ErrorLevel) ErrorLevel { return defaultRuntime.ErrorReporting(level...) }

// ErrorReporting is [ErrorReporting] for this Runtime.
func (rt *Runtime) ErrorReporting(level ...ErrorLevel) ErrorLevel {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	old := rt.reported()
	if len(level) > 0 {
		rt.reporting = level[0]
	}
	return old
}

// reported is the mask in force; the lock is held.
func (rt *Runtime) reported() ErrorLevel {
	if rt.silenced > 0 {
		return rt.reporting & ErrorLevel(rt.facts.Silence)
	}
	return rt.reporting
}

// Silence runs f as PHP's @ runs an expression: warnings are not reported, but
// handlers hear of them and [ErrorGetLast] knows them.
//
// The silence holds for the whole Runtime while f runs, not for the calling
// goroutine alone: jobs that run side by side have a Runtime each.
func Silence(f func()) { defaultRuntime.Silence(f) }

// Silence is [Silence] for this Runtime.
func (rt *Runtime) Silence(f func()) {
	rt.mu.Lock()
	rt.silenced++
	rt.mu.Unlock()
	defer func() {
		rt.mu.Lock()
		rt.silenced--
		rt.mu.Unlock()
	}()
	if f != nil {
		f()
	}
}

// Raise reports an error as the library's own functions do: class is empty for
// a warning or notice, the exception's class for what PHP throws. It is for
// code that stands between PHP programs and this library.
func (rt *Runtime) Raise(level ErrorLevel, class, message string) {
	var cause error
	if class != "" {
		cause = &ThrownError{class, message}
		message = "Uncaught " + cause.Error()
	}
	rt.report(event{level: level, text: message, class: class, cause: cause})
}

// event is one E_* event, or one exception, of a call.
type event struct {
	level ErrorLevel
	text  string
	class string
	cause error
}

// call is one call of a PHP function. Its events are kept until the function
// has let go of its locks, so that a handler may call back into the library.
type call struct {
	rt     *Runtime
	name   string // the PHP function's
	events []event
	failed error
}

func (rt *Runtime) call(name string) call { return call{rt: rt, name: name} }

// fail remembers the Go error behind the call's failure.
func (c *call) fail(err error) {
	if err != nil {
		c.failed = err
	}
}

// raise adds an event in PHP's form "function(): text".
func (c *call) raise(level ErrorLevel, text string) { c.bare(level, c.name+"(): "+text) }

// bare adds an event without the function's name. PHP says nothing more once it
// has thrown.
func (c *call) bare(level ErrorLevel, text string) {
	if n := len(c.events); n > 0 && c.events[n-1].class != "" {
		return
	}
	c.events = append(c.events, event{level: level, text: text, cause: c.failed})
}

// about is a warning in PHP's form "function(what): text".
func (c *call) about(what, text string) { c.bare(E_WARNING, c.name+"("+what+"): "+text) }

func (c *call) warning(text string) { c.raise(E_WARNING, text) }
func (c *call) notice(text string)  { c.raise(E_NOTICE, text) }

// complain reports a wrong argument as the profile's PHP does, and tells
// whether that PHP minds at all.
func (c *call) complain(p phpfacts.Complaint) bool {
	if !c.rt.facts.Throws {
		if p.Old == "" {
			return false
		}
		c.bare(E_WARNING, phpfacts.OldPrefix(c.name, p.Old))
		return true
	}
	text := p.Text
	if !p.Bare {
		text = c.name + "(): " + text
	}
	c.throw(p.Class, text)
	return true
}

func (c *call) throw(class, message string) {
	err := &ThrownError{class, message}
	c.fail(err)
	c.events = append(c.events, event{E_ERROR, "Uncaught " + err.Error(), class, err})
}

// describe reports a TLS error in the words of the profile's OpenSSL.
func (c *call) describe(err error) {
	c.warnings(secure.Describe(err, c.rt.version))
}

func (c *call) warnings(list []secure.Warning) {
	for _, w := range list {
		level, text := E_WARNING, w.Text
		if w.Level != 0 {
			level = ErrorLevel(w.Level)
		}
		if !w.Bare {
			text = c.name + "(): " + text
		}
		if w.Class != "" {
			c.throw(w.Class, text)
		} else {
			c.bare(level, text)
		}
	}
}

// deliver ends the call: its events go to the handler, in order. Where a callback
// is to hear of what comes next, it stands in the middle.
func (c *call) deliver() {
	if c.failed != nil {
		c.rt.mu.Lock()
		c.rt.lastCause = c.failed
		c.rt.mu.Unlock()
	}
	for _, e := range c.events {
		c.rt.report(e)
	}
	c.events = nil
}

func (rt *Runtime) report(e event) {
	file, line, inHandler := caller()
	perr := &PHPError{Type: e.level, Message: e.text, File: file, Line: line, Class: e.class, Err: e.cause}
	rt.mu.Lock()
	handler := rt.handler()
	rt.mu.Unlock()
	// An error inside a handler goes to PHP's own, as in PHP.
	if handler != nil && !inHandler && invokeHandler(handler, perr) {
		return
	}
	rt.mu.Lock()
	rt.lastError = perr
	show := rt.reported()&e.level != 0
	rt.mu.Unlock()
	if show {
		slog.Log(context.Background(), slogLevel(e.level), e.text, "php_level", levelName(e.level), "file", file, "line", line)
	}
}

// invokeHandler has a name of its own so that caller finds it on the stack.
//
//go:noinline
func invokeHandler(handler ErrorHandler, e *PHPError) bool {
	return handler(e.Type, e.Message, e.File, e.Line)
}

const packagePath = "github.com/phpstream-go/phpstream."

// caller finds the place outside this package that the call came from, and
// whether a handler is running already.
func caller() (file string, line int, inHandler bool) {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	for {
		f, more := frames.Next()
		switch {
		case f.Function == packagePath+"invokeHandler":
			inHandler = true
		case file == "" && !strings.HasPrefix(f.Function, packagePath):
			file, line = f.File, f.Line
		}
		if !more {
			return file, line, inHandler
		}
	}
}

func slogLevel(level ErrorLevel) slog.Level {
	switch level {
	case E_ERROR:
		return slog.LevelError
	case E_WARNING:
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

func levelName(level ErrorLevel) string {
	switch level {
	case E_ERROR:
		return "E_ERROR"
	case E_WARNING:
		return "E_WARNING"
	case E_NOTICE:
		return "E_NOTICE"
	case E_DEPRECATED:
		return "E_DEPRECATED"
	}
	return "E_USER"
}
