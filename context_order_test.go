package phpstream_test

import (
	"crypto/tls"
	"fmt"
	"iter"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	. "github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/phpcall"
)

// inOrder prints what Options yields.
func inOrder(from StreamOrContext) string {
	var out []string
	for name, value := range from.Options() {
		out = append(out, fmt.Sprint(name.Wrapper, ".", name.Option, "=", value))
	}
	return strings.Join(out, " ")
}

// TestOptionsInOrder: what is set one by one keeps its place; a Go map comes in
// the alphabet's order, each time.
func TestOptionsInOrder(t *testing.T) {
	for range 20 {
		rt, _ := newRuntime()
		x := rt.StreamContextCreate(Options{"ssl": {"c": 1, "a": 2}, "empty": {}, "http": {"z": 3, "y": 4}})
		StreamContextSetOption(x, "tcp", "b", 5)
		StreamContextSetOption(x, "http", "a", 6)
		StreamContextSetOption(x, "ssl", "c", 7)
		StreamContextSetOptions(x, Options{"tcp": {"a": 8}, "ssl": {"b": 9, "a": 10}})
		StreamContextSetParams(x, Params{"options": Options{"ftp": {"k": 11}}})
		const want = "http.y=4 http.z=3 http.a=6 ssl.a=10 ssl.c=7 ssl.b=9 tcp.b=5 tcp.a=8 ftp.k=11"
		if got := inOrder(x); got != want {
			t.Fatalf("%s\nwant %s", got, want)
		}
		if _, ok := StreamContextGetOptions(x)["empty"]; ok {
			t.Error("PHP shows no wrapper without options")
		}
	}
}

// TestOptionsAreCopies: a program may set options while it looks at them, and
// what it does to a value is its own affair.
func TestOptionsAreCopies(t *testing.T) {
	rt, _ := newRuntime()
	x := rt.StreamContextCreate(Options{"ssl": {"a": []string{"kept"}, "b": 1}})
	seen := 0
	for name, value := range x.Options() {
		seen++
		StreamContextSetOption(x, "ssl", name.Option+"2", seen)
		if list, ok := value.([]string); ok {
			list[0] = "changed"
		}
	}
	if got := inOrder(x); seen != 2 || got != "ssl.a=[kept] ssl.b=1 ssl.a2=1 ssl.b2=2" {
		t.Errorf("%d: %s", seen, got)
	}
	for range x.Options() {
		break
	}
	for name := range (*Context)(nil).Options() {
		t.Error(name)
	}
	for name := range (*Stream)(nil).Options() {
		t.Error(name)
	}
}

// TestArraysInOptions: Go gets maps and slices of what phpcall has set, and the
// order by Options.
func TestArraysInOptions(t *testing.T) {
	rt, _ := newRuntime()
	x := rt.StreamContextCreate(nil)
	inner, ints := &phpcall.Array{}, &phpcall.Array{}
	inner.Set("z", int64(1))
	inner.Set("a", phpcall.NewArray(int64(2), "three"))
	ints.Set(int64(9), "nine")
	ints.Set(int64(2), "two")
	inner.Set("ints", ints)
	phpcall.Call(rt, "stream_context_set_option", []phpcall.Value{x, "w", "o", inner})
	want := Options{"w": {"o": map[string]any{"z": 1, "a": []any{2, "three"}, "ints": map[int]any{9: "nine", 2: "two"}}}}
	if diff := cmp.Diff(want, StreamContextGetOptions(x)); diff != "" {
		t.Error(diff)
	}
	for _, value := range x.Options() {
		var keys []any
		for key := range value.(interface{ All() iter.Seq2[any, any] }).All() {
			keys = append(keys, key)
		}
		if !slices.Equal(keys, []any{"z", "a", "ints"}) {
			t.Error(keys)
		}
	}
}

// TestGoMapsInPHP: what a Go program has set comes to PHP with its keys, in an
// order that is the same each time.
func TestGoMapsInPHP(t *testing.T) {
	rt, _ := newRuntime()
	x := rt.StreamContextCreate(Options{"w": {"o": map[any]any{
		"b": uint64(1 << 63), int8(10): []any{nil, true}, 2: map[int]string{5: "x"}, "a": []byte("bytes"), struct{}{}: "no key in PHP", "7": 1.5,
	}}})
	options := phpcall.Call(rt, "stream_context_get_options", []phpcall.Value{x}).Value
	const want = "[w:[o:[2:[5:x] 7:1.5 10:[0:<nil> 1:true] a:bytes b:9.223372036854776e+18]]]"
	if got := arrayText(options); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

func arrayText(v phpcall.Value) string {
	a, ok := v.(*phpcall.Array)
	if !ok {
		return fmt.Sprint(v)
	}
	var out []string
	for key, value := range a.All() {
		out = append(out, fmt.Sprint(key, ":", arrayText(value)))
	}
	return "[" + strings.Join(out, " ") + "]"
}

// TestSessionMetaInOrder: session_meta has PHP's order.
func TestSessionMetaInOrder(t *testing.T) {
	checkLeaks(t)
	cafile, cert := authority(t)
	addr := serveTLS(t, cert, func(_ net.Conn, s *tls.Conn) { s.Handshake() })
	rt, _ := newRuntime(PHP74)
	x := trusting(rt, cafile)
	StreamContextSetOption(x, "ssl", "capture_session_meta", true)
	fp, _, errstr := rt.StreamSocketClient("tls://"+addr, Timeout(5), x)
	if fp == nil {
		t.Fatal(errstr)
	}
	defer fp.Close()
	all := phpcall.Call(rt, "stream_context_get_options", []phpcall.Value{x}).Value.(*phpcall.Array)
	ssl, _ := all.Get("ssl")
	meta, _ := ssl.(*phpcall.Array).Get("session_meta")
	if got := arrayText(meta); !strings.HasPrefix(got, "[protocol:TLSv1.3 cipher_name:TLS_") || !strings.HasSuffix(got, " cipher_version:TLSv1.3]") || !strings.Contains(got, " cipher_bits:") {
		t.Error(got)
	}
}
