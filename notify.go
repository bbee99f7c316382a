package phpstream

import (
	"sync"

	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

// NotificationCallback is what the "notification" parameter of a context holds:
// it hears what a wrapper does. bytesTransferred and bytesMax count the body;
// bytesMax is 0 where its size is not known.
//
// It is called on the goroutine that opens or reads, between one read and the
// next, and may use the library.
//
// PHP: https://www.php.net/manual/en/function.stream-notification-callback.php
type NotificationCallback = func(code NotifyCode, severity NotifySeverity, message string, messageCode, bytesTransferred, bytesMax int)

// progress is how far a context's transfer is (php_stream_notifier).
type progress struct {
	mu        sync.Mutex
	counts    bool // a body has begun
	done, max int
}

// notifier is the context's callback, nil where it has none that can be called.
func (x *Context) notifier() NotificationCallback {
	if x == nil {
		return nil
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	f, _ := x.notification.(NotificationCallback)
	return f
}

// notify tells of something that carries no count.
func (x *Context) notify(code NotifyCode, severity NotifySeverity, message string, messageCode int) {
	if f := x.notifier(); f != nil {
		f(code, severity, phpvalue.CString(message), messageCode, 0, 0)
	}
}

// notifySize tells how large the body will be.
func (x *Context) notifySize(size int, message string, messageCode int) {
	if f := x.notifier(); f != nil {
		f(STREAM_NOTIFY_FILE_SIZE_IS, STREAM_NOTIFY_SEVERITY_INFO, phpvalue.CString(message), messageCode, 0, size)
	}
}

// beginProgress begins to count.
func (x *Context) beginProgress(max int) {
	if x.notifier() == nil {
		return
	}
	x.progress.mu.Lock()
	x.progress.counts, x.progress.done, x.progress.max = true, 0, max
	x.progress.mu.Unlock()
	x.addProgress(0)
}

// metEnd stands among the numbers of bytes for the end that a read has met.
const metEnd = -1

// owe keeps for the context's callback that bytes have been read or written.
func (s *Stream) owe(n int) {
	if n != 0 && s.notifies.Load() {
		s.mu.Lock()
		s.owed = append(s.owed, n)
		s.mu.Unlock()
	}
}

// tellProgress lets the context's callback hear of what has been read and written.
// No lock is held: the callback may use the stream.
func (s *Stream) tellProgress() {
	if !s.notifies.Load() {
		return
	}
	s.mu.Lock()
	owed := s.owed
	s.owed = nil
	s.mu.Unlock()
	for _, n := range owed {
		if x := s.streamContext(); n == metEnd {
			x.notifyEnd()
		} else {
			x.addProgress(n)
		}
	}
}

// toldLine is line, of which the context's callback hears.
func (s *Stream) toldLine(c *call, limit int) (string, bool) {
	line, ok := s.line(c, limit)
	s.tellProgress()
	return line, ok
}

// tellUnlocked is tellProgress between two reads of one call.
func (s *Stream) tellUnlocked() {
	s.rmu.Unlock()
	defer s.rmu.Lock()
	s.tellProgress()
}

// notifyEnd tells that all has been read.
func (x *Context) notifyEnd() {
	x.notifyCount(STREAM_NOTIFY_COMPLETED)
}

// addProgress tells of bytes that have been transferred, once a body has begun.
func (x *Context) addProgress(n int) {
	if x.notifier() == nil {
		return
	}
	x.progress.mu.Lock()
	counts := x.progress.counts
	if counts {
		x.progress.done += n
	}
	x.progress.mu.Unlock()
	if counts {
		x.notifyCount(STREAM_NOTIFY_PROGRESS)
	}
}

// notifyCount tells how far the transfer is.
func (x *Context) notifyCount(code NotifyCode) {
	f := x.notifier()
	if f == nil {
		return
	}
	x.progress.mu.Lock()
	done, max := x.progress.done, x.progress.max
	x.progress.mu.Unlock()
	f(code, STREAM_NOTIFY_SEVERITY_INFO, "", 0, done, max)
}
