package filter

import (
	"reflect"

	"github.com/phpstream-go/phpstream/internal/assoc"
)

// options are a filter's parameters by name: an assoc.Array or any Go map with
// string keys.
type options struct{ value any }

// optionsOf takes what PHP would take as an array.
func optionsOf(v any) (options, bool) {
	switch v.(type) {
	case assoc.Array, assoc.List:
		return options{v}, true
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Map:
		return options{v}, true
	case reflect.Slice, reflect.Array:
		return options{}, r.Type().Elem().Kind() != reflect.Uint8
	}
	return options{}, false
}

func (o options) get(name string) (any, bool) {
	if a, ok := o.value.(assoc.Array); ok {
		return a.Get(name)
	}
	r := reflect.ValueOf(o.value)
	if r.Kind() != reflect.Map || r.Type().Key().Kind() != reflect.String {
		return nil, false
	}
	v := r.MapIndex(reflect.ValueOf(name).Convert(r.Type().Key()))
	if !v.IsValid() {
		return nil, false
	}
	return v.Interface(), true
}
