package phpcall

import (
	"github.com/phpstream-go/phpstream"
)

func iniSet(c *call) Value {
	value := ""
	if c.args[1] != nil {
		value = c.text(1)
	}
	return textOrFalse(c.rt.IniSet(c.text(0), value))
}

// errorGetLast leaves out what was thrown: PHP's last error is an E_* one.
func errorGetLast(c *call) Value {
	e := c.rt.ErrorGetLast()
	if e == nil || e.Class != "" {
		return nil
	}
	a := &Array{}
	a.Set("type", int64(e.Type))
	a.Set("message", e.Message)
	a.Set("file", e.File)
	a.Set("line", int64(e.Line))
	return a
}

func errorReporting(c *call) Value {
	if n, ok := c.args[0].(int64); ok {
		return int64(c.rt.ErrorReporting(phpstream.ErrorLevel(n)))
	}
	return int64(c.rt.ErrorReporting())
}

