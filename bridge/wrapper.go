//go:build phpbridge

package main

// #include "bridge.h"
import "C"

import (
	"unsafe"

	"github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/phpcall"
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
		if fp, ok := lender.(*phpstream.Stream); ok && j.r.listeners[fp] != nil {
			phpstream.StreamContextSetParams(fp, phpstream.Params{"notification": j.r.listeners[fp]})
		}
	}
}

// ps_open_url opens a URL. The context is count values; where it has a callback
// that counts already, how far that has come follows it, in two integers. In the
// answer there are, behind the events:
//
//	int     how many complaints follow, each a string
//	int     how many options follow that Go has set, each a string and a value
//	value   the header lines, null where none were waited for
//	value   the stream, or false
//
//export ps_open_url
func ps_open_url(url, mode *C.char, headersOnly C.int, context *C.ps_value, count C.size_t, answer *C.ps_answer) {
	j := now.job()
	defer j.answer(answer)
	in := decoder{j: j, values: unsafe.Slice(context, int(count))}
	x := in.value().(*phpstream.Context)
	var listener phpstream.NotificationCallback
	if phpstream.StreamContextGetParams(x)["notification"] != nil {
		listener = j.r.listener()
		phpstream.StreamContextSetParams(x, phpstream.Params{"notification": listener})
	}
	if len(in.values) > 0 {
		done, max := in.values[0].n, in.values[1].n
		x.ResumeProgress(int(done), int(max))
	}
	j.r.rt.HttpClearLastResponseHeaders()
	fp, complaints := j.r.rt.OpenURL(C.GoString(url), C.GoString(mode), x, headersOnly != 0)
	j.writeEventsOf("fopen")
	j.row.int(int64(len(complaints)))
	for _, text := range complaints {
		j.row.text(text)
	}
	j.writeCaptured()
	var lines phpcall.Value
	if list, ok := j.r.rt.HttpGetLastResponseHeaders(); ok {
		lines = phpcall.FromGo(list)
	}
	j.write(lines)
	if fp == nil {
		j.write(false)
		return
	}
	if listener != nil {
		j.r.listeners[fp] = listener
	}
	j.write(fp)
}
