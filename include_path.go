package phpstream

import (
	"os"
	"strings"

	"github.com/phpstream-go/phpstream/internal/localfile"
)

// FopenOption is an optional argument of [Fopen] and [Readfile]: [UseIncludePath], a
// *[Context].
type FopenOption interface{ fopen(*openArgs) }

// UseIncludePath says whether a file is looked for in the folders of include_path
// ([IniSet]), too: PHP's $use_include_path.
type UseIncludePath bool

func (x *Context) fopen(a *openArgs)              { a.ctx = x }
func (u UseIncludePath) fopen(a *openArgs)        { a.includePath = bool(u) }
func (u UseIncludePath) contents(a *contentsArgs) { a.includePath = bool(u) }

// StreamResolveIncludePath answers which file a name stands for, looked for in the
// folders of include_path ([IniSet]): its path without symbolic links. It is false
// where there is none. A name that begins with "/", "./" or "../" is looked for only
// where it says.
//
// Differences: PHP looks beside the script that runs, too; a Go program has none.
//
//	PHP: stream_resolve_include_path(string $filename): string|false
//
// php-src: main/fopen_wrappers.c, php_resolve_path.
func StreamResolveIncludePath(filename string) (string, bool) {
	return defaultRuntime.StreamResolveIncludePath(filename)
}

// StreamResolveIncludePath is [StreamResolveIncludePath] for this Runtime.
func (rt *Runtime) StreamResolveIncludePath(filename string) (string, bool) {
	c := rt.call("stream_resolve_include_path")
	defer c.deliver()
	if !c.path(1, "filename", filename) {
		return "", false
	}
	return c.inIncludePath(filename)
}

// assumesRealPath is one of the options that PHP has no name for, in which a
// program's wrapper is told that its path stood in include_path.
const assumesRealPath = 0x4000

// openName is openURL of what may stand in a folder of include_path.
func (c *call) openName(name, mode string, a openArgs) *Stream {
	o := &urlOpening{c: c, url: name, mode: mode, ctx: a.ctx}
	if a.includePath && name != "" {
		o.options = STREAM_USE_PATH
	}
	return o.inIncludePath().openOrTell()
}

// inIncludePath looks in the folders of include_path, where that is wanted and has
// not been done.
func (o *urlOpening) inIncludePath() *urlOpening {
	if o.options&STREAM_USE_PATH != 0 && o.url != "" {
		if path, ok := o.c.inIncludePath(o.url); ok {
			o.url = path
			o.options += assumesRealPath - STREAM_USE_PATH
		}
	}
	return o
}

func (c *call) inIncludePath(name string) (path string, ok bool) {
	if urlScheme(name) != "" {
		if w, p := c.locateWrapper(name, false); w == plainFiles {
			return localfile.RealPath(p)
		}
		return "", false
	}
	if strings.HasPrefix(name, "/") || strings.HasPrefix(name, "./") || strings.HasPrefix(name, "../") {
		return localfile.RealPath(name)
	}
	list, _ := c.rt.IniGet("include_path")
	for folder := range folders(list) {
		file := folder + "/" + name
		w, p := plainFiles, file
		if urlScheme(folder) != "" {
			w, p = c.locateWrapper(file, false)
		}
		if w == plainFiles {
			path, ok = localfile.RealPath(p)
		} else {
			_, err := c.statOf(w, p, STREAM_URL_STAT_QUIET, nil)
			path, ok = file, err == nil
		}
		if ok {
			return path, true
		}
	}
	return "", false
}

// folders parts an include_path. The colon of a scheme does not count.
func folders(list string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for list != "" {
			scheme := 0
			if s := urlScheme(list); s != "" && s != ".." && s != "data" {
				scheme = len(s + "://")
			}
			folder, rest := list, ""
			if i := strings.IndexByte(list[scheme:], os.PathListSeparator); i >= 0 {
				folder, rest = list[:scheme+i], list[scheme+i+1:]
			}
			if !yield(folder) {
				return
			}
			list = rest
		}
	}
}
