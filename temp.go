package phpstream

import (
	"cmp"
	"errors"
	"io"
	"os"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

// temp is php://temp: memory as long as there is little, and then a file without
// a name.
//
// php-src: main/streams/memory.c, php_stream_temp_write.
type temp struct {
	seeker // the memory or the file
	inner  body
	memory *memory // nil when it is a file
	most   int64   // with that much in it, it becomes a file
	facts  *phpfacts.Facts
	ended  bool  // a read has met the end
	place  int64 // PHP's position of the stream inside
	chunk  int   // that of the stream inside; 0: PHP's default
}

// setChunk tells the stream inside, whose options are those of the one outside.
func (t *temp) setChunk(size int) (old int) {
	old, t.chunk = cmp.Or(t.chunk, defaultChunk), size
	return old
}

// defaultTemp is how much stays in memory where the URL does not say.
const defaultTemp = 2 << 20

// tempBody is the body of php://temp and of data: URLs.
func (s *Stream) tempBody() *temp {
	switch b := s.body.(type) {
	case *temp:
		return b
	case dataBody:
		return b.temp
	}
	return nil
}

// openTemp opens "temp" or "temp/maxmemory:N"; arg is what follows "temp".
func (o *urlOpening) openTemp(arg string) *Stream {
	most := int64(defaultTemp)
	if size, found := cutPrefixFold(arg, "/maxmemory:"); found {
		if most, _ = phpvalue.Strtol(size); most < 0 {
			if o.c.rt.facts.Throws {
				o.c.complain(phpfacts.MaxMemory(o.c.name))
			} else {
				o.c.throw("Error", "Max memory must be >= 0")
			}
			return nil
		}
	}
	t := o.c.rt.newTemp(o.mode, most)
	return o.c.rt.newMemoryStream("TEMP", memoryMode(t.memory), t)
}

func (rt *Runtime) newTemp(mode string, most int64) *temp {
	m := rt.newMemory(mode)
	return &temp{seeker: m, inner: m, memory: m, most: most, facts: rt.facts}
}

func (t *temp) read(p []byte) (got, error) {
	g, err := readAll(t.inner, p)
	t.ended = t.ended || g.end
	t.place += int64(g.n)
	return g, err
}

// readAll reads until p is full, or nothing more comes: so PHP reads the stream
// inside of another one.
func readAll(b body, p []byte) (g got, err error) {
	for n := -1; n != 0 && g.n < len(p); {
		var part got
		part, err = b.read(p[g.n:])
		n = part.n
		g.n += n
		g.end, g.minus = part.end, part.minus && g.n == 0
	}
	return g, err
}

func (t *temp) seek(offset int64, whence int) (int64, error) {
	if t.facts.RefusesNegative && whence == io.SeekStart && offset < 0 {
		return t.place, errSeek // the stream inside does not ask the memory
	}
	to, err := t.seeker.seek(offset, whence)
	if to == samePlace {
		to = t.place
	}
	if t.place = to; err == nil {
		t.ended = false
	}
	return to, err
}

func (t *temp) write(p []byte) (int, bool, error) {
	if t.memory != nil && t.outgrows(len(p)) {
		at := t.place
		if t.facts.TempGoesOnAtEnd {
			at = int64(len(t.memory.data))
		}
		if err := t.toFile(at); err != nil {
			return 0, false, &trouble{level: E_WARNING, err: err, text: "Unable to create temporary file, Check permissions in temporary files directory."}
		}
	}
	n, ok, err := t.inner.write(p)
	t.place += int64(n)
	return n, ok, err
}

// outgrows tells whether n bytes more are too much for the memory.
func (t *temp) outgrows(n int) bool {
	if t.facts.TempGoesOnAtEnd {
		return int64(len(t.memory.data)+n) >= t.most
	}
	return t.place >= t.most-int64(n)
}

// toFile goes on in a file, at a position.
func (t *temp) toFile(at int64) error {
	f, err := os.CreateTemp("", "php")
	if err != nil {
		return err
	}
	os.Remove(f.Name()) // where that can be done with an open file
	m := t.memory
	if _, err = f.Write(m.data); err != nil {
		f.Close()
		os.Remove(f.Name())
		return err
	}
	if _, err := f.Seek(at, io.SeekStart); err != nil {
		at = int64(len(m.data)) // where writing has ended
	}
	t.place = at
	b := &file{f: f, facts: t.facts, temporary: true}
	t.seeker, t.inner, t.memory, t.ended = b, b, nil, false
	t.chunk = 0
	return nil
}

func (t *temp) lock(how int) error {
	l, ok := t.inner.(locker)
	if !ok {
		return errors.ErrUnsupported
	}
	return l.lock(how)
}

func (t *temp) truncate(size int64) error { return t.inner.(truncater).truncate(size) }

func (t *temp) stat() (FileStat, error) { return t.inner.(statter).stat() }

func (t *temp) close() error { return t.inner.close() }
