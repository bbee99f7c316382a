package assoc

import (
	"reflect"
	"testing"
)

func TestSetKeepsPlace(t *testing.T) {
	var a Array
	a.Set("b", 1)
	a.Set("a", 2)
	a.Set("b", 3)
	want := Array{{"b", 3}, {"a", 2}}
	if !reflect.DeepEqual(a, want) {
		t.Errorf("%v, want %v", a, want)
	}
	if v, ok := a.Get("b"); v != 3 || !ok {
		t.Errorf("b is %v, %v", v, ok)
	}
	if v, ok := a.Get("c"); v != nil || ok {
		t.Errorf("c is %v, %v", v, ok)
	}
}

func TestMap(t *testing.T) {
	a := Array{
		{"s", "text"},
		{"ints", Array{{1, List{true, "x"}}, {9, List{}}}},
		{"mixed", Array{{"a", 1}, {2, "two"}}},
		{"empty", Array{}},
		{"list", List{Array{{"k", "v"}}, "z"}},
	}
	want := map[string]any{
		"s":     "text",
		"ints":  map[int]any{1: []any{true, "x"}, 9: []any{}},
		"mixed": map[string]any{"a": 1, "2": "two"},
		"empty": map[string]any{},
		"list":  []any{map[string]any{"k": "v"}, "z"},
	}
	if got := a.Map(); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestAll(t *testing.T) {
	a := Array{{"b", 1}, {7, "x"}, {"a", 2}}
	var got Array
	for key, value := range a.All() {
		got = append(got, Entry{key, value})
		if key == 7 {
			break
		}
	}
	if !reflect.DeepEqual(got, a[:2]) {
		t.Errorf("%v", got)
	}
}

func TestOrdered(t *testing.T) {
	var o Ordered[int]
	if v, ok := o.Get("b"); v != 0 || ok {
		t.Errorf("b is %v, %v", v, ok)
	}
	o.Set("b", 1)
	o.Set("a", 2)
	o.Set("b", 3)
	var got []any
	for name, value := range o.All() {
		got = append(got, name, value)
	}
	if want := []any{"b", 3, "a", 2}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if v, ok := o.Get("b"); v != 3 || !ok {
		t.Errorf("b is %v, %v", v, ok)
	}
	for range o.All() {
		break
	}
}
