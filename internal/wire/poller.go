package wire

import (
	"sync"
	"time"
)

// Poller waits for many Conns at once. It is made for one wait, by NewPoller,
// and belongs to one goroutine until Release.
//
// Where the system can watch descriptors by itself (see set), it does so for
// those that are read from again and again: a wait then costs as much as there
// is news. All others are asked with poll(2).
type Poller struct {
	items   []pollerItem
	index   map[*Conn]int // of the items without a seat, once they are many
	many    bool          // it is worth the while to have a set
	set     *set          // nil: none
	seats   int           // how many of the set's are taken
	watched int           // how many of these the set watches
	ripe    []int         // items that the set may begin to watch
	direct  []int         // items that are asked with poll(2)
	fds     []pollFD
	bell    *bell
	waker   *Waker // its own, where the set has none
}

type pollerItem struct {
	conn  *Conn
	seat  *seat // in the poller's set, nil: none
	want  Readiness
	got   Readiness
	held  bool
	asked bool // among direct

	counted Readiness // what First was asked for
}

// worthSet is how many conns make it worth the while to have the system watch
// them.
const worthSet = 8

var pollers = sync.Pool{New: func() any { return &Poller{} }}

// NewPoller makes a Poller for about n calls of Add.
func NewPoller(n int) *Poller {
	p := pollers.Get().(*Poller)
	p.many = n >= worthSet
	return p
}

// Join takes over what the system watches since an earlier wait that c was part
// of. It comes before the first Add, and answers whether there is no need to
// look for another such conn.
func (p *Poller) Join(c *Conn) bool {
	if !p.many {
		return true
	}
	s := c.seat.Load()
	if s == nil || s.set == nil || !s.set.take() {
		return false
	}
	p.set = s.set
	return true
}

// Add asks whether c is ready for something. It answers the number to ask Got
// for, and false where c is closed.
func (p *Poller) Add(c *Conn, want Readiness) (n int, ok bool) {
	if p.many && p.set == nil {
		p.set = newSet()
	}
	s := p.seatOf(c)
	switch {
	case s != nil && s.round == p.set.round:
		n = s.item
	case s != nil:
		n = len(p.items)
		p.occupy(s, n, want)
		p.items = append(p.items, pollerItem{conn: c, seat: s})
	default:
		if n, ok = p.find(c); ok {
			break
		}
		if !p.hold(c) {
			return 0, false
		}
		n = len(p.items)
		p.items = append(p.items, pollerItem{conn: c, held: true})
		if p.index != nil {
			p.index[c] = n
		}
	}
	it := &p.items[n]
	added := want &^ it.want
	it.want |= want
	if s != nil && s.watched && added&Readable != 0 {
		added &^= Readable
		p.watched++
	}
	if added != 0 && !it.asked {
		it.asked = true
		p.direct = append(p.direct, n)
	}
	return n, true
}

// find looks for a conn that has no seat.
func (p *Poller) find(c *Conn) (n int, ok bool) {
	if p.index == nil {
		if len(p.items) < worthSet {
			for i := range p.items {
				if p.items[i].conn == c {
					return i, true
				}
			}
			return 0, false
		}
		p.index = make(map[*Conn]int)
		for i := range p.items {
			p.index[p.items[i].conn] = i
		}
	}
	n, ok = p.index[c]
	return n, ok
}

// hold keeps c's descriptor. The bell is watched before: what is closed until
// then cannot be held, and what is closed later rings it.
func (p *Poller) hold(c *Conn) bool {
	if p.bell == nil {
		p.bell, _ = watchBell() // without one nobody can be woken, but all can be asked
	}
	_, ok := c.Hold()
	return ok
}

// Waker is for those that have news which no socket shows.
func (p *Poller) Waker() (*Waker, error) {
	if w := p.set.ownWaker(); w != nil {
		return w, nil
	}
	if p.waker == nil {
		w, err := NewWaker()
		if err != nil {
			return nil, err
		}
		p.waker = w
	}
	return p.waker, nil
}

// Wait waits as [Poll] does; signals says whether one of these ends it, with
// EINTR. It answers whether there is news: something is ready, or somebody woke
// it, by the Waker or by closing one of the conns. News may be for nothing; then
// one waits again.
func (p *Poller) Wait(wait time.Duration, signals bool) (news bool, err error) {
	if p.set != nil {
		p.arrange()
	}
	p.fds = p.fds[:0]
	for _, n := range p.direct {
		it := &p.items[n]
		it.got = 0
		ask := it.want
		if it.seat != nil && it.seat.watched {
			ask &^= Readable
		}
		if !it.held {
			if it.held = p.hold(it.conn); !it.held {
				news, ask = true, 0 // it has just been closed
			}
		}
		p.fds = append(p.fds, newPollFD(it.conn.fd, ask))
	}
	if news {
		wait = 0
	}
	watching := p.set.watching()
	if watching && len(p.direct) == 0 && wait == 0 && p.waker == nil {
		return p.collect(), nil
	}
	add := func(fd uintptr) int {
		p.fds = append(p.fds, newPollFD(fd, Readable))
		return len(p.fds) - 1
	}
	own, bell, set := -1, -1, -1
	if p.waker != nil {
		own = add(p.waker.Item().FD)
	}
	if p.bell != nil && wait != 0 {
		bell = add(p.bell.Item().FD)
	}
	if watching {
		set = add(p.set.fd())
	}
	n, err := pollFDs(p.fds, wait, signals)
	if err != nil || n == 0 {
		return news, err
	}
	for i, n := range p.direct {
		it := &p.items[n]
		it.got |= gotOf(&p.fds[i]) & it.want
	}
	if own >= 0 && gotOf(&p.fds[own]) != 0 {
		p.waker.clear()
	}
	if bell >= 0 && gotOf(&p.fds[bell]) != 0 {
		p.bell.leave()
		p.bell, _ = watchBell()
	}
	if set >= 0 && gotOf(&p.fds[set]) != 0 {
		p.collect()
	}
	return true, nil
}

// Got answers what the n-th is ready for.
func (p *Poller) Got(n int) Readiness { return p.items[n].got }

// First tells whether it is asked for the first time about this conn and this
// readiness.
func (p *Poller) First(n int, want Readiness) bool {
	it := &p.items[n]
	first := it.counted&want == 0
	it.counted |= want
	return first
}

// MaxFD is the largest descriptor.
func (p *Poller) MaxFD() int {
	most := 0
	for i := range p.items {
		most = max(most, int(p.items[i].conn.fd))
	}
	return most
}

// Release gives back what the Poller holds.
func (p *Poller) Release() {
	for i := range p.items {
		if p.items[i].held {
			p.items[i].conn.Release()
		}
	}
	if p.bell != nil {
		p.bell.leave()
	}
	if p.waker != nil {
		p.waker.Close()
	}
	p.set.release()
	clear(p.items)
	*p = Poller{items: p.items[:0], ripe: p.ripe[:0], direct: p.direct[:0], fds: p.fds[:0]}
	pollers.Put(p)
}
