package phpcall

import (
	"fmt"

	"github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// setOptions sets an array of arrays, one option after the other: their order
// counts. Where the shape is wrong PHP 8 throws at the first wrong entry, PHP
// 7.4 warns of each and takes the others.
func (c *call) setOptions(to phpstream.StreamOrContext, a *Array) bool {
	for k, v := range a.All() {
		name, isName := k.(string)
		inner, isArray := v.(*Array)
		if !isName || !isArray {
			if c.complain(phpfacts.OptionsForm); c.thrown != nil {
				return false
			}
			continue
		}
		for option, value := range inner.All() {
			if text, ok := option.(string); ok {
				phpstream.StreamContextSetOption(to, name, text, goValue(value))
			}
		}
	}
	return true
}

// SetOptions gives a stream or a context options as PHP keeps them: names that
// look like numbers are names.
func SetOptions(to phpstream.StreamOrContext, options *Array) {
	for wrapper, values := range options.All() {
		inner, _ := values.(*Array)
		for option, value := range inner.All() {
			phpstream.StreamContextSetOption(to, fmt.Sprint(wrapper), fmt.Sprint(option), goValue(value))
		}
	}
}

// setParams sets a context's parameters; ones that PHP doesn't know are dropped.
// It answers false where PHP 8 throws.
func (c *call) setParams(to phpstream.StreamOrContext, a *Array) bool {
	if v, ok := a.Get("notification"); ok {
		phpstream.StreamContextSetParams(to, phpstream.Params{"notification": v})
	}
	v, ok := a.Get("options")
	if !ok {
		return true
	}
	if options, ok := v.(*Array); ok {
		return c.setOptions(to, options)
	}
	c.complain(phpfacts.ParamsForm)
	return c.thrown == nil
}

func contextCreate(c *call) Value {
	x := c.rt.StreamContextCreate(nil)
	// PHP 8.2 goes on to the parameters, and may throw once more.
	if a, ok := c.args[0].(*Array); ok && !c.setOptions(x, a) && c.rt.Profile() != phpstream.PHP82 {
		return nil
	}
	if a, ok := c.args[1].(*Array); ok && !c.setParams(x, a) {
		return nil
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
	if given == 2 && c.rt.Profile() == phpstream.PHP84 {
		c.rt.Raise(phpstream.E_DEPRECATED, "",
			"Calling stream_context_set_option() with 2 arguments is deprecated, use stream_context_set_options() instead")
	}
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
		return c.setOptions(c.holder(), a)
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
		return c.setOptions(c.holder(), a)
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

func contextSetOptions(c *call) Value {
	if !c.open(phpfacts.NotContext) {
		return nil
	}
	return c.setOptions(c.holder(), c.args[1].(*Array))
}

func contextGetOptions(c *call) Value {
	if !c.open(phpfacts.NotStreamOrContext) {
		return false
	}
	return inOrder(c.holder())
}

// inOrder are the options as PHP shows them. Their names are names, also where
// they look like numbers.
func inOrder(from phpstream.StreamOrContext) *Array {
	all := &Array{}
	wrappers := map[string]*Array{}
	for name, value := range from.Options() {
		of := wrappers[name.Wrapper]
		if of == nil {
			of = &Array{}
			wrappers[name.Wrapper] = of
			all.SetName(name.Wrapper, of)
		}
		of.SetName(name.Option, phpValue(value))
	}
	return all
}

func contextSetParams(c *call) Value {
	if !c.open(phpfacts.NotContext) {
		return false
	}
	return c.setParams(c.holder(), c.args[1].(*Array))
}

// contextGetParams gives PHP's order: the callback first.
func contextGetParams(c *call) Value {
	if !c.open(phpfacts.NotContext) {
		return false
	}
	a := &Array{}
	if v, ok := phpstream.StreamContextGetParams(c.holder())["notification"]; ok {
		a.Set("notification", v)
	}
	a.Set("options", inOrder(c.holder()))
	return a
}

func contextGetDefault(c *call) Value {
	x := c.rt.StreamContextGetDefault()
	// PHP 8.2 goes on to the parameters, and may throw once more.
	if a, ok := c.args[0].(*Array); ok && !c.setOptions(x, a) && c.rt.Profile() != phpstream.PHP82 {
		return nil
	}
	return x
}
