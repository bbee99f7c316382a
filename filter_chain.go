package phpstream

import (
	"slices"

	"github.com/phpstream-go/phpstream/internal/filter"
)

// filterChain is the filters between a stream and its socket, in one direction.
// The direction's lock guards it.
//
// php-src: main/streams/streams.c, _php_stream_fill_read_buffer and
// _php_stream_write_filtered; main/streams/filter.c.
type filterChain struct {
	links []*StreamFilter
}

func (ch *filterChain) add(f *StreamFilter, last bool) {
	at := 0
	if last {
		at = len(ch.links)
	}
	ch.links = slices.Insert(ch.links, at, f)
}

// drop takes a filter out, and answers how many are left.
func (ch *filterChain) drop(f *StreamFilter) int {
	if i := slices.Index(ch.links, f); i >= 0 {
		ch.links = slices.Delete(ch.links, i, i+1)
	}
	return len(ch.links)
}

// wound is what came out of a chain.
type wound struct {
	out    filter.Brigade
	status filter.Status
	used   int // of the input, by the first filter
}

// underway is what a filter is given and what it has put out. PHP keeps both while
// it reads on for a filter that wants more: what a program's filter has left in the
// one, or has put into the other, is there when the chain is wound again.
type underway struct{ in, out filter.Brigade }

// wind sends data through the filters from the one at index from on. What an
// inflater leaves for later is the business of resume.
func (ch *filterChain) wind(c *call, from int, in filter.Brigade, mode filter.Mode) (w wound) {
	return ch.windOn(c, from, &underway{in: in}, mode)
}

func (ch *filterChain) windOn(c *call, from int, u *underway, mode filter.Mode) (w wound) {
	w.status = filter.PassOn
	for i := from; i < len(ch.links); i++ {
		f := ch.links[i]
		r := f.run(c, u, mode)
		if i == 0 {
			w.used = r.Used
		}
		if w.status = r.Status; r.Status != filter.PassOn {
			return w
		}
		if len(f.backlog) > 0 {
			mode = filter.Normal // those behind it have not seen the end
		}
		u.in, u.out = u.out, nil
	}
	w.out, u.in = u.in, nil
	return w
}

// behind answers the last filter that has left something for later, -1 for none.
func (ch *filterChain) behind() int {
	if ch == nil {
		return -1
	}
	for i := len(ch.links) - 1; i >= 0; i-- {
		if len(ch.links[i].backlog) > 0 {
			return i
		}
	}
	return -1
}

// resume goes on with what was left for later; false where nothing was.
func (ch *filterChain) resume(c *call) (w wound, ok bool) {
	i := ch.behind()
	if i < 0 {
		return w, false
	}
	f := ch.links[i]
	in := f.backlog
	f.backlog = nil
	return ch.wind(c, i, in, f.mode), true
}

// forget drops what was left for later.
func (ch *filterChain) forget() {
	if ch != nil {
		for _, f := range ch.links {
			f.backlog = nil
		}
	}
}

// holds tells whether a filter has something that came in before, and that
// counts for what comes next.
func (ch *filterChain) holds() bool {
	return ch != nil && slices.ContainsFunc(ch.links, func(f *StreamFilter) bool {
		return f.fed || len(f.backlog) > 0 || f.filter.Holds()
	})
}

// inPlace is the stream's reading filter where it is the only one, and can work
// where a read puts its bytes. A callback is to hear of the reads that PHP makes.
func (s *Stream) inPlace() filter.InPlace {
	ch := s.readers.Load()
	if ch == nil || len(ch.links) != 1 || s.notifies.Load() {
		return nil
	}
	f, _ := ch.links[0].filter.(filter.InPlace)
	return f
}

// run is one call of a filter.
func (f *StreamFilter) run(c *call, u *underway, mode filter.Mode) filter.Result {
	given := len(u.in) > 0
	own, isOwn := f.filter.(*userFilter)
	if isOwn {
		own.out = u.out
	}
	r := f.filter.Run(&u.in, mode)
	c.trouble(r.Trouble)
	if isOwn {
		u.out = r.Out
		if r.Status == filter.FeedMe && c.rt.facts.DropsUnpassed || r.Status != filter.PassOn && !c.rt.facts.KeepsBuckets {
			u.out = nil
		}
		f.fed = r.Status != filter.PassOn && r.Status != filter.Fatal && (given || f.fed)
		return r
	}
	f.backlog, f.mode = u.in, mode
	u.in, u.out = nil, append(u.out, r.Out...)
	return r
}

// pour puts what has come through the filters into the read buffer.
func (s *Stream) pour(b filter.Brigade) {
	for _, p := range b {
		s.makeSpace(len(p))
		if len(s.buf) < s.w+len(p) {
			s.growBuffer(s.w + len(p))
		}
		s.w += copy(s.buf[s.w:], p)
	}
}

// fillFiltered reads, and sends what comes through the filters, until size bytes
// are buffered, or a chunk where that is less: PHP goes on reading until then.
// false is PHP's FAILURE.
func (s *Stream) fillFiltered(c *call, size int) bool {
	want := min(size, s.chunk)
	if f := s.inPlace(); f != nil && s.chunk <= defaultChunk {
		return s.fillInPlace(c, f, want)
	}
	var u underway
	for s.w-s.r < want {
		if w, ok := s.readers.Load().resume(c); ok {
			if !s.arrived(w) {
				return false
			}
			continue
		}
		if s.eof.Load() {
			break
		}
		p := make([]byte, min(s.chunk, maxRead))
		n, ok := s.receive(c, p)
		if !ok && s.w == s.r {
			return false
		}
		if !s.rt.facts.KeepsBuckets {
			u = underway{}
		}
		mode := filter.Normal
		if n > 0 {
			u.in = append(u.in, p[:n])
		} else {
			mode = filter.FlushInc
		}
		if s.eof.Load() {
			mode = filter.FlushClose
		}
		if !s.arrived(s.readers.Load().windOn(c, 0, &u, mode)) {
			return false
		}
		if n == 0 {
			break
		}
	}
	return true
}

// fillInPlace is fillFiltered for what works in place, in memory that is used again.
func (s *Stream) fillInPlace(c *call, f filter.InPlace, want int) bool {
	chunk := chunks.Get().(*[defaultChunk]byte)
	defer chunks.Put(chunk)
	for s.w-s.r < want && !s.eof.Load() {
		n, ok := s.receive(c, chunk[:s.chunk])
		if !ok && s.w == s.r {
			return false
		}
		if n == 0 {
			break
		}
		s.pour(filter.Brigade{f.InPlace(chunk[:n])})
	}
	return true
}

// arrived takes what has come through the filters; false where it can't be read,
// which ends the stream.
func (s *Stream) arrived(w wound) bool {
	if w.status == filter.Fatal {
		s.eof.Store(true)
		s.refused = true
		s.readers.Load().forget()
		return false
	}
	s.pour(w.out)
	return true
}

// catchUp goes on with what an inflater has left for later until something is
// buffered. It asks the socket for nothing.
func (s *Stream) catchUp(c *call) {
	for s.w == s.r && !s.lost {
		w, ok := s.readers.Load().resume(c)
		if !ok || !s.arrived(w) {
			return
		}
	}
}

// readFiltered is Fread where there are filters, which may make much of little.
func (s *Stream) readFiltered(c *call, length int) (string, bool) {
	have := s.takeString(length)
	if len(have) == length {
		return have, true
	}
	s.atOnce = have != "" && s.rt.facts.BufferedAtOnce
	defer func() { s.atOnce = false }()
	if !s.fillFiltered(c, length-len(have)) {
		return have, have != "" // what has come through stays for the next read
	}
	return have + s.takeString(length-len(have)), true
}

// takeString takes at most n of the buffered bytes.
func (s *Stream) takeString(n int) string {
	text := string(s.buf[s.r:min(s.w, s.r+n)])
	s.took(len(text))
	return text
}

// unreadFiltered is unread where there are filters.
func (s *Stream) unreadFiltered() place {
	c := s.rt.call("stream_select")
	defer c.deliver()
	if !s.rmu.TryLock() {
		return unknown
	}
	defer s.rmu.Unlock()
	s.catchUp(&c)
	if s.w > s.r {
		return inBuffer
	}
	return unknown
}

// filtered tells whether there are filters, in either direction.
func (s *Stream) filtered() bool { return s.readers.Load() != nil || s.writers.Load() != nil }

// write is PHP's fwrite: through the filters, where there are any.
func (s *Stream) write(c *call, p []byte) (n int, ok bool) {
	if s.unwritable {
		c.notice("Stream is not writable")
		return 0, false
	}
	if b, isUser := s.body.(*userBody); isUser {
		before := b.unflushed.Swap(true) // though it may panic
		defer func() {
			if n == 0 && ok {
				b.unflushed.Store(before)
			}
		}()
	}
	chain := s.writers.Load()
	if chain == nil {
		return s.send(c, p)
	}
	return s.sendThrough(c, chain, filter.Brigade{p}, filter.Normal)
}

// sendThrough answers how many bytes the first filter has taken, whatever became
// of them. What the socket does not take is lost, as in PHP.
func (s *Stream) sendThrough(c *call, chain *filterChain, in filter.Brigade, mode filter.Mode) (used int, ok bool) {
	ok = true
	for w, more := chain.wind(c, 0, in, mode), true; more; w, more = chain.resume(c) {
		used += w.used
		if w.status == filter.Fatal {
			return 0, false
		}
		ok = s.sendAll(c, w.out) && ok
	}
	return max(used, 0), ok && used >= 0
}

func (s *Stream) sendAll(c *call, b filter.Brigade) bool {
	ok := true
	for _, p := range b {
		if len(p) > 0 || s.body != nil { // an empty piece moves what has a position
			_, sent := s.send(c, p)
			ok = ok && sent
		}
	}
	return ok
}
