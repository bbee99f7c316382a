package phpstream

import (
	"slices"
	"strings"
	"sync/atomic"

	"github.com/phpstream-go/phpstream/internal/filter"
	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

// FilterOption is an optional argument of [StreamFilterAppend]: a [FilterMode]
// or [FilterParams], in any order.
type FilterOption interface{ filterOption(*filterArgs) }

type filterArgs struct {
	mode  FilterMode
	given bool // there are parameters
	value any
}

func (m FilterMode) filterOption(a *filterArgs) { a.mode = m }

// FilterParams are the parameters of a filter: for PHP's arrays a map, or a
// plain value where the filter takes one.
func FilterParams(value any) FilterOption { return filterParams{value} }

type filterParams struct{ value any }

func (p filterParams) filterOption(a *filterArgs) { a.given, a.value = true, p.value }

// StreamFilter is PHP's resource for a filter that stands in a stream. It lives
// until [StreamFilterRemove] or the end of its stream.
type StreamFilter struct {
	id      int
	stream  *Stream
	writes  bool
	filter  filter.Filter
	user    UserFilter     // where it is a program's own
	backlog filter.Brigade // what an inflater has left for later
	mode    filter.Mode    // of the call that left it
	fed     bool           // a program's filter that has taken something in, and wants more
	removed atomic.Bool
}

// StreamFilterAppend puts a filter at the end of what a stream reads through
// ([STREAM_FILTER_READ]), writes through ([STREAM_FILTER_WRITE]) or both, which
// is the default; the filter that is answered is the writing one then. What is
// buffered already goes through it at once. It answers nil with a warning where
// there is no such filter, or it can't be made.
//
// There are string.rot13, string.toupper, string.tolower,
// convert.base64-encode and -decode, convert.quoted-printable-encode and
// -decode, zlib.deflate and zlib.inflate, dechunk, consumed, and those of
// [StreamFilterRegister].
//
// A stream that reads through filters reads until it has what was asked for: an
// Fgets or Fread waits for a whole chunk (8192 bytes) or for the end, as in PHP.
// [StreamSetChunkSize] makes it wait for less.
//
// Differences: zlib.deflate makes other bytes than zlib, which unpack to the
// same. zlib.inflate makes about 1 MiB of what it is given at once, and goes on
// with the rest when that has been read. string.strip_tags (PHP 7) and
// convert.iconv.* are not there.
//
//	PHP: stream_filter_append(resource $stream, string $filter_name, int $mode = 0, mixed $params): resource|false
//
// php-src: ext/standard/streamsfuncs.c, main/streams/filter.c.
func StreamFilterAppend(fp *Stream, filterName string, options ...FilterOption) *StreamFilter {
	return fp.addFilter("stream_filter_append", filterName, options, true)
}

// StreamFilterPrepend is [StreamFilterAppend] at the beginning. What is buffered
// stays as it is.
//
//	PHP: stream_filter_prepend(resource $stream, string $filter_name, int $mode = 0, mixed $params): resource|false
//
// php-src: ext/standard/streamsfuncs.c, main/streams/filter.c.
func StreamFilterPrepend(fp *Stream, filterName string, options ...FilterOption) *StreamFilter {
	return fp.addFilter("stream_filter_prepend", filterName, options, false)
}

func (s *Stream) addFilter(function, name string, options []FilterOption, last bool) *StreamFilter {
	c, ok := s.begin(function)
	if !ok {
		return nil
	}
	defer c.deliver()
	var args filterArgs
	for _, o := range options {
		if o != nil {
			o.filterOption(&args)
		}
	}
	name = phpvalue.CString(name)
	if args.mode&STREAM_FILTER_ALL == 0 {
		args.mode = filterModes(s.mode)
	}
	return s.putFilter(&c, name, args, last)
}

// putFilter makes a filter for each direction that is asked for, and answers the
// last one.
func (s *Stream) putFilter(c *call, name string, args filterArgs, last bool) (f *StreamFilter) {
	if args.mode&STREAM_FILTER_READ != 0 {
		if f = s.newFilter(c, name, args, false); f == nil || !s.addReader(c, f, last) {
			return nil
		}
	}
	if args.mode&STREAM_FILTER_WRITE != 0 {
		if f = s.newFilter(c, name, args, true); f == nil {
			return nil
		}
		s.wmu.Lock()
		s.putIn(f, last)
		s.wmu.Unlock()
	}
	return f
}

// filterModes are the directions that a stream of this mode is open for.
func filterModes(mode string) (m FilterMode) {
	if strings.ContainsAny(mode, "r+") {
		m |= STREAM_FILTER_READ
	}
	if strings.ContainsAny(mode, "wa+") {
		m |= STREAM_FILTER_WRITE
	}
	return m
}

// newFilter makes a filter by its name, or by a pattern that fits it.
func (s *Stream) newFilter(c *call, name string, args filterArgs, writes bool) *StreamFilter {
	f := &StreamFilter{id: nextID(), stream: s, writes: writes}
	how := " to locate filter"
	for _, pattern := range filter.Candidates(name) {
		switch {
		case slices.Contains(filter.Patterns(), pattern):
			var say []filter.Trouble
			f.filter, say = filter.New(pattern, filter.Request{Name: name, Given: args.given, Params: args.value, Seeks: s.canSeek(), Facts: c.rt.facts})
			for i := range say {
				c.trouble(&say[i])
			}
		case c.rt.hasFilter(pattern):
			f.user = c.rt.newUserFilter(name, args.value)
			if f.user != nil {
				f.filter = &userFilter{link: f}
			}
		default:
			continue
		}
		how = " to create or locate filter"
		if f.filter != nil {
			return f
		}
		if pattern == name {
			break
		}
	}
	c.warning(c.rt.facts.Unable + how + ` "` + name + `"`)
	return nil
}

func (c *call) trouble(t *filter.Trouble) {
	switch {
	case t == nil:
	case t.Notice:
		c.notice(t.Text)
	default:
		c.warning(t.Text)
	}
}

// addReader puts a filter into the way of what is read. At the end, what is
// buffered goes through it.
func (s *Stream) addReader(c *call, f *StreamFilter, last bool) bool {
	s.rmu.Lock()
	defer s.rmu.Unlock()
	if last && s.w > s.r {
		u := underway{in: filter.Brigade{slices.Clone(s.buf[s.r:s.w])}}
		r := f.run(c, &u, filter.Normal)
		if uint64(s.r+s.ahead+r.Used) > uint64(s.w+s.ahead) { // what is below zero is very large
			r.Status = filter.Fatal
		}
		switch r.Status {
		case filter.Fatal:
			c.warning("Filter failed to process pre-buffered data")
			f.close()
			return false
		case filter.FeedMe:
			s.dropBuffer()
		case filter.PassOn:
			s.dropBuffer()
			s.pour(u.out)
		}
		s.ahead = 0
	}
	s.putIn(f, last)
	return true
}

// StreamFilterRemove takes a filter out of its stream, having sent on what it
// held back. It answers false with the warning "Unable to flush filter, not
// removing" where that fails; a filter that is gone is the TypeError "supplied
// resource is not a valid stream filter resource".
//
//	PHP: stream_filter_remove(resource $stream_filter): bool
//
// php-src: ext/standard/streamsfuncs.c, main/streams/filter.c.
func StreamFilterRemove(filter *StreamFilter) bool {
	if filter == nil {
		c := defaultRuntime.call("stream_filter_remove")
		c.notResource(1, "stream_filter")
		c.deliver()
		return false
	}
	return filter.remove()
}

func (f *StreamFilter) remove() bool {
	if f.stream == nil {
		return false // no opener made it
	}
	c := f.stream.rt.call("stream_filter_remove")
	defer c.deliver()
	if !f.stream.mayUse(&c) {
		return false
	}
	mu := &f.stream.rmu
	if f.writes {
		mu = &f.stream.wmu
	}
	mu.Lock()
	defer mu.Unlock()
	if f.removed.Load() || f.stream.chainOf(f).Load() == nil { // or the stream is just being closed
		c.complain(phpfacts.NotAFilter)
		return false
	}
	if !f.stream.flushFrom(&c, f) {
		c.warning("Unable to flush filter, not removing")
		return false
	}
	f.stream.takeOut(f)
	f.close()
	return true
}

// chainOf is where a filter stands.
func (s *Stream) chainOf(f *StreamFilter) *atomic.Pointer[filterChain] {
	if f.writes {
		return &s.writers
	}
	return &s.readers
}

// putIn adds a filter to its chain; its lock is held.
func (s *Stream) putIn(f *StreamFilter, last bool) {
	at := s.chainOf(f)
	chain := at.Load()
	if chain == nil {
		chain = new(filterChain)
	}
	chain.add(f, last)
	at.Store(chain)
}

// takeOut removes a filter from its chain; its lock is held.
func (s *Stream) takeOut(f *StreamFilter) {
	chain := s.chainOf(f)
	if chain.Load().drop(f) == 0 {
		chain.Store(nil)
	}
}

// close ends a filter, which is told where it is a program's own.
func (f *StreamFilter) close() {
	if f.removed.CompareAndSwap(false, true) && f.user != nil {
		f.user.OnClose()
	}
}

// StreamGetFilters lists the filters that there are, those of the program last.
//
//	PHP: stream_get_filters(): array
//
// php-src: ext/standard/user_filters.c.
func StreamGetFilters() []string { return defaultRuntime.StreamGetFilters() }

// StreamGetFilters is [StreamGetFilters] for this Runtime.
func (rt *Runtime) StreamGetFilters() []string {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	return append(filter.Patterns(), rt.filterNames...)
}
