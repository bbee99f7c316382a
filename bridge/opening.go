//go:build phpbridge

package main

// #include "bridge.h"
import "C"

import (
	"github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/phpcall"
)

// An opening of a URL that a callback hears of goes on in a goroutine of its own,
// which stands still while PHP's callback is at work. So PHP hears of each step when
// it happens: a server may answer late, and a callback ask the clock.
type opening struct {
	stops chan bool     // it stands still: false; it is over: true
	goOn  chan struct{} // PHP has heard
	left  chan struct{} // closed when nobody waits for it any more

	x          *phpstream.Context
	listener   phpstream.NotificationCallback // of what comes when it is over
	fp         *phpstream.Stream
	complaints []string
	panicked   any
}

// stop lets PHP hear of what there is, and waits for that.
func (o *opening) stop() {
	select {
	case o.stops <- false:
	case <-o.left:
		return
	}
	select {
	case <-o.goOn:
	case <-o.left:
	}
}

// end tells that it is over.
func (o *opening) end() {
	o.panicked = recover()
	select {
	case o.stops <- true:
	case <-o.left:
		o.fp.Close()
	}
}

// leave lets a callback end that PHP doesn't come back from, as by exit.
func (r *request) leave() {
	for _, j := range r.jobs {
		if j.opening != nil {
			close(j.opening.left)
		}
	}
}

// ps_open_url opens a URL. Where its callback is to hear something first, the answer
// begins with 1, has the events alone, and ps_resume_url goes on. Else there are
// behind the options:
//
//	value   the header lines, null where none were waited for
//	value   the stream, or false
//
//export ps_open_url
func ps_open_url(url, mode *C.char, headersOnly C.int, context *C.ps_value, count C.size_t, answer *C.ps_answer) {
	j := now.job()
	defer j.answerURL(answer)
	o := &opening{stops: make(chan bool), goOn: make(chan struct{}), left: make(chan struct{})}
	o.x, o.listener = j.urlContext(context, count)
	at, how, rt := C.GoString(url), C.GoString(mode), j.r.rt
	rt.HttpClearLastResponseHeaders()
	open := func() { o.fp, o.complaints = rt.OpenURL(at, how, o.x, headersOnly != 0) }
	if o.listener == nil {
		open()
		j.writeOpening(o)
		return
	}
	j.opening = o
	phpstream.StreamContextSetParams(o.x, phpstream.Params{"notification": func(code phpstream.NotifyCode, severity phpstream.NotifySeverity, message string, messageCode, done, max int) {
		o.listener(code, severity, message, messageCode, done, max)
		o.stop()
	}})
	go func() {
		defer o.end()
		open()
	}()
	j.wait()
}

// ps_resume_url goes on with an opening.
//
//export ps_resume_url
func ps_resume_url(number C.int64_t, answer *C.ps_answer) {
	j := now.jobs[int64(number)]
	now.events, now.throws = nil, true
	j.row.reset()
	defer j.answerURL(answer)
	j.opening.goOn <- struct{}{}
	j.wait()
}

// wait writes down what an opening has come to when it stops the next time.
func (j *job) wait() {
	o := j.opening
	if over := <-o.stops; !over {
		j.writeEventsOf("fopen")
		j.row.change(0, 1)
		return
	}
	j.opening = nil
	if o.panicked != nil {
		panic(o.panicked)
	}
	phpstream.StreamContextSetParams(o.x, phpstream.Params{"notification": o.listener})
	j.writeOpening(o)
}

// writeOpening writes what an opening has come to.
func (j *job) writeOpening(o *opening) {
	j.writeHeard("fopen", o.complaints)
	var lines phpcall.Value
	if list, ok := j.r.rt.HttpGetLastResponseHeaders(); ok {
		lines = phpcall.FromGo(list)
	}
	j.write(lines)
	j.writeOpened(o.fp, o.listener)
}
