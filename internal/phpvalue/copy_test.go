package phpvalue_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

type itself *itself

func to[T any](v T) *T { return &v }

// TestReferences: a pointer to a value is read through, one to a struct is an
// object.
func TestReferences(t *testing.T) {
	var circle itself
	circle = &circle
	var none *bool
	var inner any = to("0")
	for _, test := range []struct {
		value any
		want  casts
		ok    bool
	}{
		{to(false), casts{false, 0, ""}, true},
		{to(true), casts{true, 1, "1"}, true},
		{to(to(false)), casts{false, 0, ""}, true},
		{to(none), casts{false, 0, ""}, true},
		{to("12"), casts{true, 12, "12"}, true},
		{to(named("0")), casts{false, 0, "0"}, true},
		{to(method(0)), casts{false, 0, "0"}, true},
		{&inner, casts{false, 0, "0"}, true},
		{to([]any{}), casts{false, 0, "Array"}, false},
		{to([]byte("7")), casts{true, 7, "7"}, true},
		{to(map[string]any{"a": 1}), casts{true, 1, "Array"}, false},
		{to(to(thing{})), casts{true, 1, ""}, false},
		{circle, casts{true, 1, ""}, false},
	} {
		name := fmt.Sprintf("%T", test.value)
		if diff := cmp.Diff(test.want, castsOf(test.value)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if _, ok := phpvalue.String(test.value); ok != test.ok {
			t.Errorf("%s: String is ok: %t, want %t", name, ok, test.ok)
		}
	}
}

func TestIsObject(t *testing.T) {
	for _, v := range []any{thing{}, &thing{}, to(&thing{}), &texted{}, func() {}, make(chan int), 1i, struct{}{}} {
		if !phpvalue.IsObject(v) {
			t.Errorf("%T is none", v)
		}
	}
	for _, v := range []any{nil, (*thing)(nil), (func())(nil), true, to(true), 1, uintptr(1), 1.5, "s", []byte{}, []any{}, [2]int{}, map[int]int{}, method(1)} {
		if phpvalue.IsObject(v) {
			t.Errorf("%T is one", v)
		}
	}
}

// TestCopy: what is changed later doesn't show in a copy.
func TestCopy(t *testing.T) {
	flag, text, shared := false, "a", &thing{}
	list := []any{&flag, []int{1}, map[string]*string{"k": &text}, nil}
	typed := []*bool{&flag, nil}
	things := []*thing{shared, nil}
	mixed := map[string]any{"list": list, "typed": typed, "things": things, "nil": []int(nil), "text": &text}
	got := phpvalue.Copy(&mixed)
	want := map[string]any{
		"list":   []any{false, []int{1}, map[string]any{"k": "a"}, nil},
		"typed":  []any{false, nil},
		"things": things, "nil": []int(nil), "text": "a",
	}
	flag, text = true, "b"
	list[1].([]int)[0] = 2
	mixed["more"] = 1
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(thing{})); diff != "" {
		t.Error(diff)
	}
	if got.(map[string]any)["things"].([]*thing)[0] != shared {
		t.Error("an object is what it is, not a copy")
	}
	if phpvalue.Copy(nil) != nil || phpvalue.Copy((*bool)(nil)) != nil {
		t.Error("null")
	}
}

// pointed is a Stringer only behind a pointer.
type pointed string

func (p *pointed) String() string { return string(*p) }

// TestCopyOfCircles: it comes to an end, and what can't be read through stays.
func TestCopyOfCircles(t *testing.T) {
	list := []any{1, nil}
	list[1] = list
	table := map[string]any{}
	table["self"] = &table
	if diff := cmp.Diff([]any{1, nil}, phpvalue.Copy(list)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]any{"self": nil}, phpvalue.Copy(table)); diff != "" {
		t.Error(diff)
	}
	twice := []int{1}
	if diff := cmp.Diff([]any{[]int{1}, []int{1}}, phpvalue.Copy([]any{twice, twice})); diff != "" {
		t.Error(diff)
	}
	p := pointed("x")
	if got := phpvalue.Copy([]fmt.Stringer{&p, nil}).([]fmt.Stringer); got[0].String() != "x" || got[1] != nil {
		t.Error(got)
	}
}
