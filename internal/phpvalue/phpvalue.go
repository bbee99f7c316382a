// Package phpvalue reads Go values as PHP reads its own: what an option that
// holds "1", 1.0 or true means where PHP wants a bool, an int or a string.
//
// PHP's types are found by kind, so that a named Go type counts as what it is
// made of: nil and nil pointers are null; bools, integers, floats and strings
// are themselves ([]byte is a string; an unsigned integer too large for int64
// is a float, as such a number is in PHP); slices, arrays and maps are arrays;
// a pointer to one of these is a reference to it. Anything else is an object; a
// fmt.Stringer of no basic kind is an object with a __toString method.
package phpvalue

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// kind is one of PHP's types.
type kind int

const (
	isNull kind = iota
	isBool
	isInt
	isFloat
	isString
	isArray
	isObject
)

// value is a Go value taken apart: its PHP type, and the field that holds it.
type value struct {
	kind    kind
	truth   bool
	integer int64
	float   float64
	text    string // a string, or what a Stringer returns
	length  int    // of an array
	object  reflect.Type
	printed bool // an object that has a text
}

func read(v any) value {
	r := deref(reflect.ValueOf(v))
	switch r.Kind() {
	case reflect.Invalid:
		return value{kind: isNull}
	case reflect.Bool:
		return value{kind: isBool, truth: r.Bool()}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return value{kind: isInt, integer: r.Int()}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		if r.Uint() > math.MaxInt64 {
			return value{kind: isFloat, float: float64(r.Uint())}
		}
		return value{kind: isInt, integer: int64(r.Uint())}
	case reflect.Float32, reflect.Float64:
		return value{kind: isFloat, float: r.Float()}
	case reflect.String:
		return value{kind: isString, text: r.String()}
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		if r.IsNil() {
			return value{kind: isNull}
		}
	}
	if s, ok := r.Interface().(fmt.Stringer); ok {
		return value{kind: isObject, object: r.Type(), text: s.String(), printed: true}
	}
	switch r.Kind() {
	case reflect.Slice:
		if r.Type().Elem().Kind() == reflect.Uint8 {
			return value{kind: isString, text: string(r.Bytes())}
		}
		return value{kind: isArray, length: r.Len()}
	case reflect.Array, reflect.Map:
		return value{kind: isArray, length: r.Len()}
	}
	return value{kind: isObject, object: r.Type()}
}

// IsObject tells whether v is none of PHP's own kinds of values: a struct, a
// function, a channel, a complex number.
func IsObject(v any) bool { return read(v).kind == isObject }

// IsString returns v's text, where it is a string.
func IsString(v any) (text string, ok bool) {
	p := read(v)
	return p.text, p.kind == isString
}

// IsInt returns v's number, where it is an integer.
func IsInt(v any) (n int64, ok bool) {
	p := read(v)
	return p.integer, p.kind == isInt
}

// Element answers an element of a map with named keys.
func Element(v any, key string) (element any, ok bool) {
	m := deref(reflect.ValueOf(v))
	if m.Kind() != reflect.Map || m.Type().Key().Kind() != reflect.String {
		return nil, false
	}
	e := m.MapIndex(reflect.ValueOf(key).Convert(m.Type().Key()))
	if !e.IsValid() {
		return nil, false
	}
	return e.Interface(), true
}

// Elements answers the elements of an array, of a map in the order of its keys'
// text; none of anything else.
func Elements(v any) (list []any) {
	r := deref(reflect.ValueOf(v))
	switch r.Kind() {
	case reflect.Slice, reflect.Array:
		for i := range r.Len() {
			list = append(list, r.Index(i).Interface())
		}
	case reflect.Map:
		keys := r.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int {
			return strings.Compare(fmt.Sprint(a.Interface()), fmt.Sprint(b.Interface()))
		})
		for _, k := range keys {
			list = append(list, r.MapIndex(k).Interface())
		}
	}
	return list
}

// Bool is PHP's (bool): false for null, false, 0, 0.0, "", "0" and the empty
// array, true for all else ("0.0" and "false" among it).
//
// php-src: Zend/zend_operators.c, zend_is_true.
func Bool(v any) bool {
	switch p := read(v); p.kind {
	case isNull:
		return false
	case isBool:
		return p.truth
	case isInt:
		return p.integer != 0
	case isFloat:
		return p.float != 0
	case isString:
		return p.text != "" && p.text != "0"
	case isArray:
		return p.length != 0
	}
	return true
}

// IniBool is the value of a setting that says on or off.
//
// php-src: Zend/zend_ini.c, zend_ini_parse_bool.
func IniBool(s string) bool {
	switch strings.ToLower(s) {
	case "true", "yes", "on":
		return true
	}
	return Atoi(s) != 0
}

// Int is PHP's (int) on a 64-bit system. A string counts as far as it is a
// number, and a number out of range is the nearest end of the range; a float
// loses its fraction, and out of range it wraps around. Infinite and NaN are
// 0; an array is 1, or 0 when it is empty; an object is 1.
//
// php-src: Zend/zend_operators.c, zval_get_long.
func Int(v any) int64 {
	switch p := read(v); p.kind {
	case isNull:
		return 0
	case isBool:
		return oneIf(p.truth)
	case isInt:
		return p.integer
	case isFloat:
		return wrap(p.float)
	case isString:
		return parse(p.text)
	case isArray:
		return oneIf(p.length != 0)
	}
	return 1
}

// Double is PHP's (float).
//
// php-src: Zend/zend_operators.c, zval_get_double.
func Double(v any) float64 {
	switch p := read(v); p.kind {
	case isFloat:
		return p.float
	case isString:
		text := strings.TrimLeft(p.text, " \t\n\r\v\f")
		end, _ := number(text)
		f, _ := strconv.ParseFloat(text[:end], 64)
		return f
	}
	return float64(Int(v))
}

func oneIf(condition bool) int64 {
	if condition {
		return 1
	}
	return 0
}

// The floats at which int64 ends: the lowest is in it, the upper one is not.
const (
	minInt = -0x1p63
	maxInt = 0x1p63
)

// wrap takes a float modulo 2 to the 64, as PHP casts it.
func wrap(f float64) int64 {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return 0
	}
	if f >= minInt && f < maxInt {
		return int64(f)
	}
	f = math.Mod(f, 0x1p64)
	if f < 0 {
		f += 0x1p64
	}
	if f >= maxInt {
		f -= 0x1p64
	}
	return int64(f)
}

// parse reads the number at the start of a string, 0 without one.
func parse(s string) int64 {
	s = strings.TrimLeft(s, " \t\n\r\v\f")
	end, whole := number(s)
	if end == 0 {
		return 0
	}
	if n, err := strconv.ParseInt(s[:end], 10, 64); whole && err == nil {
		return n
	}
	// Too large for an integer, or not one. ParseFloat answers infinity when
	// it is out of range too, and PHP makes that 0.
	f, _ := strconv.ParseFloat(s[:end], 64)
	switch {
	case math.IsInf(f, 0):
		return 0
	case f >= maxInt:
		return math.MaxInt64
	case f < minInt:
		return math.MinInt64
	}
	return int64(f)
}

// number returns how long the decimal number at the start of s is, and
// whether it has neither point nor exponent.
func number(s string) (end int, whole bool) {
	digits := func(from int) int {
		for from < len(s) && '0' <= s[from] && s[from] <= '9' {
			from++
		}
		return from
	}
	start := 0
	if start < len(s) && (s[start] == '-' || s[start] == '+') {
		start++
	}
	end = digits(start)
	whole = true
	if end < len(s) && s[end] == '.' && (end > start || digits(end+1) > end+1) {
		end, whole = digits(end+1), false
	}
	if end == start {
		return 0, false
	}
	if end < len(s) && (s[end] == 'e' || s[end] == 'E') {
		from := end + 1
		if from < len(s) && (s[from] == '-' || s[from] == '+') {
			from++
		}
		if to := digits(from); to > from {
			end, whole = to, false
		}
	}
	return end, whole
}

// String is PHP's (string), and whether there is one: true is "1", false and
// null are "", a float is printed as [Float] does. An array is "Array" and
// not ok (PHP warns "Array to string conversion"), an object without a text
// is "" and not ok (PHP throws).
//
// php-src: Zend/zend_operators.c, zval_get_string.
func String(v any) (string, bool) {
	switch p := read(v); p.kind {
	case isNull:
		return "", true
	case isBool:
		if p.truth {
			return "1", true
		}
		return "", true
	case isInt:
		return strconv.FormatInt(p.integer, 10), true
	case isFloat:
		return Float(p.float), true
	case isString:
		return p.text, true
	case isArray:
		return "Array", false
	default:
		return p.text, p.printed
	}
}

// precision is how many digits PHP prints of a float: the ini value of that
// name, as it is without a php.ini and in those that PHP comes with.
const precision = 14

// Float prints a float as PHP's echo does: at most 14 digits, without an
// exponent from 0.0001 up to 14 digits before the point, and else as
// "1.0E+25" or "1.5E-7".
func Float(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NAN"
	case math.IsInf(f, 1):
		return "INF"
	case math.IsInf(f, -1):
		return "-INF"
	case f == 0 && math.Signbit(f):
		return "-0"
	case f == 0:
		return "0"
	}
	mantissa, exponentText, _ := strings.Cut(strconv.FormatFloat(f, 'e', precision-1, 64), "e")
	exponent, _ := strconv.Atoi(exponentText)
	if -5 < exponent && exponent < precision {
		s := strconv.FormatFloat(f, 'f', precision-1-exponent, 64)
		if strings.Contains(s, ".") {
			s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
		}
		return s
	}
	mantissa = strings.TrimRight(mantissa, "0")
	if strings.HasSuffix(mantissa, ".") {
		mantissa += "0"
	}
	return fmt.Sprintf("%sE%+d", mantissa, exponent)
}
