package phpstream

import (
	"strconv"
	"time"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/wire"
)

// StreamSelect waits until one of the streams can be read or written without
// waiting, or has out-of-band data, and rewrites the slices to those that can.
// The timeout is seconds and microseconds; without one it waits for ever. It
// answers how many entries the slices have then, 0 after the timeout (the slices
// are empty), and false with the slices unchanged when it fails. Any of the
// slices may be nil, and the same stream or slice may be passed more than once.
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
	p := poller{}
	defer p.release()
	usable, closed := 0, false
	for _, set := range [...]struct {
		streams *[]*Stream
		want    wire.Readiness
	}{{read, wire.Readable}, {write, wire.Writable}, {except, wire.Urgent}} {
		k, found := p.add(&c, set.streams, set.want)
		usable += k
		closed = closed || found
	}
	switch {
	case usable == 0:
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
	if err := p.poll(wait); err != nil {
		errno, _ := phpfacts.Errno(err)
		c.fail(err)
		c.warning("Unable to select [" + strconv.Itoa(errno) + "]: " + phpfacts.Strerror(errno) +
			" (max_fd=" + strconv.Itoa(p.maxFD) + ")")
		return 0, false
	}
	// All answers are taken before any slice is rewritten: the same slice may
	// stand in two places.
	ready := [...][]*Stream{p.ready(read, wire.Readable), p.ready(write, wire.Writable), p.ready(except, wire.Urgent)}
	for i, set := range [...]*[]*Stream{read, write, except} {
		n += len(ready[i])
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
				return s.rt
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

// hasBuffered tells whether a read would be answered from memory. What TLS has
// received but not handed out is brought into the buffer, as PHP does.
func (s *Stream) hasBuffered() bool {
	if s == nil || s.closed.Load() || !s.rmu.TryLock() {
		return false
	}
	defer s.rmu.Unlock()
	if s.w > s.r || len(s.raw) > 0 {
		return true
	}
	t := s.crypto.Load()
	if t == nil {
		return false
	}
	s.fillReceived(t)
	return s.w > s.r
}

// poller is the descriptors of one select.
type poller struct {
	items []wire.PollItem
	place map[*Stream]int // in items
	held  []*wire.Conn
	maxFD int
	waker *wire.Waker
	await []*Stream // with a handshake under way
}

// add takes the streams of one set. It answers how many of them can be waited
// for, and whether there are closed ones, of which PHP 7 warns one by one.
func (p *poller) add(c *call, set *[]*Stream, want wire.Readiness) (n int, closed bool) {
	if set == nil {
		return 0, false
	}
	if p.place == nil {
		p.place = make(map[*Stream]int, len(*set))
	}
	for _, s := range *set {
		if s == nil || s.closed.Load() {
			closed = closed || s != nil
			if !c.rt.facts.Throws {
				c.complain(phpfacts.NotAStream)
			}
			continue
		}
		if s.wire == nil {
			continue
		}
		i, known := p.place[s]
		if !known {
			fd, ok := s.wire.Hold()
			if !ok {
				continue
			}
			p.held = append(p.held, s.wire)
			p.maxFD = max(p.maxFD, int(fd))
			i = len(p.items)
			p.items = append(p.items, wire.PollItem{FD: fd})
			p.place[s] = i
		}
		p.items[i].Want |= want
		n++
	}
	return n, closed
}

// poll waits. A stream whose handshake runs in the background is readable when
// that is over, not when the peer's part of it arrives.
func (p *poller) poll(wait time.Duration) error {
	items := p.items
	for s, i := range p.place {
		if items[i].Want&wire.Readable == 0 {
			continue
		}
		if s.crypto.Load() != nil && s.eof.Load() {
			wait = 0 // its end has been read already, the socket may not show it
			continue
		}
		if !s.inHandshake() {
			continue
		}
		if p.waker == nil {
			var err error
			if p.waker, err = wire.NewWaker(); err != nil {
				return err
			}
		}
		items[i].Want &^= wire.Readable
		p.await = append(p.await, s)
		s.prepared().Notify(p.waker)
	}
	if p.waker != nil {
		items = append(items, p.waker.Item())
	}
	if _, err := wire.Poll(items, wait); err != nil {
		return err
	}
	copy(p.items, items)
	for s, i := range p.place {
		if s.crypto.Load() != nil && s.eof.Load() {
			p.items[i].Got |= p.items[i].Want & wire.Readable
		}
	}
	for _, s := range p.await {
		if under, _ := s.prepared().InFlight(); !under {
			p.items[p.place[s]].Got |= wire.Readable
		}
	}
	return nil
}

// ready picks the streams of a set that are ready, in their order.
func (p *poller) ready(set *[]*Stream, want wire.Readiness) []*Stream {
	if set == nil {
		return nil
	}
	var list []*Stream
	for _, s := range *set {
		if i, ok := p.place[s]; ok && s != nil && p.items[i].Got&want != 0 {
			list = append(list, s)
		}
	}
	return list
}

func (p *poller) release() {
	for _, w := range p.held {
		w.Release()
	}
	for _, s := range p.await {
		s.prepared().Forget(p.waker)
	}
	if p.waker != nil {
		p.waker.Close()
	}
}
