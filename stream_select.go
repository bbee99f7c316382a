package phpstream

import (
	"strconv"
	"sync"
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
// Files and what php://temp and data: hold are waited for, too: they are always
// ready. Of streams that can't be waited for it warns, and passes them over: "Cannot
// represent a stream of type MEMORY as a select()able descriptor", "Cannot cast a
// filtered stream on this system".
//
// A stream counts as readable when it has data, buffered or not, and at its end.
// When one has buffered data (TLS's too), PHP does not ask the sockets: only the
// streams with buffered data are answered, and the other two slices are
// emptied. A non-blocking handshake makes its stream readable when it is over.
// A connection that is being made makes it writable when it is there, and readable
// and writable when it could not be made; a stream that listens is readable when
// somebody has connected. There is no limit of 1,024 descriptors.
//
// An Fclose from another goroutine ends the wait: the stream counts as ready in
// each slice that it stands in.
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
	q := selections.Get().(*selection)
	defer q.release()
	closed := false
	for i, want := range wants {
		closed = q.take(&c, sets[i], want) || closed
		q.ends[i] = len(q.entries)
	}
	switch {
	case len(q.entries) == len(q.misfits):
		q.cannotCast(&c)
		c.complain(phpfacts.NoArrays)
		return 0, false
	case closed && c.rt.facts.Throws:
		c.complain(phpfacts.NotAStream)
		return 0, false
	}
	q.cannotCast(&c)
	wait, ok := selectTimeout(&c, timeout)
	if !ok {
		return 0, false
	}
	if err := q.run(wait, c.rt.interrupts.Load()); err != nil {
		errno, _ := phpfacts.Errno(err)
		c.fail(err)
		c.warning("Unable to select [" + strconv.Itoa(errno) + "]: " + phpfacts.Strerror(errno) +
			" (max_fd=" + strconv.Itoa(q.poller.MaxFD()) + ")")
		return 0, false
	}
	for i := range sets {
		n += q.distinct(i)
	}
	if !q.buffered {
		q.castAgain(&c)
	}
	// All answers are taken before any slice is rewritten: the same slice may
	// stand in two places.
	var ready [len(sets)][]*Stream
	for i := range sets {
		ready[i] = q.ready(i)
	}
	for i, set := range sets {
		if set != nil {
			*set = ready[i]
		}
	}
	return n, true
}

// wants is what is asked of each slice's streams.
var wants = [...]wire.Readiness{wire.Readable, wire.Writable, wire.Urgent}

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

// selection is one call: an entry for each place in the slices, one slice after
// the other, so that a stream that stands in two of them has two.
type selection struct {
	entries  []selected
	ends     [len(wants)]int // of each slice's part
	misfits  [][]string      // why PHP can't wait for some of the entries
	cast     []int           // entries whose wrapper is asked what to wait for
	buffered bool            // what was buffered has answered
	poller   *wire.Poller
	await    []int       // entries with a handshake under way
	waker    *wire.Waker // for these
}

type selected struct {
	*Stream
	conn   *wire.Conn // nil: nothing to wait for
	want   wire.Readiness
	ready  bool
	n      int  // the poller's number; -1: it was not asked
	misfit bool // only what is buffered counts
}

var selections = sync.Pool{New: func() any { return &selection{} }}

// take brings in the streams of one slice, those that can be waited for. It
// answers whether there are closed ones, of which PHP 7 warns one by one.
func (q *selection) take(c *call, set *[]*Stream, want wire.Readiness) (closed bool) {
	if set == nil {
		return false
	}
	for _, s := range *set {
		switch {
		case s.gone():
			closed = closed || s != nil
			if !c.rt.facts.Throws {
				c.complain(phpfacts.NotAStream)
			}
		case s.sock.wire != nil && !s.filtered():
			q.entries = append(q.entries, selected{Stream: s, conn: s.sock.wire, want: want})
		case s.sock.wire == nil && s.body == nil && !s.filtered(): // it is not connected
		default:
			conn, why := s.waitable(c.rt.facts.Cannot)
			if why != nil {
				q.misfits = append(q.misfits, why)
			}
			q.cast = append(q.cast, len(q.entries))
			q.entries = append(q.entries, selected{Stream: s, conn: conn, want: want, misfit: why != nil})
		}
	}
	return closed
}

// cannotCast warns of each stream that PHP has no descriptor of.
func (q *selection) cannotCast(c *call) {
	for _, why := range q.misfits {
		for _, text := range why {
			c.warning(text)
		}
	}
}

// run finds out who is ready.
func (q *selection) run(wait time.Duration, signals bool) error {
	q.poller = wire.NewPoller(len(q.entries))
	for i := range q.entries[:min(len(q.entries), maxJoin)] {
		if c := q.entries[i].conn; c != nil && q.poller.Join(c) {
			break
		}
	}
	buffered, atOnce := false, false
	for i := range q.entries {
		e := &q.entries[i]
		want := e.want
		if want == wire.Readable {
			switch e.unread() {
			case inBuffer:
				e.ready, buffered, e.n = true, true, -1
				continue
			case inSocket:
				e.ready, atOnce = true, true
			}
			if e.sock.inHandshake() {
				// It is readable when that is over, not when the peer's part arrives.
				q.await = append(q.await, i)
				want = 0
			}
		}
		if e.conn == nil {
			e.n = -1
			if !e.misfit && want != wire.Urgent {
				e.ready, atOnce = true, true
			}
			continue
		}
		var ok bool
		if e.n, ok = q.poller.Add(e.conn, want); !ok {
			e.ready, atOnce, e.n = true, true, -1
		}
	}
	if q.buffered = buffered; buffered {
		// PHP does not ask the sockets then.
		for i := range q.entries {
			e := &q.entries[i]
			e.ready = e.ready && e.want == wire.Readable && e.unread() == inBuffer
		}
		return nil
	}
	if atOnce {
		wait = 0
	}
	return q.wait(wait, signals)
}

// maxJoin is how many streams are looked at for what the system watches already.
const maxJoin = 8

func (q *selection) wait(wait time.Duration, signals bool) error {
	if len(q.await) > 0 {
		w, err := q.poller.Waker()
		if err != nil {
			return err
		}
		q.waker = w
		for _, i := range q.await {
			q.entries[i].sock.prepared().Notify(w)
		}
	}
	var limit time.Time
	if wait > 0 {
		limit = time.Now().Add(wait)
	}
	for {
		news, err := q.poller.Wait(wait, signals)
		if err != nil {
			return err
		}
		if !news || q.look() || wait == 0 {
			return nil
		}
		if wait > 0 {
			wait = max(0, time.Until(limit))
		}
	}
}

// look finds those that are ready, and answers whether there are any. A stream
// that has been closed in the meantime is one: nothing that is done with it
// waits.
func (q *selection) look() (any bool) {
	for i := range q.entries {
		e := &q.entries[i]
		e.ready = e.ready || e.closed.Load() || e.n >= 0 && q.poller.Got(e.n)&e.want != 0
		any = any || e.ready
	}
	for _, i := range q.await {
		e := &q.entries[i]
		if under, _ := e.sock.prepared().InFlight(); !under {
			e.ready, any = true, true
		}
	}
	return any
}

// part is the entries of one slice.
func (q *selection) part(set int) []selected {
	first := 0
	if set > 0 {
		first = q.ends[set-1]
	}
	return q.entries[first:q.ends[set]]
}

// ready picks the streams of a slice that are ready, in their order.
func (q *selection) ready(set int) []*Stream {
	n := 0
	part := q.part(set)
	for i := range part {
		if part[i].ready {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	list := make([]*Stream, 0, n)
	for i := range part {
		if part[i].ready {
			list = append(list, part[i].Stream)
		}
	}
	return list
}

// distinct counts what select(2) would: a stream that stands in a slice twice
// counts once.
func (q *selection) distinct(set int) (n int) {
	part := q.part(set)
	for i := range part {
		if e := &part[i]; e.ready && (e.n < 0 || q.poller.First(e.n, e.want)) {
			n++
		}
	}
	return n
}

func (q *selection) release() {
	if q.waker != nil {
		for _, i := range q.await {
			q.entries[i].sock.prepared().Forget(q.waker)
		}
	}
	if q.poller != nil {
		q.poller.Release()
	}
	clear(q.entries)
	clear(q.misfits)
	*q = selection{entries: q.entries[:0], misfits: q.misfits[:0], cast: q.cast[:0], await: q.await[:0]}
	selections.Put(q)
}

// unread tells where there is something to read for certain.
func (s *Stream) unread() place {
	if !s.rmu.TryLock() {
		return unknown // somebody reads
	}
	if s.readers.Load() != nil {
		s.rmu.Unlock()
		return s.unreadFiltered()
	}
	defer s.rmu.Unlock()
	if s.w > s.r {
		return inBuffer
	}
	// What is left of a TLS record is brought into the buffer, as PHP does.
	if t := s.sock.crypto.Load(); t != nil {
		if s.fillReceived(t); s.w > s.r {
			return inBuffer
		}
	}
	if s.sock.hides() {
		return inSocket
	}
	return unknown
}

// place is where there are bytes to read.
type place int

const (
	unknown  place = iota
	inBuffer       // as in PHP
	inSocket       // in PHP; here they were received already
)
