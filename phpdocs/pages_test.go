package phpdocs_test

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/phpstream-go/phpstream/internal/phptest"
)

// The form of a function's page. "Context options read" is where it applies.
var form = []string{"## Returns", "## Errors", "## Context options read", "## Versions", "## Differences", "## Example", "## Sources"}

const optional = "## Context options read"

func functionPages(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob("functions/*.md")
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// section is the text below a heading.
func section(t *testing.T, page, heading string) string {
	t.Helper()
	_, text, found := strings.Cut(readPage(t, page), "\n"+heading+"\n")
	if !found {
		t.Errorf("%s has no heading %q", page, heading)
	}
	text, _, _ = strings.Cut(text, "\n## ")
	return strings.TrimSpace(text)
}

var headingLine = regexp.MustCompile(`(?m)^#+ .*$`)

// TestForm: every page has the same headings in the same order, a sentence,
// and two signatures.
func TestForm(t *testing.T) {
	for _, page := range functionPages(t) {
		name := strings.TrimSuffix(filepath.Base(page), ".md")
		text := readPage(t, page)
		headings := headingLine.FindAllString(text, -1)
		want := append([]string{"# " + name}, form...)
		if !slices.Contains(headings, optional) {
			want = slices.DeleteFunc(want, func(h string) bool { return h == optional })
		}
		if !slices.Equal(headings, want) {
			t.Errorf("%s: headings\n%q, want\n%q", page, headings, want)
			continue
		}
		lines := strings.Split(text, "\n")
		if sentence := lines[2]; !strings.HasSuffix(sentence, ".") || lines[1] != "" || lines[3] != "" {
			t.Errorf("%s: a sentence stands below the name, not %q", page, sentence)
		}
		for _, source := range []string{"- php.net: ", "- php-src: `"} {
			if !strings.Contains(section(t, page, "## Sources"), source) {
				t.Errorf("%s: the sources lack %q", page, source)
			}
		}
		if len(examples(t, page)) == 0 {
			t.Errorf("%s has no example", page)
		}
	}
}

// TestDocComments: the comment of a function that PHP has names the files of php-src
// that were read, but for one that is another name for a function that does.
func TestDocComments(t *testing.T) {
	for _, f := range readLibrary(t).functions {
		if f.phpName != "" && !strings.Contains(f.doc, "php-src: ") && !anotherName.MatchString(f.doc) {
			t.Errorf("the comment of %s has no line \"php-src: \"", f.goName)
		}
	}
}

var anotherName = regexp.MustCompile(`under its (other|old) name|PHP's other name`)

// TestSignatures compares the signatures on a page with the library's source.
func TestSignatures(t *testing.T) {
	lib := readLibrary(t)
	shown := map[string]bool{}
	for _, page := range functionPages(t) {
		signatures := map[string][]string{}
		for _, b := range blocks(t, page) {
			if b.attrs["signature"] != "" {
				signatures[b.lang] = strings.Split(strings.TrimSpace(strings.ReplaceAll(b.text, "\n    ", " ")), "\n")
			}
		}
		if len(signatures["php"]) == 0 || len(signatures["go"]) == 0 {
			t.Errorf("%s: there is a PHP signature and a Go signature", page)
			continue
		}
		var code []string
		method := false
		for _, php := range signatures["php"] {
			name, _, _ := strings.Cut(php, "(")
			shown[name] = true
			f, ok := lib.byPHP[name]
			if !ok {
				continue // an alias that Go does without
			}
			if oneLine(php) != f.php {
				t.Errorf("%s: PHP's signature is\n%s, and in the source\n%s", page, oneLine(php), f.php)
			}
			code = append(code, f.code[0])
			method = method || len(f.code) > 1
		}
		if !slices.Equal(code, signatures["go"]) {
			t.Errorf("%s: Go's signature is\n%q, and in the source\n%q", page, signatures["go"], code)
		}
		const sentence = "Also a method of `*Runtime`, with the same arguments."
		if strings.Contains(readPage(t, page), sentence) != method {
			t.Errorf("%s: %q stands where it is one, and only there", page, sentence)
		}
	}
	for name := range lib.byPHP {
		if !shown[name] {
			t.Errorf("no page shows the signature of %s", name)
		}
	}
}

// reflection prints PHP's signatures of the functions that are its arguments.
const reflection = `foreach (array_slice($argv, 1) as $name) {
	$f = new ReflectionFunction($name);
	$params = [];
	foreach ($f->getParameters() as $p) {
		$text = $p->getType() ? $p->getType() . " " : "";
		$text .= ($p->isPassedByReference() ? "&" : "") . "$" . $p->getName();
		if ($p->isDefaultValueAvailable()) {
			$v = $p->isDefaultValueConstant() ? $p->getDefaultValueConstantName() : $p->getDefaultValue();
			$text .= " = " . (is_string($v) && !$p->isDefaultValueConstant() ? "\"$v\"" : ($p->isDefaultValueConstant() ? $v : strtolower(var_export($v, true))));
		}
		$params[] = $text;
	}
	$type = $f->getReturnType() ?? $f->getTentativeReturnType();
	echo $name, "(", implode(", ", $params), ")", $type ? ": $type" : "", "\n";
}`

// apart: PHP has two forms in one function, and Go has two functions; PHP has a
// number, and its manual says what it means.
var apart = map[string]string{
	"stream_socket_server": "stream_socket_server(string $address, &$error_code = null, &$error_message = null, int $flags = 12, $context = null)",

	"stream_context_set_option": "stream_context_set_option($context, array|string $wrapper_or_options, ?string $option_name = null, $value): true",
}

// resources are what reflection has no type for.
var resources = regexp.MustCompile(`(?:\?|\b)resource(?:\|string|\|false)? ?`)

// TestSignaturesArePHPs compares them with what PHP 8.4 says of itself.
// Reflection knows neither resources nor the types of outputs.
func TestSignaturesArePHPs(t *testing.T) {
	php := phptest.Need(t, "8.4")
	plain := func(s string) string {
		s = resources.ReplaceAllString(oneLine(s), "")
		s = regexp.MustCompile(`(?:\?array|array|int|string) &`).ReplaceAllString(s, "&")
		return strings.TrimSuffix(strings.ReplaceAll(s, "mixed ", ""), ": ")
	}
	want := map[string]string{}
	for name, f := range readLibrary(t).byPHP {
		want[name] = plain(f.php)
	}
	args := []string{"-r", reflection, "--"}
	for name := range want {
		args = append(args, name)
	}
	out, err := phptest.Cmd(t.Context(), php, args...).Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		name, _, _ := strings.Cut(line, "(")
		got := plain(line)
		if !strings.Contains(got, "):") { // a type that PHP does not tell
			before, _, _ := strings.Cut(want[name], "):")
			want[name] = strings.TrimSuffix(before, ")") + ")"
		}
		if got != want[name] && got != apart[name] {
			t.Errorf("PHP says %s\nhere it is %s", got, want[name])
		}
		delete(want, name)
	}
	for name := range want {
		t.Errorf("PHP says nothing of %s", name)
	}
}

var placeholder = regexp.MustCompile(`\\\{[a-z]+\\\}`)

// TestErrorTextsAreRecorded: each text in an Errors table is one that PHP has
// said, in a recorded scenario or in an example.
func TestErrorTextsAreRecorded(t *testing.T) {
	var corpus strings.Builder
	err := filepath.WalkDir("../testdata/compat", func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".txtar") {
			corpus.WriteString(strings.NewReplacer(`\$`, `$`, `\"`, `"`).Replace(readPage(t, path)))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	corpus.WriteString(strings.NewReplacer(`\"`, `"`).Replace(readPage(t, "../internal/resolve/testdata/php.json")))
	for _, e := range allExamples(t) {
		corpus.WriteString(e.text.text)
	}
	for _, page := range functionPages(t) {
		if section(t, page, "## Errors") == "None." || !strings.Contains(section(t, page, "## Errors"), "| ---") {
			continue
		}
		for _, row := range rows(t, page, "## Errors") {
			text := strings.Trim(row[1], "`")
			pattern := placeholder.ReplaceAllString(regexp.QuoteMeta(text), `.+?`)
			if !regexp.MustCompile(pattern).MatchString(corpus.String()) {
				t.Errorf("%s: no PHP has been heard to say %q", page, text)
			}
		}
	}
}

// TestDifferencesAreOnTheirPage: what a function's page calls a difference
// stands on the page of all differences, too.
func TestDifferencesAreOnTheirPage(t *testing.T) {
	all := readPage(t, "differences.md")
	for _, page := range functionPages(t) {
		name := strings.TrimSuffix(filepath.Base(page), ".md")
		if section(t, page, "## Differences") != "None." && !regexp.MustCompile(`\b`+name+`\b`).MatchString(all) {
			t.Errorf("%s tells of a difference, differences.md doesn't", page)
		}
	}
}
