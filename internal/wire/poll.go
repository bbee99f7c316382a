package wire

import "os"

// Readiness is what a descriptor is asked for, or ready for.
type Readiness uint8

const (
	Readable Readiness = 1 << iota
	Writable
	Urgent // out-of-band data
)

// PollItem is one descriptor in a Poll.
type PollItem struct {
	FD   uintptr
	Want Readiness
	Got  Readiness
}

// Waker ends a Poll from another goroutine: its FD becomes readable.
type Waker struct{ r, w *os.File }

// NewWaker makes a Waker; it must be closed.
func NewWaker() (*Waker, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	return &Waker{r, w}, nil
}

// Wake makes the Waker's descriptor readable for good.
func (w *Waker) Wake() { w.w.Write([]byte{0}) }

// Close frees both descriptors. A Wake that comes later does nothing.
func (w *Waker) Close() {
	w.r.Close()
	w.w.Close()
}

// Item is the Waker's place in a Poll.
func (w *Waker) Item() PollItem {
	var fd uintptr
	if raw, err := w.r.SyscallConn(); err == nil {
		raw.Control(func(f uintptr) { fd = f })
	}
	return PollItem{FD: fd, Want: Readable}
}
