package phpstream

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"

	"github.com/phpstream-go/phpstream/internal/localfile"
)

// userBody is a stream of a program's own wrapper.
//
// php-src: main/streams/userspace.c.
type userBody struct {
	*userObject
	unflushed atomic.Bool // something has been written
	noSeek    atomic.Bool // there is no stream_seek
}

func (b *userBody) read(p []byte) (g got, err error) {
	var data string
	var ok bool
	if err := b.asks("stream_read", func() { data, ok = b.StreamRead(len(p)) }); err != nil {
		return got{minus: true}, err
	}
	if !ok {
		return got{minus: true}, nil
	}
	if over := len(data) - len(p); over > 0 {
		err = b.excess("stream_read - read %d bytes more data than requested (%d read, %d max) - excess data will be lost", over, len(data), len(p))
	}
	n := copy(p, data)
	eof, e := b.isOver()
	return got{n: n, end: eof}, errors.Join(err, e)
}

// isOver asks for the end. Where stream_eof panics nothing more can be read.
func (b *userBody) isOver() (eof bool, err error) {
	eof = true
	answered := false
	defer func() {
		if !answered {
			b.s.eof.Store(true)
		}
	}()
	err = b.asks("stream_eof", func() { eof = b.StreamEof() }, "Assuming EOF")
	answered = true
	return eof, err
}

func (b *userBody) excess(format string, over, n, most int) error {
	return &trouble{level: E_WARNING, err: io.ErrShortBuffer, text: b.class + "::" + fmt.Sprintf(format, over, n, most)}
}

// write writes in PHP's pieces, as long as they are taken.
func (b *userBody) write(p []byte) (n int, ok bool, err error) {
	for n < len(p) {
		piece := p[n:min(n+b.s.chunk, len(p))]
		m, sent, e := b.writePiece(piece)
		err = errors.Join(err, e)
		if !sent || m <= 0 {
			return n, n > 0 || sent && m == 0, err
		}
		n += m
	}
	return n, true, err
}

func (b *userBody) writePiece(p []byte) (n int, ok bool, err error) {
	if err := b.asks("stream_write", func() { n, ok = b.StreamWrite(string(p)) }); err != nil {
		return 0, false, err
	}
	if over := n - len(p); over > 0 {
		err = b.excess("stream_write wrote %d bytes more data than requested (%d written, %d max)", over, n, len(p))
		n = len(p)
	}
	return n, ok, err
}

// flush is PHP's flush: of what has been written, or because somebody asks for it.
func (b *userBody) flush() (done bool) {
	b.unflushed.Store(false)
	b.has(func() { done = b.StreamFlush() })
	return done
}

var errCannotSeek = errors.New("phpstream: the wrapper has no stream_seek")

func (b *userBody) seek(offset int64, whence int) (int64, error) {
	at := b.s.tell.Load()
	done := false
	there, err := b.has(func() { done = b.StreamSeek(int(offset), SeekWhence(whence)) })
	switch {
	case err != nil:
		return at, err
	case !there:
		b.noSeek.Store(true)
		return at, errCannotSeek
	case !done:
		return at, errUserWrapper
	}
	to := 0
	if err := b.asks("stream_tell", func() { to = b.StreamTell() }); err != nil {
		return at, err
	}
	return int64(to), nil
}

// toAppend asks a stream that is opened for appending where it is.
func (b *userBody) toAppend(c *call) {
	if !strings.Contains(b.s.mode, "a") || b.s.tell.Load() != 0 || b.noSeek.Load() {
		return
	}
	to, err := b.seek(0, io.SeekCurrent)
	switch {
	case err == nil:
		b.s.tell.Store(to)
	case err != errCannotSeek:
		c.tell(err)
	}
}

func (b *userBody) stat() (stat FileStat, err error) {
	ok := false
	if err := b.asks("stream_stat", func() { stat, ok = b.StreamStat() }); err != nil {
		return stat, err
	}
	if !ok {
		return FileStat{}, errUserWrapper
	}
	return stat, nil
}

func (b *userBody) lock(how int) error {
	operation := map[int]FileFlag{localfile.Shared: LOCK_SH, localfile.Exclusive: LOCK_EX, localfile.Unlock: LOCK_UN}[how&^localfile.AtOnce]
	if how&localfile.AtOnce != 0 {
		operation |= LOCK_NB
	}
	return b.does("stream_lock", func() bool { return b.StreamLock(operation) })
}

// locks is PHP's question whether there are locks at all: a lock of no kind. That
// there is no stream_lock comes out later.
func (b *userBody) locks() (can bool) {
	there, err := b.has(func() { can = b.StreamLock(0) })
	return can || !there && err == nil
}

func (b *userBody) truncate(size int64) error {
	done := false
	there, err := b.has(func() { done = b.StreamTruncate(int(size)) })
	switch {
	case err != nil:
		return err
	case !there:
		return errors.ErrUnsupported
	case !done:
		return errUserWrapper
	}
	return nil
}

// does asks for a method that answers whether it could do it.
func (b *userBody) does(name string, method func() bool) error {
	done := false
	if err := b.asks(name, func() { done = method() }); err != nil {
		return err
	}
	if !done {
		return errUserWrapper
	}
	return nil
}

// ended is feof's question.
func (b *userBody) ended(c *call) bool {
	eof, err := b.isOver()
	c.tell(err)
	return eof
}

// close does not wait for a method that is at work: closing may be what ends it.
func (b *userBody) close() error {
	runUserCode(b.StreamClose)
	return nil
}

// userOption hands a setting on, where the stream is one of a program's wrapper.
func (s *Stream) userOption(c *call, option, arg1, arg2 int) (done, isUser bool) {
	b, ok := s.body.(*userBody)
	if !ok {
		return false, false
	}
	err := b.does("stream_set_option", func() bool { return b.StreamSetOption(option, arg1, arg2) })
	c.tell(err)
	return err == nil, true
}
