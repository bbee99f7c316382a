package phpstream_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/phpstream-go/phpstream/internal/scenario"
)

// TestRandomContexts sets options and parameters of contexts and live streams, and
// looks at them, on the installed PHPs and here.
func TestRandomContexts(t *testing.T) { randomURLs(t, randomContext, scenario.Versions...) }

func randomContext(g *dialogue, name, version string) urlCase {
	c := urlCase{name: name}
	call := func(format string, args ...any) { c.calls = append(c.calls, fmt.Sprintf(format, args...)) }
	call(`plan("%s", ["stream_open" => [true], "stream_read" => [""], "stream_eof" => [true], "url_stat" => [["mode" => 33188]], "unlink" => [true], "dir_opendir" => [true], "mkdir" => [true]])`, name)
	call(`stream_wrapper_register("%s", "planned_%s")`, name, name)
	call("wrapper_log()")
	call("$a = stream_context_create()")
	call("$b = null")
	call(`$s = fopen("php://memory", "r")`)
	call(`$t = fopen("%s://a", "r", false, $a)`, name)
	call("$p = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0)")
	call("$u = $p[0]")
	call(`$v = fopen("php://memory", "r")`)
	call("fclose($v)")
	for range 6 + g.IntN(10) {
		on := pick(g, "$a", "$a", "$a", "$a", "$t", "$t", "$s", "$u", "$v", "$b", "5", "stream_context_get_default()")
		switch g.IntN(14) {
		case 0, 1:
			call("%s = stream_context_create(%s%s)", pick(g, "$a", "$b"), pick(g, "null", g.optionArray(name), g.optionArray(name)), pick(g, "", ", null", ", "+g.paramArray(name)))
		case 2, 3, 4:
			call("stream_context_set_option(%s, %s, %s, %s)", on, g.contextName(name), g.contextName(name), g.value(2))
		case 5:
			call("stream_context_set_option(%s, %s)", on, g.optionArray(name))
		case 6:
			call("stream_context_set_option(%s, %s)", on, pick(g, `"x"`, `"x", "y"`, `"x", null`, `"x", null, 5`, `["x" => []], "y"`, `["x" => []], null`, `["x" => []], null, 5`, `5, "y", 1`, `null, "y", 1`, `"x", [], 1`))
		case 7:
			if version == "8.4" {
				call("stream_context_set_options(%s, %s)", on, g.optionArray(name))
			}
		case 8, 9:
			call("stream_context_set_params(%s, %s)", on, g.paramArray(name))
		case 10:
			call("stream_context_get_params(%s)", on)
		case 11:
			call("%s(%s)", pick(g, "stream_context_get_default", "stream_context_set_default"), pick(g, "", g.optionArray(name)))
		case 12:
			used := pick(g, "$a", "$a", "null", "$b")
			call(pick(g, `fopen("%s://b", "r", false, %s)`, `file_get_contents("%s://b", false, %s)`, `unlink("%s://b", %s)`, `scandir("%s://b", 0, %s)`, `mkdir("%s://b", 511, false, %s)`), name, used)
			call("file_exists(\"%s://%d\")", name, g.Uint32())
			call("wrapper_log()")
		default:
			call("stream_context_get_options(%s)", on)
		}
	}
	call("stream_context_get_params($a)")
	call("stream_context_get_options($t)")
	return c
}

// contextName is the name of a wrapper or of an option.
func (g *dialogue) contextName(name string) string {
	return pick(g, `"`+name+`"`, `"`+name+`"`, `"http"`, `"x"`, `"5"`, `""`, `"-1"`, `"a b"`, "5", "1.5", "true", `"\x00"`)
}

// value is the value of an option.
func (g *dialogue) value(deep int) string {
	if deep > 0 && g.chance(30) {
		var items []string
		for range g.IntN(3) {
			items = append(items, pick(g, "", "", `"k" => `, `5 => `, `"7" => `)+g.value(deep-1))
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	return pick(g, "1", "0", "true", "false", "null", `"text"`, `""`, "1.5", "-2", `"12"`, "$s", "$a", "1.5e10")
}

// optionArray is an array of options, mostly in the right form.
func (g *dialogue) optionArray(name string) string {
	if g.chance(8) {
		return pick(g, "[]", "[1]", `["x"]`, `["x" => 5]`, `["x" => null]`, `[5 => ["a" => 1]]`, `[["a" => 1]]`, `["x" => "y"]`, "5", `"x"`, "$s")
	}
	var wrappers []string
	for range 1 + g.IntN(3) {
		var options []string
		for range g.IntN(4) {
			options = append(options, pick(g, `"a" => `, `"b" => `, `"c" => `, `"5" => `, "5 => ", "", `"" => `)+g.value(2))
		}
		inner := "[" + strings.Join(options, ", ") + "]"
		if g.chance(6) {
			inner = g.value(0)
		}
		wrappers = append(wrappers, pick(g, `"`+name+`"`, `"http"`, `"x"`, `"ssl"`, `"6"`, "6", `""`)+" => "+inner)
	}
	return "[" + strings.Join(wrappers, ", ") + "]"
}

// paramArray is an array of parameters.
func (g *dialogue) paramArray(name string) string {
	var params []string
	for range g.IntN(3) {
		params = append(params, pick(g, `"notification" => `+pick(g, `"no_such"`, "null", "5", "[]", `["a", "b"]`), `"options" => `+pick(g, g.optionArray(name), g.optionArray(name), "null"),
			`"other" => 1`, "7 => 8"))
	}
	return "[" + strings.Join(params, ", ") + "]"
}
