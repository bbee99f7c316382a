package phpstream

import "errors"

var errNoPathOp = errors.New("phpstream: the wrapper can't do that")

// Unlink removes a file, of this machine or of an FTP server. It is false with a
// warning where that can't be done: "unlink(FILENAME): No such file or directory",
// "Error Deleting file: 550 none", "http does not allow unlinking".
//
//	PHP: unlink(string $filename, ?resource $context = null): bool
//
// php-src: ext/standard/file.c.
func Unlink(filename string, opts ...OpenOption) bool {
	return defaultRuntime.Unlink(filename, opts...)
}

// Unlink is [Unlink] for this Runtime.
func (rt *Runtime) Unlink(filename string, opts ...OpenOption) bool {
	c := rt.call("unlink")
	defer c.deliver()
	if !c.path(1, "filename", filename) {
		return false
	}
	w, path := c.locatePath(filename)
	switch {
	case w == nil:
		c.warning("Unable to locate stream wrapper")
		return false
	case w.unlink == nil:
		c.fail(errNoPathOp)
		kind := w.kind
		if kind == "" {
			kind = "Wrapper"
		}
		c.warning(kind + " does not allow unlinking")
		return false
	}
	return w.unlink(&c, path, openArgsOf(rt, opts).ctx)
}

// Rename renames a file, of this machine or of an FTP server; a file that has the
// new name is replaced where the server does that. It is false with a warning where
// that can't be done: "rename(FROM,TO): No such file or directory", "Cannot rename a
// file across wrapper types", "http wrapper does not support renaming". Where a
// server refuses, and where the names are of different servers, it is false without
// one.
//
//	PHP: rename(string $from, string $to, ?resource $context = null): bool
//
// php-src: ext/standard/file.c.
func Rename(from, to string, opts ...OpenOption) bool {
	return defaultRuntime.Rename(from, to, opts...)
}

// Rename is [Rename] for this Runtime.
func (rt *Runtime) Rename(from, to string, opts ...OpenOption) bool {
	c := rt.call("rename")
	defer c.deliver()
	if !c.path(1, "from", from) || !c.path(2, "to", to) {
		return false
	}
	w, source := c.locatePath(from)
	switch {
	case w == nil:
		c.warning("Unable to locate stream wrapper")
		return false
	case w.rename == nil:
		c.fail(errNoPathOp)
		c.warning(w.kind + " wrapper does not support renaming")
		return false
	}
	other, target := c.locatePath(to)
	if other != w {
		c.fail(errNoPathOp)
		c.warning("Cannot rename a file across wrapper types")
		return false
	}
	return w.rename(&c, source, target, openArgsOf(rt, opts).ctx)
}
