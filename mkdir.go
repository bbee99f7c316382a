package phpstream

// MkdirOption is an optional argument of [Mkdir]: [Permissions], [Recursive], a
// *[Context].
type MkdirOption interface{ mkdir(*mkdirArgs) }

type mkdirArgs struct {
	openArgs
	mode      Permissions
	recursive bool
}

// Permissions are those of a file, as chmod takes them: 0o755. The process's umask
// is taken off.
type Permissions int

// Recursive says whether [Mkdir] makes the directories above, too.
type Recursive bool

func (x *Context) mkdir(a *mkdirArgs)    { a.ctx = x }
func (p Permissions) mkdir(a *mkdirArgs) { a.mode = p }
func (r Recursive) mkdir(a *mkdirArgs)   { a.recursive = bool(r) }

// Mkdir makes a directory, on this machine or on an FTP server, which does not look
// at the permissions. It is false with a warning where that can't be done: "File
// exists", "No such file or directory"; without one where a server refuses, and
// where the wrapper can't make directories.
//
//	PHP: mkdir(string $directory, int $permissions = 511, bool $recursive = false,
//	     ?resource $context = null): bool
//
// php-src: ext/standard/file.c.
func Mkdir(directory string, opts ...MkdirOption) bool {
	return defaultRuntime.Mkdir(directory, opts...)
}

// Mkdir is [Mkdir] for this Runtime.
func (rt *Runtime) Mkdir(directory string, opts ...MkdirOption) bool {
	c := rt.call("mkdir")
	defer c.deliver()
	if !c.path(1, "directory", directory) {
		return false
	}
	a := mkdirArgs{mode: 0o777}
	for _, o := range opts {
		if o != nil {
			o.mkdir(&a)
		}
	}
	a.ctx = rt.contextOrDefault(a.ctx)
	w, path := c.locatePath(directory)
	if w == nil || w.mkdir == nil {
		c.fail(errNoPathOp)
		return false
	}
	return w.mkdir(&c, path, a)
}

// Rmdir removes an empty directory, of this machine or of an FTP server. It is
// false with a warning where that can't be done: "rmdir(DIRECTORY): Directory not
// empty", or what the server says; without one where the wrapper can't remove
// directories.
//
//	PHP: rmdir(string $directory, ?resource $context = null): bool
//
// php-src: ext/standard/file.c.
func Rmdir(directory string, opts ...OpenOption) bool {
	return defaultRuntime.Rmdir(directory, opts...)
}

// Rmdir is [Rmdir] for this Runtime.
func (rt *Runtime) Rmdir(directory string, opts ...OpenOption) bool {
	c := rt.call("rmdir")
	defer c.deliver()
	if !c.path(1, "directory", directory) {
		return false
	}
	w, path := c.locatePath(directory)
	if w == nil || w.rmdir == nil {
		c.fail(errNoPathOp)
		return false
	}
	return w.rmdir(&c, path, openArgsOf(rt, opts).ctx)
}
