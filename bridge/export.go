//go:build phpbridge

package main

// #cgo CFLAGS: -Wall -Werror=implicit-function-declaration
// #include <sys/types.h>
// #include "bridge.h"
import "C"

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unsafe"

	"github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/phpcall"
)

// request is what one request of PHP's has here. PHP runs in one thread, and
// its calls come one after the other.
type request struct {
	rt      *phpstream.Runtime
	streams map[int64]*phpstream.Stream
	numbers map[*phpstream.Stream]int64
	last    int64
	closed  *phpstream.Stream // stands for those that were ours

	imported *phpstream.Socket           // PHP is making the object
	sockets  map[int64]*phpstream.Socket // by the object's handle

	listeners map[*phpstream.Stream]phpstream.NotificationCallback // of contexts

	events  []event
	throws  bool           // what is thrown is an event, too: there is no phpcall.Result for it
	spare   *job           // of the next call
	jobs    map[int64]*job // those that are kept
	lastJob int64
}

// job is a call at work. Where PHP's error handlers run in the middle of one,
// further calls may come before it is over.
type job struct {
	r       *request
	pending *phpcall.Pending
	opening *opening // that is at work
	lenders []lender
	row     row
}

// lender is a stream or a context whose options came along: nil for none.
type lender struct {
	to    phpstream.StreamOrContext
	given *phpcall.Array
}

// job is one for a new call.
func (r *request) job() *job {
	if r.spare == nil {
		r.spare = &job{r: r}
	}
	j := r.spare
	r.events, r.throws, j.pending, j.opening, j.lenders = nil, false, nil, nil, j.lenders[:0]
	j.row.reset()
	return j
}

// event is an E_* event that PHP is to raise, or a notification that the callback
// of a context is to hear.
type event struct {
	level        phpstream.ErrorLevel
	text         string
	bare         bool // no function's name stands before the text
	notification *notification
}

var now *request

// ps_begin begins a request; the one before is over.
//
//export ps_begin
func ps_begin(major, minor C.int) {
	ps_end()
	profile := phpstream.PHP82
	if major > 8 || minor >= 4 {
		profile = phpstream.PHP84
	}
	r := &request{
		rt:      phpstream.NewRuntime(profile),
		streams: map[int64]*phpstream.Stream{},
		numbers: map[*phpstream.Stream]int64{},
		jobs:    map[int64]*job{},
		sockets: map[int64]*phpstream.Socket{},

		listeners: map[*phpstream.Stream]phpstream.NotificationCallback{},
	}
	r.rt.SignalsInterrupt(true)
	note := func(level phpstream.ErrorLevel, message, _ string, _ int) bool {
		r.events = append(r.events, event{level: level, text: message})
		return true
	}
	forCalls := phpcall.Handler(note)
	r.rt.SetErrorHandler(func(level phpstream.ErrorLevel, message, file string, line int) bool {
		if r.throws {
			return note(level, message, file, line)
		}
		return forCalls(level, message, file, line)
	})
	r.closed = r.rt.NoStream()
	now = r
}

// ps_end ends a request: persistent streams wait for the next one, others that
// are open still are closed.
//
//export ps_end
func ps_end() {
	if now == nil {
		return
	}
	now.leave()
	now.rt.Close()
	for _, fp := range now.streams {
		fp.Close()
	}
	now = nil
}

// ps_has tells whether the library has a function in the profile of the
// request.
//
//export ps_has
func ps_has(name *C.char) C.int {
	return truth(phpcall.Has(now.rt, C.GoString(name)))
}

// ps_ini sets what the library reads of PHP's configuration.
//
//export ps_ini
func ps_ini(name, value *C.char) {
	if name, value := C.GoString(name), C.GoString(value); name == "open_basedir" {
		now.rt.OpenBasedir(value)
	} else {
		now.rt.IniSet(name, value)
	}
	now.events = nil
}

// ps_foreign says what a URL holds that PHP has read, for cafile.
//
//export ps_foreign
func ps_foreign(url, data *C.char, size C.size_t) {
	now.rt.Foreign(C.GoString(url), C.GoStringN(data, C.int(size)))
}

// ps_call begins a call: argc arguments, which are written in count values.
//
//export ps_call
func ps_call(name *C.char, args *C.ps_value, count C.size_t, argc, strict C.int, answer *C.ps_answer) {
	j := now.job()
	defer j.answer(answer)
	function := C.GoString(name)
	in := decoder{j: j, values: unsafe.Slice(args, int(count)), borrow: function == "fwrite" || function == "fputs"}
	arguments := make([]phpcall.Value, argc)
	for i := range arguments {
		arguments[i] = in.value()
	}
	j.pending = phpcall.Begin(j.r.rt, function, phpcall.Arguments{Positional: arguments, Strict: strict != 0})
	if len(j.r.events) > 0 {
		j.row.int(1)
		j.writeEvents()
		return
	}
	j.run()
}

// ps_keep keeps the last call, and its answer, until ps_done, while others may
// come in between. It answers the job's number.
//
//export ps_keep
func ps_keep() C.int64_t {
	r := now
	r.lastJob++
	r.jobs[r.lastJob] = r.spare
	r.spare = nil
	return C.int64_t(r.lastJob)
}

// ps_resume goes on with a call that came back before it worked.
//
//export ps_resume
func ps_resume(number C.int64_t, answer *C.ps_answer) {
	j := now.jobs[int64(number)]
	now.events = nil
	j.row.reset()
	defer j.answer(answer)
	j.run()
}

// ps_done ends a job that was kept.
//
//export ps_done
func ps_done(number C.int64_t) {
	j := now.jobs[int64(number)]
	delete(now.jobs, int64(number))
	if now.spare == nil {
		now.spare = j
	} else {
		j.row.free()
	}
}

// run does the function's work and writes down what it came to.
func (j *job) run() {
	result := j.pending.Run()
	j.pending = nil
	j.listenAgain()
	j.row.int(0)
	j.writeEvents()
	thrown := result.Earlier
	if result.Thrown != nil {
		thrown = append(thrown, result.Thrown)
	}
	j.row.int(int64(len(thrown)))
	for _, t := range thrown {
		j.row.text(t.Class)
		j.row.text(t.Message)
	}
	j.row.int(int64(len(result.Out)))
	// In PHP's order: the same variable may stand for two parameters.
	for _, position := range slices.Sorted(maps.Keys(result.Out)) {
		j.row.int(int64(position))
		j.write(result.Out[position])
	}
	j.writeCaptured()
	j.write(result.Value)
}

// writeEventsOf is writeEvents for a function that PHP's own code stands for, which
// puts its own name before a text, unless that had none.
func (j *job) writeEventsOf(function string) {
	for i := range j.r.events {
		e := &j.r.events[i]
		var named bool
		e.text, named = strings.CutPrefix(e.text, function+"(): ")
		e.bare = !named
	}
	j.row.int(0)
	j.writeEvents()
}

func (j *job) writeEvents() {
	j.row.int(int64(len(j.r.events)))
	for _, e := range j.r.events {
		var n notification
		uncaught, isThrown := strings.CutPrefix(e.text, "Uncaught ")
		switch {
		case e.notification != nil:
			n = *e.notification
			j.row.add(C.ps_value{kind: C.PS_NOTIFICATION, flags: C.int32_t(n.severity), n: C.int64_t(n.code)})
		case e.level == phpstream.E_ERROR && isThrown:
			class, text, _ := strings.Cut(uncaught, ": ")
			j.row.withText(C.ps_value{kind: C.PS_THROWN}, class)
			e.text = text
		case e.bare:
			j.row.add(C.ps_value{kind: C.PS_INT, flags: C.PS_IS_BARE, n: C.int64_t(e.level)})
		default:
			j.row.int(int64(e.level))
		}
		j.row.text(e.text)
		j.row.int(int64(n.messageCode))
		j.row.int(int64(n.done))
		j.row.int(int64(n.max))
	}
	j.r.events = nil
}

// captured are the options that a handshake sets.
var captured = []string{"peer_certificate", "peer_certificate_chain"}

// writeCaptured writes what the call has captured, and which options it has turned
// into texts: PHP's own objects stand in the other options.
func (j *job) writeCaptured() {
	at := j.row.int(0)
	n := int64(0)
	for _, lender := range j.lenders {
		for name, option := range phpstream.StreamContextGetOptions(lender.to)["ssl"] {
			value := phpcall.FromGo(option)
			if slices.Contains(captured, name) && hasCertificate(value) || lender.isTextNow(name, value) {
				j.row.text(name)
				j.write(value)
				n++
			}
		}
	}
	j.row.change(at, n)
}

// isTextNow tells whether an ssl option came as something else than the string that
// it is now.
func (l lender) isTextNow(name string, now phpcall.Value) bool {
	if _, ok := now.(string); !ok || l.given == nil {
		return false
	}
	options, _ := l.given.Get("ssl")
	of, ok := options.(*phpcall.Array)
	if !ok {
		return false
	}
	before, there := of.Get(name)
	_, wasText := before.(string)
	return there && !wasText
}

// answer hands the row over. What panics is PHP's to know, and no reason to take
// its process down.
func (j *job) answer(to *C.ps_answer) {
	if p := recover(); p != nil {
		j.row.reset()
		j.row.int(0)
		j.row.int(0)
		j.row.int(1)
		j.row.text("Error")
		j.row.text(fmt.Sprint("phpstream: ", p))
		j.row.int(0)
		j.row.int(0)
		j.row.plain(C.PS_NULL)
	}
	j.row.hand(to)
}

// number is a stream's, a new one where it has none.
func (r *request) number(fp *phpstream.Stream) int64 {
	n, ok := r.numbers[fp]
	if !ok {
		r.last++
		n = r.last
		r.numbers[fp], r.streams[n] = n, fp
	}
	return n
}

// ps_name_socket says which object PHP has made of the Socket that was answered
// last. PHP uses a handle again when its object is gone.
//
//export ps_name_socket
func ps_name_socket(handle C.int64_t) { now.sockets[int64(handle)] = now.imported }

// ps_socket_error is the errno of the function for sockets that failed last, and
// has not been told yet.
//
//export ps_socket_error
func ps_socket_error() C.int {
	errno := now.rt.SocketLastError()
	now.rt.SocketClearError()
	return C.int(errno)
}

func truth(v bool) C.int {
	if v {
		return 1
	}
	return 0
}
