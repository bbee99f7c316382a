package phpstream

import "errors"

// newUserWrapper is the wrapper of a program's class: what it opens and does with
// paths is the business of an object that is made for it.
//
// php-src: main/streams/userspace.c.
func newUserWrapper(newWrapper func() UserWrapper, remote bool) *wrapper {
	p := userPaths(newWrapper)
	return &wrapper{kind: userKind, remote: remote, user: true,
		open: p.open, opendir: p.opendir, stat: p.stat, unlink: p.unlink, rename: p.rename, mkdir: p.mkdir, rmdir: p.rmdir}
}

// userKind is the type of a program's wrappers and of their streams.
const userKind = "user-space"

type userPaths func() UserWrapper

// run has a new object do something with a path.
func (p userPaths) run(c *call, ctx *Context, method string, f func(w UserWrapper) bool) (done bool) {
	u := newUserObject(p, ctx)
	if u == nil {
		c.fail(errUserWrapper)
		return false
	}
	err := u.asks(method, func() { done = f(u) })
	c.tell(err)
	if err == nil && !done {
		c.fail(errUserWrapper)
	}
	return done
}

func (p userPaths) stat(c *call, path string, flags int, ctx *Context) (s FileStat, err error) {
	if !p.run(c, ctx, "url_stat", func(w UserWrapper) (ok bool) { s, ok = w.UrlStat(path, flags); return ok }) {
		return FileStat{}, c.failed
	}
	return s, nil
}

func (p userPaths) unlink(c *call, path string, ctx *Context) bool {
	return p.run(c, ctx, "unlink", func(w UserWrapper) bool { return w.Unlink(path) })
}

func (p userPaths) rename(c *call, from, to string, ctx *Context) bool {
	return p.run(c, ctx, "rename", func(w UserWrapper) bool { return w.Rename(from, to) })
}

func (p userPaths) mkdir(c *call, path string, a mkdirArgs) bool {
	options := STREAM_REPORT_ERRORS
	if a.recursive {
		options |= STREAM_MKDIR_RECURSIVE
	}
	return p.run(c, a.ctx, "mkdir", func(w UserWrapper) bool { return w.Mkdir(path, a.mode, options) })
}

func (p userPaths) rmdir(c *call, path string, ctx *Context) bool {
	return p.run(c, ctx, "rmdir", func(w UserWrapper) bool { return w.Rmdir(path, STREAM_REPORT_ERRORS) })
}

var errRecursion = errors.New("phpstream: a wrapper opens what it is opening")

func (p userPaths) open(o *urlOpening) *Stream {
	u := p.begin(o, "stream_open", func(w UserWrapper) bool { return w.StreamOpen(o.path, o.mode, o.options) })
	if u == nil {
		return nil
	}
	u.s = o.c.rt.newBodyStream(userKind, o.mode, &userBody{userObject: u})
	u.s.wrapperData = u.UserWrapper
	return u.s
}

func (p userPaths) opendir(o *urlOpening) *Stream {
	u := p.begin(o, "dir_opendir", func(w UserWrapper) bool { return w.DirOpendir(o.path, o.options) })
	if u == nil {
		return nil
	}
	u.s = o.c.rt.newDirStream(userKind+"-dir", &userDir{userObject: u})
	u.s.wrapperData = u.UserWrapper
	return u.s
}

// begin makes the object that is to open a URL, and has it do that.
func (p userPaths) begin(o *urlOpening, method string, open func(w UserWrapper) bool) *userObject {
	rt := o.c.rt
	if !rt.beginOpening(o.path) {
		o.c.fail(errRecursion)
		o.fail("infinite recursion prevented")
		return nil
	}
	defer rt.endOpening(o.path)
	u := newUserObject(p, o.ctx)
	if u == nil {
		o.c.fail(errUserWrapper)
		return nil
	}
	opened := false
	if there, _ := u.has(func() { opened = open(u) }); !there || !opened {
		o.c.fail(errUserWrapper)
		o.fail(`"` + u.class + "::" + method + `" call failed`)
		return nil
	}
	return u
}

// beginOpening notes that a program's wrapper opens a URL. It answers false where
// that happens inside of opening the same URL: PHP stops there, too. What another
// goroutine opens meanwhile is waited for.
func (rt *Runtime) beginOpening(url string) bool {
	return patiently(func() bool {
		rt.mu.Lock()
		defer rt.mu.Unlock()
		if rt.opening[url] > 0 && inUserCode() {
			return false
		}
		if rt.opening == nil {
			rt.opening = map[string]int{}
		}
		rt.opening[url]++
		return true
	})
}

func (rt *Runtime) endOpening(url string) {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if rt.opening[url]--; rt.opening[url] == 0 {
		delete(rt.opening, url)
	}
}
