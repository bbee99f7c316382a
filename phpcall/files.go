package phpcall

import (
	"slices"
	"strings"

	"github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/httpwire"
)

// context is an argument that is a context or null, which is nil: to the library
// that is as if there were none. PHP 7.4 goes on without one that is none.
func (c *call) context(i int) (x *phpstream.Context, ok bool) {
	switch x := c.args[i].(type) {
	case nil:
		return nil, true
	case *phpstream.Context:
		return x, true
	}
	c.complain(notStreamContext)
	return nil, old(c.rt)
}

// badPath tells whether an argument is what PHP 7.4 takes for no path at all, so
// that its functions answer null.
func (c *call) badPath(i int) bool { return old(c.rt) && strings.Contains(c.text(i), "\x00") }

func fileGetContents(c *call) Value {
	x, ok := c.context(2)
	if !ok {
		return nil
	}
	opts := []phpstream.ContentsOption{phpstream.UseIncludePath(c.bool(1)), phpstream.Offset(c.int(3)), x}
	if n, ok := c.args[4].(int64); ok {
		opts = append(opts, phpstream.Length(n))
	}
	text, ok := c.rt.FileGetContents(c.text(0), opts...)
	if !ok && c.badPath(0) {
		return nil
	}
	return textOrFalse(text, ok)
}

func filePutContents(c *call) Value {
	x, ok := c.context(3)
	if !ok {
		return nil
	}
	return intOrFalse(c.rt.FilePutContents(c.text(0), goValue(c.args[1]), phpstream.FileFlag(c.int(2)), x))
}

func fileLines(c *call) Value {
	x, ok := c.context(2)
	if !ok {
		return nil
	}
	lines, ok := c.rt.File(c.text(0), phpstream.FileFlag(c.int(1)), x)
	if !ok {
		return false
	}
	return phpValue(lines)
}

func readFile(c *call) Value {
	x, ok := c.context(2)
	if !ok {
		return nil
	}
	return intOrFalse(c.rt.Readfile(c.text(0), phpstream.UseIncludePath(c.bool(1)), x))
}

func copyFile(c *call) Value {
	x, ok := c.context(2)
	if !ok {
		return nil
	}
	return c.rt.Copy(c.text(0), c.text(1), x)
}

// onPath is a function of one path.
func onPath(run func(c *call, path string) Value) func(*call) Value {
	return orNoPath(func(c *call) Value { return run(c, c.text(0)) })
}

// orNoPath is a function that answers null in PHP 7.4 where its first argument, or
// another, is no path.
func orNoPath(run func(c *call) Value, others ...int) func(*call) Value {
	return func(c *call) Value {
		v := run(c)
		if slices.ContainsFunc(append(others, 0), c.badPath) {
			return nil
		}
		return v
	}
}

// withContext is a function whose i-th argument is a context or null.
func withContext(i int, run func(c *call, opts ...phpstream.OpenOption) Value) func(*call) Value {
	return func(c *call) Value {
		x, ok := c.context(i)
		switch {
		case !ok:
			return nil
		case x == nil:
			return run(c)
		}
		return run(c, x)
	}
}

func makeDirectory(c *call) Value {
	x, ok := c.context(3)
	if !ok {
		return nil
	}
	opts := []phpstream.MkdirOption{phpstream.Permissions(c.int(1)), phpstream.Recursive(c.bool(2))}
	if x != nil {
		opts = append(opts, x)
	}
	return c.rt.Mkdir(c.text(0), opts...)
}

func getHeaders(c *call) Value {
	x, ok := c.context(2)
	if !ok {
		return nil
	}
	lines, ok := c.rt.GetHeaders(c.text(0), x)
	if !ok {
		return false
	}
	if !c.bool(1) {
		return phpValue(lines)
	}
	a := &Array{}
	for _, line := range lines {
		name, value, named := httpwire.NameAndValue(line)
		if !named {
			a.Append(line)
			continue
		}
		switch old, _ := a.Get(name); old := old.(type) {
		case nil:
			a.Set(name, value)
		case *Array:
			old.Append(value)
		default:
			both := &Array{}
			both.Append(old)
			both.Append(value)
			a.Set(name, both)
		}
	}
	return a
}

// statArray is PHP's array of a file's facts: by number, and by name.
func statArray(s phpstream.FileStat, ok bool) Value {
	if !ok {
		return false
	}
	names := []string{"dev", "ino", "mode", "nlink", "uid", "gid", "rdev", "size", "atime", "mtime", "ctime", "blksize", "blocks"}
	values := []int64{s.Dev, s.Ino, s.Mode, s.Nlink, s.Uid, s.Gid, s.Rdev, s.Size, s.Atime, s.Mtime, s.Ctime, s.Blksize, s.Blocks}
	a := &Array{}
	for i, v := range values {
		a.Set(int64(i), v)
	}
	for i, name := range names {
		a.Set(name, values[i])
	}
	return a
}
