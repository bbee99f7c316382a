package phpstream

import (
	"fmt"
	"slices"
	"strings"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// ScandirOption is an optional argument of [Scandir]: a [ScandirOrder], a *[Context].
type ScandirOption interface{ scandir(*scandirArgs) }

type scandirArgs struct {
	openArgs
	order ScandirOrder
}

// ScandirOrder is the order in which [Scandir] answers.
type ScandirOrder int

// The values of ScandirOrder. Any other is SCANDIR_SORT_DESCENDING.
const (
	SCANDIR_SORT_ASCENDING  ScandirOrder = 0
	SCANDIR_SORT_DESCENDING ScandirOrder = 1
	SCANDIR_SORT_NONE       ScandirOrder = 2
)

func (x *Context) scandir(a *scandirArgs)     { a.ctx = x }
func (o ScandirOrder) scandir(a *scandirArgs) { a.order = o }

// Scandir answers the names of a directory's entries, of this machine or of an FTP
// server: sorted by their bytes, backwards, or as they come. The default context
// does not hold for it, as in PHP. It is false with the warnings of [Opendir] and
// "(errno N): " with the system's reason. An empty name is the ValueError
// "Argument #1 ($directory) must not be empty".
//
//	PHP: scandir(string $directory, int $sorting_order = SCANDIR_SORT_ASCENDING,
//	     ?resource $context = null): array|false
//
// php-src: ext/standard/dir.c, main/streams/streams.c.
func Scandir(directory string, opts ...ScandirOption) (names []string, ok bool) {
	return defaultRuntime.Scandir(directory, opts...)
}

// Scandir is [Scandir] for this Runtime.
func (rt *Runtime) Scandir(directory string, opts ...ScandirOption) (names []string, ok bool) {
	c := rt.call("scandir")
	defer c.deliver()
	if !c.path(1, "directory", directory) {
		return nil, false
	}
	if directory == "" {
		c.complain(rt.facts.EmptyDirectory)
		return nil, false
	}
	var a scandirArgs
	for _, o := range opts {
		if o != nil {
			o.scandir(&a)
		}
	}
	s := c.openDir(directory, a.ctx)
	if s == nil {
		errno, _ := phpfacts.Errno(c.failed)
		c.warning(fmt.Sprintf("(errno %d): %s", errno, phpfacts.Strerror(errno)))
		return nil, false
	}
	defer s.shut(&c)
	names, ok = s.entries(&c)
	switch a.order {
	case SCANDIR_SORT_NONE:
	case SCANDIR_SORT_ASCENDING:
		slices.Sort(names)
	default:
		slices.SortFunc(names, func(a, b string) int { return strings.Compare(b, a) })
	}
	return names, ok
}

// entries are all entries of a directory's stream that nobody else has.
func (s *Stream) entries(c *call) (names []string, ok bool) {
	names = []string{}
	size := 0
	d := s.body.(directory)
	for name, ok := s.entry(c, d); ok; name, ok = s.entry(c, d) {
		const header = 16 // of a string, so that empty names count, too
		if size += len(name) + header; s.exhausted(c, size) {
			return nil, false
		}
		names = append(names, name)
	}
	return names, true
}
