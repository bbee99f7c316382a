package httpwire

import (
	"errors"
	"strconv"
	"strings"

	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

// What PHP refuses in the header of an answer, in its words.
var (
	errSpaceInName = errors.New("HTTP invalid response format (space in header name)!")
	errNoColon     = errors.New("HTTP invalid response format (no colon in header line)!")
	errFoldedFirst = errors.New("HTTP invalid response format (folding header at the start)!")
	errBareCR      = errors.New("HTTP invalid header name (cannot start with CR character)!")
	errLocation    = errors.New("HTTP Location header size is over the limit of " + strconv.Itoa(maxLocation) + " bytes")
)

// maxLocation is the longest place that is followed, in bytes.
const maxLocation = 8182

// StatusLine is the number in the first line of an answer; 0 for none.
func StatusLine(line string) int {
	if len(line) <= 9 {
		return 0
	}
	return phpvalue.Atoi(line[9:])
}

// Informational tells whether an answer is followed by the real one.
func Informational(code int) bool { return code >= 100 && code < 200 && code != 101 }

// Redirects tells whether a code makes a client go on to the Location by itself.
func Redirects(code int) bool {
	return code >= 300 && code < 304 || code == 307 || code == 308
}

// A Field is one header of an answer.
type Field struct {
	Line  string // as it came, without its end
	Value string // behind the colon
}

// Is tells whether the field has this name, which ends with its colon.
func (f Field) Is(name string) bool {
	return len(f.Line) >= len(name) && strings.EqualFold(f.Line[:len(name)], name)
}

// Location is the value of a Location, as far as C reads it.
func (f Field) Location() (string, error) {
	place := phpvalue.CString(f.Value)
	if len(place) > maxLocation {
		return "", errLocation
	}
	return place, nil
}

// Length is the value of a Content-Length: digits and nothing else.
func (f Field) Length() (n int64, ok bool) {
	value := phpvalue.CString(f.Value)
	if value == "" || strings.Trim(value, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		n = 1<<63 - 1
	}
	return n, true
}

// Header reads the lines between the first and the empty one. A line can go on in
// the next, so that a field is known one line later.
type Header struct {
	last    string
	hasLast bool
	folded  []byte // the last line with what belongs to it, where it goes on
}

// Line takes the next line, with its end. done is true for the empty line. field
// is one that is complete now, where has is true.
func (h *Header) Line(line string) (field Field, has, done bool, err error) {
	if strings.HasPrefix(line, "\r") && !strings.HasPrefix(line, "\r\n") {
		return field, false, false, errBareCR
	}
	done = line == "" || line[0] == '\r' || line[0] == '\n'
	if !h.hasLast {
		if done {
			return field, false, true, nil
		}
		if line[0] == ' ' || line[0] == '\t' {
			return field, false, false, errFoldedFirst
		}
		h.last, h.hasLast = trimmed(line), true
		return field, false, false, nil
	}
	text := ""
	if !done {
		text = trimmed(line)
		if folded := strings.TrimLeft(text, " \t"); folded == "" {
			return field, false, false, nil // nothing but spaces, which adds nothing
		} else if folded != text {
			if len(h.folded) == 0 {
				h.folded = append(h.folded, h.last...)
			}
			h.folded = append(append(h.folded, ' '), folded...)
			return field, false, false, nil
		}
	}
	field, err = parse(h.whole())
	h.last, h.hasLast = text, !done
	return field, err == nil, done, err
}

// End gives out what is left where the empty line has not come.
func (h *Header) End() (field Field, has bool, err error) {
	if !h.hasLast {
		return field, false, nil
	}
	h.hasLast = false
	field, err = parse(h.whole())
	return field, err == nil, err
}

// whole is the last line with what belongs to it.
func (h *Header) whole() string {
	if len(h.folded) == 0 {
		return h.last
	}
	line := string(h.folded)
	h.folded = h.folded[:0]
	return line
}

func trimmed(line string) string {
	return strings.TrimRight(strings.TrimRight(line, "\r\n"), " \t")
}

func parse(line string) (Field, error) {
	colon := strings.IndexByte(line, ':')
	if colon < 0 {
		return Field{}, errNoColon
	}
	if colon > 1 && strings.ContainsAny(line[1:colon], " \t") {
		return Field{}, errSpaceInName
	}
	value := line[colon+1:]
	for len(value) > 1 && (value[0] == ' ' || value[0] == '\t') {
		value = value[1:]
	}
	return Field{line, value}, nil
}

// NameAndValue parts a header's line as get_headers does. A line that has no colon
// has no name.
func NameAndValue(line string) (name, value string, named bool) {
	i := strings.IndexByte(phpvalue.CString(line), ':')
	if i < 0 {
		return "", "", false
	}
	return line[:i], strings.TrimLeft(line[i+1:], " \t\n\v\f\r"), true
}
