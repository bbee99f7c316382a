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
	at       int64
	readOnly bool
	appends  bool
	before84 bool         // no seeking past the end
	limit    func() int64 // memory_limit
}

func (rt *Runtime) newMemory(mode string) *memory {
	m := &memory{before84: !rt.facts.SeeksPastEnd, limit: rt.memoryLimit}
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
	s.unbuffed = true
	return s
}

// isMemory tells whether PHP knows a stream for one of memory, which data: URLs are
// not.
func (s *Stream) isMemory() bool {
	switch s.body.(type) {
	case *memory, *temp:
		return true
	}
	return false
}

func (m *memory) read(p []byte) (got, error) {
	if m.at >= int64(len(m.data)) {
		return got{end: true}, nil
	}
	n := copy(p, m.data[m.at:])
	m.at += int64(n)
	return got{n: n}, nil
}

func (m *memory) write(p []byte) (int, bool, error) {
	if m.readOnly {
		return 0, false, nil
	}
	if m.appends {
		m.at = int64(len(m.data))
	}
	if err := m.grow(addSaturated(m.at, int64(len(p)))); err != nil {
		return 0, false, err
	}
	copy(m.data[m.at:], p)
	m.at += int64(len(p))
	return len(p), true, nil
}

// grow makes the data at least size bytes long.
func (m *memory) grow(size int64) error {
	more := size - int64(len(m.data))
	if more <= 0 {
		return nil
	}
	if limit := m.limit(); size > maxRead && (limit >= 0 && size > limit || size > maxMemory) {
		return &excess{limit, size}
	}
	m.data = append(m.data, make([]byte, more)...)
	return nil
}

// maxMemory is as much as there may be without a memory_limit.
const maxMemory = 1 << 40

var errSeek = errors.New("phpstream: no such position")

func (m *memory) seek(offset int64, whence int) (int64, error) {
	size := int64(len(m.data))
	to := offset
	switch whence {
	case io.SeekStart:
	case io.SeekEnd:
		to = addSaturated(size, offset)
	default:
		return m.at, errSeek
	}
	switch {
	case to > size && m.before84, to < 0 && m.before84 && whence == io.SeekStart: // which is a large number there
		m.at = size
		return -1, errSeek
	case to < 0:
		m.at = 0
		return -1, errSeek
	}
	m.at = to
	return to, nil
}

func (m *memory) truncate(size int64) error {
	if m.readOnly {
		return errors.ErrUnsupported
	}
	if size <= int64(len(m.data)) {
		m.data = m.data[:size]
		m.at = min(m.at, size)
		return nil
	}
	return m.grow(size)
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
