package hardworld

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"fmt"
	"io"
	"strings"

	"github.com/phpstream-go/phpstream"
)

// A code is what the program has filters for: on the wire the texts of a dialogue
// look otherwise.
type code struct {
	reads, writes string // the filters
	sends         func() func(text string) string
	sent          func(text string) string    // what a text of the program's is on the wire
	hears         func(r io.Reader) io.Reader // how the peer reads that; nil: line by line all the same
	inClear       func(passed []byte) []byte  // what a wire that something was put into says; nil: that's for PHP to tell
}

var rot13 = &code{
	reads: "string.rot13", writes: "string.rot13",
	sends: stateless(rotated), sent: rotated,
	inClear: func(passed []byte) []byte { return []byte(rotated(string(passed))) },
}

// The texts have no rest when they are parted in threes.
var base64s = &code{
	reads: "convert.base64-decode", writes: "convert.base64-encode",
	sends: stateless(inBase64), sent: inBase64,
	hears: func(r io.Reader) io.Reader { return base64.NewDecoder(base64.StdEncoding, r) },
}

var chunks = &code{
	reads: "dechunk",
	sends: stateless(func(text string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(text), text) }),
}

var deflated = &code{reads: "zlib.inflate", sends: func() func(string) string {
	var wire bytes.Buffer
	w, err := flate.NewWriter(&wire, flate.DefaultCompression)
	if err != nil {
		panic(err) // the level is a constant
	}
	return func(text string) string {
		wire.Reset()
		io.WriteString(w, text)
		w.Flush()
		return wire.String()
	}
}}

func stateless(f func(string) string) func() func(string) string {
	return func() func(string) string { return f }
}

func inBase64(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

func rotated(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return 'a' + (r-'a'+13)%26
		case 'A' <= r && r <= 'Z':
			return 'A' + (r-'A'+13)%26
		}
		return r
	}, text)
}

// filters are what the program puts on its stream.
func (c *code) filters() []filter {
	list := []filter{}
	if c == nil {
		return list
	}
	list = append(list, filter{c.reads, int(phpstream.STREAM_FILTER_READ)})
	if c.writes != "" {
		list = append(list, filter{c.writes, int(phpstream.STREAM_FILTER_WRITE)})
	}
	return list
}

// onWire is what the program's texts, or the peer's, are on the wire.
func (c *code) onWire(peers bool, texts ...string) (list []string) {
	encode := stateless(func(text string) string { return text })()
	switch {
	case c == nil:
	case peers:
		encode = c.sends()
	case c.sent != nil:
		encode = c.sent
	}
	for _, text := range texts {
		list = append(list, encode(text))
	}
	return list
}
