package phpstream

// userDir is a directory of a program's own wrapper.
//
// php-src: main/streams/userspace.c.
type userDir struct {
	noBytes
	*userObject
}

func (d *userDir) next(c *call) (name string, ok bool) {
	c.tell(d.asks("dir_readdir", func() { name, ok = d.DirReaddir() }))
	return name, ok
}

// seek is rewinddir, which PHP takes for done whatever is answered.
func (d *userDir) seek(int64, int) (int64, error) {
	_, err := d.has(func() { d.DirRewinddir() })
	return d.s.tell.Load(), err
}

// close does not wait for a method that is at work: closing may be what ends it.
func (d *userDir) close() error {
	runUserCode(func() { d.DirClosedir() })
	return nil
}
