package phpstream_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/phpstream-go/phpstream/internal/scenario"
)

// TestRandomWrappers uses wrappers of a program's own, which lack methods and answer
// oddly, on the installed PHPs and here: what they are called with is the same, too.
func TestRandomWrappers(t *testing.T) { randomURLs(t, randomWrapper, scenario.Versions...) }

// TestRandomFilters uses filters of a program's own.
func TestRandomFilters(t *testing.T) { randomURLs(t, randomFilter, scenario.Versions...) }

// answered is a list of a method's answers, the last of which is given ever after.
func (g *dialogue) answered(last string, list ...string) string {
	var out []string
	for range g.IntN(5) {
		answer := pick(g, list...)
		if g.chance(3) {
			answer = `["warns", ` + answer + `]`
		}
		out = append(out, answer)
	}
	return "[" + strings.Join(append(out, last), ", ") + "]"
}

// texts are what a stream_read answers.
var texts = []string{`"hello\nyou\n"`, `"line one\nline two\nline"`, `"0123456789"`, `"\n"`, `"a"`, `"b\r\nc"`, `""`, `""`, "false", "null", "5", "true",
	`["size", 0, "z"]`, `["size", 5, "x"]`, `["size", -1, "y\n"]`, `"more\n"`, `"and more"`}

// wrapperPlan is what the methods of a wrapper answer; some it has not.
func (g *dialogue) wrapperPlan() string {
	var methods []string
	method := func(percent int, name, last string, list ...string) {
		if g.chance(percent) {
			methods = append(methods, `"`+name+`" => `+g.answered(last, list...))
		}
	}
	yes := []string{"true", "true", "true", "true", "false"}
	stats := []string{`["size" => 20, "mode" => 33188]`, `["size" => 0, "mode" => 33188]`, `["mode" => 16877]`, `["size" => 5]`, "[]", "false", `["size" => 20, "mode" => 33188, "blksize" => 4]`,
		`["mode" => 41471]`, `["mode" => 33152, "mtime" => 5]`}
	if g.chance(97) {
		methods = append(methods, `"stream_open" => [`+pick(g, "true", "true", "true", "true", "true", "true", "true", "true", "true", `1`, `"x"`, "false", "null")+"]")
	}
	method(95, "stream_read", pick(g, `""`, `""`, "false"), texts...)
	method(93, "stream_eof", pick(g, "true", "true", "false"), "false", "false", "false", "true")
	method(85, "stream_write", pick(g, `["size", 0]`, `["size", 0]`, "0", "false"), `["size", 0]`, `["size", 0]`, `["size", -1]`, `["size", 3]`, "1", "0", "false", "-1", "null", `"2"`, "true", "100")
	method(80, "stream_seek", pick(g, "true", "true", "false"), append(yes, "1", "null")...)
	method(90, "stream_tell", pick(g, "0", "5", "100"), "0", "1", "3", "7", "10", "20", "8192", "1000")
	method(70, "stream_stat", pick(g, stats...), stats...)
	method(70, "stream_flush", "true", yes...)
	method(90, "stream_close", "null", "null")
	method(70, "stream_lock", "true", yes...)
	method(70, "stream_truncate", "true", yes...)
	method(60, "stream_set_option", pick(g, "true", "false"), yes...)
	method(60, "stream_cast", `["pair", "x"]`, "false", `["pair", ""]`, `["memory"]`, "null")
	method(80, "url_stat", pick(g, stats...), stats...)
	method(70, "dir_opendir", "true", yes...)
	method(90, "dir_readdir", "false", `"b"`, `"a"`, `"c"`, `"."`, `""`, "5", "false", "null", `"`+strings.Repeat("n", 300)+`"`)
	method(80, "dir_rewinddir", "true", yes...)
	method(80, "dir_closedir", "true", yes...)
	method(70, "unlink", "true", yes...)
	method(70, "rename", "true", yes...)
	method(70, "mkdir", "true", yes...)
	method(70, "rmdir", "true", yes...)
	return "[" + strings.Join(methods, ", ") + "]"
}

// size is how much is asked for, or where.
func (g *dialogue) size() int { return pick(g, 1, 2, 3, 5, 10, 20, 100, 8191, 8192, 8193, 20000) }

func randomWrapper(g *dialogue, name, version string) urlCase {
	c := urlCase{name: name}
	call := func(format string, args ...any) { c.calls = append(c.calls, fmt.Sprintf(format, args...)) }
	call("wrapper_log()")
	call(`plan("%s", %s)`, name, g.wrapperPlan())
	flags := ""
	if g.chance(10) {
		flags = ", STREAM_IS_URL"
	}
	call(`stream_wrapper_register("%s", "planned_%s"%s)`, name, name, flags)
	context := "null"
	if g.chance(30) {
		call(`$c = stream_context_create(["%s" => ["a" => %s]])`, name, pick(g, "1", `"x"`, "null", "[1, 2]"))
		context = "$c"
	}
	url := `"` + name + `://` + pick(g, "", "a", "a/b", "a?b#c", "a/../b", "/", `a\x00b`, "a b") + `"`
	for range 1 + g.IntN(3) {
		switch g.IntN(10) {
		case 0, 1:
			g.wholeFile(call, url, context, name, version)
		case 2:
			g.paths(call, url, context, name)
		case 3:
			g.directory(call, url, context)
		default:
			g.openFile(call, url, context)
		}
		call("wrapper_log()")
	}
	return c
}

type caller func(format string, args ...any)

func (g *dialogue) wholeFile(call caller, url, context, name, version string) {
	ways := 11
	if version != "8.4" { // php://filter hands no context on then; here it does
		ways = 7
	}
	switch g.IntN(ways) {
	case 0:
		call("file_get_contents(%s, %s, %s)", url, pick(g, "false", "true"), context)
	case 1:
		call("file_get_contents(%s, false, %s, %d, %d)", url, context, pick(g, 0, 1, 5, 8200, -1), pick(g, 0, 1, 5, 9000))
	case 2:
		call("file(%s, %s, %s)", url, pick(g, "0", "FILE_IGNORE_NEW_LINES", "FILE_SKIP_EMPTY_LINES", "6"), context)
	case 3:
		call("file_put_contents(%s, %s, %s, %s)", url, pick(g, `"text"`, `["a", "b", "c"]`, `""`, `str_repeat("x", 9000)`, "5", "[]"), pick(g, "0", "FILE_APPEND", "LOCK_EX", "FILE_APPEND | LOCK_EX"), context)
	case 4:
		call(`copy(%s . "/%d", "{{TMP}}/%s", %s)`, url, g.Uint32(), name, context)
		call(`@file_get_contents("{{TMP}}/%s")`, name)
	case 5:
		call(`file_put_contents("{{TMP}}/%s-from", %s)`, name, pick(g, `"text"`, `""`, `str_repeat("x", 9000)`))
		call(`copy("{{TMP}}/%s-from", %s, %s)`, name, url, context)
	case 6:
		call(`copy(%s . "/%d", "%s://other", %s)`, url, g.Uint32(), name, context)
	case 7:
		call(`file_put_contents("php://filter/write=string.toupper/resource=" . %s, "text", 0, %s)`, url, context)
	case 8:
		call(`file_put_contents("php://filter/write=convert.base64-encode/resource=" . %s, ["a", "bcd"], FILE_APPEND, %s)`, url, context)
	case 9:
		call(`file_get_contents("php://filter/read=string.toupper/resource=" . %s, false, %s)`, url, context)
	default:
		call(`file("php://filter/string.rot13/resource=" . %s)`, url)
	}
}

func (g *dialogue) paths(call caller, url, context, name string) {
	for range 1 + g.IntN(4) {
		switch g.IntN(12) {
		case 0:
			call("unlink(%s%s)", url, pick(g, "", ", "+context))
		case 1:
			call(`rename(%s, "%s://to"%s)`, url, name, pick(g, "", ", "+context))
		case 2:
			call(`rename(%s, "{{TMP}}/%s-to")`, url, name)
		case 3:
			call("mkdir(%s, %s, %s, %s)", url, pick(g, "0777", "511", "0", "-1"), pick(g, "true", "false"), context)
		case 4:
			call("rmdir(%s, %s)", url, context)
		default:
			// PHP remembers what it has been told of a path; the library does not.
			call(`%s(%s . "/%d")`, pick(g, "file_exists", "is_file", "is_dir", "filesize", "stat", "file_exists", "is_file", "is_dir"), url, g.Uint32())
		}
	}
}

func (g *dialogue) directory(call caller, url, context string) {
	if strings.Contains(url, `\x00`) { // PHP 7.4 minds the path before it minds the context
		call("%s(%s)", pick(g, "scandir", "opendir"), url)
		return
	}
	if g.chance(40) {
		call("scandir(%s, %s, %s)", url, pick(g, "0", "1", "2"), context)
		return
	}
	call("$d = false")
	call("$d = opendir(%s, %s)", url, context)
	for range 1 + g.IntN(6) {
		call(pick(g, "@readdir($d)", "@readdir($d)", "@readdir($d)", "@rewinddir($d)", "@ftell($d)", "@feof($d)", "@fstat($d)", "@fread($d, 10)", "@fgets($d)", "@fwrite($d, \"x\")",
			"@fseek($d, 0)", "@stream_get_meta_data($d)", "@fflush($d)", "@rewind($d)", "@readdir()"))
	}
	call("@closedir($d)")
}

func (g *dialogue) openFile(call caller, url, context string) {
	mode := pick(g, "r", "r", "r", "r+", "r+", "w", "w+", "a", "a+", "x", "c+", "rb", "rt", "r+b", "z", "")
	call("$f = false") // where opening throws
	call(`$f = fopen(%s, "%s", %s, %s)`, url, mode, pick(g, "false", "false", "true"), context)
	for range 3 + g.IntN(10) {
		g.onOwnStream(call)
	}
	call("fclose($f)") // or PHP does so when the variable is gone
}

// onOwnStream does something with $f.
func (g *dialogue) onOwnStream(call caller) {
	size := g.size()
	switch g.IntN(30) {
	case 0, 1:
		call("fgets($f)")
	case 2:
		call("fgets($f, %d)", size)
	case 3, 4, 5, 6:
		call("fread($f, %d)", size)
	case 7:
		call("fgetc($f)")
	case 8:
		call(`stream_get_line($f, %d, "%s")`, pick(g, 0, size), pick(g, `\n`, `\r\n`, "e", "ee", ""))
	case 9:
		call("stream_get_contents($f, %d)", pick(g, size, -1))
	case 10:
		call("stream_get_contents($f, %d, %d)", pick(g, size, -1), pick(g, 0, 3, size))
	case 11, 12:
		call("feof($f)")
	case 13:
		call("ftell($f)")
	case 14, 15, 16:
		call(`fwrite($f, %s)`, pick(g, `"x"`, `"hello\n"`, `""`, `str_repeat("long ", 2000)`, `"0123456789"`, `"abcdef", 3`, `"abc", 0`))
	case 17, 18:
		call("fseek($f, %d, %s)", pick(g, 0, 1, 3, size, -1, -size), pick(g, "SEEK_SET", "SEEK_SET", "SEEK_CUR", "SEEK_END", "7"))
	case 19:
		call("rewind($f)")
	case 20:
		call("fflush($f)")
	case 21:
		call("ftruncate($f, %d)", pick(g, 0, size, -1))
	case 22:
		call("flock($f, %s%s)", pick(g, "LOCK_SH", "LOCK_EX", "LOCK_UN", "LOCK_EX | LOCK_NB", "0", "9"), pick(g, "", ", $would"))
	case 23:
		call("fstat($f)")
	case 24:
		call("%s", pick(g, "stream_set_blocking($f, true)", "stream_set_blocking($f, false)", "stream_set_timeout($f, 3, 5)", "stream_set_read_buffer($f, 0)", "stream_set_read_buffer($f, 100)",
			"stream_set_write_buffer($f, 0)", "stream_set_write_buffer($f, 100)", "stream_set_chunk_size($f, 5)", "stream_set_chunk_size($f, 10000)", "stream_is_local($f)"))
	case 25:
		call("$r = [$f]\n$w = %s\n$e = null", pick(g, "null", "[$f]"))
		call("stream_select($r, $w, $e, 0, 10000)")
	case 26:
		call(`$m = fopen("php://memory", "w+")`)
		call("stream_copy_to_stream($f, $m%s)", pick(g, "", fmt.Sprintf(", %d", size), fmt.Sprintf(", %d, %d", size, pick(g, 0, 1, 5))))
		call("rewind($m)")
		call("stream_get_contents($m)")
	case 27:
		call(`$m = fopen("data:," . str_repeat("y", %d), "r")`, pick(g, 0, 4, 9000))
		call("stream_copy_to_stream($m, $f%s)", pick(g, "", fmt.Sprintf(", %d", size), fmt.Sprintf(", %d, %d", size, pick(g, 0, 1, 5))))
		call("ftell($m)")
	case 28:
		call("$g = stream_filter_%s($f, %s)", pick(g, "append", "prepend"), pick(g, `"string.toupper"`, `"string.rot13", STREAM_FILTER_READ`, `"convert.base64-encode", STREAM_FILTER_WRITE`))
	default:
		call("stream_get_meta_data($f)")
	}
}

// filterPlan is what a filter does, call after call.
func (g *dialogue) filterPlan() string {
	var steps []string
	step := func() {
		do := pick(g, "pass", "pass", "pass", "pass", "grow", "shrink", "empty", "split", "front", "around", "keep", "give", "hold", "release", "drop", "end", "twice", "back")
		take := pick(g, "all", "all", "all", "all", "one", "none")
		status := pick(g, "PSFS_PASS_ON", "PSFS_PASS_ON", "PSFS_PASS_ON", "PSFS_PASS_ON", "PSFS_PASS_ON", "PSFS_FEED_ME", "PSFS_FEED_ME", "PSFS_ERR_FATAL", "3", "-1")
		count := pick(g, "right", "right", "right", "right", "right", "nothing", "more", "less")
		switch {
		case do == "back":
			take = "one"
		case status != "PSFS_PASS_ON" && status != "PSFS_ERR_FATAL": // what is left PHP overwrites with the next read
			take = "all"
		}
		s := fmt.Sprintf(`["%s", "%s", "%s", %s]`, take, do, count, status)
		if g.chance(3) {
			s = `["warns", ` + s + `]`
		}
		steps = append(steps, s)
	}
	for range 1 + g.IntN(4) {
		step()
	}
	if g.chance(50) {
		steps = append(steps, `["all", "`+pick(g, "pass", "end", "keep", "give")+`", "right", PSFS_PASS_ON]`)
	}
	return `["onCreate" => [` + pick(g, "true", "true", "true", "true", "true", "true", "true", "true", "true", "false") + `], "filter" => [` + strings.Join(steps, ", ") + `]]`
}

func randomFilter(g *dialogue, name, version string) urlCase {
	c := urlCase{name: name}
	call := func(format string, args ...any) { c.calls = append(c.calls, fmt.Sprintf(format, args...)) }
	filters := 1 + g.IntN(3)
	for n := range filters {
		call(`plan("%s.f%d", %s)`, name, n, g.filterPlan())
	}
	call(`stream_filter_register("%s.*", "planned_filter")`, name)
	own := false
	switch g.IntN(4) {
	case 0:
		call(`$f = fopen("php://memory", "w+")`)
		call(`fwrite($f, "hello\nyou\nand more text\n")`)
		call("rewind($f)")
	case 1:
		call(`file_put_contents("{{TMP}}/%s", %s)`, name, pick(g, `"hello\nyou\nand more text"`, `str_repeat("line of text\n", 2000)`, `""`))
		call(`$f = fopen("{{TMP}}/%s", "%s")`, name, pick(g, "r", "r+", "r+", "a+", "w+"))
	case 2:
		own = true
		call(`plan("%s", %s)`, name, g.wrapperPlan())
		call(`stream_wrapper_register("%s", "planned_%s")`, name, name)
		call(`$f = fopen("%s://a", "r+")`, name)
	default:
		call("$p = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0)")
		call("$f = $p[0]")
		call("stream_set_timeout($f, 0, 20000)")
		call(`fwrite($p[1], "%s")`, pick(g, `hello\nyou\nand more text\n`, "", "x"))
		if g.chance(50) {
			call("stream_socket_shutdown($p[1], STREAM_SHUT_WR)")
		}
	}
	if g.chance(30) {
		call("fgets($f)")
	}
	// What a reading filter's end does to what is buffered is a difference of its own.
	removable := []int{}
	for n := range filters {
		mode := pick(g, "STREAM_FILTER_READ", "STREAM_FILTER_READ", "STREAM_FILTER_WRITE", "STREAM_FILTER_WRITE", "STREAM_FILTER_ALL", "0")
		if mode == "STREAM_FILTER_WRITE" || version == "8.4" {
			removable = append(removable, n)
		}
		call("$g%d = false", n)
		call(`$g%d = stream_filter_%s($f, "%s.f%d", %s, %s)`, n, pick(g, "append", "append", "prepend"), name, n, mode, pick(g, "null", "5", `"p"`, `[1, "a"]`))
	}
	for range 3 + g.IntN(8) {
		if g.chance(12) && len(removable) > 0 {
			call("@stream_filter_remove($g%d)", pick(g, removable...))
		}
		g.onOwnStream(func(format string, args ...any) {
			if format == "fstat($f)" && !own { // it has a number of its own
				format = "ftell($f)"
			}
			if strings.HasPrefix(format, "stream_copy_to_stream($m, $f") { // PHP breaks down where a filter takes more than there is
				format, args = `fwrite($f, "copied")`, nil
			}
			call(format, args...)
		})
	}
	call("fclose($f)")
	call("filter_log()")
	call("wrapper_log()")
	return c
}
