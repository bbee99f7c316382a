package phpstream

import (
	"errors"
	"slices"
	"strings"

	"github.com/phpstream-go/phpstream/internal/assoc"
	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

// wrapper answers for the URLs of a scheme. It is a table of what it can do; nil
// is what it can't.
//
// php-src: main/php_streams.h, php_stream_wrapper_ops.
type wrapper struct {
	kind   string // "wrapper_type" of the meta data
	remote bool   // PHP's is_url: what it opens comes from elsewhere
	user   bool   // a program's own
	open   func(o *urlOpening) *Stream

	opendir func(o *urlOpening) *Stream

	stat   func(c *call, path string, flags int, ctx *Context) (FileStat, error)
	unlink func(c *call, path string, ctx *Context) bool
	rename func(c *call, from, to string, ctx *Context) bool
	mkdir  func(c *call, path string, a mkdirArgs) bool
	rmdir  func(c *call, path string, ctx *Context) bool
}

// namedWrapper is a wrapper under its scheme.
type namedWrapper struct {
	scheme string
	*wrapper
}

// builtInWrappers are what every Runtime begins with.
func builtInWrappers() []namedWrapper {
	return []namedWrapper{
		{"https", webPages},
		{"ftps", fileServers},
		{"compress.zlib", zipped},
		{"php", ownStreams},
		{"file", plainFiles},
		{"data", dataURLs},
		{"http", webPages},
		{"ftp", fileServers},
	}
}

// urlOpening is one opening of a URL.
type urlOpening struct {
	c          *call
	url        string // as it was given
	path       string // what the wrapper is to open: the URL, for files the path
	mode       string
	ctx        *Context
	options    int      // as a program's wrapper gets them
	complaints []string // what goes wrong, for the one warning at the end

	quiet       bool // why there is no wrapper is not told
	headersOnly bool // of an answer over HTTP, whatever it is: get_headers
}

// fail notes why the opening fails, and answers nil to return. PHP puts what it
// has noted into one warning.
func (o *urlOpening) fail(text string) *Stream {
	o.complaints = append(o.complaints, text)
	return nil
}

// failErr is fail with the error behind it.
func (o *urlOpening) failErr(err error) *Stream {
	o.c.fail(err)
	if errno, ok := phpfacts.Errno(err); ok {
		return o.fail(phpfacts.Strerror(errno))
	}
	return o.fail(err.Error())
}

var (
	errURLsOff   = errors.New("phpstream: allow_url_fopen is off")
	errNoURL     = errors.New("phpstream: it is no URL")
	errNoWrapper = errors.New("phpstream: no wrapper for this URL")
)

// openURL is what fopen and its kin open with. Of a failure it has warned.
func (c *call) openURL(url, mode string, ctx *Context) *Stream {
	return (&urlOpening{c: c, url: url, mode: mode, ctx: ctx}).openOrTell()
}

func (o *urlOpening) openOrTell() *Stream {
	o.mode = phpvalue.CString(o.mode)
	s := o.open()
	if s == nil {
		o.tell(o.c.rt.facts.OpenFailed)
	}
	return s
}

// tell warns of what has gone wrong.
func (o *urlOpening) tell(caption string) {
	if len(o.complaints) > 0 {
		o.c.about(withoutPassword(o.url), caption+": "+strings.Join(o.complaints, "\n"))
	}
}

// open finds the wrapper and has it open the URL. Of a failure complaints say
// why, unless it has been thrown.
//
// php-src: main/streams/streams.c, _php_stream_open_wrapper_ex.
func (o *urlOpening) open() *Stream {
	c := o.c
	if o.url == "" {
		c.complain(c.rt.facts.EmptyPath)
		return nil
	}
	w := o.find()
	if o.headersOnly && (w == nil || !w.remote) {
		o.complaints = nil
		c.fail(errNoURL)
		c.warning("This function may only be used against URLs")
		return nil
	}
	if w == nil {
		return nil
	}
	if w.open == nil {
		return o.fail("wrapper does not support stream open")
	}
	s := o.opened(w, w.open(o))
	if s != nil {
		s.uri = o.url
		if b, isUser := s.body.(*userBody); isUser { // behind php://filter once more
			b.toAppend(o.c)
		}
	}
	return s
}

// find finds the wrapper of the URL.
func (o *urlOpening) find() (w *wrapper) {
	if w, o.path = o.c.locateWrapper(o.url, !o.quiet); w == nil {
		if o.c.failed == nil {
			o.c.fail(errNoWrapper)
		}
		o.fail("no suitable wrapper could be found")
	}
	return w
}

// opened is what the wrapper has opened, or a complaint where there is none yet.
func (o *urlOpening) opened(w *wrapper, s *Stream) *Stream {
	switch {
	case s != nil:
		s.wrapper = w
		s.wrapperType = w.kind
		s.greedy = w.kind == plainKind || s.isMemory()
	case len(o.complaints) == 0:
		o.fail("operation failed")
	}
	return s
}

// locateWrapper finds the wrapper of a URL and what it is to open; nil where there
// is none for files. A scheme that is not known is told. That there is no wrapper
// is told to who wants to open something.
//
// php-src: main/streams/streams.c, php_stream_locate_url_wrapper.
func (c *call) locateWrapper(url string, opens bool) (w *wrapper, path string) {
	scheme := urlScheme(url)
	if scheme != "" {
		if w = c.rt.wrapper(scheme); w == nil {
			c.warning(`Unable to find the wrapper "` + scheme[:min(len(scheme), maxSchemeShown)] +
				`" - did you forget to enable it when you configured PHP?`)
			scheme = ""
		}
	}
	if scheme == "" || strings.EqualFold(scheme, "file") {
		path, ok := filePath(url, scheme)
		if !ok {
			if opens {
				c.warning(c.rt.facts.RemoteFile + " host file access not supported, " + url)
			}
			return nil, ""
		}
		if w == nil {
			w = c.rt.wrapper("file")
		}
		if w == nil && opens {
			c.warning("file:// wrapper is disabled in the server configuration")
		}
		return w, path
	}
	if w.remote {
		if allowed, _ := c.rt.IniGet("allow_url_fopen"); !phpvalue.IniBool(allowed) {
			c.fail(errURLsOff)
			if opens {
				c.warning(scheme + "://" + " wrapper is disabled in the server configuration by allow_url_fopen=0")
			}
			return nil, ""
		}
	}
	return w, url
}

const maxSchemeShown = 31

// locatePath is locateWrapper for functions of paths, which give a program's own
// wrapper what they were given.
func (c *call) locatePath(name string) (w *wrapper, path string) {
	if w, path = c.locateWrapper(name, false); w != nil && w.user {
		path = name
	}
	return w, path
}

const schemeChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-."

// urlScheme is the scheme of a URL, "" for a path.
func urlScheme(url string) string {
	n := 0
	for n < len(url) && strings.IndexByte(schemeChars, url[n]) >= 0 {
		n++
	}
	switch rest := url[n:]; {
	case n < 2:
	case strings.HasPrefix(rest, "://"), url[:n] == "data" && strings.HasPrefix(rest, ":"):
		return url[:n]
	}
	return ""
}

// elements are the values of an array.
func elements(v any) (list []any) {
	a, ok := v.(assoc.Array)
	if !ok {
		return phpvalue.Elements(v)
	}
	for _, e := range a.All() {
		list = append(list, e)
	}
	return list
}

// filePath is the path in a file:// URL, or the path that was given. It is not ok
// for another host's.
func filePath(url, scheme string) (path string, ok bool) {
	if scheme == "" {
		return url, true
	}
	path = url[len("file://"):]
	const localhost = "localhost/"
	if len(path) >= len(localhost) && strings.EqualFold(path[:len(localhost)], localhost) {
		path = path[len(localhost)-1:]
	}
	if path != "" && path[0] != '/' {
		return "", false
	}
	return "/" + strings.TrimLeft(path, "/"), true
}

// withoutPassword takes user and password out of a URL that is to be shown.
//
// php-src: ext/standard/url.c or main/streams, php_strip_url_passwd.
func withoutPassword(url string) string {
	scheme, rest, found := strings.Cut(url, "://")
	if !found {
		return url
	}
	user, host, found := strings.Cut(rest, "@")
	if !found {
		return url
	}
	return scheme + "://" + "..."[:min(3, len(user))] + "@" + host
}

// wrapper finds a wrapper by its scheme: as it is written, or in lower case.
func (rt *Runtime) wrapper(scheme string) *wrapper {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	for _, name := range [...]string{scheme, strings.ToLower(scheme)} {
		if i := slices.IndexFunc(rt.wrappers, named(name)); i >= 0 {
			return rt.wrappers[i].wrapper
		}
	}
	return nil
}
