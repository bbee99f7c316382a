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
