// Package idle keeps things that wait for their next user: for a time, and not
// too many of them.
package idle

import (
	"slices"
	"sync"
	"time"
)

// Pool holds at most so many things, each for at most so long. Whatever it does
// not hand out again it closes.
type Pool[T any] struct {
	most    int
	longest time.Duration
	close   func(T)

	mu    sync.Mutex
	kept  []entry[T] // the oldest first
	timer *time.Timer
}

type entry[T any] struct {
	value T
	since time.Time
}

// New makes a Pool of at most so many things, for at most so long each.
func New[T any](most int, longest time.Duration, close func(T)) *Pool[T] {
	return &Pool[T]{most: most, longest: longest, close: close}
}

// Put keeps v. Where there are too many, the one that has waited longest is
// closed.
func (p *Pool[T]) Put(v T) {
	p.mu.Lock()
	p.kept = append(p.kept, entry[T]{v, time.Now()})
	gone := p.drop(max(len(p.kept)-p.most, 0))
	p.watch()
	p.mu.Unlock()
	p.closeAll(gone)
}

// Take hands out the thing that was put here last, of those that fit. It is
// nobody else's from then on.
func (p *Pool[T]) Take(fits func(T) bool) (v T, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, e := range slices.Backward(p.kept) {
		if fits(e.value) {
			p.kept = slices.Delete(p.kept, i, i+1)
			p.watch()
			return e.value, true
		}
	}
	return v, false
}

// Len is how many things are kept.
func (p *Pool[T]) Len() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.kept)
}

// watch sets the timer for the one that has waited longest. The lock is held.
func (p *Pool[T]) watch() {
	switch {
	case len(p.kept) == 0:
		if p.timer != nil {
			p.timer.Stop()
		}
	case p.timer == nil:
		p.timer = time.AfterFunc(p.left(), p.expire)
	default:
		p.timer.Reset(p.left())
	}
}

// left is how long the oldest one may still wait. The lock is held.
func (p *Pool[T]) left() time.Duration { return p.longest - time.Since(p.kept[0].since) }

func (p *Pool[T]) expire() {
	p.mu.Lock()
	n := 0
	for n < len(p.kept) && time.Since(p.kept[n].since) >= p.longest {
		n++
	}
	gone := p.drop(n)
	p.watch()
	p.mu.Unlock()
	p.closeAll(gone)
}

// drop takes the oldest n out. The lock is held.
func (p *Pool[T]) drop(n int) []entry[T] {
	gone := slices.Clone(p.kept[:n])
	p.kept = slices.Delete(p.kept, 0, n)
	return gone
}

func (p *Pool[T]) closeAll(gone []entry[T]) {
	for _, e := range gone {
		p.close(e.value)
	}
}
