package phpstream

import (
	"errors"
	"sync"

	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

// userObject is one object of a program's wrapper at work.
type userObject struct {
	UserWrapper
	class string
	mu    sync.Mutex // one method at a time
	s     *Stream    // which it is the wrapper of; nil for a path's
}

var (
	errUserWrapper = errors.New("phpstream: the wrapper says no")
	errUserBusy    = errors.New("phpstream: a wrapper can't use its own stream")
)

// newUserObject makes one; nil where the program makes none.
func newUserObject(newWrapper func() UserWrapper, ctx *Context) *userObject {
	w := newWrapper()
	if w == nil {
		return nil
	}
	w.base().Context = ctx
	return &userObject{UserWrapper: w, class: phpvalue.ClassName(w)}
}

// has calls a method, and tells whether the program has it.
func (u *userObject) has(method func()) (there bool, err error) {
	if !u.enter() {
		return true, errUserBusy
	}
	defer u.mu.Unlock()
	if s := u.s; s != nil { // functions that the method calls must not wait for it
		s.reading.Add(1)
		s.writing.Add(1)
		defer s.reading.Add(-1)
		defer s.writing.Add(-1)
	}
	base := u.base()
	base.missing = false
	runUserCode(method)
	return !base.missing, nil
}

// enter waits for its turn, but not for itself: a method that gets back here by a
// function on its own stream is refused.
func (u *userObject) enter() bool {
	if u.mu.TryLock() {
		return true
	}
	if !inUserCode() {
		u.mu.Lock()
		return true
	}
	return patiently(u.mu.TryLock)
}

// asks is has for a method that has to be there: where it isn't, the trouble says
// so, with what follows from that.
func (u *userObject) asks(name string, method func(), consequence ...string) error {
	there, err := u.has(method)
	if err != nil || there {
		return err
	}
	text := u.class + "::" + name + " is not implemented!"
	for _, more := range consequence {
		text += " " + more
	}
	return &trouble{level: E_WARNING, text: text, err: errors.ErrUnsupported}
}

// runUserCode has a name of its own so that it can be found on the stack.
//
//go:noinline
func runUserCode(f func()) { f() }
