package phpstream

import (
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/phpstream-go/phpstream/internal/filter"
	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// UserFilter is a filter of the program's own: a struct that embeds
// [PhpUserFilter], as a PHP class extends php_user_filter, and has a Filter
// method of its own.
//
//	PHP: class php_user_filter
type UserFilter interface {
	// OnCreate is called when the filter has been made; false: it can't be.
	OnCreate() bool
	// OnClose is called when the filter is removed or its stream closed.
	OnClose()
	// Filter takes buckets out of in, with [StreamBucketMakeWriteable], and puts
	// what becomes of them into out, with [StreamBucketAppend]. It adds to
	// consumed how many bytes it has taken, which is what [Fwrite] answers.
	// closing: nothing more comes.
	Filter(in, out *BucketBrigade, consumed *int, closing bool) FilterStatus
	base() *PhpUserFilter
}

// PhpUserFilter is what user filters embed: PHP's php_user_filter.
type PhpUserFilter struct {
	Filtername string  // the name that the program asked for
	Params     any     // the parameters that it gave; nil for none
	Stream     *Stream // the stream, while Filter runs
}

// OnCreate answers true.
func (f *PhpUserFilter) OnCreate() bool { return true }

// OnClose does nothing.
func (f *PhpUserFilter) OnClose() {}

// Filter answers PSFS_ERR_FATAL, as PHP's own does.
func (f *PhpUserFilter) Filter(in, out *BucketBrigade, consumed *int, closing bool) FilterStatus {
	return PSFS_ERR_FATAL
}

func (f *PhpUserFilter) base() *PhpUserFilter { return f }

// StreamFilterRegister gives a filter of the program's own a name, for
// [StreamFilterAppend]. newFilter makes one, as PHP makes an object of the
// class: func() UserFilter { return new(myFilter) }. A name that ends in ".*"
// stands for all that begin like that. It answers false for a name that is
// taken. An empty name is the ValueError "Argument #1 ($filter_name) must be a
// non-empty string".
//
//	PHP: stream_filter_register(string $filter_name, string $class): bool
//
// php-src: ext/standard/user_filters.c.
func StreamFilterRegister(filterName string, newFilter func() UserFilter) bool {
	return defaultRuntime.StreamFilterRegister(filterName, newFilter)
}

// StreamFilterRegister is [StreamFilterRegister] for this Runtime, and the
// streams that it opens.
func (rt *Runtime) StreamFilterRegister(filterName string, newFilter func() UserFilter) bool {
	c := rt.call("stream_filter_register")
	defer c.deliver()
	if filterName == "" {
		c.complain(phpfacts.FilterName)
		return false
	}
	if newFilter == nil {
		c.complain(phpfacts.FilterClass)
		return false
	}
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if rt.filters[filterName] != nil || slices.Contains(filter.Patterns(), filterName) {
		return false
	}
	if rt.filters == nil {
		rt.filters = map[string]func() UserFilter{}
	}
	rt.filters[filterName] = newFilter
	rt.filterNames = append(rt.filterNames, filterName)
	return true
}

func (rt *Runtime) hasFilter(pattern string) bool {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	return rt.filters[pattern] != nil
}

// newUserFilter makes the filter of the longest pattern that fits; nil where it
// says that it can't be made.
func (rt *Runtime) newUserFilter(name string, params any) UserFilter {
	var newFilter func() UserFilter
	rt.mu.Lock()
	for _, pattern := range filter.Candidates(name) {
		if newFilter = rt.filters[pattern]; newFilter != nil {
			break
		}
	}
	rt.mu.Unlock()
	f := newFilter()
	if f == nil {
		return nil
	}
	base := f.base()
	base.Filtername, base.Params = name, params
	if !f.OnCreate() {
		return nil
	}
	return f
}

// userFilter is a program's filter as a link of a chain.
type userFilter struct {
	link *StreamFilter
	out  filter.Brigade // what is in its outgoing brigade before it is called
}

// Run is filter.Filter's.
func (u *userFilter) Run(in *filter.Brigade, mode filter.Mode) filter.Result {
	from, to := newBrigade(*in), newBrigade(u.out)
	r := filter.Result{}
	// What is no status is no failure, and passes nothing on.
	r.Status = filter.Status(u.call(from, to, &r.Used, mode == filter.FlushClose))
	*in, r.Out = from.pieces(), to.pieces()
	if len(from.list) > 0 {
		r.Trouble = &filter.Trouble{Text: "Unprocessed filter buckets remaining on input brigade"}
	}
	return r
}

func (u *userFilter) call(in, out *BucketBrigade, consumed *int, closing bool) FilterStatus {
	f, s := u.link.user, u.link.stream
	busy := &s.reading
	if u.link.writes {
		busy = &s.writing
	}
	busy.Add(1)
	f.base().Stream = s
	answered := false
	defer func() {
		f.base().Stream = nil
		busy.Add(-1)
		if !answered && !u.link.writes { // it panics: nothing more can be read
			s.eof.Store(true)
		}
	}()
	var status FilterStatus
	runUserCode(func() { status = f.Filter(in, out, consumed, closing) })
	answered = true
	return status
}

// Holds is filter.Filter's; the link knows what a program's filter holds.
func (u *userFilter) Holds() bool { return false }

// lockedBy says which direction of a stream a function needs for itself.
var lockedBy = func() map[string]direction {
	m := map[string]direction{"fclose": reads | writes, "stream_socket_enable_crypto": reads | writes}
	for _, name := range strings.Fields("fgets fgetc fread stream_get_contents stream_get_line stream_set_read_buffer stream_set_chunk_size") {
		m[name] = reads
	}
	for _, name := range strings.Fields("fwrite fputs fflush") {
		m[name] = writes
	}
	for _, name := range strings.Fields("stream_copy_to_stream stream_filter_append stream_filter_prepend stream_filter_remove " +
		"fseek rewind fpassthru ftruncate") {
		m[name] = reads | writes
	}
	return m
}()

type direction int

const (
	reads direction = 1 << iota
	writes
)

// filterPatience is how long a filter waits for another one to be done with a
// stream that it wants to use.
const filterPatience = 250 * time.Millisecond

// mayUse keeps a filter from waiting for itself: a function that it calls on its
// own stream, in the direction in which it stands, fails. (PHP goes round in
// circles there.) Another goroutine's filter is waited for.
func (s *Stream) mayUse(c *call) bool {
	if s.reading.Load() == 0 && s.writing.Load() == 0 {
		return true
	}
	needs := lockedBy[c.name]
	if patiently(func() bool {
		return (needs&reads == 0 || s.reading.Load() == 0) && (needs&writes == 0 || s.writing.Load() == 0) || !inUserCode()
	}) {
		return true
	}
	if c.name == "fclose" {
		s.keepsOpen(c)
		return false
	}
	who := "A filter can't use its own stream in the direction in which it stands"
	if _, isUser := s.body.(*userBody); isUser {
		who = "A wrapper or a filter can't use its own stream"
	}
	c.warning(who)
	return false
}

// patiently tries until it works, but not for longer than a filter waits.
func patiently(try func() bool) bool {
	for end := time.Now().Add(filterPatience); !try(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			return false
		}
	}
	return true
}

// inUserCode tells whether this goroutine is in a program's filter or wrapper.
func inUserCode() bool {
	var pcs [256]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		f, more := frames.Next()
		if f.Function == packagePath+"runUserCode" {
			return true
		}
		if !more {
			return false
		}
	}
}
