package phpstream_test

import (
	"slices"
	"strings"
	"testing"

	. "github.com/phpstream-go/phpstream"
)

// castWrapper answers StreamCast with what stands under its path.
type castWrapper struct {
	StreamWrapper
	inner map[string]*Stream
	path  string
}

func (w *castWrapper) StreamOpen(path, _ string, _ int) bool {
	w.path = path
	return true
}

func (w *castWrapper) StreamCast(int) *Stream { return w.inner[w.path] }

// TestStreamCast: what is waited for in place of a wrapper's stream, and what can't be.
func TestStreamCast(t *testing.T) {
	rt := NewRuntime()
	var heard []string
	rt.SetErrorHandler(func(_ ErrorLevel, message, _ string, _ int) bool {
		heard = append(heard, message)
		return true
	})
	inner := map[string]*Stream{}
	rt.StreamWrapperRegister("cast", func() UserWrapper { return &castWrapper{inner: inner} })
	open := func(name string) *Stream {
		fp := rt.Fopen("cast://"+name, "r+")
		if fp == nil {
			t.Fatal(rt.LastError())
		}
		return fp
	}
	self, closed, none := open("self"), open("closed"), open("none")
	one, other, socket := open("one"), open("other"), open("socket")
	pair, _ := rt.StreamSocketPair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0)
	inner["cast://self"] = self
	inner["cast://closed"] = rt.Fopen("php://memory", "r")
	Fclose(inner["cast://closed"])
	inner["cast://one"], inner["cast://other"] = other, one
	inner["cast://socket"] = pair[0]
	for name, tt := range map[string]struct {
		fp   *Stream
		want string
	}{
		"self": {self, "must not return itself"}, "closed": {closed, "must return a stream resource"},
		"none": {none, "Cannot represent a stream of type user-space"}, "a circle": {one, "Cannot represent a stream of type user-space"},
	} {
		heard = nil
		read := []*Stream{tt.fp}
		if _, ok := StreamSelect(&read, nil, nil, 0); ok {
			t.Errorf("%s can be waited for", name)
		}
		if !slices.ContainsFunc(heard, func(s string) bool { return strings.Contains(s, tt.want) }) {
			t.Errorf("%s: it says %q", name, heard)
		}
	}
	read := []*Stream{socket}
	if n, ok := StreamSelect(&read, nil, nil, 0); n != 0 || !ok {
		t.Errorf("a silent socket: %d, %v", n, ok)
	}
	Fwrite(pair[1], "x")
	read = []*Stream{socket}
	if n, ok := StreamSelect(&read, nil, nil, 10); n != 1 || !ok || len(read) != 1 || read[0] != socket {
		t.Errorf("a socket with something: %d, %v", n, ok)
	}
}
