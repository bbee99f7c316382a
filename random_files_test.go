package phpstream_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/phpstream-go/phpstream/internal/scenario"
)

// TestRandomFiles opens files, memory, data: URLs, filters and gzip in random modes,
// and reads, writes and moves in a random order.
func TestRandomFiles(t *testing.T) { randomURLs(t, randomFiles, scenario.Versions...) }

// fileCase is a case with two files and up to two streams.
type fileCase struct {
	*dialogue
	name    string
	lines   []string
	open    []string // variables of streams
	sources map[string]string
	filters int
	locks   bool
	wrapper string   // the scheme of a wrapper of the program's own; "" where there is none
	names   []string // of filters
	detects bool     // line ends
	far     bool     // a position in memory may be as far as can be counted, and no write there ends well
	loud    bool     // PHP tells why the URL inside of another one can't be opened
}

func (f *fileCase) call(format string, args ...any) {
	f.lines = append(f.lines, fmt.Sprintf(format, args...))
}

// randomFiles is a case of its own files.
func randomFiles(g *dialogue, name, version string) urlCase {
	f := &fileCase{dialogue: g, name: name, sources: map[string]string{}, locks: g.chance(20), loud: version == "7.4", far: version == "8.4"}
	f.names = builtInFilters
	if g.chance(15) && !f.loud { // of what PHP 7.4 keeps in mind of a stat nothing is known here
		f.wrapper = name + "w"
		f.call(`stream_wrapper_register("%s", "shelf")`, f.wrapper)
	}
	for _, class := range []string{"passes", "shouts", "lines", "wraps", "doubles"} {
		if g.chance(5) {
			f.call(`stream_filter_register("%s.%s", "%s")`, name, class, class)
			f.names = append(slices.Clone(f.names), name+"."+class)
		}
	}
	if g.chance(5) {
		f.call(`@ini_set("auto_detect_line_endings", "1")`)
		f.detects = true
	}
	for _, file := range []string{"f", "g"} {
		if g.chance(80) || f.loud {
			f.call("file_put_contents(%s, %s)", literal(f.path(file)), f.data())
		}
	}
	if g.chance(20) || f.loud {
		f.call("copy(%s, %s)", literal("data:;base64,"+base64.StdEncoding.EncodeToString([]byte(packed))), literal(f.path("z")))
	}
	if g.chance(20) {
		for range 3 {
			f.whole()
			f.logs()
		}
		return f.done()
	}
	for _, fp := range []string{"$a", "$b"}[:1+g.IntN(2)] {
		f.opens(fp)
	}
	for range 6 + g.IntN(14) {
		f.operation()
		f.logs()
		if g.chance(20) {
			f.call("stream_get_meta_data(%s)", pick(g, f.open...))
		}
	}
	for _, fp := range f.open {
		f.call("stream_get_meta_data(%s)", fp)
		f.call("fclose(%s)", fp)
	}
	f.logs()
	for _, file := range []string{f.path("f"), f.path("g"), "compress.zlib://" + f.path("z")} {
		f.call("file_get_contents(%s)", literal(file))
	}
	return f.done()
}

func (f *fileCase) done() urlCase {
	if f.detects {
		f.call(`@ini_set("auto_detect_line_endings", "0")`)
	}
	return urlCase{name: f.name, calls: f.lines}
}

// logs shows what the program's own wrapper and filters have heard.
func (f *fileCase) logs() {
	if f.wrapper != "" {
		f.call("wrapper_log()")
	}
	if len(f.names) > len(builtInFilters) {
		f.call("filter_log()")
	}
}

// written is a URL that may be written: what is packed differs, and goes where nobody
// looks at it.
func (f *fileCase) written(source string) string {
	if strings.Contains(source, "compress.zlib") {
		return "compress.zlib://" + f.path("z")
	}
	return source
}

// packs tells whether a stream may write what is packed. It can be moved forward, but
// what PHP packs there is what is left in memory.
func (f *fileCase) packs(fp string) bool {
	return strings.Contains(f.sources[fp], "compress.zlib") && f.sources[fp] == f.written(f.sources[fp])
}

// modeOf is a mode for a URL.
func (f *fileCase) modeOf(source string) string {
	switch {
	case !strings.Contains(source, "compress.zlib"):
	case source == f.written(source):
		return pick(f.dialogue, "r", "rb", "r9", "w", "wb", "wb1", "w6f", "wT", "a", "at", "a9", "r+", "w+", "x", "c", "xw")
	default:
		return pick(f.dialogue, "r", "rb", "rt", "rn", "r9")
	}
	return f.mode()
}

func (f *fileCase) path(file string) string { return "{{TMP}}/" + f.name + file }

// data is what is written, as a program has it.
func (f *fileCase) data() string {
	g := f.dialogue
	if g.chance(20) {
		return fmt.Sprintf("str_repeat(%s, %d)", literal(pick(g, "0123456789", "line of text\n", "z", "ab\r\n", "=\xe4 \t")), pick(g, 100, 700, 819, 820, 1000, 2000))
	}
	if g.chance(20) {
		return literal(pick(g, deflated, packed, "5\r\nhello\r\n3\r\nabc\r\n0\r\n\r\n", "A;x=y\r\n0123456789\r\n1", "aGVsbG8gd29ybGQ=", "aGVs\nbG8=", "a=3Db=\r\nc=C3=BC =\n", "hello\xff=41=4"))
	}
	text := ""
	for range g.IntN(6) {
		text += strings.Repeat(pick(g, "a", "b.", "..", "Qm", "=3D"), g.IntN(30)) + pick(g, "", "\n", "\n", "\r\n", "\r", "\x00", "\xff", "=\n", " ")
	}
	return literal(text)
}

var packed = func() string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(strings.Repeat("packed line\n", 3000)))
	w.Close()
	return b.String()
}()

var deflated = func() string {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, 6)
	w.Write([]byte(strings.Repeat("deflated line\n", 1500)))
	w.Close()
	return b.String()
}()

// opens opens a stream under a variable's name.
func (f *fileCase) opens(fp string) {
	source := f.url()
	f.call("%s = false", fp)
	f.call("%s = fopen(%s, %s)", fp, literal(source), literal(f.modeOf(source)))
	f.open = append(f.open, fp)
	f.sources[fp] = source
}

func (f *fileCase) offset() int {
	return pick(f.dialogue, 0, 0, 1, 2, 5, 10, 37, 100, 8191, 8192, 8193, 20000, -1, -2, -5, -100, -8192)
}

func (f *fileCase) length() int {
	return pick(f.dialogue, 1, 1, 2, 3, 5, 10, 10, 50, 100, 512, 8191, 8192, 8193, 20000)
}

// operation is one call on an open stream.
func (f *fileCase) operation() {
	g := f.dialogue
	fp := pick(g, f.open...)
	size := f.length()
	if g.chance(3) {
		size = pick(g, 0, -1, -5)
	}
	switch g.IntN(40) {
	case 0, 1, 2:
		f.call("fgets(%s)", fp)
	case 3, 4:
		f.call("fgets(%s, %d)", fp, size)
	case 5, 6, 7, 8:
		f.call("fread(%s, %d)", fp, size)
	case 9:
		f.call("fgetc(%s)", fp)
	case 10, 11:
		f.call(`stream_get_line(%s, %d, "%s")`, fp, pick(g, 0, size), pick(g, `\n`, `\r\n`, ".", "..", "", "zz"))
	case 12, 13:
		offset := f.offset()
		if f.packs(fp) || g.chance(60) {
			offset = -1
		}
		f.call("stream_get_contents(%s, %d, %d)", fp, pick(g, size, -1, -1, 0, -2), offset)
	case 14, 15, 16, 17, 18:
		f.call("fwrite(%s, %s)", fp, f.data())
	case 19:
		f.call("fwrite(%s, %s, %d)", fp, f.data(), pick(g, 0, 1, 5, 10000, -1))
	case 20, 21, 22, 23:
		if f.packs(fp) {
			f.call("rewind(%s)", fp) // over what PHP goes in what it packs is chance
			return
		}
		if f.far && strings.Contains(strings.ToLower(f.sources[fp]), "php://memory") {
			f.call("fseek(%s, %d, %s)", fp, f.offset(), pick(g, "SEEK_SET", "SEEK_END"))
			return
		}
		f.call("fseek(%s, %d, %s)", fp, f.offset(), pick(g, "SEEK_SET", "SEEK_SET", "SEEK_CUR", "SEEK_CUR", "SEEK_END", "SEEK_END", "3", "-1"))
	case 24:
		f.call("rewind(%s)", fp)
	case 25:
		f.call("ftell(%s)", fp)
	case 26, 27:
		f.call("feof(%s)", fp)
	case 28:
		f.call("ftruncate(%s, %d)", fp, pick(g, 0, 3, 5, 100, 9000, -1, -5))
	case 29:
		f.call("fflush(%s)", fp)
	case 30, 31:
		f.call("fstat_size(%s)", fp)
	case 32:
		if len(f.open) > 1 && !f.same("$a", "$b") && !strings.Contains(f.sources["$a"]+f.sources["$b"], "compress.zlib") {
			f.call("stream_copy_to_stream($%c, $%c, %d, %d)", "ab"[g.IntN(2)], "ab"[g.IntN(2)], pick(g, f.length(), f.length(), 0), pick(g, 0, 0, 0, 0, 3, 100, -1))
		}
	case 33:
		f.call("%s(%s, %d)", pick(g, "stream_set_read_buffer", "stream_set_write_buffer"), fp, pick(g, 0, 0, 1, 8192, -1))
	case 34:
		f.call("stream_set_chunk_size(%s, %d)", fp, pick(g, 1, 2, 5, 100, 1024, 8192, 10000, 0, -1))
	case 35, 36:
		f.filter(fp)
	case 37:
		if g.chance(50) {
			f.call("[ob_start(), fpassthru(%s), ob_get_clean()]", fp)
			return
		}
		f.call("stream_set_blocking(%s, %s)", fp, pick(g, "true", "false"))
	case 38:
		if f.locks {
			f.call("flock(%s, LOCK_NB | %s, $would)", fp, pick(g, "LOCK_SH", "LOCK_EX", "LOCK_UN", "0"))
			return
		}
		f.whole()
	case 39:
		f.call("fclose(%s)", fp)
		f.call("feof(%s)", fp)
		source := f.url()
		f.sources[fp] = source
		f.call("%s = fopen(%s, %s)", fp, literal(source), literal(f.modeOf(source)))
	}
}

// same tells whether two streams may have the same file.
func (f *fileCase) same(one, other string) bool {
	for _, file := range []string{"f", "g", "z", "none"} {
		path := f.path(file)
		if strings.Contains(f.sources[one], path) && strings.Contains(f.sources[other], path) {
			return true
		}
	}
	return false
}

func (f *fileCase) filter(fp string) {
	g := f.dialogue
	if f.filters > 0 && g.chance(40) {
		f.call("stream_filter_remove($x%d)", g.IntN(f.filters))
		return
	}
	params := ""
	if g.chance(20) {
		params = ", " + pick(g, `["line-length" => 10]`, `["line-length" => 10, "line-break-chars" => "\r\n"]`, `["binary" => true]`, "null", "5", `"x"`, `["window" => 30]`, `["line-length" => -1]`, `["line-length" => 3, "line-break-chars" => ""]`)
	}
	f.call("$x%d = false", f.filters)
	f.call("$x%d = stream_filter_%s(%s, %s, %s%s)", f.filters, pick(g, "append", "append", "append", "prepend"), fp, literal(f.filterName()),
		pick(g, "0", "STREAM_FILTER_READ", "STREAM_FILTER_READ", "STREAM_FILTER_WRITE", "STREAM_FILTER_WRITE", "STREAM_FILTER_ALL", "4"), params)
	f.filters++
}

// whole is a call of a function that opens by itself.
func (f *fileCase) whole() {
	g := f.dialogue
	url := f.url()
	source, target := literal(url), literal(f.written(url))
	include := pick(g, "false", "false", "false", "true")
	switch g.IntN(9) {
	case 0, 1:
		f.call("file_get_contents(%s, %s, null, %d, %d)", source, include, f.offset(), pick(g, f.length(), f.length(), 0, -1))
	case 2:
		f.call("file_get_contents(%s, %s, null, %d)", source, include, pick(g, 0, f.offset()))
	case 3, 4:
		flags := pick(g, "0", "0", "FILE_APPEND", "FILE_USE_INCLUDE_PATH", "16", "4", "-1", "64")
		if !f.locks {
			flags = pick(g, flags, "LOCK_EX", "LOCK_EX | FILE_APPEND")
		}
		f.call("file_put_contents(%s, %s, %s)", target, pick(g, f.data(), f.data(), f.data(), `["a", "b\n", 5, "", null]`, "[]", "5", "1.5", "true", "null", "fopen("+literal(f.dataURL())+`, "r")`), flags)
	case 5:
		f.call("file(%s, %s)", source, pick(g, "0", "0", "FILE_IGNORE_NEW_LINES", "FILE_IGNORE_NEW_LINES | FILE_SKIP_EMPTY_LINES", "FILE_SKIP_EMPTY_LINES", "FILE_USE_INCLUDE_PATH", "8", "-1", "16", "31", "64"))
	case 6:
		f.call("[ob_start(), readfile(%s, %s), ob_get_clean()]", source, include)
	case 7, 8:
		f.call("copy(%s, %s)", source, literal(f.written(f.url())))
	}
}
