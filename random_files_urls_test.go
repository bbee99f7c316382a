package phpstream_test

import (
	"encoding/base64"
	"slices"
	"strings"
)

// source is a URL that is read or written.
func (f *fileCase) source(depth int) string {
	g := f.dialogue
	if depth > 0 && f.loud { // see http/zlib
		return pick(g, f.path("f"), f.path("f"), "php://memory", "php://temp/maxmemory:10", "data:,a%20b", f.path("g"))
	}
	if f.wrapper != "" && depth == 0 && g.chance(40) {
		return f.wrapper + "://" + pick(g, "x", "x", "y")
	}
	switch g.IntN(14) {
	case 0, 1:
		return "php://memory"
	case 2, 3:
		return pick(g, "php://temp", "php://temp/maxmemory:0", "php://temp/maxmemory:10", "php://temp/maxmemory:1000", "php://temp/maxmemory:x", "PHP://temp/maxmemory:20 ", "php://temp/maxmemory:-1",
			"php://temp/MAXMEMORY:5", "php://tempx", "php://temp/", "php://temp/x")
	case 4:
		return f.dataURL()
	case 5, 6:
		if depth < 2 {
			return f.filterURL(depth + 1)
		}
	case 7:
		if depth < 2 {
			return "compress.zlib://" + pick(g, f.path("z"), f.source(depth+1))
		}
	case 8:
		return pick(g, "{{TMP}}", "{{TMP}}/", "{{TMP}}/none/x", "", "php://", "php://nothing", "php://fd/", "php://fd/x", "php://fd/-1", "php://fd/1x", "php://fd", "nosuch://x", "a\x00b", "{{TMP}}/x\x00y",
			"file://{{TMP}}/none", "file://", "php://Memory", "php://memory/x", "PHP://MEMORY", "compress.zlib://", "data:", "://x", "/",
			"FILE://{{TMP}}/none", "file://localhost{{TMP}}/none", "file://other/x", "php://input", "php://stdinx", "compress.bzip2://x", f.path("f")+"/", f.path("f")+"/x", "php://filter")
	}
	return pick(g, "", "", "", "", "file://", "FILE://") + f.path(pick(g, "f", "f", "g", "none"))
}

func (f *fileCase) dataURL() string {
	g := f.dialogue
	body := pick(g, "", "hello", "a%20b+c", "%00%zz%", "a,b", "line%0aline%0d%0aend", strings.Repeat("d", 3000), "a\nb", "a#b", "a?b=c", "%4", "\xff")
	head := pick(g, "", "", "text/plain", "text/plain;charset=x", "text/plain;a=b;c=d", "text/plain;a=b;a=c", "text/plain;mediatype=x", ";a=b", "text", "text/", "/", "/;", ";", "text/plain;", "text/plain;a", "text/plain;=x",
		"text/plain;a=", "te;xt/plain", "text/plain;a=b/c", "text/plain;5=6", "text/plain;base64=x", "text/plain;Base64", "image/x;base64;", "text/plain;stream_type=x", "text/plain;mode=x;uri=y", " ", "text/plain ;a=b", ";/", "a/b/c;d=e")
	if g.chance(40) {
		head = pick(g, ";base64", "text/plain;base64", "text/plain;a=b;base64", "base64", ";base64;a=b", ";BASE64")
		body = base64.StdEncoding.EncodeToString([]byte(pick(g, "", "h", "he", "hel", strings.Repeat("long ", 500), "\x00\xff", packed)))
		if g.chance(40) {
			at := g.IntN(len(body) + 1)
			body = body[:at] + pick(g, "=", " ", "\n", "!", "%20", "%3D", "-", "\v", "==", "\x00", "+") + body[at:]
		}
		if g.chance(20) {
			body = strings.TrimRight(body, "=")
		}
	}
	url := pick(g, "data:", "data:", "data://", "data:/", "data:///") + head + pick(g, ",", ",", ",", ",", ",", "") + body
	if !g.chance(5) {
		url = strings.ReplaceAll(url, "\x00", "")
	}
	return url
}

var builtInFilters = []string{"string.rot13", "string.toupper", "string.tolower", "convert.base64-encode", "convert.base64-decode",
	"convert.quoted-printable-encode", "convert.quoted-printable-decode", "dechunk", "zlib.inflate"}

func (f *fileCase) filterName() string {
	if f.chance(10) {
		return pick(f.dialogue, "nope", "", "string.nope", "String.Rot13", "convert.nope", "string.*", "zlib.nope", ".", "string.", "convert.base64-encode.x", "a\x00b", "string.rot13 ")
	}
	return pick(f.dialogue, f.names...)
}

func (f *fileCase) filterURL(depth int) string {
	g := f.dialogue
	url := pick(g, "php://filter", "php://filter", "php://filter", "PHP://FILTER")
	for range g.IntN(3) {
		url += "/" + pick(g, "read=", "write=", "", "READ=", "read", "x=") + f.filterName()
		for range g.IntN(3) {
			url += "|" + strings.ReplaceAll(f.filterName(), ".", pick(g, ".", ".", "%2e"))
		}
	}
	if len(f.names) > len(builtInFilters) { // nobody throws while there are filters of the program's own
		return url + "/resource=" + f.source(depth)
	}
	return strings.ReplaceAll(url+pick(g, "/resource=", "/resource=", "/resource=", "/resource=", "/resource=", "/Resource=", "//resource=", "/resource", ""), "\x00", "") + f.source(depth)
}

func (f *fileCase) mode() string {
	g := f.dialogue
	if f.loud || f.wrapper != "" {
		return pick(g, "r", "r+", "w", "w+b", "at", "a+", "c", "c+n")
	}
	if g.chance(6) {
		return pick(g, "", "q", "rw", "b", "+", "rr", "+r", "r b", "wr", "br", "rx", "wx", "R", "w9", "wb1", "rT", "wT", "w6f", "ra", "c+c", "r++", " r", "r\x00", "\x00", "rwa")
	}
	mode := pick(g, "r", "r", "r+", "r+", "w", "w+", "w+", "a", "a+", "x", "x+", "c", "c+")
	for range g.IntN(3) {
		at := 1 + g.IntN(len(mode))
		mode = mode[:at] + pick(g, "b", "b", "t", "n", "e") + mode[at:]
	}
	return mode
}

// url is a source that answers show as it is.
func (f *fileCase) url() string {
	for {
		source := f.source(0)
		if packs := slices.ContainsFunc(f.open, f.packs); packs && strings.Contains(source, "compress.zlib") {
			continue // what has been packed so far is seen at the end alone
		}
		if len(source) < 200 || !strings.Contains(source, "{{") {
			return source
		}
	}
}
