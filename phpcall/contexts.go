package phpcall

import (
	"github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// options reads an array of arrays. Where its shape is wrong PHP 8 throws at
// the first wrong entry, PHP 7.4 warns of each and takes the others.
func (c *call) options(a *Array) (phpstream.Options, bool) {
	out := phpstream.Options{}
	for k, v := range a.All() {
		name, isName := k.(string)
		inner, isArray := v.(*Array)
		if !isName || !isArray {
			if c.complain(phpfacts.OptionsForm); c.thrown != nil {
				return out, false
			}
			continue
		}
		for option, value := range inner.All() {
			if text, ok := option.(string); ok {
				if out[name] == nil {
					out[name] = map[string]any{}
				}
				out[name][text] = goValue(value)
			}
		}
	}
	return out, true
}

// SetOptions gives a stream or a context options as PHP has them, without a
// word about entries of another form.
func SetOptions(rt *phpstream.Runtime, to phpstream.StreamOrContext, options *Array) {
	c := &call{rt: rt}
	o, _ := c.options(options)
	phpstream.StreamContextSetOptions(to, o)
}

// params reads a context's parameters; ones that PHP doesn't know are dropped.
func (c *call) params(a *Array) (phpstream.Params, bool) {
	out := phpstream.Params{}
	if v, ok := a.Get("notification"); ok {
		out["notification"] = v
	}
	if v, ok := a.Get("options"); ok {
		inner, isArray := v.(*Array)
		if !isArray {
			out["options"] = v // for the library to complain about
			return out, true
		}
		options, ok := c.options(inner)
		out["options"] = options
		return out, ok
	}
	return out, true
}

func contextCreate(c *call) Value {
	var options phpstream.Options
	if a, ok := c.args[0].(*Array); ok {
		if options, ok = c.options(a); !ok {
			return nil
		}
	}
	var params []phpstream.Params
	if a, ok := c.args[1].(*Array); ok {
		p, ok := c.params(a)
		if !ok {
			return nil
		}
		params = append(params, p)
	}
	x := c.rt.StreamContextCreate(options, params...)
	if x == nil {
		return false
	}
	return x
}

// holder is a resource argument: a stream or a context.
func (c *call) holder() phpstream.StreamOrContext {
	switch v := c.args[0].(type) {
	case *phpstream.Stream:
		return v
	case *phpstream.Context:
		return v
	}
	return nil
}

// contextSetOption has two forms, and PHP checks which one it is by itself.
func contextSetOption(c *call) Value {
	if old(c.rt) {
		return contextSetOption74(c)
	}
	types := []string{"resource", "array|string", "?string", "mixed"}
	given := len(c.args)
	for i, p := range c.f.Params {
		if i >= given {
			c.args = append(c.args, nil)
			continue
		}
		p.Type = types[i]
		v, ok := c.convert(i, p)
		if !ok {
			return nil
		}
		c.args[i] = v
	}
	if given == 2 && c.rt.Profile() == phpstream.PHP84 {
		c.rt.Raise(phpstream.E_DEPRECATED, "",
			"Calling stream_context_set_option() with 2 arguments is deprecated, use stream_context_set_options() instead")
	}
	if !c.open(phpfacts.NotContext) {
		return nil
	}
	if a, ok := c.args[1].(*Array); ok {
		switch {
		case c.args[2] != nil:
			return c.value("Argument #3 ($option_name) must be null when argument #2 ($wrapper_or_options) is an array")
		case given > 3:
			return c.value("Argument #4 ($value) cannot be provided when argument #2 ($wrapper_or_options) is an array")
		}
		return c.setOptions(a)
	}
	switch {
	case c.args[2] == nil:
		return c.value("Argument #3 ($option_name) cannot be null when argument #2 ($wrapper_or_options) is a string")
	case given < 4:
		return c.value("Argument #4 ($value) must be provided when argument #2 ($wrapper_or_options) is a string")
	}
	return phpstream.StreamContextSetOption(c.holder(), c.text(1), c.text(2), goValue(c.args[3]))
}

// contextSetOption74 is PHP 7.4's: two arguments or four.
func contextSetOption74(c *call) Value {
	types := []string{"resource", "string", "string", "mixed"}
	switch len(c.args) {
	case 2:
		types[1] = "array"
	case 4:
	default:
		return c.badCount(4, 4) // so says PHP, although two will do
	}
	for i := range c.args {
		p := c.f.Params[i]
		p.Type = types[i]
		v, ok := c.convert(i, p)
		if !ok {
			return false
		}
		c.args[i] = v
	}
	if !c.open(phpfacts.NotContext) {
		return false
	}
	if a, ok := c.args[1].(*Array); ok {
		return c.setOptions(a)
	}
	return phpstream.StreamContextSetOption(c.holder(), c.text(1), c.text(2), goValue(c.args[3]))
}

// open complains of a closed stream.
func (c *call) open(p phpfacts.Complaint) bool {
	if !phpstream.IsResource(c.args[0]) {
		return c.complain(p)
	}
	return true
}

func (c *call) value(text string) Value {
	return c.throw(phpfacts.ValueError, c.f.Name+"(): "+text)
}

func (c *call) setOptions(a *Array) Value {
	options, ok := c.options(a)
	phpstream.StreamContextSetOptions(c.holder(), options)
	return ok
}

func contextSetOptions(c *call) Value {
	if !c.open(phpfacts.NotContext) {
		return nil
	}
	return c.setOptions(c.args[1].(*Array))
}

func contextGetOptions(c *call) Value {
	if !c.open(phpfacts.NotStreamOrContext) {
		return false
	}
	return phpValue(phpstream.StreamContextGetOptions(c.holder()))
}

func contextSetParams(c *call) Value {
	if !c.open(phpfacts.NotContext) {
		return false
	}
	p, ok := c.params(c.args[1].(*Array))
	if !ok {
		return nil
	}
	return phpstream.StreamContextSetParams(c.holder(), p)
}

// contextGetParams gives PHP's order: the callback first.
func contextGetParams(c *call) Value {
	if !c.open(phpfacts.NotContext) {
		return false
	}
	p := phpstream.StreamContextGetParams(c.holder())
	a := &Array{}
	for _, k := range []string{"notification", "options"} {
		if v, ok := p[k]; ok {
			a.Set(k, phpValue(v))
		}
	}
	return a
}

func contextGetDefault(c *call) Value {
	a, ok := c.args[0].(*Array)
	if !ok {
		return c.rt.StreamContextGetDefault()
	}
	options, ok := c.options(a)
	x := c.rt.StreamContextGetDefault(options)
	if !ok {
		return nil
	}
	return x
}
