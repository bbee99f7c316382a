package wire

import (
	"sync/atomic"
	"time"
)

// A peer on this machine mostly answers sooner than a thread can be put to sleep and
// woken again. So a Read from one looks at the socket again and again for a moment
// before it waits on the poller. As one does with a lock that is held for short, it
// spends about what sleeping would cost, and gives up where that is of no use.

// moment is how long a Read looks.
const moment = 50 * time.Microsecond

var (
	looking atomic.Bool  // a Read does: one at a time, for each keeps a processor busy
	inVain  atomic.Int32 // how many have looked, one after the other, and seen nothing
)

// worthALook tells whether peers have answered soon of late. Where they have not, one
// Read in 64 finds out whether they do now.
func worthALook() bool {
	const patience = 4
	return inVain.Load() < patience || inVain.Add(1)%64 == 0
}

// readSoon reads what comes within the moment from a peer that is near, or answers
// ErrWouldBlock. A peer that has kept it waiting is not near any more.
func (c *Conn) readSoon(p []byte) (n int, err error) {
	if !worthALook() || !looking.CompareAndSwap(false, true) {
		return 0, ErrWouldBlock
	}
	defer looking.Store(false)
	for end := time.Now().Add(moment); ; {
		if n, err = c.TryRead(p); err != ErrWouldBlock {
			inVain.Store(0)
			return n, err
		}
		if !time.Now().Before(end) {
			inVain.Add(1)
			c.near = false
			return 0, err
		}
	}
}
