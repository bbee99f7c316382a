package phpstream

import (
	"bufio"
	"compress/gzip"
	"errors"
	"io"
	"sync"
)

// zipper writes compress.zlib://. Its lock is for the end, which another goroutine
// may bring while somebody is stuck writing.
//
// zlib: gzwrite.c.
type zipper struct {
	zipPlace
	inner  *Stream
	mu     sync.Mutex
	gz     zipWriter
	at     int64 // so much has been written
	zeros  int64 // that a seek has left to be written
	broken error // nothing can be written any more
}

type zipWriter interface {
	io.WriteCloser
	Flush() error
}

var errZipLevel = errors.New("phpstream: no such level of compression")

func newZipper(s, inner *Stream, mode zipMode) *zipper {
	z := &zipper{zipPlace: zipPlace{s}, inner: inner}
	if mode.plain {
		z.gz = unzipped{bufio.NewWriterSize(inner, zipInput)}
		return z
	}
	if mode.level < gzip.DefaultCompression || mode.level > gzip.BestCompression {
		z.broken = errZipLevel
		return z
	}
	const unix = 3
	gz, err := gzip.NewWriterLevel(inner, mode.level)
	z.broken = err
	if err == nil {
		gz.OS = unix
		z.gz = gz
	}
	return z
}

// unzipped is what the mode "T" has in the place of gzip.
type unzipped struct{ *bufio.Writer }

func (u unzipped) Close() error { return u.Flush() }

func (z *zipper) read([]byte) (got, error) { return got{minus: true}, nil }

// write takes all or nothing: a failure is 0, and not false.
func (z *zipper) write(p []byte) (int, bool, error) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.fill()
	if z.broken == nil {
		_, z.broken = z.gz.Write(p)
	}
	if z.broken != nil {
		return 0, true, z.broken
	}
	z.at += int64(len(p))
	return len(p), true, nil
}

// fill writes the zeros over which a seek has gone.
func (z *zipper) fill() {
	var block [1024]byte
	for z.zeros > 0 && z.broken == nil {
		n := min(z.zeros, int64(len(block)))
		_, z.broken = z.gz.Write(block[:n])
		z.zeros -= n
		z.at += n
	}
}

func (z *zipper) seek(offset int64, whence int) (int64, error) {
	if whence == io.SeekEnd {
		return z.noEnd()
	}
	if whence != io.SeekStart {
		return z.failed()
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	if z.broken != nil {
		return z.failed()
	}
	z.zeros = 0 // an earlier seek counts no more, even if this one fails
	if offset < z.at {
		return z.failed()
	}
	z.zeros = offset - z.at
	return offset, nil
}

func (z *zipper) flush() bool {
	z.mu.Lock()
	defer z.mu.Unlock()
	if z.fill(); z.broken == nil {
		z.broken = z.gz.Flush()
	}
	return z.broken == nil
}

// close finishes what is packed, unless somebody is stuck writing it.
func (z *zipper) close() error {
	if !z.mu.TryLock() {
		return z.inner.Close()
	}
	defer z.mu.Unlock()
	if z.fill(); z.broken == nil {
		z.broken = z.gz.Close()
	}
	return errors.Join(z.broken, z.inner.Close())
}
