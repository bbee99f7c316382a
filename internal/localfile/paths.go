package localfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// ErrNotCopied is what [CopyRange] answers where it can't copy.
var ErrNotCopied = errors.New("localfile: it has to be read and written")

// Unlink removes what is no directory.
func Unlink(path string) error { return pathError("unlink", path, syscall.Unlink(path)) }

// Rmdir removes an empty directory.
func Rmdir(path string) error { return pathError("rmdir", path, syscall.Rmdir(path)) }

// Mkdir makes a directory.
func Mkdir(path string, mode uint32) error {
	return pathError("mkdir", path, syscall.Mkdir(path, mode))
}

// MkdirAll makes a directory with those above it that there are not.
func MkdirAll(path string, mode uint32) error {
	path = filepath.Clean(path)
	missing := []string{path}
	for at := filepath.Dir(path); at != path; at = filepath.Dir(at) {
		if _, err := os.Stat(at); err == nil || at == filepath.Dir(at) {
			break
		}
		missing = append(missing, at)
	}
	for i := len(missing) - 1; i >= 0; i-- {
		if err := Mkdir(missing[i], mode); err != nil {
			return err
		}
	}
	return nil
}

func pathError(op, path string, err error) error {
	if err == nil {
		return nil
	}
	return &fs.PathError{Op: op, Path: path, Err: err}
}

// RealPath is the whole path of what there is under a name, without symbolic links.
func RealPath(name string) (path string, ok bool) {
	if _, err := os.Stat(name); err != nil {
		return "", false
	}
	if !filepath.IsAbs(name) {
		at, err := os.Getwd()
		if err != nil {
			return "", false
		}
		name = at + "/" + name // as it is: "a/../b" needs an a
	}
	path, err := filepath.EvalSymlinks(name)
	return path, err == nil
}
