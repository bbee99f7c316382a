//go:build phpbridge

package main

// #include "bridge.h"
import "C"

import (
	"fmt"
	"unsafe"

	"github.com/phpstream-go/phpstream"
)

// notification is what the callback of a context hears, but for its text.
type notification struct {
	code                   phpstream.NotifyCode
	severity               phpstream.NotifySeverity
	messageCode, done, max int
}

// listener is a callback that writes down what PHP's is to hear when Go has
// returned.
func (r *request) listener() phpstream.NotificationCallback {
	return func(code phpstream.NotifyCode, severity phpstream.NotifySeverity, message string, messageCode, done, max int) {
		r.events = append(r.events, event{text: message, notification: &notification{code, severity, messageCode, done, max}})
	}
}

// listenAgain gives the streams whose parameters came along their callbacks back:
// PHP's have stood in their place.
func (j *job) listenAgain() {
	for _, lender := range j.lenders {
		if fp, ok := lender.to.(*phpstream.Stream); ok && j.r.listeners[fp] != nil {
			phpstream.StreamContextSetParams(fp, phpstream.Params{"notification": j.r.listeners[fp]})
		}
	}
}

// urlContext is the context for what is done with a URL, which is count values;
// where it has a callback that counts already, how far that has come follows it,
// in two integers.
func (j *job) urlContext(context *C.ps_value, count C.size_t) (x *phpstream.Context, listener phpstream.NotificationCallback) {
	j.r.throws = true
	in := decoder{j: j, values: unsafe.Slice(context, int(count))}
	x = in.value().(*phpstream.Context)
	if phpstream.StreamContextGetParams(x)["notification"] != nil {
		listener = j.r.listener()
		phpstream.StreamContextSetParams(x, phpstream.Params{"notification": listener})
	}
	if len(in.values) > 0 {
		done, max := in.values[0].n, in.values[1].n
		x.ResumeProgress(int(done), int(max))
	}
	return x, listener
}

// answerURL is answer where PHP's own code asks, which has nothing thrown: a warning
// says what panics.
func (j *job) answerURL(to *C.ps_answer) {
	if p := recover(); p != nil {
		j.row.reset()
		j.r.events = []event{{level: phpstream.E_WARNING, text: fmt.Sprint("phpstream: ", p)}}
		j.writeEventsOf("")
		j.row.int(0)
		j.row.int(0)
		j.row.plain(C.PS_NULL)
		j.row.plain(C.PS_FALSE)
	}
	j.row.hand(to)
}

// writeHeard writes what PHP is to hear of what was done with a URL.
func (j *job) writeHeard(function string, complaints []string) {
	j.writeEventsOf(function)
	j.row.int(int64(len(complaints)))
	for _, text := range complaints {
		j.row.text(text)
	}
	j.writeCaptured()
}

// writeOpened writes the stream that was opened, and keeps the callback that hears
// of it.
func (j *job) writeOpened(fp *phpstream.Stream, listener phpstream.NotificationCallback) {
	if fp == nil {
		j.write(false)
		return
	}
	if listener != nil {
		j.r.listeners[fp] = listener
	}
	j.write(fp)
}

// What is done with a URL answers, behind the events:
//
//	int     how many complaints follow, each a string
//	int     how many options follow that Go has set, each a string and a value

// change is something that is done to a URL's path.
type change struct {
	url, to   string
	mode      phpstream.Permissions
	recursive phpstream.Recursive
	x         *phpstream.Context
}

// changes are by the name of PHP's function.
var changes = map[string]func(rt *phpstream.Runtime, c change) bool{
	"unlink": func(rt *phpstream.Runtime, c change) bool { return rt.Unlink(c.url, c.x) },
	"rename": func(rt *phpstream.Runtime, c change) bool { return rt.Rename(c.url, c.to, c.x) },
	"mkdir":  func(rt *phpstream.Runtime, c change) bool { return rt.Mkdir(c.url, c.mode, c.recursive, c.x) },
	"rmdir":  func(rt *phpstream.Runtime, c change) bool { return rt.Rmdir(c.url, c.x) },
}

// ps_change_path does what a function does to the path of a URL, and tells whether
// that went well.
//
//export ps_change_path
func ps_change_path(function, url, to *C.char, mode, recursive C.int, context *C.ps_value, count C.size_t, answer *C.ps_answer) C.int {
	j := now.job()
	defer j.answerURL(answer)
	x, _ := j.urlContext(context, count)
	name := C.GoString(function)
	ok := changes[name](j.r.rt, change{C.GoString(url), C.GoString(to), phpstream.Permissions(mode), recursive != 0, x})
	j.writeHeard(name, nil)
	return truth(ok)
}

// ps_stat_url finds out what there is to know of a URL, and tells whether that went
// well.
//
//export ps_stat_url
func ps_stat_url(url *C.char, context *C.ps_value, count C.size_t, to *C.ps_stat, answer *C.ps_answer) C.int {
	j := now.job()
	defer j.answerURL(answer)
	x, _ := j.urlContext(context, count)
	s, ok := j.r.rt.StatURL(C.GoString(url), x)
	*to = C.ps_stat{
		dev: C.int64_t(s.Dev), ino: C.int64_t(s.Ino), mode: C.int64_t(s.Mode), nlink: C.int64_t(s.Nlink),
		uid: C.int64_t(s.Uid), gid: C.int64_t(s.Gid), rdev: C.int64_t(s.Rdev), size: C.int64_t(s.Size),
		atime: C.int64_t(s.Atime), mtime: C.int64_t(s.Mtime), ctime: C.int64_t(s.Ctime),
		blksize: C.int64_t(s.Blksize), blocks: C.int64_t(s.Blocks),
	}
	j.writeHeard("stat", nil)
	return truth(ok)
}

// ps_open_dir opens a directory, and answers the errno of a failure. Behind the
// options there is the stream, or false.
//
//export ps_open_dir
func ps_open_dir(url *C.char, context *C.ps_value, count C.size_t, answer *C.ps_answer) C.int {
	j := now.job()
	defer j.answerURL(answer)
	x, listener := j.urlContext(context, count)
	dir, complaints, errno := j.r.rt.OpenDirURL(C.GoString(url), x)
	j.writeHeard("opendir", complaints)
	j.writeOpened(dir, listener)
	return C.int(errno)
}

// ps_next_entry copies the name of a directory's next entry to where there is room
// for size bytes, with its end, and tells whether there was one. What is to be said
// of it is in the answer, if there is anything.
//
//export ps_next_entry
func ps_next_entry(n C.int64_t, to *C.char, size C.size_t, answer *C.ps_answer) C.int {
	now.events = nil
	name, ok := phpstream.Readdir(now.streams[int64(n)])
	room := unsafe.Slice((*byte)(unsafe.Pointer(to)), int(size))
	room[copy(room[:size-1], name)] = 0
	now.answerEvents("readdir", answer)
	return truth(ok)
}
