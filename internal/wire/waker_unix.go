//go:build unix

package wire

import "os"

// Waker ends a Poll from another goroutine: its descriptor becomes readable.
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
func (w *Waker) Item() PollItem { return readableItem(w.r) }
