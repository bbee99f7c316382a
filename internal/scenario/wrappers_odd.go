package scenario

import (
	"path"
	"strings"

	"github.com/phpstream-go/phpstream"
)

// Wrappers that lack methods, answer strangely, or get in their own way.

type bare struct{ phpstream.StreamWrapper }

type opens struct{ phpstream.StreamWrapper }

func (w *opens) StreamOpen(path, mode string, options int) bool { return true }

func (w *opens) DirOpendir(path string, options int) bool { return true }

type odd struct{ shelf }

func (w *odd) how() string { return path.Base(w.path) }

func (w *odd) StreamOpen(path, mode string, options int) bool {
	w.shelf.StreamOpen(path, "w", options)
	w.put(strings.Repeat("0123456789", 2000))
	return true
}

func (w *odd) StreamRead(count int) (string, bool) {
	switch w.how() {
	case "more":
		data, ok := w.shelf.StreamRead(count)
		return data + "extra", ok
	case "false":
		return "", false
	case "nothing":
		return "", true
	case "short":
		return w.shelf.StreamRead(3)
	}
	return w.shelf.StreamRead(count)
}

func (w *odd) StreamEof() bool { return w.how() == "end" || w.shelf.StreamEof() }

func (w *odd) StreamWrite(data string) (int, bool) {
	switch w.how() {
	case "more":
		return len(data) + 5, true
	case "false":
		return 0, false
	case "nothing":
		return 0, true
	case "negative":
		return -1, true
	case "short":
		return w.shelf.StreamWrite(data[:min(3, len(data))])
	}
	return w.shelf.StreamWrite(data)
}

func (w *odd) StreamSeek(offset int, whence phpstream.SeekWhence) bool {
	return w.how() != "false" && w.shelf.StreamSeek(offset, whence)
}

func (w *odd) StreamTell() int {
	at := w.shelf.StreamTell()
	if w.how() == "more" {
		at += 1000
	}
	return at
}

func (w *odd) StreamFlush() bool {
	w.shelf.StreamFlush()
	return w.how() != "false"
}

func (w *odd) StreamStat() (phpstream.FileStat, bool) {
	if w.how() == "false" {
		return phpstream.FileStat{}, false
	}
	return w.shelf.StreamStat()
}

type explodes struct{ shelf }

func (w *explodes) perhaps(method string) {
	if path.Base(w.path) == method {
		panic(&phpstream.ThrownError{Class: "RuntimeException", Message: "thrown by " + method})
	}
}

func (w *explodes) StreamOpen(path, mode string, options int) bool {
	w.shelf.StreamOpen(path, "w", options)
	w.put("hello")
	w.perhaps("stream_open")
	return true
}

func (w *explodes) StreamRead(count int) (string, bool) {
	w.perhaps("stream_read")
	return w.shelf.StreamRead(count)
}

func (w *explodes) StreamWrite(data string) (int, bool) {
	w.perhaps("stream_write")
	return w.shelf.StreamWrite(data)
}

func (w *explodes) StreamEof() bool {
	w.perhaps("stream_eof")
	return w.shelf.StreamEof()
}

func (w *explodes) StreamSeek(offset int, whence phpstream.SeekWhence) bool {
	w.perhaps("stream_seek")
	return w.shelf.StreamSeek(offset, whence)
}

func (w *explodes) DirReaddir() (string, bool) {
	panic(&phpstream.ThrownError{Class: "RuntimeException", Message: "thrown by dir_readdir"})
}

func (w *explodes) StreamClose() {
	w.perhaps("stream_close")
	w.shelf.StreamClose()
}

type casts struct {
	shelf
	inner *phpstream.Stream
}

func (w *casts) StreamOpen(path, mode string, options int) bool {
	w.shelf.StreamOpen(path, "w", options)
	w.put("hello\nyou\n")
	return true
}

func (w *casts) StreamCast(castAs int) *phpstream.Stream {
	how := path.Base(w.path)
	if how != "false" && w.inner == nil {
		w.inner = w.in.rt.Fopen("php://"+how, "r")
	}
	return w.inner
}

type circles struct{ shelf }

func (w *circles) StreamOpen(path, mode string, options int) bool {
	w.note("stream_open", path, mode, options)
	fp := w.in.rt.Fopen(path, mode)
	w.note("opens", fp != nil)
	return true
}

func (w *circles) DirOpendir(path string, options int) bool {
	w.note("opens", w.in.rt.Opendir(path) != nil)
	return false
}

type instead struct {
	phpstream.StreamWrapper
	in    *interpreter
	inner *phpstream.Stream
}

func (w *instead) StreamOpen(path, mode string, options int) bool {
	rt := w.in.rt
	rt.StreamWrapperRestore("file")
	w.inner = rt.Fopen(path, mode)
	rt.StreamWrapperUnregister("file")
	rt.StreamWrapperRegister("file", func() phpstream.UserWrapper { return &instead{in: w.in} })
	return w.inner != nil
}

func (w *instead) StreamRead(count int) (string, bool) {
	data, ok := phpstream.Fread(w.inner, count)
	return strToUpper(data), ok
}

func (w *instead) StreamEof() bool { return phpstream.Feof(w.inner) }

func (w *instead) StreamStat() (phpstream.FileStat, bool) { return phpstream.Fstat(w.inner) }
