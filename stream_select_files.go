package phpstream

import (
	"slices"

	"github.com/phpstream-go/phpstream/internal/wire"
)

// waiter is a body that [StreamSelect] can wait for.
type waiter interface {
	// descriptor is what there is to wait for; nil where there always is something.
	descriptor() *wire.Conn
}

// waitable is what there is to wait for on a stream that is no plain socket: nothing
// where it is always ready, or else why it can't be waited for.
//
// php-src: main/streams/cast.c.
func (s *Stream) waitable(cannot string) (conn *wire.Conn, why []string) {
	const most = 10 // of streams that stand for one another
	return s.waitableOf(cannot, most)
}

func (s *Stream) waitableOf(cannot string, most int) (conn *wire.Conn, why []string) {
	const as = "select()able descriptor"
	if s.filtered() {
		return nil, []string{s.noCast(cannot, as)}
	}
	if s.sock.wire != nil {
		return s.sock.wire, nil
	}
	switch b := s.body.(type) {
	case waiter:
		return b.descriptor(), nil
	case *userBody:
		var inner *Stream
		if inner, why = b.cast(); inner != nil && most > 0 {
			if conn, why = inner.waitableOf(cannot, most-1); why == nil {
				return conn, nil
			}
		}
	}
	return nil, append(why, s.noCast(cannot, as))
}

// noCast is what PHP says where it finds no descriptor of a stream.
func (s *Stream) noCast(cannot, as string) string {
	if s.filtered() {
		return cannot + " cast a filtered stream on this system"
	}
	return cannot + " represent a stream of type " + s.label + " as a " + as
}

// cast is the stream that a program's wrapper has to be waited for; nil, and why,
// where there is none.
func (b *userBody) cast() (inner *Stream, why []string) {
	if err := b.asks("stream_cast", func() { inner = b.StreamCast(STREAM_CAST_FOR_SELECT) }); err != nil {
		return nil, []string{err.Error()}
	}
	switch {
	case inner == nil:
		return nil, nil
	case inner.gone():
		return nil, []string{b.class + "::stream_cast must return a stream resource"}
	case inner == b.s:
		return nil, []string{b.class + "::stream_cast must not return itself"}
	}
	return inner, nil
}

// descriptor is made once for all calls, and closes the file in its turn.
func (b *file) descriptor() *wire.Conn {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.conn == nil {
		b.conn, _ = wire.OfFile(b.f)
	}
	return b.conn
}

// closeFile closes the file when nobody waits for it any more.
func (b *file) closeFile() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.conn != nil {
		return b.conn.Close()
	}
	return b.f.Close()
}

// PHP makes a file of these to wait for it.

func (t *temp) descriptor() *wire.Conn { return nil }

func (dataBody) descriptor() *wire.Conn { return nil }

// castAgain asks for the descriptors once more, as PHP does when it has waited. A
// wrapper that answers another one then is as ready as that is.
func (q *selection) castAgain(c *call) {
	for _, i := range q.cast {
		e := &q.entries[i]
		conn, why := e.waitable(c.rt.facts.Cannot)
		for _, text := range why {
			c.warning(text)
		}
		if e.misfit = why != nil; e.misfit || conn != e.conn {
			e.ready = !e.misfit && slices.ContainsFunc(q.entries, func(o selected) bool {
				return o.conn == conn && o.want == e.want && o.ready
			})
		}
	}
}
