package scenario

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/phpcall"
)

// wrapperClasses are the wrappers that scripts register, by their classes: those
// of driver.php, ported.
var wrapperClasses = map[string]func(*interpreter) phpstream.UserWrapper{
	"shelf":    func(in *interpreter) phpstream.UserWrapper { return &shelf{in: in} },
	"bare":     func(*interpreter) phpstream.UserWrapper { return &bare{} },
	"opens":    func(*interpreter) phpstream.UserWrapper { return &opens{} },
	"odd":      func(in *interpreter) phpstream.UserWrapper { return &odd{shelf{in: in}} },
	"explodes": func(in *interpreter) phpstream.UserWrapper { return &explodes{shelf{in: in}} },
	"casts":    func(in *interpreter) phpstream.UserWrapper { return &casts{shelf: shelf{in: in}} },
	"circles":  func(in *interpreter) phpstream.UserWrapper { return &circles{shelf{in: in}} },
	"instead":  func(in *interpreter) phpstream.UserWrapper { return &instead{in: in} },
}

// shelves is what the wrappers of a script have in common.
type shelves struct {
	files map[string]string
	log   []string
}

// registerWrapper is stream_wrapper_register: a class here is a function that
// makes a wrapper, which no PHP value can be.
func (in *interpreter) registerWrapper(args []phpcall.Value) (phpcall.Value, error) {
	protocol, _ := args[0].(string)
	class, _ := args[1].(string)
	var flags []int
	for _, v := range args[2:] {
		n, _ := v.(int64)
		flags = append(flags, int(n))
	}
	var newWrapper func() phpstream.UserWrapper
	if make := wrapperClasses[class]; make != nil {
		newWrapper = func() phpstream.UserWrapper { return make(in) }
	} else if name, ok := strings.CutPrefix(class, plannedPrefix); ok && in.plans[name] != nil {
		newWrapper = func() phpstream.UserWrapper { return &planned{in: in, name: name} }
	}
	before := in.rt.LastError()
	ok := in.rt.StreamWrapperRegister(protocol, newWrapper, flags...)
	var t *phpstream.ThrownError
	if err := in.rt.LastError(); err != before && errors.As(err, &t) {
		return nil, thrown{t}
	}
	return ok, nil
}

type shelf struct {
	phpstream.StreamWrapper
	in   *interpreter
	path string
	at   int
}

func (s *shelves) note(in *interpreter, method string, args ...any) {
	var texts []string
	for _, a := range args {
		texts = append(texts, in.dump(phpcall.FromGo(a)))
	}
	s.log = append(s.log, method+"("+strings.Join(texts, ", ")+")")
}

func (w *shelf) note(method string, args ...any) { w.in.shelves.note(w.in, method, args...) }

func (w *shelf) file() string { return w.in.shelves.files[w.path] }

func (w *shelf) put(content string) {
	if w.in.shelves.files == nil {
		w.in.shelves.files = map[string]string{}
	}
	w.in.shelves.files[w.path] = content
}

func (w *shelf) has(path string) bool {
	_, ok := w.in.shelves.files[path]
	return ok
}

func (w *shelf) StreamOpen(path, mode string, options int) bool {
	var context any = "no context"
	if w.Context != nil {
		context = phpstream.StreamContextGetOptions(w.Context)
	}
	w.note("stream_open", path, mode, options, context)
	w.path = path
	switch {
	case mode[0] == 'w':
		w.put("")
	case mode[0] == 'r' && !w.has(path):
		return false
	case !w.has(path):
		w.put("")
	}
	return true
}

func (w *shelf) StreamRead(count int) (string, bool) {
	w.note("stream_read", count)
	data := w.file()[min(w.at, len(w.file())):]
	data = data[:min(count, len(data))]
	w.at += len(data)
	return data, true
}

// padded is s with zero bytes behind it, or a part of it, size bytes long.
func padded(s string, size int) string {
	return s[:min(size, len(s))] + strings.Repeat("\x00", max(0, size-len(s)))
}

func (w *shelf) StreamWrite(data string) (int, bool) {
	w.note("stream_write", data)
	file := w.file()
	w.put(padded(file, w.at) + data + file[min(w.at+len(data), len(file)):])
	w.at += len(data)
	return len(data), true
}

func (w *shelf) StreamEof() bool {
	w.note("stream_eof")
	return w.at >= len(w.file())
}

func (w *shelf) StreamClose() { w.note("stream_close") }

func (w *shelf) StreamFlush() bool {
	w.note("stream_flush")
	return true
}

func (w *shelf) StreamSeek(offset int, whence phpstream.SeekWhence) bool {
	w.note("stream_seek", offset, int(whence))
	to := offset + map[phpstream.SeekWhence]int{phpstream.SEEK_CUR: w.at, phpstream.SEEK_END: len(w.file())}[whence]
	if to < 0 {
		return false
	}
	w.at = to
	return true
}

func (w *shelf) StreamTell() int {
	w.note("stream_tell")
	return w.at
}

func (w *shelf) StreamStat() (phpstream.FileStat, bool) {
	w.note("stream_stat")
	return phpstream.FileStat{Size: int64(len(w.file())), Mode: 0o100644, Mtime: 7}, true
}

func (w *shelf) StreamLock(operation phpstream.FileFlag) bool {
	w.note("stream_lock", int(operation))
	return operation != phpstream.LOCK_EX
}

func (w *shelf) StreamTruncate(size int) bool {
	w.note("stream_truncate", size)
	if size > 100 {
		return false
	}
	w.put(padded(w.file(), size))
	return true
}

func (w *shelf) StreamSetOption(option, arg1, arg2 int) bool {
	w.note("stream_set_option", option, arg1, second(option, arg2))
	return option == phpstream.STREAM_OPTION_READ_TIMEOUT
}

// second is the last argument of stream_set_option: null where a Go number can't
// tell.
func second(option, arg2 int) any {
	if option == phpstream.STREAM_OPTION_BLOCKING {
		return nil
	}
	return arg2
}

func (w *shelf) DirOpendir(path string, options int) bool {
	context := "no context"
	if w.Context != nil {
		context = "a context"
	}
	w.note("dir_opendir", path, options, context)
	return path != "shelf://nosuch/"
}

func (w *shelf) DirReaddir() (string, bool) {
	w.note("dir_readdir")
	names := slices.Sorted(maps.Keys(w.in.shelves.files)) // scripts make them in this order
	if w.at >= len(names) {
		return "", false
	}
	w.at++
	return names[w.at-1], true
}

func (w *shelf) DirRewinddir() bool {
	w.note("dir_rewinddir")
	w.at = 0
	return false
}

func (w *shelf) DirClosedir() bool {
	w.note("dir_closedir")
	return false
}

func (w *shelf) UrlStat(path string, flags int) (phpstream.FileStat, bool) {
	context := "no context"
	if w.Context != nil {
		context = "a context"
	}
	w.note("url_stat", path, flags, context)
	if strings.HasSuffix(path, "/") {
		return phpstream.FileStat{Mode: 0o40755}, true
	}
	return phpstream.FileStat{Size: int64(len(w.in.shelves.files[path])), Mode: 0o100644}, w.has(path)
}

func (w *shelf) Unlink(path string) bool {
	w.note("unlink", path)
	there := w.has(path)
	delete(w.in.shelves.files, path)
	return there
}

func (w *shelf) Rename(from, to string) bool {
	w.note("rename", from, to)
	if !w.has(from) {
		return false
	}
	w.in.shelves.files[to] = w.in.shelves.files[from]
	delete(w.in.shelves.files, from)
	return true
}

func (w *shelf) Mkdir(path string, mode phpstream.Permissions, options int) bool {
	w.note("mkdir", path, int(mode), options)
	return !strings.HasSuffix(path, "no")
}

func (w *shelf) Rmdir(path string, options int) bool {
	w.note("rmdir", path, options)
	return !strings.HasSuffix(path, "no")
}
