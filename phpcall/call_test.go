package phpcall_test

import (
	"crypto/x509"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/phpcall"
)

// events runs f with a handler that keeps what PHP's handlers would hear.
func events(rt *phpstream.Runtime, f func()) []string {
	var out []string
	rt.SetErrorHandler(phpcall.Handler(func(_ phpstream.ErrorLevel, message, _ string, _ int) bool {
		out = append(out, message)
		return true
	}))
	defer rt.RestoreErrorHandler()
	f()
	return out
}

// TestArguments holds what PHP does before a function's own work, in PHP 8 and
// in PHP 7.4; the scenarios compare more of it with recordings.
func TestArguments(t *testing.T) {
	type outcome struct {
		Value  phpcall.Value
		Thrown string
		Events []string
	}
	for _, test := range []struct {
		name    string
		profile phpstream.Profile
		call    string
		args    []phpcall.Value
		want    outcome
	}{
		{"too few", phpstream.PHP84, "ini_get", nil,
			outcome{Thrown: "ArgumentCountError: ini_get() expects exactly 1 argument, 0 given"}},
		{"too few, 7.4", phpstream.PHP74, "ini_get", nil,
			outcome{Events: []string{"ini_get() expects exactly 1 parameter, 0 given"}}},
		{"too many", phpstream.PHP84, "error_reporting", []phpcall.Value{int64(1), int64(2)},
			outcome{Thrown: "ArgumentCountError: error_reporting() expects at most 1 argument, 2 given"}},
		{"wrong type", phpstream.PHP84, "ini_get", []phpcall.Value{phpcall.NewArray()},
			outcome{Thrown: "TypeError: ini_get(): Argument #1 ($option) must be of type string, array given"}},
		{"wrong type, 7.4", phpstream.PHP74, "fgets", []phpcall.Value{"x"},
			outcome{Value: false, Events: []string{"fgets() expects parameter 1 to be resource, string given"}}},
		{"false given", phpstream.PHP84, "fclose", []phpcall.Value{false},
			outcome{Thrown: "TypeError: fclose(): Argument #1 ($stream) must be of type resource, false given"}},
		{"bool given", phpstream.PHP82, "fclose", []phpcall.Value{false},
			outcome{Thrown: "TypeError: fclose(): Argument #1 ($stream) must be of type resource, bool given"}},
		{"null for a scalar", phpstream.PHP84, "ini_get", []phpcall.Value{nil},
			outcome{Value: false, Events: []string{"ini_get(): Passing null to parameter #1 ($option) of type string is deprecated"}}},
		{"null for a scalar, 7.4", phpstream.PHP74, "ini_get", []phpcall.Value{nil}, outcome{Value: false}},
		{"int for a string", phpstream.PHP84, "gethostbyname", []phpcall.Value{int64(127)}, outcome{Value: "0.0.0.127"}},
		{"unknown function", phpstream.PHP84, "no_such", nil,
			outcome{Thrown: "Error: Call to undefined function no_such()"}},
		{"a function of 8.3", phpstream.PHP82, "stream_context_set_options", nil,
			outcome{Thrown: "Error: Call to undefined function stream_context_set_options()"}},
		{"a function of 8.0", phpstream.PHP74, "get_resource_id", nil,
			outcome{Thrown: "Error: Call to undefined function get_resource_id()"}},
		{"names have no case", phpstream.PHP84, "INI_GET", []phpcall.Value{"default_socket_timeout"}, outcome{Value: "60"}},
		{"wrong kind of resource", phpstream.PHP84, "feof", []phpcall.Value{phpstream.NewRuntime().StreamContextCreate(nil)},
			outcome{Thrown: "TypeError: feof(): supplied resource is not a valid stream resource"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			rt := phpstream.NewRuntime(test.profile)
			var got outcome
			got.Events = events(rt, func() {
				r := phpcall.Call(rt, test.call, test.args)
				got.Value = r.Value
				if r.Thrown != nil {
					got.Thrown = r.Thrown.Error()
				}
			})
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestNumbers holds how PHP's weak mode makes integers of other values.
func TestNumbers(t *testing.T) {
	for _, test := range []struct {
		value   phpcall.Value
		profile phpstream.Profile
		want    phpcall.Value // error_reporting's new value; nil: refused
		events  []string
	}{
		{int64(5), phpstream.PHP84, int64(5), nil},
		{"5", phpstream.PHP84, int64(5), nil},
		{" 5", phpstream.PHP84, int64(5), nil},
		{"5 ", phpstream.PHP84, int64(5), nil},
		{"1e2", phpstream.PHP84, int64(100), nil},
		{"+7", phpstream.PHP84, int64(7), nil},
		{true, phpstream.PHP84, int64(1), nil},
		{2.0, phpstream.PHP84, int64(2), nil},
		{1.5, phpstream.PHP84, int64(1), []string{"Implicit conversion from float 1.5 to int loses precision"}},
		{"1.5", phpstream.PHP84, int64(1), []string{`Implicit conversion from float-string "1.5" to int loses precision`}},
		{1.5, phpstream.PHP74, int64(1), nil},
		{"5abc", phpstream.PHP84, nil, nil},
		{"5abc", phpstream.PHP74, int64(5), []string{"A non well formed numeric value encountered"}},
		{"", phpstream.PHP84, nil, nil},
		{".", phpstream.PHP84, nil, nil},
		{"abc", phpstream.PHP84, nil, nil},
		{1e30, phpstream.PHP84, nil, nil},
		{"99999999999999999999", phpstream.PHP84, nil, nil},
	} {
		rt := phpstream.NewRuntime(test.profile)
		var got phpcall.Value
		heard := events(rt, func() {
			phpcall.Call(rt, "error_reporting", []phpcall.Value{int64(-1)})
			phpcall.Call(rt, "error_reporting", []phpcall.Value{test.value})
			got = phpcall.Call(rt, "error_reporting", nil).Value
		})
		want := test.want
		if want == nil {
			want = int64(-1)
			if test.profile == phpstream.PHP84 {
				heard = nil
			}
		}
		if got != want || !cmp.Equal(heard, test.events) {
			t.Errorf("%v (%T) in profile %v: got %v, %q; want %v, %q", test.value, test.value, test.profile, got, heard, want, test.events)
		}
	}
}

// TestNamed holds named arguments, in any order and with defaults between.
func TestNamed(t *testing.T) {
	rt := phpstream.NewRuntime()
	r := phpcall.CallNamed(rt, "ini_set", nil, map[string]phpcall.Value{"value": "7", "option": "default_socket_timeout"})
	if r.Value != "60" || r.Thrown != nil {
		t.Fatal(r)
	}
	for _, test := range []struct {
		args  []phpcall.Value
		named map[string]phpcall.Value
		want  string
	}{
		{nil, map[string]phpcall.Value{"nonsense": 1}, "Error: Unknown named parameter $nonsense"},
		{[]phpcall.Value{"a"}, map[string]phpcall.Value{"option": "b"}, "Error: Named parameter $option overwrites previous argument"},
		{nil, map[string]phpcall.Value{"value": "b"}, "ArgumentCountError: ini_set(): Argument #1 ($option) not passed"},
		{nil, map[string]phpcall.Value{"option": "b"}, "ArgumentCountError: ini_set() expects exactly 2 arguments, 1 given"},
	} {
		r := phpcall.CallNamed(rt, "ini_set", test.args, test.named)
		if r.Thrown == nil || r.Thrown.Error() != test.want {
			t.Errorf("%v: got %v, want %s", test.named, r.Thrown, test.want)
		}
	}
}

// TestNamedKeepsMap holds that a caller's map isn't used up.
func TestNamedKeepsMap(t *testing.T) {
	named := map[string]phpcall.Value{"option": "user_agent"}
	rt := phpstream.NewRuntime()
	for range 2 {
		if r := phpcall.CallNamed(rt, "ini_get", nil, named); r.Thrown != nil {
			t.Fatal(r.Thrown)
		}
	}
}

// TestThrownByLibrary holds that what the library itself throws is the
// result's, and no last error of PHP's.
func TestThrownByLibrary(t *testing.T) {
	rt := phpstream.NewRuntime()
	heard := events(rt, func() {
		r := phpcall.Call(rt, "fsockopen", []phpcall.Value{"127.0.0.1", int64(1), nil, nil, -0.5})
		if r.Thrown == nil || r.Thrown.Class != "ValueError" || len(r.Out) > 0 {
			t.Errorf("got %v, %v", r.Thrown, r.Out)
		}
		if r := phpcall.Call(rt, "error_get_last", nil); r.Value != nil {
			t.Errorf("error_get_last is %v", r.Value)
		}
		// The same exception of an earlier call isn't this one's.
		if r := phpcall.Call(rt, "ini_get", []phpcall.Value{"user_agent"}); r.Thrown != nil {
			t.Errorf("ini_get throws %v", r.Thrown)
		}
	})
	if len(heard) > 0 {
		t.Errorf("a handler of PHP's heard %q", heard)
	}
}

// TestOutputs holds by-reference outputs, and which parameters they are.
func TestOutputs(t *testing.T) {
	rt := phpstream.NewRuntime()
	events(rt, func() {
		r := phpcall.Call(rt, "stream_socket_client", []phpcall.Value{"tcp://127.0.0.1", nil, nil, int64(1)})
		want := map[int]phpcall.Value{1: int64(0), 2: `Failed to parse address "127.0.0.1"`}
		if diff := cmp.Diff(want, r.Out); diff != "" || r.Value != false {
			t.Errorf("%v %s", r.Value, diff)
		}
	})
	for function, want := range map[string][]int{"stream_select": {0, 1, 2}, "fsockopen": {2, 3}, "getmxrr": {1, 2}, "fgets": nil} {
		var got []int
		for i := range 6 {
			if phpcall.ByReference(function, i) {
				got = append(got, i)
			}
		}
		if !cmp.Equal(got, want) {
			t.Errorf("%s: %v", function, got)
		}
	}
}

// TestOptionValues holds that option values come back as they were set.
func TestOptionValues(t *testing.T) {
	rt := phpstream.NewRuntime()
	certificate := &x509.Certificate{}
	inner := phpcall.NewArray("x", int64(2))
	ssl := &phpcall.Array{}
	for k, v := range map[string]phpcall.Value{"a": nil, "b": true, "c": int64(7), "d": 1.5, "e": "text", "f": inner, "g": certificate} {
		ssl.Set(k, v)
	}
	options := &phpcall.Array{}
	options.Set("ssl", ssl)
	x := phpcall.Call(rt, "stream_context_create", []phpcall.Value{options}).Value
	back := phpcall.Call(rt, "stream_context_get_options", []phpcall.Value{x}).Value.(*phpcall.Array)
	got, _ := back.Get("ssl")
	for k, want := range ssl.All() {
		v, ok := got.(*phpcall.Array).Get(k)
		if list, isArray := want.(*phpcall.Array); isArray {
			if a, _ := v.(*phpcall.Array); a.Len() != list.Len() {
				t.Errorf("%v: %v", k, v)
			}
		} else if !ok || v != want {
			t.Errorf("%v: got %v (%T), want %v", k, v, v, want)
		}
	}
}
