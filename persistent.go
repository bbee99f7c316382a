package phpstream

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/phpstream-go/phpstream/internal/idle"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
	"github.com/phpstream-go/phpstream/internal/secure"
)

// PHP keeps persistent streams in a list of the process (EG(persistent_list)),
// from one request to the next, and finds them by a key. Here a stream that is in
// use belongs to one Runtime alone; [Runtime.Close] puts it where the next
// Runtime that asks for the same finds it.

// The limits of what waits for another Runtime. PHP has none: its processes end
// and take their streams with them.
const (
	maxIdleStreams = 100
	maxIdleTime    = 90 * time.Second
)

var idleStreams = idle.New(maxIdleStreams, maxIdleTime, func(p *parked) { p.sock.discard() })

// persistence is what a persistent stream was opened as.
type persistence struct {
	key     string
	options map[string]any // those of the context's sockets
}

// parked is a stream between two Runtimes: what survives in PHP.
type parked struct {
	sock     *socket
	label    string
	terms    secure.Settings
	opened   *persistence
	tell     int64
	chunk    int
	bufSize  int
	unbuffed bool
}

// persistent are the persistent streams of a Runtime.
type persistent struct {
	mu      sync.Mutex
	streams map[string][]*Stream
	opening map[string]chan struct{} // closed when whoever opens a stream of this key is done
}

// openPersistent answers the stream that the Runtime has under the key, or one
// that another Runtime has left, or a new one.
func (c *call) openPersistent(key string, o opening) (*Stream, *failure) {
	p := &c.rt.persistent
	done, err := p.turn(key, o)
	if err != nil {
		c.fail(err)
		return nil, connectFailure(err)
	}
	defer done()
	terms := c.rt.settings(o.ctx, 0, "")
	for _, s := range p.under(key) {
		switch {
		case !s.agrees(terms):
		case s.stillThere():
			return s, nil
		default:
			s.shut(c)
		}
	}
	opened := &persistence{key, o.ctx.wrapper("socket")}
	s := c.adopt(opened, terms, o)
	if s == nil {
		var f *failure
		if s, f = c.open(o); f != nil {
			return nil, f
		}
	}
	s.persistent = opened
	p.add(key, s)
	return s, nil
}

// turn waits until nobody else opens a stream of that key, so that goroutines of
// one Runtime get the same stream, as the lines of a PHP program do. done lets
// the next one go on.
func (p *persistent) turn(key string, o opening) (done func(), err error) {
	var limit <-chan time.Time
	if o.timeout >= 0 {
		timer := time.NewTimer(o.timeout)
		defer timer.Stop()
		limit = timer.C
	}
	for {
		p.mu.Lock()
		other, busy := p.opening[key]
		if !busy {
			mine := make(chan struct{})
			if p.opening == nil {
				p.opening = map[string]chan struct{}{}
			}
			p.opening[key] = mine
			p.mu.Unlock()
			return func() {
				p.mu.Lock()
				delete(p.opening, key)
				p.mu.Unlock()
				close(mine)
			}, nil
		}
		p.mu.Unlock()
		select {
		case <-other:
		case <-limit:
			return nil, syscall.ETIMEDOUT
		case <-o.cancel.Done():
			return nil, context.Cause(o.cancel)
		}
	}
}

func (p *persistent) under(key string) []*Stream {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.streams[key])
}

func (p *persistent) add(key string, s *Stream) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.streams == nil {
		p.streams = map[string][]*Stream{}
	}
	p.streams[key] = append(p.streams[key], s)
}

// forget takes a stream that is closed out.
func (p *persistent) forget(s *Stream) {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := s.persistent.key
	p.streams[key] = slices.DeleteFunc(p.streams[key], func(other *Stream) bool { return other == s })
	if len(p.streams[key]) == 0 {
		delete(p.streams, key)
	}
}

// agrees tells whether the peer was verified, or will be, by the terms of who
// asks for the stream. PHP does not look at them: it hands out a stream that was
// opened with verify_peer off to who wants it on.
func (s *Stream) agrees(terms secure.Settings) bool {
	return !s.sock.canCrypto || sameTerms(s.terms(), terms)
}

// terms are the settings that TLS was set up with, or will be.
func (s *Stream) terms() secure.Settings {
	if used := s.sock.settings.Load(); used != nil {
		return *used
	}
	s.mu.Lock()
	ctx := s.ctx
	s.mu.Unlock()
	return s.rt.settings(ctx, 0, "")
}

// captured are options that are set by a handshake, not for one.
var captured = []string{"peer_certificate", "peer_certificate_chain", "session_meta"}

func sameTerms(a, b secure.Settings) bool {
	return isServer(a) == isServer(b) && a.Version == b.Version && a.CAFile == b.CAFile && a.CAPath == b.CAPath && sameOptions(a.Options, b.Options)
}

// isServer tells whether this side was the server of a handshake, which verifies
// by other rules. Who asks for a stream has not named a method yet.
func isServer(s secure.Settings) bool {
	return s.Method != 0 && CryptoMethod(s.Method)&cryptoIsClient == 0
}

// sameOptions compares options as they stand: "1" is another value than true,
// and an object is like no other.
func sameOptions(a, b map[string]any) bool {
	a, b = asked(a), asked(b)
	for name := range a {
		if phpvalue.IsObject(a[name]) {
			return false
		}
	}
	return reflect.DeepEqual(a, b)
}

func asked(options map[string]any) map[string]any {
	m := map[string]any{}
	maps.Copy(m, options)
	for _, name := range captured {
		delete(m, name)
	}
	return m
}

// stillThere is PHP's look at a stream before it is handed out again.
func (s *Stream) stillThere() bool {
	if s.gone() {
		return false
	}
	if !s.rmu.TryLock() {
		return true // somebody reads: the socket is theirs
	}
	defer s.rmu.Unlock()
	return s.sock.alive()
}

// adopt takes a stream that another Runtime has left, nil where there is none.
func (c *call) adopt(opened *persistence, terms secure.Settings, o opening) *Stream {
	for {
		p, ok := idleStreams.Take(func(p *parked) bool {
			return p.opened.key == opened.key && sameTerms(p.terms, terms) && sameOptions(p.opened.options, opened.options)
		})
		if !ok {
			return nil
		}
		if !p.sock.atRest() {
			p.sock.discard()
			continue
		}
		s := c.rt.newStream(p.label)
		s.sock, s.ctx = p.sock, o.ctx
		s.sock.limit = o.timeout
		if c.rt.facts.MetaURI {
			s.uri = o.name
		}
		s.tell.Store(p.tell)
		s.piece.Store(int64(p.chunk))
		s.chunk, s.bufSize, s.unbuffed = p.chunk, p.bufSize, p.unbuffed
		return s
	}
}

// Close ends a job as the end of a request does in PHP: the persistent streams
// that the Runtime has open are closed for it, and wait for the next Runtime
// that asks for the same ([Pfsockopen], STREAM_CLIENT_PERSISTENT). At most 100
// wait at once, each for at most 90 seconds.
//
// A stream that is in the middle of something does not wait, it ends: one that
// somebody reads from, writes to or waits for at that moment, that has bytes
// left to read or a filter, has met its end, or on which crypto was switched off or could
// not be enabled. On Windows all of them end. What a peer has not answered yet
// nobody can see: as in PHP, a job must have read the answers to all that it
// has asked.
//
// Other streams stay open, and the Runtime can be used further; what it opens
// after that waits for its next Close.
func (rt *Runtime) Close() {
	p := &rt.persistent
	p.mu.Lock()
	var all []*Stream
	for _, list := range p.streams {
		all = append(all, list...)
	}
	p.mu.Unlock()
	slices.SortFunc(all, func(a, b *Stream) int { return a.id - b.id })
	c := rt.call("fclose")
	defer c.deliver()
	for _, s := range all {
		if k, ok := s.park(); ok {
			idleStreams.Put(k)
		} else {
			s.shut(&c)
		}
	}
}

// park closes a stream and keeps its socket. Nobody who still has the stream
// reaches the socket then.
func (s *Stream) park() (*parked, bool) {
	if !s.rmu.TryLock() {
		return nil, false
	}
	defer s.rmu.Unlock()
	if !s.wmu.TryLock() {
		return nil, false
	}
	defer s.wmu.Unlock()
	if s.w > s.r || s.eof.Load() || s.filtered() || !s.closing.CompareAndSwap(false, true) {
		return nil, false
	}
	s.closed.Store(true)
	s.rt.persistent.forget(s)
	terms := s.terms()
	k, ok := s.sock.move()
	if !ok {
		s.sock.discard()
		return nil, false
	}
	s.settle()
	return &parked{
		sock: k, label: s.label, terms: terms, opened: s.persistent,
		tell: s.tell.Load(), chunk: s.chunk, bufSize: s.bufSize, unbuffed: s.unbuffed,
	}, true
}
