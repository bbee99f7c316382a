package localfile

import "os"

// Dir is an open directory.
type Dir struct {
	f *os.File
	unread
}

// OpenDir opens a directory.
func OpenDir(path string) (*Dir, error) {
	f, err := openDir(path)
	if err != nil {
		return nil, err
	}
	return &Dir{f: f}, nil
}

// Rewind begins anew.
func (d *Dir) Rewind() error {
	d.unread = unread{}
	_, err := d.f.Seek(0, 0)
	return err
}

// Close closes the directory.
func (d *Dir) Close() error { return d.f.Close() }
