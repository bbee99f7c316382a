package phpstream

import (
	"encoding/base64"
	"strings"

	"github.com/phpstream-go/phpstream/internal/httpwire"
)

// dataURLs is what opens data: URLs: what they hold, to be read.
//
// php-src: main/streams/memory.c, php_stream_url_wrap_rfc2397.
var dataURLs = &wrapper{kind: "RFC2397", remote: true, open: openData}

// DataMetaData is what [MetaData] has of a data: URL.
type DataMetaData struct {
	MediaType  string      // "mediatype"; "" where there is none
	Parameters [][2]string // names and values, in their order; in PHP they are keys of the array
	Base64     bool        // "base64"
}

// dataBody is what a data: URL holds.
type dataBody struct{ *temp }

func openData(o *urlOpening) *Stream {
	url := strings.TrimPrefix(strings.TrimPrefix(o.path, "data:"), "//")
	head, body, found := strings.Cut(url, ",")
	if !found {
		return o.fail("rfc2397: no comma in URL")
	}
	meta, complaint := dataMeta(head)
	if complaint != "" {
		return o.fail("rfc2397: " + complaint)
	}
	content := httpwire.Decoded(body)
	if meta.Base64 {
		var ok bool
		if content, ok = strictBase64(body); !ok {
			return o.fail("rfc2397: unable to decode")
		}
	}
	t := o.c.rt.newTemp("w+", defaultTemp)
	t.memory.data = []byte(content)
	s := o.c.rt.newMemoryStream("RFC2397", o.mode, dataBody{t})
	s.unwritable = !o.c.rt.facts.WritesData
	s.dataMeta = &meta
	return s
}

// dataMeta reads "text/plain;charset=x;base64".
func dataMeta(head string) (meta DataMetaData, complaint string) {
	if head == "" {
		return meta, ""
	}
	semi, slash := strings.IndexByte(head, ';'), strings.IndexByte(head, '/')
	switch {
	case semi < 0 && slash < 0:
		return meta, "illegal media type"
	case semi < 0:
		meta.MediaType = head
		return meta, ""
	case slash >= 0 && slash < semi:
		meta.MediaType, head = head[:semi], head[semi:]
	case head != ";base64":
		return meta, "illegal media type"
	}
	for parameter := range strings.SplitSeq(head[1:], ";") {
		if meta.Base64 {
			return meta, "illegal parameter" // nothing comes behind it
		}
		name, value, found := strings.Cut(parameter, "=")
		switch {
		case found && name != "mediatype":
			meta.Parameters = append(meta.Parameters, [2]string{name, value})
		case found:
		case parameter == "base64":
			meta.Base64 = true
		default:
			return meta, "illegal parameter"
		}
	}
	return meta, ""
}

// strictBase64 is base64_decode with its strict argument: white space is passed
// over, and the padding may be left out.
func strictBase64(s string) (string, bool) {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\r\n", r) {
			return -1
		}
		return r
	}, s)
	bare := strings.TrimRight(s, "=")
	if padding := len(s) - len(bare); padding > 2 || padding > 0 && len(s)%4 != 0 {
		return "", false
	}
	b, err := base64.RawStdEncoding.DecodeString(bare)
	return string(b), err == nil
}
