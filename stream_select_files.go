package phpstream

import "github.com/phpstream-go/phpstream/internal/wire"

// waiter is a body that [StreamSelect] can wait for.
type waiter interface {
	// descriptor is what there is to wait for; nil where there always is something.
	descriptor() *wire.Conn
}

// waitable is what there is to wait for on a stream that is no plain socket: nothing
// where it is always ready, or else why it can't be waited for.
//
// php-src: main/streams/cast.c.
func (s *Stream) waitable(cannot string) (conn *wire.Conn, why string) {
	if s.filtered() {
		return nil, cannot + " cast a filtered stream on this system"
	}
	if w, ok := s.body.(waiter); ok {
		return w.descriptor(), ""
	}
	return nil, cannot + " represent a stream of type " + s.label + " as a select()able descriptor"
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
