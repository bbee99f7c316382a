//go:build !linux

package localfile

import (
	"io/fs"
	"os"
	"syscall"
)

// unread is what the system has told and nobody has read.
type unread struct {
	names []string
	begun bool
}

func openDir(path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || !info.IsDir() {
		f.Close()
		return nil, &fs.PathError{Op: "open", Path: path, Err: syscall.ENOTDIR}
	}
	return f, nil
}

// Next is the name of the next entry; false at the end. "." and "..", which package
// os leaves out, come first.
func (d *Dir) Next() (name string, ok bool) {
	if !d.begun {
		d.begun, d.names = true, []string{".", ".."}
	}
	if len(d.names) == 0 {
		const some = 100
		d.names, _ = d.f.Readdirnames(some)
	}
	if len(d.names) == 0 {
		return "", false
	}
	name, d.names = d.names[0], d.names[1:]
	return name, true
}
