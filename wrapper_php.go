package phpstream

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/phpstream-go/phpstream/internal/httpwire"
	"github.com/phpstream-go/phpstream/internal/localfile"
	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

// ownStreams is what opens php:// URLs: memory, temp, input, output, stdin,
// stdout, stderr, fd/N, filter/...
//
// php-src: ext/standard/php_fopen_wrapper.c.
var ownStreams = &wrapper{kind: "PHP"}

func init() { ownStreams.open = openPHP } // filter/ opens URLs in its turn

func openPHP(o *urlOpening) *Stream {
	name := o.path
	if rest, found := cutPrefixFold(name, "php://"); found {
		name = rest
	}
	rt := o.c.rt
	if arg, found := cutPrefixFold(name, "temp"); found {
		return o.openTemp(arg)
	}
	if arg, found := cutPrefixFold(name, "fd/"); found {
		return o.openDescriptor(arg)
	}
	if arg, found := cutPrefixFold(name, "filter/"); found {
		return o.openFilter(arg)
	}
	switch strings.ToLower(name) {
	case "memory":
		m := rt.newMemory(o.mode)
		return rt.newMemoryStream("MEMORY", memoryMode(m), m)
	case "output":
		return rt.newBodyStream("Output", "wb", output{rt})
	case "input":
		return rt.newBodyStream("Input", "rb", requestBody{rt.newMemory("r")})
	case "stdin":
		return o.openStandard(os.Stdin)
	case "stdout":
		return o.openStandard(os.Stdout)
	case "stderr":
		return o.openStandard(os.Stderr)
	}
	o.c.fail(errNoWrapper)
	o.c.warning("Invalid php:// URL specified")
	return nil
}

// requestBody is php://input: empty, since a program that serves no request has no
// body of one. Of memory it has what PHP's can do.
type requestBody struct{ seekingBody }

type seekingBody interface {
	body
	seeker
}

func (requestBody) flush() bool { return false }

func cutPrefixFold(s, prefix string) (rest string, found bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

// memoryMode is the mode that PHP shows.
func memoryMode(m *memory) string {
	switch {
	case m.readOnly:
		return "rb"
	case m.appends:
		return "a+b"
	}
	return "w+b"
}

// openStandard opens one of the process's own files once more, so that closing
// the stream leaves it open.
func (o *urlOpening) openStandard(f *os.File) *Stream {
	twin, err := localfile.Duplicate(f.Fd(), f.Name())
	if err != nil {
		o.c.fail(err)
		return nil
	}
	return o.c.rt.newFileStream(twin, o.mode)
}

// openDescriptor opens a descriptor of the process by its number.
func (o *urlOpening) openDescriptor(number string) *Stream {
	n, rest := phpvalue.Strtol(number)
	if rest != "" || number == "" {
		o.c.fail(os.ErrInvalid)
		return o.fail("php://fd/ stream must be specified in the form php://fd/<orig fd>")
	}
	if most := localfile.MaxDescriptors(); n < 0 || n >= int64(most) {
		o.c.fail(os.ErrInvalid)
		return o.fail("The file descriptors must be non-negative numbers smaller than " + strconv.Itoa(most))
	}
	f, err := localfile.Duplicate(uintptr(n), "php://fd/"+number)
	if err != nil {
		o.c.fail(err)
		errno, _ := phpfacts.Errno(err)
		return o.fail(fmt.Sprintf("Error duping file descriptor %d; possibly it doesn't exist: [%d]: %s", n, errno, phpfacts.Strerror(errno)))
	}
	return o.c.rt.newFileStream(f, o.mode)
}

// openFilter opens "read=a|b/write=c/resource=URL": what a URL has, behind
// filters.
func (o *urlOpening) openFilter(spec string) *Stream {
	chains, url, found := strings.Cut("/"+spec, "/resource=")
	if !found {
		o.c.throw("Error", "No URL resource specified")
		return nil
	}
	if chains == "" {
		chains = spec // PHP takes the parts of the URL for names of filters
	}
	inner := (&urlOpening{c: o.c, url: url, mode: o.mode, ctx: o.ctx, options: o.options, quiet: true}).inIncludePath()
	if !o.c.rt.facts.Throws { // PHP 7 turns over what it means to take away
		inner.options ^= STREAM_REPORT_ERRORS
	}
	s := inner.open() // PHP does not tell what it says
	if s == nil {
		return nil
	}
	for part := range strings.SplitSeq(chains, "/") {
		where := filterModes(o.mode)
		if list, found := cutPrefixFold(part, "read="); found {
			part, where = list, STREAM_FILTER_READ
		} else if list, found := cutPrefixFold(part, "write="); found {
			part, where = list, STREAM_FILTER_WRITE
		}
		for name := range strings.SplitSeq(part, "|") {
			if name != "" {
				o.addFilter(s, phpvalue.CString(httpwire.Decoded(name)), where)
			}
		}
	}
	return s
}

// addFilter adds a filter to each direction, and warns where it can't be made.
func (o *urlOpening) addFilter(s *Stream, name string, where FilterMode) {
	for _, mode := range [...]FilterMode{STREAM_FILTER_READ, STREAM_FILTER_WRITE} {
		if where&mode != 0 && s.putFilter(o.c, name, filterArgs{mode: mode}, true) == nil {
			o.c.warning("Unable to create filter (" + name + ")")
		}
	}
}

// output is php://output.
type output struct{ rt *Runtime }

func (output) read([]byte) (got, error) { return got{end: true, minus: true}, nil }

func (b output) write(p []byte) (int, bool, error) {
	n, err := b.rt.output().Write(p)
	return n, err == nil, err
}

func (output) close() error { return nil }
