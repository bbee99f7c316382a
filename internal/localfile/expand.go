package localfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
)

// maxPath is the longest path that PHP takes, on every system.
const maxPath = 4094

// Expand is what PHP makes of a path that it is to open: "." and ".." are taken out
// of it, also where what they follow does not exist. Something that exists, and is
// no directory, can have nothing behind it.
//
// php-src: main/fopen_wrappers.c, expand_filepath; Zend/zend_virtual_cwd.c.
func Expand(path string) (string, error) {
	fail := func(why error) (string, error) { return path, &fs.PathError{Op: "open", Path: path, Err: why} }
	if len(path) > maxPath {
		return fail(syscall.EINVAL)
	}
	bare := strings.TrimRight(path, "/")
	if bare != path && bare != "" {
		if info, err := os.Stat(bare); err == nil && !info.IsDir() {
			return fail(syscall.ENOENT)
		}
	}
	parts := strings.Split(path, "/")
	if runtime.GOOS == "windows" || !slices.Contains(parts, ".") && !slices.Contains(parts, "..") {
		return path, nil
	}
	at := "/"
	if parts[0] != "" {
		var err error
		if at, err = os.Getwd(); err != nil {
			return path, err
		}
	}
	for _, part := range parts {
		if part != "." && part != ".." {
			at = filepath.Join(at, part)
			continue
		}
		info, err := os.Stat(at)
		if err == nil && !info.IsDir() || errors.Is(err, syscall.ENOTDIR) {
			return fail(syscall.ENOENT)
		}
		if part == ".." {
			if real, err := filepath.EvalSymlinks(at); err == nil {
				at = real
			}
			at = filepath.Dir(at)
		}
	}
	if bare != path {
		at += "/"
	}
	return at, nil
}
