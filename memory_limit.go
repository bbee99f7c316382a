package phpstream

import (
	"errors"
	"fmt"

	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

// errExhausted is what is told of a call that would have to keep more than
// memory_limit allows.
var errExhausted = errors.New("phpstream: memory_limit allows no more")

// exhausted tells whether a call that has to keep n bytes keeps more than
// memory_limit allows. PHP ends the request then, so what comes still belongs to
// nobody: the stream is at its end. Of a line without an end the rest would
// otherwise be taken for the next one.
func (s *Stream) exhausted(c *call, n int) bool {
	if n <= maxRead {
		return false
	}
	limit := s.rt.memoryLimit()
	if limit < 0 || int64(n) <= limit {
		return false
	}
	s.lost = true
	s.eof.Store(true)
	s.r = s.w
	s.dropBuffer()
	c.tell(&excess{limit, int64(n)})
	return true
}

// excess is that something would keep more than memory_limit allows.
type excess struct{ limit, tried int64 }

func (e *excess) Error() string {
	return fmt.Sprintf("Allowed memory size of %d bytes exhausted (tried to allocate %d bytes)", e.limit, e.tried)
}

func (*excess) Unwrap() error { return errExhausted }

// memoryLimit is memory_limit; negative: none.
func (rt *Runtime) memoryLimit() int64 {
	v, _ := rt.IniGet("memory_limit")
	n, _ := phpvalue.Quantity(v)
	return n
}
