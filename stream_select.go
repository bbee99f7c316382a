package phpstream

import (
	"slices"
	"strconv"
	"time"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/wire"
)

// StreamSelect waits until one of the streams can be read or written without
// waiting, or has out-of-band data, and rewrites the slices to those that can.
// The timeout is seconds and microseconds; without one it waits for ever. It
// answers how many streams are in the slices then (one that stands in a slice
// twice counts once), 0 after the timeout (the slices are empty), and false with
// the slices unchanged when it fails. Any of the slices may be nil, and the same
// slice may be passed more than once.
//
// A stream counts as readable when it has data, buffered or not, and at its end.
// When one has buffered data (TLS's too), PHP does not ask the sockets: only the
// streams with buffered data are answered, and the other two slices are
// emptied. A non-blocking handshake makes its stream readable when it is over.
// There is no limit of 1,024 descriptors.
//
// Nothing to wait for is the ValueError "No stream arrays were passed"; a
// negative timeout is one too.
//
//	PHP: stream_select(?array &$read, ?array &$write, ?array &$except,
//	     ?int $seconds, ?int $microseconds = null): int|false
//
// php-src: ext/standard/streamsfuncs.c.
func StreamSelect(read, write, except *[]*Stream, timeout ...int) (n int, ok bool) {
	c := selectRuntime(read, write, except).call("stream_select")
	defer c.deliver()
	sets := [...]*[]*Stream{read, write, except}
	p := newPoller(sets)
	defer p.release()
	closed := false
	for i, want := range [...]wire.Readiness{wire.Readable, wire.Writable, wire.Urgent} {
		closed = p.add(&c, sets[i], want) || closed
		p.ends[i] = len(p.streams)
	}
	switch {
	case len(p.streams) == 0:
		c.complain(phpfacts.NoArrays)
		return 0, false
	case closed && c.rt.facts.Throws:
		c.complain(phpfacts.NotAStream)
		return 0, false
	}
	wait, ok := selectTimeout(&c, timeout)
	if !ok {
		return 0, false
	}
	if n := keepBuffered(read, write, except); n > 0 {
		return n, true
	}
	if err := p.poll(wait, c.rt.poll()); err != nil {
		errno, _ := phpfacts.Errno(err)
		c.fail(err)
		c.warning("Unable to select [" + strconv.Itoa(errno) + "]: " + phpfacts.Strerror(errno) +
			" (max_fd=" + strconv.Itoa(p.maxFD) + ")")
		return 0, false
	}
	// All answers are taken before any slice is rewritten: the same slice may
	// stand in two places.
	var ready [len(sets)][]*Stream
	for i := range sets {
		ready[i] = p.ready(i)
	}
	for i, set := range sets {
		n += p.distinct(i)
		if set != nil {
			*set = ready[i]
		}
	}
	return n, true
}

// selectRuntime is the Runtime of the first stream there is.
func selectRuntime(sets ...*[]*Stream) *Runtime {
	for _, set := range sets {
		if set == nil {
			continue
		}
		for _, s := range *set {
			if s != nil {
				return s.runtime()
			}
		}
	}
	return defaultRuntime
}

func selectTimeout(c *call, timeout []int) (time.Duration, bool) {
	if len(timeout) == 0 {
		return -1, true
	}
	micro := 0
	if len(timeout) > 1 {
		micro = timeout[1]
	}
	switch {
	case timeout[0] < 0:
		c.complain(phpfacts.SelectSeconds)
		return 0, false
	case micro < 0:
		c.complain(phpfacts.SelectMicroseconds)
		return 0, false
	}
	wait := seconds(int64(timeout[0]))
	if micro < int((1<<62-int64(wait))/1000) {
		wait += time.Duration(micro) * time.Microsecond
	}
	if wait > 1<<62 {
		wait = -1
	}
	return wait, true
}

// keepBuffered is PHP's look at the buffers. It answers 0 where all are empty,
// and leaves the slices alone then.
func keepBuffered(read, write, except *[]*Stream) int {
	if read == nil {
		return 0
	}
	any := false
	for _, s := range *read {
		any = any || s.hasBuffered()
	}
	if !any {
		return 0
	}
	var keep []*Stream
	for _, s := range *read {
		if s.hasBuffered() {
			keep = append(keep, s)
		}
	}
	for _, set := range [...]*[]*Stream{write, except} {
		if set != nil {
			*set = nil
		}
	}
	*read = keep
	return len(keep)
}

// hasBuffered tells whether a read would be answered from memory. What is left
// of a TLS record is brought into the buffer, as PHP does.
func (s *Stream) hasBuffered() bool {
	if s.gone() || !s.rmu.TryLock() {
		return false
	}
	defer s.rmu.Unlock()
	if s.w > s.r {
		return true
	}
	t := s.sock.crypto.Load()
	if t == nil {
		return false
	}
	s.fillReceived(t)
	return s.w > s.r
}

// hidesBytes tells whether there is something to read that the socket no longer
// shows, but that PHP would find there.
func (s *Stream) hidesBytes() bool {
	if s.sock.prepared() == nil || !s.rmu.TryLock() {
		return false
	}
	defer s.rmu.Unlock()
	return s.sock.hides()
}

// poller is the descriptors of one select: an item for each entry of the
// slices, one after the other, so that a stream that stands in two of them has
// two.
type poller struct {
	streams []*Stream
	items   []wire.PollItem // of the streams, in their order, and the waker's
	ends    [3]int          // of each slice's part
	maxFD   int
	waker   *wire.Waker
	await   []int // those with a handshake under way
	held    []int // those that hold what the socket no longer shows
}

func newPoller(sets [3]*[]*Stream) poller {
	n := 0
	for _, set := range sets {
		if set != nil {
			n += len(*set)
		}
	}
	return poller{streams: make([]*Stream, 0, n), items: make([]wire.PollItem, 0, n+1)}
}

// add takes the streams of one slice, those that can be waited for. It answers
// whether there are closed ones, of which PHP 7 warns one by one.
func (p *poller) add(c *call, set *[]*Stream, want wire.Readiness) (closed bool) {
	if set == nil {
		return false
	}
	for _, s := range *set {
		if s.gone() {
			closed = closed || s != nil
			if !c.rt.facts.Throws {
				c.complain(phpfacts.NotAStream)
			}
			continue
		}
		if s.sock.wire == nil {
			continue
		}
		fd, ok := s.sock.wire.Hold()
		if !ok {
			continue
		}
		p.maxFD = max(p.maxFD, int(fd))
		p.streams = append(p.streams, s)
		p.items = append(p.items, wire.PollItem{FD: fd, Want: want})
	}
	return closed
}

// poll waits. A stream whose handshake runs in the background is readable when
// that is over, not when the peer's part of it arrives.
func (p *poller) poll(wait time.Duration, poll pollFunc) error {
	items := p.items
	for i, s := range p.streams {
		if items[i].Want != wire.Readable {
			continue
		}
		if s.hidesBytes() {
			wait = 0
			p.held = append(p.held, i)
			continue
		}
		if !s.sock.inHandshake() {
			continue
		}
		if p.waker == nil {
			var err error
			if p.waker, err = wire.NewWaker(); err != nil {
				return err
			}
		}
		items[i].Want = 0
		p.await = append(p.await, i)
		s.sock.prepared().Notify(p.waker)
	}
	if p.waker != nil {
		items = append(items, p.waker.Item())
	}
	if _, err := poll(items, wait); err != nil {
		return err
	}
	for _, i := range p.held {
		items[i].Got = wire.Readable
	}
	for _, i := range p.await {
		if under, _ := p.streams[i].sock.prepared().InFlight(); !under {
			items[i].Got = wire.Readable
		}
	}
	return nil
}

// part is the items of one slice.
func (p *poller) part(set int) (first, end int) {
	if set > 0 {
		first = p.ends[set-1]
	}
	return first, p.ends[set]
}

// ready picks the streams of a slice that are ready, in their order.
func (p *poller) ready(set int) []*Stream {
	first, end := p.part(set)
	n := 0
	for _, item := range p.items[first:end] {
		if item.Got != 0 {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	list := make([]*Stream, 0, n)
	for i := first; i < end; i++ {
		if p.items[i].Got != 0 {
			list = append(list, p.streams[i])
		}
	}
	return list
}

// distinct counts the descriptors of a slice that are ready, which is what
// select(2) answers: a stream that stands in the slice twice counts once.
func (p *poller) distinct(set int) int {
	first, end := p.part(set)
	var fds []uintptr
	for _, item := range p.items[first:end] {
		if item.Got != 0 {
			fds = append(fds, item.FD)
		}
	}
	slices.Sort(fds)
	return len(slices.Compact(fds))
}

func (p *poller) release() {
	for _, s := range p.streams {
		s.sock.wire.Release()
	}
	for _, i := range p.await {
		p.streams[i].sock.prepared().Forget(p.waker)
	}
	if p.waker != nil {
		p.waker.Close()
	}
}
