package scenario

import (
	"strings"

	"github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
	"github.com/phpstream-go/phpstream/phpcall"
)

// plans are what the wrappers and filters of a script answer that plan() has told
// of: by name and method, one answer after the other, the last one ever after.
type plans map[string]map[string][]phpcall.Value

const plannedPrefix = "planned_"

func (p plans) set(name string, answers *phpcall.Array) {
	methods := map[string][]phpcall.Value{}
	for method, list := range answers.All() {
		for _, answer := range list.(*phpcall.Array).All() {
			methods[method.(string)] = append(methods[method.(string)], answer)
		}
	}
	p[name] = methods
}

// next is a method's next answer, and false where there is no such method.
func (p plans) next(name, method string) (answer phpcall.Value, ok bool) {
	list := p[name][method]
	if len(list) == 0 {
		return nil, false
	}
	if len(list) > 1 {
		p[name][method] = list[1:]
	}
	return list[0], true
}

// element is an element of an answer that is an array.
func element(answer phpcall.Value, i int) phpcall.Value {
	a, _ := answer.(*phpcall.Array)
	v, _ := a.Get(int64(i))
	return v
}

// made is what an answer stands for, where it is no plain value. given is what
// the method was called with.
func (in *interpreter) made(answer phpcall.Value, method string, given any) phpcall.Value {
	switch element(answer, 0) {
	case "size":
		more := int(element(answer, 1).(int64))
		if count, ok := given.(int); ok {
			return strings.Repeat(element(answer, 2).(string), max(0, count+more))
		}
		return int64(len(given.(string)) + more)
	case "warns":
		in.rt.FileGetContents("/nosuch/file")
		return in.made(element(answer, 1), method, given)
	case "throws":
		panic(&phpstream.ThrownError{Class: "RuntimeException", Message: "thrown by " + method})
	case "pair":
		unread := element(answer, 1).(string)
		if in.pairs[unread] == nil {
			pair, _ := in.rt.StreamSocketPair(phpstream.STREAM_PF_UNIX, phpstream.STREAM_SOCK_STREAM, 0)
			phpstream.Fwrite(pair[1], unread)
			in.opened = append(in.opened, pair[:]...)
			in.pairs[unread] = pair[0]
		}
		return in.pairs[unread]
	case "memory":
		fp := in.rt.Fopen("php://memory", "r")
		in.opened = append(in.opened, fp)
		return fp
	}
	return answer
}

// planned is a wrapper that answers as plan() says.
type planned struct {
	phpstream.StreamWrapper
	in   *interpreter
	name string
}

// ClassName is its class in PHP.
func (w *planned) ClassName() string { return plannedPrefix + w.name }

// ask notes the call of a method and answers what is planned; false where there
// is no such method.
func (w *planned) ask(method string, args ...any) (answer phpcall.Value, ok bool) {
	if answer, ok = w.in.plans.next(w.name, method); !ok {
		return nil, false
	}
	var given any
	if len(args) > 0 {
		given = args[0]
	}
	if w.Context != nil {
		args = append(args, phpcall.Call(w.in.rt, "stream_context_get_options", []phpcall.Value{w.Context}).Value)
	}
	w.in.shelves.note(w.in, method, args...)
	return w.in.made(answer, method, given), true
}

// does is ask of a method that answers whether it could do it. missing is the
// method that all wrappers have.
func (w *planned) does(missing func() bool, method string, args ...any) bool {
	answer, ok := w.ask(method, args...)
	if !ok {
		return missing()
	}
	return phpvalue.Bool(answer)
}

// planText is an answer that is a string, or false.
func planText(answer phpcall.Value) (string, bool) {
	if answer == false {
		return "", false
	}
	s, _ := phpvalue.String(answer)
	return s, true
}

// facts is an answer that is an array as stat has it, or false.
func facts(answer phpcall.Value) (stat phpstream.FileStat, ok bool) {
	a, ok := answer.(*phpcall.Array)
	for name, at := range map[string]*int64{"size": &stat.Size, "mode": &stat.Mode, "mtime": &stat.Mtime, "ino": &stat.Ino, "blksize": &stat.Blksize} {
		if v, there := a.Get(name); there {
			*at = phpvalue.Int(v)
		}
	}
	return stat, ok
}

func (w *planned) StreamOpen(path, mode string, options int) bool {
	return w.does(func() bool { return w.StreamWrapper.StreamOpen(path, mode, options) }, "stream_open", path, mode, options)
}

func (w *planned) StreamRead(count int) (string, bool) {
	answer, ok := w.ask("stream_read", count)
	if !ok {
		return w.StreamWrapper.StreamRead(count)
	}
	return planText(answer)
}

func (w *planned) StreamEof() bool { return w.does(w.StreamWrapper.StreamEof, "stream_eof") }

func (w *planned) StreamWrite(data string) (int, bool) {
	answer, ok := w.ask("stream_write", data)
	if !ok {
		return w.StreamWrapper.StreamWrite(data)
	}
	return int(phpvalue.Int(answer)), answer != false
}

func (w *planned) StreamFlush() bool { return w.does(w.StreamWrapper.StreamFlush, "stream_flush") }

func (w *planned) StreamClose() { w.ask("stream_close") }

func (w *planned) StreamSeek(offset int, whence phpstream.SeekWhence) bool {
	return w.does(func() bool { return w.StreamWrapper.StreamSeek(offset, whence) }, "stream_seek", offset, int(whence))
}

func (w *planned) StreamTell() int {
	answer, ok := w.ask("stream_tell")
	if !ok {
		return w.StreamWrapper.StreamTell()
	}
	return int(phpvalue.Int(answer))
}

func (w *planned) StreamStat() (phpstream.FileStat, bool) {
	answer, ok := w.ask("stream_stat")
	if !ok {
		return w.StreamWrapper.StreamStat()
	}
	return facts(answer)
}

func (w *planned) StreamLock(operation phpstream.FileFlag) bool {
	return w.does(func() bool { return w.StreamWrapper.StreamLock(operation) }, "stream_lock", int(operation))
}

func (w *planned) StreamTruncate(size int) bool {
	return w.does(func() bool { return w.StreamWrapper.StreamTruncate(size) }, "stream_truncate", size)
}

func (w *planned) StreamSetOption(option, arg1, arg2 int) bool {
	return w.does(func() bool { return w.StreamWrapper.StreamSetOption(option, arg1, arg2) }, "stream_set_option", option, arg1, second(option, arg2))
}

func (w *planned) StreamCast(castAs int) *phpstream.Stream {
	answer, ok := w.ask("stream_cast", castAs)
	if !ok {
		return w.StreamWrapper.StreamCast(castAs)
	}
	fp, _ := answer.(*phpstream.Stream)
	return fp
}

func (w *planned) DirOpendir(path string, options int) bool {
	return w.does(func() bool { return w.StreamWrapper.DirOpendir(path, options) }, "dir_opendir", path, options)
}

func (w *planned) DirReaddir() (string, bool) {
	answer, ok := w.ask("dir_readdir")
	if !ok {
		return w.StreamWrapper.DirReaddir()
	}
	return planText(answer)
}

func (w *planned) DirRewinddir() bool {
	return w.does(w.StreamWrapper.DirRewinddir, "dir_rewinddir")
}

func (w *planned) DirClosedir() bool { return w.does(w.StreamWrapper.DirClosedir, "dir_closedir") }

func (w *planned) UrlStat(path string, flags int) (phpstream.FileStat, bool) {
	answer, ok := w.ask("url_stat", path, flags)
	if !ok {
		return w.StreamWrapper.UrlStat(path, flags)
	}
	return facts(answer)
}

func (w *planned) Unlink(path string) bool {
	return w.does(func() bool { return w.StreamWrapper.Unlink(path) }, "unlink", path)
}

func (w *planned) Rename(from, to string) bool {
	return w.does(func() bool { return w.StreamWrapper.Rename(from, to) }, "rename", from, to)
}

func (w *planned) Mkdir(path string, mode phpstream.Permissions, options int) bool {
	return w.does(func() bool { return w.StreamWrapper.Mkdir(path, mode, options) }, "mkdir", path, int(mode), options)
}

func (w *planned) Rmdir(path string, options int) bool {
	return w.does(func() bool { return w.StreamWrapper.Rmdir(path, options) }, "rmdir", path, options)
}
