//go:build unix

package wire

import (
	"sync"

	"golang.org/x/sys/unix"
)

// Waker ends a Poll from another goroutine: its descriptor becomes readable.
type Waker struct {
	mu   sync.Mutex // nothing is written to a number that was closed
	r, w int        // -1: closed
}

// NewWaker makes a Waker; it must be closed.
func NewWaker() (*Waker, error) {
	r, w, err := signalPair()
	if err != nil {
		return nil, err
	}
	return &Waker{r: r, w: w}, nil
}

// Wake makes the Waker's descriptor readable, until clear.
func (w *Waker) Wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.w >= 0 {
		one := [8]byte{0: 1}
		unix.Write(w.w, one[:])
	}
}

// clear takes all Wakes back.
func (w *Waker) clear() {
	var b [8]byte
	for {
		if n, err := unix.Read(w.r, b[:]); n < len(b) && err != unix.EINTR {
			return
		}
	}
}

// Close frees the descriptors. A Wake that comes later does nothing.
func (w *Waker) Close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.w < 0 {
		return
	}
	unix.Close(w.r)
	if w.w != w.r {
		unix.Close(w.w)
	}
	w.r, w.w = -1, -1
}

// Item is the Waker's place in a Poll.
func (w *Waker) Item() PollItem { return PollItem{FD: uintptr(w.r), Want: Readable} }
