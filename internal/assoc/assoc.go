// Package assoc holds PHP arrays whose order counts: what PHP shows is in the
// order in which the keys were set, and a Go map forgets it.
package assoc

import (
	"iter"
	"slices"
	"strconv"
)

// Array is a PHP array with string or integer keys, in order. Its values are
// strings, ints, bools, []string, Arrays and Lists; those of a context's option
// are whatever a program has put there.
type Array []Entry

// Entry is one pair of an Array. Key is a string or an int.
type Entry struct {
	Key   any
	Value any
}

// List is a PHP array with the keys 0, 1, 2 ...
type List []any

// Set gives key a value: a new key goes to the end, a known one keeps its
// place, as in PHP.
func (a *Array) Set(key, value any) {
	if i := a.index(key); i >= 0 {
		(*a)[i].Value = value
		return
	}
	*a = append(*a, Entry{key, value})
}

// Get returns the value of key.
func (a Array) Get(key any) (value any, ok bool) {
	if i := a.index(key); i >= 0 {
		return a[i].Value, true
	}
	return nil, false
}

// All yields keys and values in order.
func (a Array) All() iter.Seq2[any, any] {
	return func(yield func(any, any) bool) {
		for _, e := range a {
			if !yield(e.Key, e.Value) {
				return
			}
		}
	}
}

// Map returns the array without its order: nested Arrays become
// map[string]any, or map[int]any where all keys are integers; Lists become
// []any.
func (a Array) Map() map[string]any {
	m := make(map[string]any, len(a))
	for _, e := range a {
		switch k := e.Key.(type) {
		case string:
			m[k] = Native(e.Value)
		case int:
			m[strconv.Itoa(k)] = Native(e.Value)
		}
	}
	return m
}

func (a Array) index(key any) int {
	return slices.IndexFunc(a, func(e Entry) bool { return e.Key == key })
}

// Native returns a value without the order of the arrays in it, as
// [Array.Map] does.
func Native(v any) any {
	switch v := v.(type) {
	case Array:
		if len(v) == 0 || slices.ContainsFunc(v, func(e Entry) bool { _, isInt := e.Key.(int); return !isInt }) {
			return v.Map()
		}
		m := make(map[int]any, len(v))
		for _, e := range v {
			m[e.Key.(int)] = Native(e.Value)
		}
		return m
	case List:
		l := make([]any, len(v))
		for i, item := range v {
			l[i] = Native(item)
		}
		return l
	}
	return v
}
