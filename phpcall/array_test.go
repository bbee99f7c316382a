package phpcall_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/phpstream-go/phpstream/phpcall"
)

// TestArrayKeys holds PHP's normalization of keys.
func TestArrayKeys(t *testing.T) {
	for _, test := range []struct{ key, want phpcall.Value }{
		{"5", int64(5)}, {"-5", int64(-5)}, {"05", "05"}, {"5.0", "5.0"}, {"+5", "+5"}, {"-0", "-0"}, {"0", int64(0)},
		{"", ""}, {nil, ""}, {true, int64(1)}, {false, int64(0)}, {1.9, int64(1)}, {-1.9, int64(-1)}, {7, int64(7)},
		{"9223372036854775807", int64(9223372036854775807)}, {"9223372036854775808", "9223372036854775808"},
		{" 5", " 5"}, {"x", "x"},
	} {
		a := &phpcall.Array{}
		a.Set(test.key, "v")
		for k := range a.All() {
			if k != test.want {
				t.Errorf("%#v became %#v, not %#v", test.key, k, test.want)
			}
		}
		if v, ok := a.Get(test.key); !ok || v != "v" {
			t.Errorf("%#v isn't found", test.key)
		}
	}
}

// TestArrayOrder holds that keys keep their place, and what appending takes
// for the next one.
func TestArrayOrder(t *testing.T) {
	a := phpcall.NewArray("zero")
	a.Set("k", 1)
	a.Set(int64(7), 2)
	a.Set("k", 3)
	a.Append(4)
	a.Set(int64(-3), 5)
	a.Append(6)
	var keys, values []phpcall.Value
	for k, v := range a.All() {
		keys, values = append(keys, k), append(values, v)
	}
	if diff := cmp.Diff([]phpcall.Value{int64(0), "k", int64(7), int64(8), int64(-3), int64(9)}, keys); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]phpcall.Value{"zero", 3, 2, 4, 5, 6}, values); diff != "" {
		t.Error(diff)
	}
	if a.IsList() || !phpcall.NewArray(1, 2).IsList() || !(*phpcall.Array)(nil).IsList() {
		t.Error("IsList")
	}
	if a.Len() != 6 || (*phpcall.Array)(nil).Len() != 0 {
		t.Error("Len")
	}
}
