package phpstream

import (
	"errors"

	"github.com/phpstream-go/phpstream/internal/localfile"
	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// Flock locks a file ([LOCK_SH], [LOCK_EX]) or unlocks it ([LOCK_UN]). With
// [LOCK_NB] it does not wait: where another holds the lock it answers false, and
// wouldBlock is true. Anything but a file answers false. Other operations are the
// ValueError "Argument #2 ($operation) must be one of LOCK_SH, LOCK_EX, or
// LOCK_UN".
//
//	PHP: flock(resource $stream, int $operation, int &$would_block = null): bool
//
// php-src: ext/standard/file.c, main/streams/plain_wrapper.c.
func Flock(fp *Stream, operation FileFlag) (locked, wouldBlock bool) {
	c, ok := fp.begin("flock")
	if !ok {
		return false, false
	}
	defer c.deliver()
	how, ok := map[FileFlag]int{LOCK_SH: localfile.Shared, LOCK_EX: localfile.Exclusive, LOCK_UN: localfile.Unlock}[operation&3]
	if !ok {
		c.complain(phpfacts.LockOperation)
		return false, false
	}
	if operation&LOCK_NB != 0 {
		how |= localfile.AtOnce
	}
	err := fp.lock(&c, how)
	return err == nil, errors.Is(err, localfile.WouldBlock)
}

func (s *Stream) lock(c *call, how int) error {
	l, ok := s.body.(locker)
	if !ok {
		return errors.ErrUnsupported
	}
	err := l.lock(how)
	c.tell(err)
	return err
}

// Ftruncate makes a file size bytes long; what is added is zero bytes. The
// position stays. It is false for what can't be written to, and for anything but
// a file, with the warning "Can't truncate this stream!". A negative size is the
// ValueError "Argument #2 ($size) must be greater than or equal to 0".
//
//	PHP: ftruncate(resource $stream, int $size): bool
//
// php-src: ext/standard/file.c.
func Ftruncate(fp *Stream, size int) bool {
	if fp != nil && size < 0 { // PHP looks at the size first
		c := fp.runtime().call("ftruncate")
		c.complain(phpfacts.TruncateSize)
		c.deliver()
		return false
	}
	c, ok := fp.begin("ftruncate")
	if !ok {
		return false
	}
	defer c.deliver()
	t, ok := fp.body.(truncater)
	if !ok {
		c.warning("Can't truncate this stream!")
		return false
	}
	fp.rmu.Lock()
	defer fp.rmu.Unlock()
	err := t.truncate(int64(size))
	if _, isUser := t.(*userBody); isUser && err == errors.ErrUnsupported {
		c.warning("Can't truncate this stream!")
	}
	c.tell(err)
	return err == nil
}

// Fstat answers what the system knows of an open file or socket; not ok for what
// is neither.
//
//	PHP: fstat(resource $stream): array|false
//
// php-src: ext/standard/file.c.
func Fstat(fp *Stream) (stat FileStat, ok bool) {
	c, ok := fp.begin("fstat")
	if !ok {
		return stat, false
	}
	defer c.deliver()
	var err error
	switch b := fp.body.(type) {
	case statter:
		stat, err = b.stat()
	case nil:
		w := fp.wire()
		if w == nil || fp.wrapperType != "" { // what a wrapper has opened is not its socket
			return stat, false
		}
		var info localfile.Info
		info, err = localfile.InfoOfDescriptor(w.SyscallConn())
		stat = FileStat(info)
	default:
		return stat, false
	}
	c.tell(err)
	return stat, err == nil
}
