package phpstream

import (
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
}

// defaultTemp is how much stays in memory where the URL does not say.
const defaultTemp = 2 << 20

// openTemp opens "temp" or "temp/maxmemory:N"; arg is what follows "temp".
func (o *urlOpening) openTemp(arg string) *Stream {
	most := int64(defaultTemp)
	if size, found := cutPrefixFold(arg, "/maxmemory:"); found {
		if most, _ = phpvalue.Strtol(size); most < 0 {
			if o.c.rt.facts.Throws {
				o.c.complain(phpfacts.MaxMemory)
			} else {
				o.c.throw("Error", "Max memory must be >= 0")
			}
			return nil
		}
	}
	m := o.c.rt.newMemory(o.mode)
	return o.c.rt.newMemoryStream("TEMP", memoryMode(m), &temp{seeker: m, inner: m, memory: m, most: most, facts: o.c.rt.facts})
}

func (t *temp) read(p []byte) (got, error) { return t.inner.read(p) }

func (t *temp) write(p []byte) (int, bool, error) {
	if m := t.memory; m != nil && int64(len(m.data)+len(p)) >= t.most {
		if err := t.toFile(); err != nil {
			return 0, false, &trouble{level: E_WARNING, err: err, text: "Unable to create temporary file, Check permissions in temporary files directory."}
		}
	}
	return t.inner.write(p)
}

// toFile goes on in a file.
func (t *temp) toFile() error {
	f, err := os.CreateTemp("", "php")
	if err != nil {
		return err
	}
	os.Remove(f.Name()) // where that can be done with an open file
	m := t.memory
	if _, err = f.Write(m.data); err == nil {
		_, err = f.Seek(int64(m.at), 0)
	}
	if err != nil {
		f.Close()
		os.Remove(f.Name())
		return err
	}
	b := &file{f: f, facts: t.facts, temporary: true}
	t.seeker, t.inner, t.memory = b, b, nil
	return nil
}

// seek is the inner stream's seek: since PHP 8.4 that refuses a negative position
// before anything moves.
func (t *temp) seek(offset int64, whence int) (int64, error) {
	if t.facts.RefusesNegative && whence == io.SeekStart && offset < 0 {
		at, _ := t.seeker.seek(0, io.SeekCurrent)
		return at, errSeek
	}
	return t.seeker.seek(offset, whence)
}

func (t *temp) truncate(size int64) error { return t.inner.(truncater).truncate(size) }

func (t *temp) stat() (FileStat, error) { return t.inner.(statter).stat() }

func (t *temp) close() error { return t.inner.close() }
