package assoc

import "iter"

// Ordered is a map that keeps the order in which its names were set. The zero
// value is empty.
type Ordered[V any] struct {
	names  []string
	values map[string]V
}

// Set gives name a value: a new name goes to the end, a known one keeps its
// place, as in PHP.
func (o *Ordered[V]) Set(name string, value V) {
	if o.values == nil {
		o.values = map[string]V{}
	}
	if _, ok := o.values[name]; !ok {
		o.names = append(o.names, name)
	}
	o.values[name] = value
}

// Get returns the value of name.
func (o *Ordered[V]) Get(name string) (V, bool) {
	v, ok := o.values[name]
	return v, ok
}

// All yields names and values in order.
func (o *Ordered[V]) All() iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, name := range o.names {
			if !yield(name, o.values[name]) {
				return
			}
		}
	}
}
