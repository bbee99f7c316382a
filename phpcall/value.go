package phpcall

import (
	"crypto/x509"
	"iter"
	"slices"
	"strconv"

	"github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/assoc"
)

// Value is a PHP value: nil, a bool, int64, float64, string, *[Array],
// *[phpstream.Stream], *[phpstream.Context], *[x509.Certificate], [Foreign] or
// [Object].
type Value = any

// Foreign is a resource of PHP's own that the library has nothing to do with.
type Foreign struct{ ID int64 }

// Object is an object of PHP's: of no use to the library, which keeps it where
// it is the value of an option, and gives it back.
type Object struct {
	Class string
	ID    int64 // tells it from others of its class
}

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
func (a *Array) Set(key, value Value) {
	key = normalize(key)
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
func goValue(v Value) any {
	switch v := v.(type) {
	case int64:
		return int(v)
	case *Array:
		if v.IsList() {
			list := make([]any, 0, v.Len())
			for _, item := range v.All() {
				list = append(list, goValue(item))
			}
			return list
		}
		m := make(map[string]any, v.Len())
		for k, item := range v.All() {
			m[keyText(k)] = goValue(item)
		}
		return m
	}
	return v
}

func keyText(key Value) string {
	if n, ok := key.(int64); ok {
		return strconv.FormatInt(n, 10)
	}
	return key.(string)
}

// FromGo turns what the library answers, an option's value for instance, into a
// PHP value.
func FromGo(v any) Value { return phpValue(v) }

// phpValue turns what the library answers into a PHP value. The keys of a Go
// map come in alphabetical order.
func phpValue(v any) Value {
	switch v := v.(type) {
	case int:
		return int64(v)
	case phpstream.ErrorLevel:
		return int64(v)
	case []any:
		a := &Array{}
		for _, item := range v {
			a.Append(phpValue(item))
		}
		return a
	case []string:
		a := &Array{}
		for _, item := range v {
			a.Append(item)
		}
		return a
	case []int:
		a := &Array{}
		for _, item := range v {
			a.Append(int64(item))
		}
		return a
	case assoc.Array:
		a := &Array{}
		for _, e := range v {
			a.Set(e.Key, phpValue(e.Value))
		}
		return a
	case assoc.List:
		return phpValue([]any(v))
	case []assoc.Array:
		a := &Array{}
		for _, item := range v {
			a.Append(phpValue(item))
		}
		return a
	case []*x509.Certificate:
		a := &Array{}
		for _, item := range v {
			a.Append(item)
		}
		return a
	case map[string]any:
		return fromMap(v)
	case phpstream.Options:
		return fromMap(v)
	}
	return v
}

func fromMap[T any](m map[string]T) *Array {
	a := &Array{}
	for _, k := range sortedKeys(m) {
		a.Set(k, phpValue(m[k]))
	}
	return a
}

func sortedKeys[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
