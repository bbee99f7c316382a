//go:build !linux

package wire

// set would be descriptors that the system watches. Here it watches none: they
// are asked one by one, each time.
type set struct{ round uint64 }

// seat is a conn's place in a set.
type seat struct {
	set     *set
	round   uint64
	item    int
	watched bool
}

var noSeat = &seat{}

func newSet() *set { return nil }

func (*set) take() bool       { return false }
func (*set) release()         {}
func (*set) fd() uintptr      { return 0 }
func (*set) ownWaker() *Waker { return nil }
func (*set) watching() bool   { return false }

func (*Poller) seatOf(*Conn) *seat           { return nil }
func (*Poller) occupy(*seat, int, Readiness) {}
func (*Poller) arrange()                     {}
func (*Poller) collect() bool                { return false }

func (*Conn) leaveSet() {}
