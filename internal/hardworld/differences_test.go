package hardworld

import (
	"slices"
	"strings"
	"sync"
)

// A difference is one that is meant, with what is compared all the same: what
// comes before it. One that nobody meets with is gone, and fails.
type difference struct {
	what   string
	before bool // the line itself differs, too
	line   func(here []string) int

	mu  sync.Mutex
	met int
}

const crypto = "stream_socket_enable_crypto = "

var meant = []*difference{
	{
		what:   "bytes that came in clear are refused, where PHP takes them for what came over TLS",
		before: true,
		line: func(here []string) int {
			i := slices.IndexFunc(here, func(line string) bool { return strings.Contains(line, "Refusing to enable crypto: ") })
			return max(i, 0) - 1
		},
	},
	{
		what: "after a handshake that failed, or hasn't come to its end, PHP goes on in clear, and doesn't block where it ran out of time",
		line: func(here []string) int {
			return slices.IndexFunc(here, func(line string) bool { return line == crypto+"false" || line == crypto+"0" })
		},
	},
}

// compare answers both sides' text as far as they have to be the same.
func compare(there, here *outcome) (string, string) {
	for _, d := range meant {
		i := d.line(here.Log)
		if i < 0 {
			continue
		}
		d.mu.Lock()
		d.met++
		d.mu.Unlock()
		return d.cut(there.Log), d.cut(here.Log)
	}
	return there.text(), here.text()
}

// cut leaves out what need not be the same.
func (d *difference) cut(log []string) string {
	i := slices.IndexFunc(log, func(line string) bool { return strings.HasPrefix(line, crypto) })
	if i < 0 {
		return strings.Join(log, "\n")
	}
	if !d.before {
		for i++; i < len(log) && strings.HasPrefix(log[i], "  "); i++ {
		}
	}
	return strings.Join(log[:i], "\n")
}
