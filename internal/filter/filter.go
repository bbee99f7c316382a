// Package filter holds PHP's built-in stream filters: what becomes of the bytes
// that pass through one, piece by piece. It knows no streams.
//
// php-src: ext/standard/filters.c, ext/zlib/zlib_filter.c, main/streams/filter.c.
package filter

import (
	"strings"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// Status is what a filter answers: PHP's PSFS_ constants.
type Status int

// The statuses.
const (
	Fatal  Status = iota // the data can't be converted; nothing is passed on
	FeedMe               // there is nothing to pass on yet
	PassOn               // go on with the next filter
)

// Mode says why a filter is called: PHP's PSFS_FLAG_ constants.
type Mode int

// The modes.
const (
	Normal     Mode = iota
	FlushInc        // what is held back is wanted; more may come
	FlushClose      // nothing more comes
)

// Brigade is data on its way, in pieces. Where one piece ends and the next
// begins shows: each is a write of its own, and what a program's filter is given.
type Brigade [][]byte

// Size is how many bytes the pieces have.
func (b Brigade) Size() (n int) {
	for _, p := range b {
		n += len(p)
	}
	return n
}

// Trouble is what PHP says while a filter is made or works: its text begins
// after the function's name.
type Trouble struct {
	Notice bool // a notice, not a warning
	Text   string
}

// Result is what one call of a filter comes to.
type Result struct {
	Out     Brigade
	Status  Status
	Used    int // how many bytes of the input it took
	Trouble *Trouble
}

// Filter is one link of a chain. It is for one goroutine at a time.
type Filter interface {
	// Run takes pieces out of in. Of PHP's own only an inflater leaves some there: it
	// stops when it has made about [Limit] bytes, and is called again for the rest
	// before anything else, in the same mode.
	Run(in *Brigade, mode Mode) Result
	// Holds tells whether something of what came in counts for what comes next.
	Holds() bool
}

// InPlace is a [Filter] that leaves bytes out, and does nothing else: it can work
// where a read has put them. It keeps nothing for later.
type InPlace interface {
	// InPlace answers what is left of p, in p's own memory. It does to a piece what
	// Run does in any mode.
	InPlace(p []byte) []byte
}

// Limit is about how many bytes an inflater makes of its input at once. PHP has
// no such bound, and a read of 8 KiB may become 8 MiB there.
const Limit = 1 << 20

// Request is what a program asks for.
type Request struct {
	Name   string
	Given  bool // it gives parameters
	Params any
	Seeks  bool            // its stream can seek
	Facts  *phpfacts.Facts // of the PHP that it runs on
}

// factory makes a filter, or answers nil where PHP does.
type factory func(Request) (Filter, []Trouble)

// builtin is a row of the list of filters.
type builtin struct {
	pattern string // "zlib.*"
	make    factory
}

// builtins are the filters of Debian's PHP in the order in which it lists them,
// without string.strip_tags (PHP 7) and convert.iconv.*, which are not here.
var builtins = []builtin{
	{"zlib.*", newZlib},
	{"string.rot13", plain(rot13)},
	{"string.toupper", plain(upper)},
	{"string.tolower", plain(lower)},
	{"convert.*", newConvert},
	{"consumed", func(r Request) (Filter, []Trouble) { return &consumed{r}, nil }},
	{"dechunk", func(r Request) (Filter, []Trouble) { return &dechunk{facts: r.Facts}, nil }},
}

// Patterns lists the built-in filters by the names under which they are found.
func Patterns() []string {
	list := make([]string, len(builtins))
	for i, b := range builtins {
		list[i] = b.pattern
	}
	return list
}

// New makes the built-in filter of a pattern that [Patterns] has; nil where PHP
// makes none.
func New(pattern string, r Request) (Filter, []Trouble) {
	for _, b := range builtins {
		if b.pattern == pattern {
			return b.make(r)
		}
	}
	return nil, nil
}

// Candidates are the patterns under which PHP looks for a filter, in its order:
// the name itself, "a.b.*" and "a.*" for "a.b.c".
func Candidates(name string) []string {
	list := []string{name}
	for rest := name; ; {
		i := strings.LastIndexByte(rest, '.')
		if i < 0 {
			return list
		}
		rest = rest[:i]
		list = append(list, rest+".*")
	}
}
