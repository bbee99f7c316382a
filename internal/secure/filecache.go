package secure

import (
	"os"
	"sync"
	"time"
)

// fileCache keeps what was made of files, by path, for as long as the file
// doesn't change: a mailer that connects a thousand times parses its
// authorities once. It is safe for concurrent use.
type fileCache[T any] struct {
	mu      sync.Mutex
	entries map[string]*cachedFile[T]
}

type cachedFile[T any] struct {
	info  os.FileInfo
	used  time.Time
	once  sync.Once
	value T
	err   error
}

// maxCachedFiles bounds a cache; what was used longest ago goes first.
const maxCachedFiles = 256

// get returns what load makes of the file; of a directory it makes what it
// makes of nothing. variant tells apart different ways to read one file.
func (c *fileCache[T]) get(path, variant string, load func(data []byte) (T, error)) (value T, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return value, err
	}
	if !info.Mode().IsRegular() && !info.IsDir() {
		data, err := os.ReadFile(path) // a pipe, say: size and time tell nothing
		if err != nil {
			return value, err
		}
		return load(data)
	}
	key := variant + "\x00" + path
	c.mu.Lock()
	e := c.entries[key]
	if e == nil || !unchanged(e.info, info) {
		if c.entries == nil {
			c.entries = map[string]*cachedFile[T]{}
		}
		if e == nil && len(c.entries) >= maxCachedFiles {
			c.dropOldest()
		}
		e = &cachedFile[T]{info: info}
		c.entries[key] = e
	}
	e.used = time.Now()
	c.mu.Unlock()
	e.once.Do(func() {
		var data []byte
		if !info.IsDir() {
			if data, e.err = os.ReadFile(path); e.err != nil {
				return
			}
		}
		e.value, e.err = load(data)
	})
	if e.err != nil {
		// Not to be kept: what stopped us (say, a permission) is no property
		// of size and time.
		c.mu.Lock()
		if c.entries[key] == e {
			delete(c.entries, key)
		}
		c.mu.Unlock()
	}
	return e.value, e.err
}

// unchanged tells whether a file is what it was. Size and time of modification
// do not tell alone: copying tools set the time, and files of one kind have one
// size.
func unchanged(was, is os.FileInfo) bool {
	return was.Size() == is.Size() && was.ModTime().Equal(is.ModTime()) && changeTime(was).Equal(changeTime(is)) && os.SameFile(was, is)
}

func (c *fileCache[T]) dropOldest() {
	oldest := ""
	for key, e := range c.entries {
		if oldest == "" || e.used.Before(c.entries[oldest].used) {
			oldest = key
		}
	}
	delete(c.entries, oldest)
}
