package x509text

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// object is what OpenSSL knows of an object identifier.
type object struct {
	nid         int
	short, long string
}

// unknown is what it shows of one that it does not know.
var unknown = object{0, "UNDEF", "undefined"}

//go:embed oids.txt
var oidText string

// openSSL is the OpenSSL of a recorded PHP.
type openSSL int

const (
	openSSL111 openSSL = iota // PHP 7.4
	openSSL30                 // PHP 8.2
	openSSL35                 // PHP 8.4
)

var openSSLNames = map[string]openSSL{"1.1.1": openSSL111, "3.0": openSSL30, "3.5": openSSL35}

func openSSLOf(v phpfacts.Version) openSSL {
	switch {
	case v >= phpfacts.PHP84:
		return openSSL35
	case v >= phpfacts.PHP82:
		return openSSL30
	}
	return openSSL111
}

// objects holds the rows of oids.txt by object identifier, older first.
var objects = sync.OnceValue(func() map[string][]objectRow {
	m := make(map[string][]objectRow, 1400)
	for line := range strings.Lines(oidText) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := append(strings.Split(strings.TrimSuffix(line, "\n"), "\t"), "", "")
		nid, err := strconv.Atoi(f[1])
		if err != nil {
			panic("x509text: oids.txt: " + line)
		}
		row := objectRow{object: object{nid, f[2], f[3]}}
		if row.long == "" {
			row.long = row.short
		}
		if f[4] != "" {
			row.since = openSSLNames[f[4]]
		}
		m[f[0]] = append(m[f[0]], row)
	}
	return m
})

type objectRow struct {
	object
	since openSSL
}

// object looks an object identifier up; ok is false for an unknown one.
func (o openSSL) object(dotted string) (found object, ok bool) {
	found = unknown
	for _, row := range objects()[dotted] {
		if row.since <= o {
			found, ok = row.object, true
		}
	}
	return found, ok
}

// long returns the long name of an object identifier, or its number where it
// is unknown. OpenSSL writes both into a buffer where it makes lists of them:
// limit is the buffer's size less one, 0 for none.
func (o openSSL) long(dotted string, limit int) string {
	text := dotted
	if obj, ok := o.object(dotted); ok {
		text = obj.long
	}
	if limit > 0 && len(text) > limit {
		text = text[:limit]
	}
	return text
}
