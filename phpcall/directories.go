package phpcall

import "github.com/phpstream-go/phpstream"

func openDirectory(c *call) Value {
	x, ok := c.context(1)
	if !ok {
		return nil
	}
	return streamOrFalse(c.rt.Opendir(c.text(0), x))
}

func scanDirectory(c *call) Value {
	x, ok := c.context(2)
	if !ok {
		return nil
	}
	names, ok := c.rt.Scandir(c.text(0), phpstream.ScandirOrder(c.int(1)), x)
	if !ok {
		return false
	}
	return phpValue(names)
}

// withDirectory is a function of a directory, or null for the last one.
func withDirectory(run func(c *call, dir ...*phpstream.Stream) Value) func(*call) Value {
	return func(c *call) Value {
		if c.args[0] == nil {
			return run(c)
		}
		return run(c, c.stream(0))
	}
}

// nothingOrFalse is what a function answers that PHP declares void: PHP 7.4 has
// false for a failure.
func (c *call) nothingOrFalse() Value {
	if old(c.rt) && c.rt.LastError() != c.before {
		return false
	}
	return nil
}
