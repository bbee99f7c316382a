package secure

import (
	"path/filepath"
	"strings"
)

// may tells whether a file may be opened, and complains where it may not.
func (o *options) may(path string) bool {
	if within(o.basedir, path) {
		return true
	}
	o.warn("open_basedir restriction in effect. File(%s) is not within the allowed path(s): (%s)", path, o.basedir)
	return false
}

// within tells whether PHP's open_basedir lets a file be opened: it is in one of
// the folders, or below it, when links are followed. Of a file that isn't there
// the folder counts.
//
// php-src: main/fopen_wrappers.c, php_check_open_basedir_ex.
func within(basedir, path string) bool {
	if basedir == "" {
		return true
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return false
	}
	path = follow(path)
	for _, dir := range filepath.SplitList(basedir) {
		if dir == "" {
			continue
		}
		dir, err := filepath.Abs(dir)
		if err != nil {
			continue
		}
		dir = strings.TrimSuffix(follow(dir), string(filepath.Separator))
		if path == dir || strings.HasPrefix(path, dir+string(filepath.Separator)) {
			return true
		}
	}
	return false
}

// follow resolves the links of as much of an absolute path as exists.
func follow(path string) string {
	rest := ""
	for at := path; ; {
		if real, err := filepath.EvalSymlinks(at); err == nil {
			return filepath.Join(real, rest)
		}
		up := filepath.Dir(at)
		if up == at {
			return path
		}
		rest = filepath.Join(filepath.Base(at), rest)
		at = up
	}
}
