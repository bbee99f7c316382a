//go:build phpbridge

package main

// #include <sys/types.h>
// #include "bridge.h"
import "C"

import (
	"slices"
	"time"
	"unsafe"

	"github.com/phpstream-go/phpstream"
)

// What PHP's own code does with a stream of ours.

// directory is the type of the only streams that list directories here.
const directory = "ftpdir"

// ps_close closes a stream, if the program hasn't, and forgets it. What is to be
// said of it is in the answer, if there is anything.
//
//export ps_close
func ps_close(n C.int64_t, answer *C.ps_answer) {
	if now == nil {
		return
	}
	fp := now.streams[int64(n)]
	if fp == nil {
		return
	}
	now.events = nil
	switch {
	case !phpstream.IsResource(fp):
	case phpstream.StreamGetMetaData(fp).StreamType == directory:
		phpstream.Closedir(fp)
	default:
		phpstream.Fclose(fp)
	}
	delete(now.streams, int64(n))
	delete(now.numbers, fp)
	delete(now.listeners, fp)
	now.answerEvents("fclose", answer)
}

// answerEvents answers with the events alone, if there are any. They are those of
// a function that PHP's own code stands for.
func (r *request) answerEvents(function string, answer *C.ps_answer) {
	events := r.events
	if len(events) == 0 {
		return
	}
	j := r.job()
	defer j.answer(answer)
	r.events = events
	j.writeEventsOf(function)
}

// ps_read reads at most size bytes, once, and doesn't wait where the caller has
// some already. It answers -1 for a failure, and tells of the end. Notifications
// are in the answer, where there are any.
//
//export ps_read
func ps_read(n C.int64_t, to *C.char, size C.size_t, atOnce C.int, eof *C.int, answer *C.ps_answer) C.ssize_t {
	fp := now.streams[int64(n)]
	now.events = nil
	m, ok := fp.ReadOnce(unsafe.Slice((*byte)(unsafe.Pointer(to)), int(size)), atOnce != 0)
	*eof = truth(ended(fp))
	now.events = slices.DeleteFunc(now.events, func(e event) bool {
		return e.notification != nil && e.notification.code == phpstream.STREAM_NOTIFY_COMPLETED
	})
	now.answerEvents("fread", answer)
	if !ok {
		return -1
	}
	return C.ssize_t(m)
}

// ended tells whether a stream's flag for the end is to be set: PHP notifies of
// the end that it is told of, and else finds it by looking.
func ended(fp *phpstream.Stream) bool {
	meta := phpstream.StreamGetMetaData(fp)
	return meta.Eof && meta.UnreadBytes == 0 && !(now.rt.Profile() == phpstream.PHP84 && fp.ReadsFiltered())
}

// ps_ended tells whether the end of a stream has been met already, while it was
// opened.
//
//export ps_ended
func ps_ended(n C.int64_t) C.int { return truth(ended(now.streams[int64(n)])) }

// ps_write writes, as fwrite does, and answers -1 for false. Its events are in
// the answer.
//
//export ps_write
func ps_write(n C.int64_t, from *C.char, size C.size_t, answer *C.ps_answer) C.ssize_t {
	j := now.job()
	defer j.answer(answer)
	data := unsafe.String((*byte)(unsafe.Pointer(from)), int(size))
	m, ok := phpstream.Fwrite(j.r.streams[int64(n)], data)
	j.writeEventsOf("fwrite")
	if !ok {
		return -1
	}
	return C.ssize_t(m)
}

// ps_alive is feof's look at the socket.
//
//export ps_alive
func ps_alive(n C.int64_t) C.int { return truth(!phpstream.Feof(now.streams[int64(n)])) }

// ps_is_closed tells whether a stream has been closed here.
//
//export ps_is_closed
func ps_is_closed(n C.int64_t) C.int {
	fp := now.streams[int64(n)]
	return truth(fp == nil || !phpstream.IsResource(fp))
}

// ps_blocking sets the blocking mode and answers the one before.
//
//export ps_blocking
func ps_blocking(n C.int64_t, on C.int) C.int {
	fp := now.streams[int64(n)]
	before := phpstream.StreamGetMetaData(fp).Blocked
	phpstream.StreamSetBlocking(fp, on != 0)
	return truth(before)
}

// ps_timeout sets the timeout of reads and writes.
//
//export ps_timeout
func ps_timeout(n C.int64_t, seconds, microseconds C.int64_t) {
	phpstream.StreamSetTimeout(now.streams[int64(n)], int(seconds), int(microseconds))
}

// ps_bare tells whether the socket's bytes are the program's own: no TLS, and
// nothing read ahead.
//
//export ps_bare
func ps_bare(n C.int64_t) C.int {
	meta := phpstream.StreamGetMetaData(now.streams[int64(n)])
	return truth(meta.Crypto == nil && meta.UnreadBytes == 0)
}

// ps_position is what ftell says, and how much is read ahead.
//
//export ps_position
func ps_position(n C.int64_t, unread *C.int64_t) C.int64_t {
	fp := now.streams[int64(n)]
	position, _ := phpstream.Ftell(fp)
	*unread = C.int64_t(phpstream.StreamGetMetaData(fp).UnreadBytes)
	return C.int64_t(position)
}

// ps_set_position says where PHP has got to.
//
//export ps_set_position
func ps_set_position(n, position C.int64_t) { now.streams[int64(n)].SetPosition(int(position)) }

// ps_descriptor is the stream's socket, -1 for none.
//
//export ps_descriptor
func ps_descriptor(n C.int64_t) C.int {
	raw, err := now.streams[int64(n)].SyscallConn()
	if err != nil {
		return -1
	}
	fd := C.int(-1)
	raw.Control(func(d uintptr) { fd = C.int(d) })
	return fd
}

// ps_state is what a child that is forked off needs to go on with a stream: the
// descriptor, and how it waits. It tells whether there is no TLS on it.
//
//export ps_state
func ps_state(n C.int64_t, fd, blocks *C.int, seconds, microseconds *C.int64_t) C.int {
	fp := now.streams[int64(n)]
	meta := phpstream.StreamGetMetaData(fp)
	*fd, *blocks = ps_descriptor(n), truth(meta.Blocked)
	*seconds, *microseconds = -1, 0
	if timeout := fp.ReadTimeout(); timeout >= 0 {
		*seconds, *microseconds = C.int64_t(timeout/time.Second), C.int64_t(timeout%time.Second/time.Microsecond)
	}
	return truth(meta.Crypto == nil)
}
