package phpcall

import (
	"crypto/x509"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

// coerced is the outcome of fitting an argument to a parameter's type.
type coerced struct {
	value   Value
	ok      bool
	level   phpstream.ErrorLevel // of remark
	remark  string               // a notice or deprecation on the way
	allText string               // the whole TypeError, where it isn't in the common form
}

// fit converts an argument as PHP's non-strict mode does. Null is dealt with
// before.
func fit(kind string, v Value, legacy bool) coerced {
	kind = strings.TrimPrefix(kind, "?")
	switch kind {
	case "mixed":
		return coerced{value: v, ok: true}
	case "resource":
		switch v.(type) {
		case *phpstream.Stream, *phpstream.Context, *phpstream.StreamFilter, Foreign:
			return coerced{value: v, ok: true}
		case *x509.Certificate, *phpstream.Socket:
			// Objects since 8.0, resources before.
			return coerced{value: v, ok: legacy}
		}
	case "Socket":
		switch v.(type) {
		case *phpstream.Socket:
			return coerced{value: v, ok: true}
		case *phpstream.Stream, *phpstream.Context, Foreign, *x509.Certificate:
			return coerced{value: v, ok: legacy}
		}
	case "array":
		a, ok := v.(*Array)
		return coerced{value: a, ok: ok}
	case "string":
		s, ok := scalarText(v)
		return coerced{value: s, ok: ok}
	case "bool":
		switch v := v.(type) {
		case bool:
			return coerced{value: v, ok: true}
		case int64, float64, string:
			return coerced{value: phpvalue.Bool(v), ok: true}
		}
	case "int":
		return fitInt(v, legacy)
	case "float":
		return fitFloat(v, legacy)
	case "array|string":
		if a, ok := v.(*Array); ok {
			return coerced{value: a, ok: true}
		}
		s, ok := scalarText(v)
		return coerced{value: s, ok: ok}
	case "string|int|float|bool":
		s, ok := scalarText(v)
		if !ok && !legacy {
			return coerced{allText: "must be of type string|int|float|bool|null"}
		}
		return coerced{value: s, ok: ok}
	case "OpenSSLCertificate|string":
		if c, ok := v.(*x509.Certificate); ok {
			return coerced{value: c, ok: true}
		}
		if legacy && isResource(v) {
			return coerced{value: v, ok: true}
		}
		s, ok := scalarText(v)
		return coerced{value: s, ok: ok || legacy}
	}
	return coerced{}
}

// strictly says whether a scalar is of a parameter's type as it is: with
// strict_types only an integer turns into something else, a float.
func strictly(kind string, v Value) bool {
	var is string
	switch v.(type) {
	case string:
		is = "string"
	case bool:
		is = "bool"
	case int64:
		is = "int"
	case float64:
		is = "float"
	default:
		return true // fit knows
	}
	kinds := strings.Split(strings.TrimPrefix(kind, "?"), "|")
	return slices.Contains(kinds, is) || is == "int" && slices.Contains(kinds, "float") || kind == "mixed"
}

func scalarText(v Value) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case bool:
		if v {
			return "1", true
		}
		return "", true
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		return phpvalue.Float(v), true
	}
	return "", false
}

func fitInt(v Value, legacy bool) coerced {
	switch v := v.(type) {
	case int64:
		return coerced{value: v, ok: true}
	case bool:
		n := int64(0)
		if v {
			n = 1
		}
		return coerced{value: n, ok: true}
	case float64:
		return floatToInt(v, fmt.Sprintf("float %s", phpvalue.Float(v)), legacy)
	case string:
		n, f, isInt, junk, ok := number(v)
		if !ok || junk && !legacy {
			return coerced{}
		}
		c := coerced{value: n, ok: true}
		if !isInt {
			c = floatToInt(f, fmt.Sprintf("float-string %q", v), legacy)
		}
		return remarkJunk(c, junk)
	}
	return coerced{}
}

func floatToInt(f float64, name string, legacy bool) coerced {
	if math.IsNaN(f) || f < -(1<<63) || f >= 1<<63 {
		return coerced{}
	}
	c := coerced{value: int64(f), ok: true}
	if f != math.Trunc(f) && !legacy {
		c.level, c.remark = phpstream.E_DEPRECATED, "Implicit conversion from "+name+" to int loses precision"
	}
	return c
}

func fitFloat(v Value, legacy bool) coerced {
	switch v := v.(type) {
	case float64:
		return coerced{value: v, ok: true}
	case int64:
		return coerced{value: float64(v), ok: true}
	case bool:
		f := 0.0
		if v {
			f = 1
		}
		return coerced{value: f, ok: true}
	case string:
		n, f, isInt, junk, ok := number(v)
		if !ok || junk && !legacy {
			return coerced{}
		}
		if isInt {
			f = float64(n)
		}
		return remarkJunk(coerced{value: f, ok: true}, junk)
	}
	return coerced{}
}

// remarkJunk adds PHP 7.4's notice about what stands behind a number.
func remarkJunk(c coerced, junk bool) coerced {
	if junk && c.ok {
		c.level, c.remark = phpstream.E_NOTICE, "A non well formed numeric value encountered"
	}
	return c
}

const whitespace = " \t\n\r\v\f"

// number reads a numeric string. junk says that something stands behind it,
// which in PHP 7.4 even white space is.
func number(s string) (n int64, f float64, isInt, junk, ok bool) {
	t := strings.TrimLeft(s, whitespace)
	end := numberEnd(t)
	if end == 0 {
		return 0, 0, false, false, false
	}
	rest := t[end:]
	junk = rest != ""
	if strings.Trim(rest, whitespace) == "" {
		junk = false
	}
	if i, err := strconv.ParseInt(t[:end], 10, 64); err == nil {
		return i, 0, true, junk, true
	}
	f, err := strconv.ParseFloat(t[:end], 64)
	return 0, f, false, junk, err == nil || math.IsInf(f, 0)
}

// numberEnd is the length of the decimal number at the beginning of s, 0 for
// none.
func numberEnd(s string) int {
	i := 0
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		i++
	}
	digits := 0
	for ; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
		digits++
	}
	if i < len(s) && s[i] == '.' {
		j := i + 1
		for ; j < len(s) && s[j] >= '0' && s[j] <= '9'; j++ {
			digits++
		}
		if j > i+1 || digits > 0 {
			i = j
		}
	}
	if digits == 0 {
		return 0
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		j := i + 1
		if j < len(s) && (s[j] == '+' || s[j] == '-') {
			j++
		}
		if j < len(s) && s[j] >= '0' && s[j] <= '9' {
			for ; j < len(s) && s[j] >= '0' && s[j] <= '9'; j++ {
			}
			i = j
		}
	}
	return i
}

// zero is what null becomes for a scalar type.
func zero(kind string) (Value, bool) {
	switch kind {
	case "int":
		return int64(0), true
	case "float":
		return 0.0, true
	case "string", "array|string", "OpenSSLCertificate|string":
		return "", true
	case "bool":
		return false, true
	}
	return nil, false
}

var versions = map[phpstream.Profile]phpfacts.Version{
	phpstream.PHP84: phpfacts.PHP84, phpstream.PHP82: phpfacts.PHP82,
	phpstream.PHP74: phpfacts.PHP74, phpstream.PHP5: phpfacts.PHP5,
}

// typeName is what PHP calls a value in "..., int given".
func typeName(rt *phpstream.Runtime, v Value) string {
	switch v := v.(type) {
	case *phpstream.Stream, *phpstream.Context, Foreign:
		return "resource"
	case Object:
		return v.Class
	case *x509.Certificate:
		if old(rt) {
			return "resource"
		}
		return "OpenSSLCertificate"
	case *phpstream.Socket:
		if old(rt) {
			return "resource"
		}
		return "Socket"
	case *Array:
		return "array"
	default:
		return phpvalue.TypeName(v, versions[rt.Profile()])
	}
}
