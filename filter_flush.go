package phpstream

import (
	"slices"

	"github.com/phpstream-go/phpstream/internal/filter"
)

// What filters hold back is sent on: when one is removed, when the stream is flushed,
// and when it is closed.

// flushFrom sends on what a filter that is to go holds back, through those
// behind it; its chain's lock is held. What is no status is as good as PSFS_PASS_ON
// here.
func (s *Stream) flushFrom(c *call, f *StreamFilter) bool {
	chain := s.chainOf(f).Load()
	i := slices.Index(chain.links, f)
	for len(f.backlog) > 0 {
		in := f.backlog
		f.backlog = nil
		w := chain.wind(c, i, in, f.mode)
		if w.status == filter.Fatal {
			return false
		}
		s.flushed(c, f, w.out)
	}
	u := underway{}
	mode := filter.FlushClose
	for _, link := range chain.links[i:] {
		switch link.run(c, &u, mode).Status {
		case filter.Fatal:
			return false
		case filter.FeedMe:
			return true
		}
		u.in, u.out = u.out, nil
		mode = filter.Normal
	}
	s.flushed(c, f, u.in)
	return true
}

// flushed takes what a filter that is to go has held back.
func (s *Stream) flushed(c *call, f *StreamFilter, out filter.Brigade) {
	switch {
	case !f.writes:
		s.pour(out)
	case s.body == nil:
		s.sendAll(c, out)
	case out.Size() > 0: // PHP writes each piece once, wherever it is, and whatever becomes of it
		write := s.body.write
		if b, isUser := s.body.(*userBody); isUser {
			write = b.writePiece
		}
		s.rmu.Lock()
		defer s.rmu.Unlock()
		for _, p := range out {
			n, _, err := write(p)
			c.tell(err)
			s.tell.Add(int64(max(n, 0)))
		}
	}
}

// flushWriters tells the filters that what they hold back is wanted, or that
// nothing more comes.
func (s *Stream) flushWriters(c *call, mode filter.Mode) {
	if s.writers.Load() == nil || s.unflushable() {
		return
	}
	s.wmu.Lock()
	defer s.wmu.Unlock()
	if chain := s.writers.Load(); chain != nil {
		s.sendThrough(c, chain, nil, mode)
	}
}

// unflushable tells whether PHP does not flush the writing filters.
func (s *Stream) unflushable() bool { return s.unwritable && !s.rt.facts.FlushesReadOnly }

// flush sends on what is held back.
func (s *Stream) flush(c *call, mode filter.Mode) bool {
	s.flushWriters(c, mode)
	if b, ok := s.body.(flusher); ok {
		return b.flush()
	}
	return true
}

// endWriters flushes a stream that is being closed, unless somebody is stuck
// writing.
func (s *Stream) endWriters(c *call) {
	chain := s.writers.Load()
	if s.unflushable() {
		chain = nil
	}
	b, _ := s.body.(*userBody)
	if chain == nil && b == nil || !s.wmu.TryLock() {
		return
	}
	defer s.wmu.Unlock()
	if chain != nil {
		s.sendThrough(c, chain, nil, filter.FlushClose)
	}
	if b != nil && (chain != nil || b.unflushed.Load()) {
		b.flush()
	}
}

// closeFilters ends all filters of a closed stream.
func (s *Stream) closeFilters() {
	s.rmu.Lock()
	readers := s.readers.Swap(nil)
	s.rmu.Unlock()
	s.wmu.Lock()
	writers := s.writers.Swap(nil)
	s.wmu.Unlock()
	for _, chain := range []*filterChain{readers, writers} {
		if chain != nil {
			for _, f := range chain.links {
				f.close()
			}
		}
	}
}
