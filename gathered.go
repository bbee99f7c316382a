package phpstream

import (
	"strings"
	"unsafe"
)

// gathered is bytes of which nobody knows for certain how many will come: pieces
// that grow, put together at the end, so that each byte is copied once. Where as
// many come as are expected, there is one piece in the end, and only what came
// before the last time that it grew is copied.
type gathered struct {
	full     [][]byte
	last     []byte
	n        int // bytes in all
	expected int // 0: nobody knows
}

const (
	maxPiece = 1 << 20
	// trust is how many times what has come may be laid in for what is expected:
	// a peer that promises much, and sends little, gets little.
	trust = 16
)

// room is where the next bytes go.
func (g *gathered) room() []byte {
	if len(g.last) < cap(g.last) {
		return g.last[len(g.last):cap(g.last)]
	}
	if len(g.full) == 0 && g.n < g.expected {
		const end = 1 // what meets the end needs room, too
		whole := make([]byte, min(g.expected, trust*g.n)+end)
		g.last = whole[:copy(whole, g.last)]
	} else {
		g.full = append(g.full, g.last)
		g.last = make([]byte, 0, min(g.n, maxPiece))
	}
	return g.last[len(g.last):cap(g.last)]
}

// roomFor is room of a size that is to be filled at once.
func (g *gathered) roomFor(size int) []byte {
	if p := g.room(); len(p) >= size {
		return p[:size]
	}
	g.full = append(g.full, g.last)
	g.last = make([]byte, 0, max(size, min(g.n, maxPiece)))
	return g.last[:size]
}

// asking is how much PHP asks for when it reads all that there is, from a buffer
// that grows. It shows in how often a program's wrapper is asked.
type asking int

func (s *Stream) asking(c *call) asking {
	s.settle()
	stat, ok := s.look(c)
	if !ok || stat.Size <= 0 {
		return defaultChunk
	}
	const most = 1 << 40 // what a wrapper says may be anything
	return asking(min(max(stat.Size-s.tell.Load(), 0), most)) + defaultChunk
}

// next is how much is asked for when there are n bytes.
func (a *asking) next(n int) int {
	if n > 0 && n+defaultChunk/4 >= int(*a) {
		*a += defaultChunk
	}
	return int(*a) - n
}

func (g *gathered) took(n int) {
	g.last = g.last[:len(g.last)+n]
	g.n += n
}

// String is all of it. It keeps no memory that is mostly empty.
func (g *gathered) String() string {
	if len(g.full) == 0 && g.n > blockSize && g.n > cap(g.last)/2 {
		return unsafe.String(unsafe.SliceData(g.last), g.n)
	}
	var b strings.Builder
	b.Grow(g.n)
	for _, piece := range g.full {
		b.Write(piece)
	}
	b.Write(g.last)
	return b.String()
}
