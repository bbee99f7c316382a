package phpstream

import "github.com/phpstream-go/phpstream/internal/filter"

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
