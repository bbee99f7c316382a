package wire

import "time"

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

// Poll waits until one of the descriptors is ready, at most wait (negative:
// for ever), and fills in what each is ready for. A descriptor that failed or
// was hung up counts as readable and, where asked, as writable, as with
// select(2). It answers the number of items that are ready for something.
func Poll(items []PollItem, wait time.Duration) (int, error) {
	fds := make([]pollFD, len(items))
	for i, it := range items {
		fds[i] = newPollFD(it.FD, it.Want)
	}
	if _, err := pollFDs(fds, wait, false); err != nil {
		return 0, err
	}
	n := 0
	for i := range items {
		items[i].Got = gotOf(&fds[i]) & items[i].Want
		if items[i].Got != 0 {
			n++
		}
	}
	return n, nil
}
