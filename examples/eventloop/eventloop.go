package main

// An event loop on StreamSelect, in the style of PHP's asynchronous libraries:
// eventloop.php, line for line. What PHP has built in and Go has under another
// name is in php.go.

import (
	"math"
	"slices"

	. "github.com/phpstream-go/phpstream"
)

// A loop calls back when a stream can be read or written, and when a timer is
// due, all on one thread of control: no callback may wait for anything.
type loop struct {
	php            *Runtime  // what PHP keeps per request
	readStreams    []*Stream // in the order in which they were added
	readListeners  map[*Stream]func()
	writeStreams   []*Stream
	writeListeners map[*Stream]func()
	timers         []*timer // the next one due stands first
	running        bool
}

func newLoop(php *Runtime) *loop {
	return &loop{php: php, readListeners: map[*Stream]func(){}, writeListeners: map[*Stream]func(){}}
}

func (l *loop) addReadStream(stream *Stream, listener func()) {
	if l.readListeners[stream] == nil {
		l.readStreams = append(l.readStreams, stream)
	}
	l.readListeners[stream] = listener
}

func (l *loop) addWriteStream(stream *Stream, listener func()) {
	if l.writeListeners[stream] == nil {
		l.writeStreams = append(l.writeStreams, stream)
	}
	l.writeListeners[stream] = listener
}

func (l *loop) removeReadStream(stream *Stream) {
	l.readStreams = without(l.readStreams, stream)
	delete(l.readListeners, stream)
}

func (l *loop) removeWriteStream(stream *Stream) {
	l.writeStreams = without(l.writeStreams, stream)
	delete(l.writeListeners, stream)
}

// addTimer calls back once, after so many seconds.
func (l *loop) addTimer(seconds float64, callback func()) *timer {
	timer := newTimer(now()+seconds, callback)
	at := len(l.timers)
	for at > 0 && l.timers[at-1].due > timer.due {
		at--
	}
	l.timers = slices.Insert(l.timers, at, timer)
	return timer
}

// cancelTimer may be called for a timer that has run, too.
func (l *loop) cancelTimer(timer *timer) {
	at := slices.Index(l.timers, timer)
	if at != -1 {
		l.timers = slices.Delete(l.timers, at, at+1)
	}
}

// run goes on until stop is called, or until nothing is left to wait for.
func (l *loop) run() {
	l.running = true
	for l.running {
		l.runTimers()
		if len(l.readStreams) == 0 && len(l.writeStreams) == 0 && len(l.timers) == 0 {
			break
		}
		if l.running {
			l.waitForStreams()
		}
	}
}

func (l *loop) stop() {
	l.running = false
}

func (l *loop) runTimers() {
	now := now()
	for len(l.timers) > 0 && l.timers[0].due <= now {
		timer := l.timers[0]
		l.timers = slices.Delete(l.timers, 0, 1)
		timer.callback()
	}
}

func (l *loop) waitForStreams() {
	timeout := []int{} // empty: for ever
	if len(l.timers) > 0 {
		wait := max(0.0, l.timers[0].due-now())
		seconds := int(wait)
		microseconds := int(math.Ceil((wait - float64(seconds)) * 1000000))
		timeout = []int{seconds, microseconds}
	}
	if len(l.readStreams) == 0 && len(l.writeStreams) == 0 {
		usleep(timeout[0]*1000000 + timeout[1])
		return
	}
	read := l.readStreams
	write := l.writeStreams
	ok := false
	l.php.Silence(func() { _, ok = StreamSelect(&read, &write, nil, timeout...) })
	if !ok {
		return // a signal: look at the timers, and wait again
	}
	// A listener may remove others, those whose turn is still to come too.
	for _, stream := range read {
		if listener := l.readListeners[stream]; listener != nil {
			listener()
		}
	}
	for _, stream := range write {
		if listener := l.writeListeners[stream]; listener != nil {
			listener()
		}
	}
}

type timer struct {
	due      float64 // on the clock of now()
	callback func()
}

func newTimer(due float64, callback func()) *timer {
	return &timer{due: due, callback: callback}
}

// now is in seconds, on a clock that nobody sets.
func now() float64 {
	return float64(hrtime()) / 1e9
}
