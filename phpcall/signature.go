package phpcall

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/phpstream-go/phpstream"
)

// Param is a parameter of a PHP function.
type Param struct {
	Name     string
	Type     string // as PHP 8 names it: "int", "?float", "resource", "mixed"
	ByRef    bool
	Optional bool
	Default  Value // of an optional parameter
}

// Function describes a PHP function.
type Function struct {
	Name   string
	Params []Param
}

// required is the number of parameters that must be given.
func (f *Function) required() int {
	n := 0
	for _, p := range f.Params {
		if !p.Optional {
			n++
		}
	}
	return n
}

// unset is the default of a parameter that has none in PHP either.
type unset struct{}

// Unset stands for an argument that was left out before one that was given: the
// parameter gets its default.
var Unset Value = unset{}

// parse reads a signature in PHP's form, without the answer's type:
//
//	fgets(resource $stream, ?int $length = null)
//
// A type beginning with "?!" takes null in PHP 7.4 as well; other nullable
// ones began to with PHP 8.
func parse(signature string) (f Function, nullable74 []bool) {
	name, rest, ok := strings.Cut(strings.TrimSuffix(signature, ")"), "(")
	if !ok {
		panic("phpcall: bad signature " + signature)
	}
	f.Name = name
	for _, text := range strings.Split(rest, ", ") {
		if text == "" {
			continue
		}
		var p Param
		text, def, hasDefault := strings.Cut(text, " = ")
		if hasDefault {
			p.Optional, p.Default = true, literal(def)
		}
		kind, variable, ok := strings.Cut(text, " ")
		if !ok {
			kind, variable = "mixed", text
		}
		variable, p.ByRef = strings.CutPrefix(variable, "&")
		p.Name = strings.TrimPrefix(variable, "$")
		always := strings.HasPrefix(kind, "?!")
		p.Type = strings.Replace(kind, "?!", "?", 1)
		f.Params = append(f.Params, p)
		nullable74 = append(nullable74, always)
	}
	return f, nullable74
}

func literal(text string) Value {
	switch text {
	case "null":
		return nil
	case "true":
		return true
	case "false":
		return false
	case "UNKNOWN":
		return unset{}
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n
	}
	if s, err := strconv.Unquote(text); err == nil {
		return s
	}
	if a, b, ok := strings.Cut(text, " | "); ok {
		return literal(a).(int64) | literal(b).(int64)
	}
	v, ok := Constant(text)
	if !ok {
		panic(fmt.Sprintf("phpcall: bad default %q", text))
	}
	return v
}

// Functions lists every function that [Call] knows, in the table's order.
func Functions() []Function {
	out := make([]Function, len(table))
	for i := range table {
		out[i] = table[i].Function
	}
	return out
}

// Lookup describes one function.
func Lookup(name string) (Function, bool) {
	f := index[strings.ToLower(name)]
	if f == nil {
		return Function{}, false
	}
	return f.Function, true
}

// Has says whether a Runtime's PHP has a function, and the library too.
func Has(rt *phpstream.Runtime, name string) bool {
	f := index[strings.ToLower(name)]
	return f != nil && (f.since == nil || f.since(rt.Profile()))
}

// ByReference says whether a function takes a parameter, counted from 0, by
// reference.
func ByReference(function string, parameter int) bool {
	f := index[strings.ToLower(function)]
	return f != nil && parameter < len(f.Params) && f.Params[parameter].ByRef
}

// old says whether a Runtime speaks PHP 7.4 or earlier.
func old(rt *phpstream.Runtime) bool {
	p := rt.Profile()
	return p == phpstream.PHP74 || p == phpstream.PHP5
}
