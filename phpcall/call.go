// Package phpcall calls the functions of phpstream by their PHP names, with
// PHP values: what stands between a PHP program and the library. It does what
// PHP does before and after a function's own work: it counts the arguments,
// fits them to the parameters' types, fills in defaults, and turns the
// answers back into PHP values.
package phpcall

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// Result is what a call came to.
type Result struct {
	Value Value
	// Out holds by-reference outputs by the parameter's position, counted from
	// 0. A parameter that isn't in it keeps its value.
	Out map[int]Value
	// Thrown is the exception; Value is nil then.
	Thrown *phpstream.ThrownError
	// Earlier are those that were thrown before it, in the same call: each is the
	// next one's previous.
	Earlier []*phpstream.ThrownError
}

// Handler makes an error handler out of one that knows PHP's levels alone. The
// library reports what PHP throws as an event at E_ERROR; a [Result] holds it
// in Thrown, and PHP's handlers never see it.
func Handler(h phpstream.ErrorHandler) phpstream.ErrorHandler {
	return func(level phpstream.ErrorLevel, message, file string, line int) bool {
		if level == phpstream.E_ERROR && strings.HasPrefix(message, "Uncaught ") {
			return true
		}
		return h(level, message, file, line)
	}
}

// Call calls a function. Warnings go to the Runtime's handler. Streams and
// contexts among the arguments must belong to the same Runtime.
func Call(rt *phpstream.Runtime, name string, args []Value) Result {
	return CallNamed(rt, name, args, nil)
}

// CallNamed is [Call] with named arguments besides the positional ones, as PHP
// has them since 8.0.
func CallNamed(rt *phpstream.Runtime, name string, args []Value, named map[string]Value) Result {
	return Begin(rt, name, Arguments{Positional: args, Named: named}).Run()
}

// Arguments are what a PHP program passes to a function.
type Arguments struct {
	Positional []Value
	Named      map[string]Value
	Strict     bool // the caller declares strict_types
}

// Pending is a call whose arguments have been fitted to the parameters. PHP
// tells its handlers what it minds about arguments before the function works,
// and a handler that throws keeps it from working: whoever has such handlers
// looks at them between [Begin] and [Pending.Run].
type Pending struct {
	c     *call
	fits  bool
	value Value // where the arguments don't fit
}

// Begin counts and fits the arguments of a call.
func Begin(rt *phpstream.Runtime, name string, args Arguments) *Pending {
	f := index[strings.ToLower(name)]
	if !Has(rt, name) {
		c := &call{rt: rt, thrown: &phpstream.ThrownError{Class: "Error", Message: fmt.Sprintf("Call to undefined function %s()", name)}}
		return &Pending{c: c}
	}
	c := &call{rt: rt, f: f, args: args.Positional, strict: args.Strict, out: map[int]Value{}, before: rt.LastError()}
	value, ok := c.prepare(args.Named)
	return &Pending{c: c, fits: ok, value: value}
}

// Run does the function's own work, where the arguments fit.
func (p *Pending) Run() Result {
	c, value := p.c, p.value
	if p.fits {
		value = c.f.run(c)
	}
	if c.thrown != nil || c.libraryThrew() {
		return Result{Out: c.out, Thrown: c.thrown, Earlier: c.earlier}
	}
	return Result{Value: value, Out: c.out}
}

// call is one call at work. args holds every parameter's value, defaults
// included, once prepare is done.
type call struct {
	rt      *phpstream.Runtime
	f       *function
	args    []Value
	given   int
	strict  bool // no scalar turns into another
	out     map[int]Value
	thrown  *phpstream.ThrownError
	earlier []*phpstream.ThrownError
	before  error // the Runtime's last error before the call
}

// libraryThrew asks whether the library reported an exception: it is the last
// error then, and a new one.
func (c *call) libraryThrew() bool {
	after := c.rt.LastError()
	return after != c.before && errors.As(after, &c.thrown)
}

// prepare counts and converts the arguments. When they don't fit it answers
// what the function returns in PHP 7.4, or throws.
func (c *call) prepare(named map[string]Value) (Value, bool) {
	c.given = len(c.args)
	if len(named) > 0 && !c.placeNamed(named) {
		return nil, false
	}
	least, most := c.f.required(), len(c.f.Params)
	if c.f.raw && old(c.rt) {
		return nil, true
	}
	if c.given > most || c.given < least {
		return c.f.failed74, c.badCount(least, most)
	}
	if c.f.raw {
		return nil, true
	}
	args := make([]Value, most)
	for i, p := range c.f.Params {
		if i >= c.given || c.args[i] == (unset{}) {
			args[i] = p.Default
			continue
		}
		v, ok := c.convert(i, p)
		if !ok {
			return c.f.failed74, false
		}
		args[i] = v
	}
	c.args = args
	return nil, true
}

func (c *call) convert(i int, p Param) (Value, bool) {
	v := c.args[i]
	if p.ByRef && p.Type == "mixed" {
		return nil, true
	}
	legacy := old(c.rt)
	if v == nil {
		switch {
		case p.Type == "mixed", strings.HasPrefix(p.Type, "?") && (!legacy || c.f.nullable74[i]):
			return nil, true
		}
		if z, ok := zero(strings.TrimPrefix(p.Type, "?")); ok && !c.strict {
			if !legacy {
				c.rt.Raise(phpstream.E_DEPRECATED, "", fmt.Sprintf("%s(): Passing null to parameter #%d ($%s) of type %s is deprecated",
					c.f.Name, i+1, p.Name, p.Type))
			}
			return z, true
		}
	}
	if c.strict && !strictly(p.Type, v) {
		return nil, c.badType(i, p, v, "")
	}
	fitted := fit(p.Type, v, legacy)
	if !fitted.ok {
		return nil, c.badType(i, p, v, fitted.allText)
	}
	if fitted.remark != "" {
		c.rt.Raise(fitted.level, "", fitted.remark)
	}
	return fitted.value, true
}

func (c *call) placeNamed(named map[string]Value) bool {
	args := append([]Value{}, c.args...)
	for _, name := range slices.Sorted(maps.Keys(named)) {
		if !slices.ContainsFunc(c.f.Params, func(p Param) bool { return p.Name == name }) {
			return c.throw("Error", fmt.Sprintf("Unknown named parameter $%s", name))
		}
	}
	for i, p := range c.f.Params {
		v, ok := named[p.Name]
		if !ok {
			continue
		}
		if i < c.given {
			return c.throw("Error", fmt.Sprintf("Named parameter $%s overwrites previous argument", p.Name))
		}
		for len(args) <= i {
			args = append(args, unset{})
		}
		args[i] = v
	}
	for i, v := range args {
		if v == (unset{}) && !c.f.Params[i].Optional {
			return c.throw("ArgumentCountError", fmt.Sprintf("%s(): Argument #%d ($%s) not passed", c.f.Name, i+1, c.f.Params[i].Name))
		}
	}
	c.args, c.given = args, len(args)
	return true
}

func (c *call) badCount(least, most int) bool {
	bound, n := "exactly", least
	if least != most {
		if c.given < least {
			bound = "at least"
		} else {
			bound, n = "at most", most
		}
	}
	word := "argument"
	if old(c.rt) {
		word = "parameter"
	}
	if n != 1 {
		word += "s"
	}
	text := fmt.Sprintf("%s() expects %s %d %s, %d given", c.f.Name, bound, n, word, c.given)
	if old(c.rt) {
		return c.warn(text)
	}
	return c.throw("ArgumentCountError", text)
}

func (c *call) badType(i int, p Param, v Value, text string) bool {
	given := typeName(c.rt, v)
	if old(c.rt) {
		kind := strings.TrimPrefix(p.Type, "?")
		switch kind {
		case "string|int|float|bool":
			kind = "string"
		case "Socket":
			kind = "resource"
		}
		return c.warn(fmt.Sprintf("%s() expects parameter %d to be %s, %s given", c.f.Name, i+1, kind, given))
	}
	if text == "" {
		kind := p.Type
		if kind == "?resource" {
			kind = "resource or null"
		}
		text = fmt.Sprintf("must be of type %s, %s given", kind, given)
	}
	return c.throw("TypeError", fmt.Sprintf("%s(): Argument #%d ($%s) %s", c.f.Name, i+1, p.Name, text))
}

// throw and warn answer false, for the caller to pass on.
func (c *call) throw(class, message string) bool {
	if c.thrown != nil {
		c.earlier = append(c.earlier, c.thrown)
	}
	c.thrown = &phpstream.ThrownError{Class: class, Message: message}
	return false
}

func (c *call) warn(text string) bool {
	c.rt.Raise(phpstream.E_WARNING, "", text)
	return false
}

// complain reports what PHP minds about an argument's value: an exception in
// PHP 8, a warning before.
func (c *call) complain(p phpfacts.Complaint) bool {
	if old(c.rt) {
		return c.warn(phpfacts.OldPrefix(c.f.Name, p.Old))
	}
	text := p.Text
	if !p.Bare {
		text = c.f.Name + "(): " + text
	}
	return c.throw(p.Class, text)
}
