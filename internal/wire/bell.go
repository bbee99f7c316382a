package wire

import "sync"

// bell wakes all pollers of the process that watch descriptors by their number,
// when one of these is to be closed. That is rare, so that nobody keeps account
// of who waits for what: whoever wakes for nothing waits on.
type bell struct {
	*Waker
	users int
}

var bells struct {
	sync.Mutex
	current *bell
}

// watchBell answers the bell that rings next.
func watchBell() (*bell, error) {
	bells.Lock()
	defer bells.Unlock()
	if bells.current == nil {
		if err := nextBell(); err != nil {
			return nil, err
		}
	}
	bells.current.users++
	return bells.current, nil
}

func nextBell() error {
	bells.current = nil
	w, err := NewWaker()
	if err == nil {
		bells.current = &bell{Waker: w}
	}
	return err
}

// leave ends a watchBell.
func (b *bell) leave() {
	bells.Lock()
	defer bells.Unlock()
	b.users--
	if b.users == 0 && b != bells.current {
		b.Close()
	}
}

// ringBell wakes everybody that watches. A bell rings once: it must stay
// readable until the last of them has seen it.
func ringBell() {
	bells.Lock()
	defer bells.Unlock()
	if b := bells.current; b != nil && b.users > 0 {
		b.Wake()
		nextBell() // where that fails, the one who watches next tries again
	}
}
