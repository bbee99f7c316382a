package phpstream

// UserWrapper is a stream wrapper of the program's own: a struct that embeds
// [StreamWrapper] and has those of these methods that it can do. One is made for
// each stream, and for each call of a function that takes a path. They are PHP's
// methods under the names that Go's rules make of them; the numbers in options
// and flags are PHP's, too ([STREAM_URL_STAT_QUIET], [STREAM_MKDIR_RECURSIVE]).
//
// The methods of a stream are called one at a time. StreamClose and DirClosedir
// alone do not wait for one that is at work on another goroutine, so that they can
// end it. A panic goes to whoever has called, as from a filter.
//
//	PHP: class streamWrapper
type UserWrapper interface {
	// StreamOpen opens path; false: it can't be.
	StreamOpen(path, mode string, options int) bool
	// StreamRead answers at most count bytes; not ok: they can't be read.
	StreamRead(count int) (data string, ok bool)
	// StreamEof tells whether nothing more comes. It is asked after each read.
	StreamEof() bool
	// StreamWrite answers how many bytes it has taken; not ok: none can be written.
	StreamWrite(data string) (n int, ok bool)
	// StreamFlush is asked of what has been written: by Fflush, and before
	// StreamClose.
	StreamFlush() bool
	// StreamClose is the end of the stream.
	StreamClose()
	// StreamSeek moves the position; StreamTell is then asked where it is.
	StreamSeek(offset int, whence SeekWhence) bool
	StreamTell() int
	// StreamStat is what Fstat answers.
	StreamStat() (stat FileStat, ok bool)
	StreamLock(operation FileFlag) bool
	StreamTruncate(newSize int) bool
	// StreamSetOption is told of timeouts (STREAM_OPTION_READ_TIMEOUT: seconds and
	// microseconds), blocking, and buffers (STREAM_BUFFER_NONE or _FULL, and the
	// size).
	StreamSetOption(option, arg1, arg2 int) bool

	// DirOpendir opens a directory; DirReaddir answers the next entry's name, and not
	// ok at the end.
	DirOpendir(path string, options int) bool
	DirReaddir() (name string, ok bool)
	DirRewinddir() bool
	DirClosedir() bool
	// StreamCast is the stream that [StreamSelect] waits for in place of this one
	// (castAs is STREAM_CAST_FOR_SELECT); nil: there is none.
	StreamCast(castAs int) *Stream

	// UrlStat is what Stat, FileExists and so on answer of a path.
	UrlStat(path string, flags int) (stat FileStat, ok bool)
	Unlink(path string) bool
	Rename(from, to string) bool
	Mkdir(path string, mode Permissions, options int) bool
	Rmdir(path string, options int) bool

	base() *StreamWrapper
}

// StreamWrapper is what wrappers of the program's own embed. A method that they
// do not have is not implemented: who needs it is told so.
type StreamWrapper struct {
	Context *Context // that of the function that was called; nil for none

	missing bool // the method that was called is one of those below
}

func (w *StreamWrapper) base() *StreamWrapper { return w }

// StreamOpen is not implemented.
func (w *StreamWrapper) StreamOpen(path, mode string, options int) bool {
	w.missing = true
	return false
}

// StreamRead is not implemented.
func (w *StreamWrapper) StreamRead(count int) (data string, ok bool) {
	w.missing = true
	return "", false
}

// StreamEof is not implemented.
func (w *StreamWrapper) StreamEof() bool {
	w.missing = true
	return true
}

// StreamWrite is not implemented.
func (w *StreamWrapper) StreamWrite(data string) (n int, ok bool) {
	w.missing = true
	return 0, false
}

// StreamFlush is not implemented, which makes Fflush false.
func (w *StreamWrapper) StreamFlush() bool { return false }

// StreamClose does nothing.
func (w *StreamWrapper) StreamClose() {}

// StreamSeek is not implemented: the stream can't seek.
func (w *StreamWrapper) StreamSeek(offset int, whence SeekWhence) bool {
	w.missing = true
	return false
}

// StreamTell is not implemented.
func (w *StreamWrapper) StreamTell() int {
	w.missing = true
	return 0
}

// StreamStat is not implemented.
func (w *StreamWrapper) StreamStat() (stat FileStat, ok bool) {
	w.missing = true
	return stat, false
}

// StreamLock is not implemented.
func (w *StreamWrapper) StreamLock(operation FileFlag) bool {
	w.missing = true
	return false
}

// StreamTruncate is not implemented: the stream can't be truncated.
func (w *StreamWrapper) StreamTruncate(newSize int) bool {
	w.missing = true
	return false
}

// StreamSetOption is not implemented.
func (w *StreamWrapper) StreamSetOption(option, arg1, arg2 int) bool {
	w.missing = true
	return false
}

// DirOpendir is not implemented.
func (w *StreamWrapper) DirOpendir(path string, options int) bool {
	w.missing = true
	return false
}

// DirReaddir is not implemented.
func (w *StreamWrapper) DirReaddir() (name string, ok bool) {
	w.missing = true
	return "", false
}

// DirRewinddir does nothing.
func (w *StreamWrapper) DirRewinddir() bool { return false }

// DirClosedir does nothing.
func (w *StreamWrapper) DirClosedir() bool { return false }

// StreamCast is not implemented: the stream can't be waited for.
func (w *StreamWrapper) StreamCast(castAs int) *Stream {
	w.missing = true
	return nil
}

// UrlStat is not implemented.
func (w *StreamWrapper) UrlStat(path string, flags int) (stat FileStat, ok bool) {
	w.missing = true
	return stat, false
}

// Unlink is not implemented.
func (w *StreamWrapper) Unlink(path string) bool {
	w.missing = true
	return false
}

// Rename is not implemented.
func (w *StreamWrapper) Rename(from, to string) bool {
	w.missing = true
	return false
}

// Mkdir is not implemented.
func (w *StreamWrapper) Mkdir(path string, mode Permissions, options int) bool {
	w.missing = true
	return false
}

// Rmdir is not implemented.
func (w *StreamWrapper) Rmdir(path string, options int) bool {
	w.missing = true
	return false
}
