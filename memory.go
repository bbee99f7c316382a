package phpstream

import (
	"errors"
	"io"
	"strings"
)

// memory is bytes in memory as a body: php://memory, php://temp, data:.
//
// php-src: main/streams/memory.c.
type memory struct {
	data     []byte
	at       int
	readOnly bool
	appends  bool
	before84 bool // no seeking past the end
}

func (rt *Runtime) newMemory(mode string) *memory {
	m := &memory{before84: !rt.facts.SeeksPastEnd}
	switch {
	case strings.Contains(mode, "a"):
		m.appends = true
	case !strings.ContainsAny(mode, "w+"):
		m.readOnly = true
	}
	return m
}

// newMemoryStream makes a stream of memory: it goes past PHP's buffer.
func (rt *Runtime) newMemoryStream(label, mode string, b body) *Stream {
	s := rt.newBodyStream(label, mode, b)
	s.greedy, s.unbuffed = true, true
	return s
}

func (m *memory) read(p []byte) (got, error) {
	if m.at >= len(m.data) {
		return got{end: true}, nil
	}
	n := copy(p, m.data[m.at:])
	m.at += n
	return got{n: n}, nil
}

func (m *memory) write(p []byte) (int, bool, error) {
	if m.readOnly {
		return 0, false, nil
	}
	if m.appends {
		m.at = len(m.data)
	}
	m.grow(m.at + len(p))
	copy(m.data[m.at:], p)
	m.at += len(p)
	return len(p), true, nil
}

// grow makes the data at least size bytes long.
func (m *memory) grow(size int) {
	if more := size - len(m.data); more > 0 {
		m.data = append(m.data, make([]byte, more)...)
	}
}

var errSeek = errors.New("phpstream: no such position")

func (m *memory) seek(offset int64, whence int) (int64, error) {
	to := offset
	switch whence {
	case io.SeekStart:
	case io.SeekEnd:
		to += int64(len(m.data))
	default:
		return int64(m.at), errSeek
	}
	switch {
	case to < 0 && whence == io.SeekStart && m.before84:
		m.at = len(m.data) // a negative position is a very large one
		return -1, errSeek
	case to < 0:
		m.at = 0
		return -1, errSeek
	case to > int64(len(m.data)) && (m.before84 || to > maxMemory):
		m.at = len(m.data)
		return -1, errSeek
	}
	m.at = int(to)
	return to, nil
}

// maxMemory is how far behind the end a position may be.
const maxMemory = 1 << 40

func (m *memory) truncate(size int64) error {
	if m.readOnly {
		return errors.ErrUnsupported
	}
	if size <= int64(len(m.data)) {
		m.data = m.data[:size]
		m.at = min(m.at, int(size))
		return nil
	}
	m.grow(int(size))
	return nil
}

func (m *memory) stat() (FileStat, error) {
	const regular = 0o100000
	mode := int64(regular | 0o666)
	if m.readOnly {
		mode = regular | 0o444
	}
	return FileStat{Mode: mode, Nlink: 1, Rdev: -1, Dev: 0xC, Size: int64(len(m.data)), Blksize: -1, Blocks: -1}, nil
}

func (m *memory) close() error {
	m.data = nil
	return nil
}
