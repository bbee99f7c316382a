package phpcall

import (
	"cmp"
	"iter"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"

	"github.com/phpstream-go/phpstream/internal/assoc"
)

// Value is a PHP value: nil, a bool, int64, float64, string, *[Array],
// *[phpstream.Stream], *[phpstream.Context], *[phpstream.Socket],
// *[x509.Certificate], [Foreign], [Object] or [Stringable].
type Value = any

// Foreign is a resource of PHP's own that the library has nothing to do with.
type Foreign struct{ ID int64 }

// Unselectable is a stream of PHP's own that stream_select can't wait for, and
// why. Where PHP has data of it, it can be read.
type Unselectable struct {
	Why      string
	Buffered bool
}

// Object is an object of PHP's: of no use to the library, which keeps it where
// it is the value of an option, and gives it back.
type Object struct {
	Class string
	ID    int64 // tells it from others of its class
}

// ClassName is the class that messages name.
func (o Object) ClassName() string { return o.Class }

// Stringable is an object with a __toString method, and what that answers.
type Stringable struct {
	Object
	Text string
}

func (s Stringable) String() string { return s.Text }

// Array is a PHP array: keys are int64 or string, in the order in which they
// were set.
type Array struct {
	keys   []Value
	values map[Value]Value
	next   int64
}

// NewArray makes an array with the keys 0, 1, 2 ...
func NewArray(values ...Value) *Array {
	a := &Array{}
	for _, v := range values {
		a.Append(v)
	}
	return a
}

// Len is PHP's count.
func (a *Array) Len() int {
	if a == nil {
		return 0
	}
	return len(a.keys)
}

// Get returns the value of key.
func (a *Array) Get(key Value) (Value, bool) {
	if a == nil {
		return nil, false
	}
	v, ok := a.values[normalize(key)]
	return v, ok
}

// Set gives key a value. A known key keeps its place.
func (a *Array) Set(key, value Value) { a.put(normalize(key), value) }

// SetName gives a key a value that stays a string, whatever it looks like. PHP
// has such keys where its own code has made them: a program sees them, and finds
// nothing under them.
func (a *Array) SetName(key string, value Value) { a.put(key, value) }

func (a *Array) put(key, value Value) {
	if a.values == nil {
		a.values = map[Value]Value{}
	}
	if _, ok := a.values[key]; !ok {
		a.keys = append(a.keys, key)
	}
	a.values[key] = value
	if n, ok := key.(int64); ok && n >= a.next {
		a.next = n + 1
	}
}

// Append is PHP's $a[] = value.
func (a *Array) Append(value Value) { a.Set(a.next, value) }

// All yields keys and values in order.
func (a *Array) All() iter.Seq2[Value, Value] {
	return func(yield func(Value, Value) bool) {
		if a == nil {
			return
		}
		for _, k := range slices.Clone(a.keys) {
			if !yield(k, a.values[k]) {
				return
			}
		}
	}
}

// IsList says whether the keys are 0, 1, 2 ... in order.
func (a *Array) IsList() bool {
	i := int64(0)
	for k := range a.All() {
		if k != i {
			return false
		}
		i++
	}
	return true
}

// normalize makes a key of a value as PHP does: decimal strings become
// integers, floats lose their fraction, null is the empty string.
func normalize(key Value) Value {
	switch k := key.(type) {
	case string:
		if n, err := strconv.ParseInt(k, 10, 64); err == nil && strconv.FormatInt(n, 10) == k {
			return n
		}
	case int:
		return int64(k)
	case float64:
		return int64(k)
	case bool:
		if k {
			return int64(1)
		}
		return int64(0)
	case nil:
		return ""
	}
	return key
}

// goValue turns a PHP value into what the library takes as an option's value.
// An array keeps its order and its keys.
func goValue(v Value) any {
	switch v := v.(type) {
	case int64:
		return int(v)
	case *Array:
		if v.IsList() {
			list := make(assoc.List, 0, v.Len())
			for _, item := range v.All() {
				list = append(list, goValue(item))
			}
			return list
		}
		a := make(assoc.Array, 0, v.Len())
		for k, item := range v.All() {
			a = append(a, assoc.Entry{Key: goValue(k), Value: goValue(item)})
		}
		return a
	}
	return v
}

// FromGo turns what the library answers, an option's value for instance, into a
// PHP value.
func FromGo(v any) Value { return phpValue(v) }

// phpValue turns what the library answers into a PHP value. A Go map has no
// order: its keys come as sorted, numbers first.
func phpValue(v any) Value {
	switch v := v.(type) {
	case assoc.Array:
		a := &Array{}
		for key, item := range v.All() {
			a.Set(key, phpValue(item))
		}
		return a
	case []byte:
		return string(v)
	}
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Bool:
		return r.Bool()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return r.Int()
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if r.Uint() > math.MaxInt64 {
			return float64(r.Uint())
		}
		return int64(r.Uint())
	case reflect.Float32, reflect.Float64:
		return r.Float()
	case reflect.String:
		return r.String()
	case reflect.Slice, reflect.Array:
		a := &Array{}
		for _, item := range r.Seq2() {
			a.Append(phpValue(item.Interface()))
		}
		return a
	case reflect.Map:
		return fromMap(r)
	}
	return v
}

func fromMap(m reflect.Value) *Array {
	items := map[Value]Value{}
	for key, item := range m.Seq2() {
		switch k := normalize(phpValue(key.Interface())).(type) {
		case int64, string: // anything else is no key in PHP
			items[k] = phpValue(item.Interface())
		}
	}
	a := &Array{}
	for _, key := range slices.SortedFunc(maps.Keys(items), compareKeys) {
		a.Set(key, items[key])
	}
	return a
}

func compareKeys(a, b Value) int {
	n, aIsInt := a.(int64)
	m, bIsInt := b.(int64)
	switch {
	case aIsInt && bIsInt:
		return cmp.Compare(n, m)
	case aIsInt:
		return -1
	case bIsInt:
		return 1
	}
	return cmp.Compare(a.(string), b.(string))
}
