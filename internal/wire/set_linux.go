package wire

import (
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sys/unix"
)

// set is a set of descriptors that the system watches (epoll), for conns that are
// waited for together. It belongs to one Poller at a time, and goes from one to
// the next as the conns do: a program's loop finds its own again. It ends with
// the last conn that has a seat in it.
//
// Only readiness for reading is watched, and only for conns that are waited for
// in each of several rounds: to tell the system of a change costs more than to
// ask it once.
type set struct {
	round uint64 // counts the Pollers; as the seats' own, it is the owner's

	mu      sync.Mutex // guards what follows
	busy    bool       // it belongs to a Poller
	ended   bool
	epoll   int // -1: not made yet
	waker   *Waker
	slots   []*seat // by the number that the system knows; nil: free
	free    []int
	left    []int // free, but the owner may still hear of them
	used    int
	watched int
	events  []unix.EpollEvent

	forgotten runtime.Cleanup
}

// seat is a conn's place in a set.
type seat struct {
	set  *set
	conn *Conn

	slot   int  // under the set's lock; -1: none yet
	listed bool // the system watches it; under the set's lock

	// The owner's.
	round   uint64 // the last one that it was part of
	streak  int    // how many there were without a gap, all for reading
	item    int    // its number in that round's Poller
	watched bool   // what the owner knows of listed
	barred  bool   // the system can't watch it
}

// noSeat is the seat of conns that get none: those that are closed, and those
// that are borrowed.
var noSeat = &seat{}

// wakerSlot is the waker's number.
const wakerSlot = -1

// steady is after how many rounds a conn is watched.
const steady = 3

func newSet() *set { return &set{busy: true, epoll: -1, round: 1} }

// take makes the set the caller's, where it is free.
func (t *set) take() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.busy || t.ended {
		return false
	}
	t.busy = true
	t.round++
	t.free = append(t.free, t.left...)
	t.left = t.left[:0]
	return true
}

// release ends a take, or newSet.
func (t *set) release() {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.busy = false
	t.endUnused()
}

// endUnused closes a set that nobody has a seat in. The lock is held.
func (t *set) endUnused() {
	if t.busy || t.used > 0 || t.ended {
		return
	}
	t.ended = true
	if t.epoll >= 0 {
		t.forgotten.Stop()
		unix.Close(t.epoll)
		t.waker.Close()
	}
}

// fd is readable when one of those that are watched is. The owner asks.
func (t *set) fd() uintptr { return uintptr(t.epoll) }

// ownWaker is nil while nothing is watched. The owner asks.
func (t *set) ownWaker() *Waker {
	if t == nil {
		return nil
	}
	return t.waker
}

// watching tells whether the system watches anything. The owner asks.
func (t *set) watching() bool { return t != nil && t.epoll >= 0 }

// seatOf answers c's seat in the poller's set, giving it one if it has none. A
// seat in a set that nobody uses is left for it.
func (p *Poller) seatOf(c *Conn) *seat {
	if p.set == nil {
		return nil
	}
	s := c.seat.Load()
	switch {
	case s == nil:
	case s.set == p.set:
		return s
	case s.set == nil || !s.set.giveUp(s):
		return nil
	}
	s = &seat{set: p.set, conn: c, slot: -1}
	if !c.seat.CompareAndSwap(nil, s) {
		return nil
	}
	p.set.mu.Lock()
	defer p.set.mu.Unlock()
	if c.seat.Load() != s {
		return nil // closed in the meantime
	}
	if n := len(p.set.free); n > 0 {
		s.slot = p.set.free[n-1]
		p.set.free = p.set.free[:n-1]
		p.set.slots[s.slot] = s
	} else {
		s.slot = len(p.set.slots)
		p.set.slots = append(p.set.slots, s)
	}
	p.set.used++
	return s
}

// giveUp frees a seat for another set, where nobody uses this one.
func (t *set) giveUp(s *seat) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.busy || t.ended {
		return false
	}
	// While somebody closes the conn its seat is no longer this one.
	if !s.conn.seat.CompareAndSwap(s, nil) {
		return false
	}
	t.remove(s)
	t.endUnused()
	return true
}

// leaveSet takes a conn that is being closed out of its set, and gives it no
// other seat. Its descriptor is still open.
func (c *Conn) leaveSet() {
	s := c.seat.Swap(noSeat)
	if s == nil || s.set == nil {
		return
	}
	t := s.set
	t.mu.Lock()
	defer t.mu.Unlock()
	if s.slot < 0 {
		return // it has not been seated yet, and won't be
	}
	t.remove(s)
	if t.busy && t.waker != nil {
		t.waker.Wake()
	}
	t.endUnused()
}

// remove takes a seat out. The lock is held, and the conn's descriptor open.
func (t *set) remove(s *seat) {
	if t.slots[s.slot] != s {
		return
	}
	t.unwatch(s)
	t.slots[s.slot] = nil
	t.left = append(t.left, s.slot)
	t.used--
}

// occupy takes a seat for this round.
func (p *Poller) occupy(s *seat, item int, want Readiness) {
	if s.round+1 == p.set.round && want&Readable != 0 {
		s.streak++
	} else {
		s.streak = 0
	}
	s.round, s.item = p.set.round, item
	p.seats++
	if s.streak >= steady && !s.watched && !s.barred {
		p.ripe = append(p.ripe, item)
	}
}

// arrange has the system watch what this round waits for, and no more.
func (p *Poller) arrange() {
	t := p.set
	t.mu.Lock()
	defer t.mu.Unlock()
	if p.seats != t.used || p.watched != t.watched {
		p.sweep()
	}
	if len(p.ripe) == 0 {
		return
	}
	for _, n := range p.ripe {
		if s := p.items[n].seat; t.slots[s.slot] == s && p.items[n].want&Readable != 0 && t.watch(s) {
			p.watched++
		}
	}
	p.ripe = p.ripe[:0]
	p.direct = slices.DeleteFunc(p.direct, func(n int) bool {
		it := &p.items[n]
		done := it.seat != nil && it.seat.watched && it.want == Readable
		it.asked = !done
		return done
	})
}

// sweep frees the seats that were not taken this time, and has the system watch
// no conn that is not waited for. The lock is held, so that nobody's descriptor
// is closed meanwhile.
func (p *Poller) sweep() {
	t := p.set
	for _, s := range t.slots {
		switch {
		case s == nil:
		case s.round != t.round:
			if s.conn.seat.CompareAndSwap(s, nil) { // else it is being closed
				t.remove(s)
			}
		case s.watched && p.items[s.item].want&Readable == 0:
			t.unwatch(s)
			s.watched = false
		}
	}
}

// watch tells the system of a conn. The lock is held.
func (t *set) watch(s *seat) bool {
	if t.epoll < 0 && !t.open() {
		return false
	}
	event := unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(s.slot)}
	if unix.EpollCtl(t.epoll, unix.EPOLL_CTL_ADD, int(s.conn.fd), &event) != nil {
		s.barred = true
		return false
	}
	s.watched, s.listed = true, true
	t.watched++
	return true
}

func (t *set) unwatch(s *seat) {
	if s.listed {
		unix.EpollCtl(t.epoll, unix.EPOLL_CTL_DEL, int(s.conn.fd), nil)
		s.listed = false
		t.watched--
	}
}

// open makes the system's part of the set. The lock is held.
func (t *set) open() bool {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return false
	}
	w, err := NewWaker()
	if err == nil {
		event := unix.EpollEvent{Events: unix.EPOLLIN, Fd: wakerSlot}
		if err = unix.EpollCtl(fd, unix.EPOLL_CTL_ADD, w.r, &event); err != nil {
			w.Close()
		}
	}
	if err != nil {
		unix.Close(fd)
		return false
	}
	t.epoll, t.waker = fd, w
	// Streams may be forgotten without being closed.
	t.forgotten = runtime.AddCleanup(t, func(w *Waker) { w.Close(); unix.Close(fd) }, w)
	return true
}

// collect asks the system which of the conns that it watches are ready. It
// answers whether there is news.
func (p *Poller) collect() (news bool) {
	t := p.set
	if len(t.events) <= p.watched {
		t.events = make([]unix.EpollEvent, 2*p.watched+1)
	}
	n, err := unix.EpollWait(t.epoll, t.events, 0)
	for err == unix.EINTR {
		n, err = unix.EpollWait(t.epoll, t.events, 0)
	}
	if n <= 0 {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, event := range t.events[:n] {
		if event.Fd == wakerSlot {
			t.waker.clear()
		} else if s := t.slots[event.Fd]; s != nil && s.round == t.round {
			it := &p.items[s.item]
			it.got |= Readable & it.want
		}
	}
	return true
}
