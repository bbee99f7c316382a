package phpdocs_test

import (
	"maps"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phptest"
)

// rows are the table rows below a heading, as cells. Head and rule are left
// out.
func rows(t *testing.T, page, heading string) (list [][]string) {
	t.Helper()
	_, text, found := strings.Cut("\n"+readPage(t, page), "\n"+heading+"\n")
	if !found {
		t.Fatalf("%s has no heading %q", page, heading)
	}
	level, _, _ := strings.Cut(heading, " ")
	before := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if hashes, _, isHeading := strings.Cut(line, " "); isHeading && strings.Trim(hashes, "#") == "" && len(hashes) <= len(level) {
			break
		}
		if strings.HasPrefix(line, "|") && strings.HasPrefix(before, "|") && !strings.HasPrefix(line, "| ---") {
			list = append(list, cells(line))
		}
		before = line
	}
	if len(list) == 0 {
		t.Fatalf("%s: no table below %q", page, heading)
	}
	return list
}

// cells splits a row; a bar that belongs to a cell is written \|.
func cells(row string) (list []string) {
	const bar = "\x00"
	row = strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(row, "|"), "|"), `\|`, bar)
	for c := range strings.SplitSeq(row, "|") {
		list = append(list, strings.ReplaceAll(strings.TrimSpace(c), bar, "|"))
	}
	return list
}

var linked = regexp.MustCompile(`^\[([^\]]+)\]\(([^)]+)\)$`)

// cell splits a cell that may be a link.
func cell(text string) (name, target string) {
	if found := linked.FindStringSubmatch(text); found != nil {
		return found[1], found[2]
	}
	return text, ""
}

const notYet = "not yet"

// An entry is a row of the index of functions.
type entry struct{ php, page, goName, state string }

func index(t *testing.T) map[string]entry {
	t.Helper()
	list := map[string]entry{}
	for _, row := range rows(t, "README.md", "### Functions") {
		if len(row) != 3 {
			t.Fatalf("a row of the index has three cells: %q", row)
		}
		e := entry{goName: row[1], state: row[2]}
		e.php, e.page = cell(row[0])
		if _, twice := list[e.php]; twice {
			t.Errorf("%s is in the index twice", e.php)
		}
		list[e.php] = e
	}
	return list
}

// TestIndexOfFunctions: what the library has is in the index, and what the
// index says is there, is.
func TestIndexOfFunctions(t *testing.T) {
	lib, list := readLibrary(t), index(t)
	names := map[string]function{}
	for _, f := range lib.functions {
		names[f.goName] = f
		if e, ok := list[f.phpName]; f.phpName != "" && (!ok || e.state == notYet || e.goName != f.goName) {
			t.Errorf("%s (PHP: %s) is not in the index as it is: %+v", f.goName, f.phpName, e)
		}
	}
	used := map[string]bool{}
	for _, e := range list {
		if e.state == notYet {
			if e.page != "" || e.goName != "" {
				t.Errorf("%s is not there yet, and has a page or a name", e.php)
			}
			for name := range strings.SplitSeq(e.php, ", ") {
				if slices.ContainsFunc(lib.functions, func(f function) bool { return f.phpName == name }) {
					t.Errorf("%s is there, and the index says not yet", name)
				}
			}
			continue
		}
		f, ok := names[e.goName]
		switch {
		case !ok:
			t.Errorf("%s: there is no %s", e.php, e.goName)
		case e.state != "done" && e.state != "differs":
			t.Errorf("%s: there is no state %q", e.php, e.state)
		case e.state == "done" && strings.Contains(f.doc, "Difference"):
			t.Errorf("%s: the doc comment of %s tells of a difference", e.php, f.goName)
		}
		used[e.page] = true
		if differs := section(t, e.page, "## Differences") != "None."; differs != (e.state == "differs") {
			t.Errorf("%s: the state is %q, and its page says otherwise", e.php, e.state)
		}
	}
	found, err := filepath.Glob("functions/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range found {
		if !used[page] {
			t.Errorf("%s is not in the index", page)
		}
	}
	var only []string
	for _, row := range rows(t, "README.md", "### Only in Go") {
		name, _ := cell(row[0])
		only = append(only, name)
	}
	for _, f := range lib.functions {
		if (f.phpName == "") != slices.Contains(only, f.goName) {
			t.Errorf("%s: a function without a PHP counterpart stands below \"Only in Go\", and no other", f.goName)
		}
	}
}

// TestIndexHasPHPsFunctions: no function of PHP 8.4's streams is missing.
func TestIndexHasPHPsFunctions(t *testing.T) {
	php := phptest.Need(t, "8.4")
	const script = `foreach (get_defined_functions()["internal"] as $f) {
	if (preg_match('/^(stream_|p?fsockopen$|dns_|gethost|getmxrr|checkdnsrr|socket_(set_(timeout|blocking)|get_status)$)/', $f)) echo $f, "\n";
}`
	out, err := phptest.Cmd(t.Context(), php, "-r", script).Output()
	if err != nil {
		t.Fatal(err)
	}
	list, some := index(t), false
	for name := range strings.FieldsSeq(string(out)) {
		some = true
		if _, ok := list[name]; !ok {
			t.Errorf("%s is not in the index", name)
		}
	}
	if !some {
		t.Error("PHP names no functions")
	}
}

var codeSpan = regexp.MustCompile("`([^`]+)`")

// TestIndexOfConstants: each constant belongs to one row, each pattern to a
// constant.
func TestIndexOfConstants(t *testing.T) {
	hits := map[string]int{}
	var patterns []string
	for _, row := range rows(t, "README.md", "### Constants") {
		for _, found := range codeSpan.FindAllStringSubmatch(row[0], -1) {
			patterns = append(patterns, found[1])
		}
	}
	for _, name := range readLibrary(t).constants {
		if strings.HasPrefix(name, "PHP") {
			continue // the profiles: not PHP's
		}
		var fits []string
		for _, p := range patterns {
			if ok, _ := filepath.Match(p, name); ok {
				fits = append(fits, p)
				hits[p]++
			}
		}
		if len(fits) != 1 {
			t.Errorf("%s stands in %d rows of the index: %q", name, len(fits), fits)
		}
	}
	for _, p := range patterns {
		if hits[p] == 0 {
			t.Errorf("there is no constant %s", p)
		}
	}
}

var (
	readsSSL    = regexp.MustCompile(`\bo\.(?:get|truth|number|text|cString)\("([A-Za-z_]+)"|(?:"ssl", |\bon\()"([A-Za-z_]+)"`)
	comments    = regexp.MustCompile(`(?m)^\s*//.*$`)
	readsSocket = regexp.MustCompile(`option\("socket", "([a-z0-9_]+)"`)
	readsURL    = regexp.MustCompile(`option\((?:"(ftp|zlib)"|h\.label), "([a-z_]+)"|\bh\.(?:option|truth|text)\("([a-z_]+)"`)
	setsSSL     = regexp.MustCompile(`set\("ssl", "([a-z_]+)"`)
)

// TestIndexOfOptions: the index has the options that the code reads, and no
// others are there.
func TestIndexOfOptions(t *testing.T) {
	code := map[string]bool{}
	for _, pattern := range []string{"../*.go", "../internal/secure/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			text := comments.ReplaceAllString(readPage(t, file), "")
			for _, found := range readsSSL.FindAllStringSubmatch(text, -1) {
				code["ssl."+found[1]+found[2]] = true
			}
			for _, found := range readsSocket.FindAllStringSubmatch(text, -1) {
				code["socket."+found[1]] = true
			}
			for _, found := range readsURL.FindAllStringSubmatch(text, -1) {
				if found[1] == "" {
					found[1] = "http"
				}
				code[found[1]+"."+found[2]+found[3]] = true
			}
			for _, found := range setsSSL.FindAllStringSubmatch(text, -1) {
				delete(code, "ssl."+found[1])
			}
		}
	}
	there := map[string]bool{}
	for _, row := range rows(t, "README.md", "### Context options") {
		name, page := cell(row[0])
		if row[1] == notYet {
			continue
		}
		there[name] = true
		_, option, _ := strings.Cut(name, ".")
		if !strings.Contains(readPage(t, page), "`"+option+"`") {
			t.Errorf("%s does not tell of %s", page, name)
		}
	}
	there["ssl.ecdh_curve"], code["ssl.ecdh_curve"] = true, true // known only to be reported
	if a, b := slices.Sorted(maps.Keys(there)), slices.Sorted(maps.Keys(code)); !slices.Equal(a, b) {
		t.Errorf("options\nin the index %v\nin the code  %v", a, b)
	}
}

// TestIndexOfIni compares with the library's own list.
func TestIndexOfIni(t *testing.T) {
	var there []string
	for _, row := range rows(t, "README.md", "### Settings of php.ini") {
		if row[1] != notYet {
			there = append(there, row[0])
		}
	}
	_, text, _ := strings.Cut(readPage(t, "../runtime.go"), "func iniDefaults()")
	text, _, _ = strings.Cut(text, "\n}\n")
	var code []string
	for _, found := range regexp.MustCompile(`"([a-z_.]+)":`).FindAllStringSubmatch(text, -1) {
		code = append(code, found[1])
	}
	slices.Sort(there)
	slices.Sort(code)
	if !slices.Equal(there, code) {
		t.Errorf("in the index %v, in the code %v", there, code)
	}
}

// TestTransports: the page's table has the library's transports.
func TestTransports(t *testing.T) {
	var there []string
	_, text, _ := strings.Cut(readPage(t, "../internal/target/transport.go"), "var transports = ")
	for _, row := range rows(t, "transports.md", "# Transports") {
		if !strings.Contains(row[0], "`") || len(row) != 4 {
			continue
		}
		for _, found := range codeSpan.FindAllStringSubmatch(row[0], -1) {
			there = append(there, found[1])
		}
	}
	text, _, _ = strings.Cut(text, "\n}\n")
	for _, found := range regexp.MustCompile(`Name: "([^"]+)"`).FindAllStringSubmatch(text, -1) {
		if !slices.Contains(there, found[1]) {
			t.Errorf("%s is not in the table", found[1])
		}
	}
}

// factRows says in which row of the profiles page each fact stands.
var factRows = map[string]string{
	"Connect":             "`connect`",
	"Send":                "a write fails",
	"WritesChunks":        "a long `fwrite` in clear",
	"Bind":                "`bindto` fails",
	"Accept":              "nobody is accepted",
	"NoHandshake":         "`stream_socket_accept` of a client whose handshake fails",
	"Create":              "`stream_socket_pair` fails",
	"Seek":                "a socket cannot seek",
	"NoCrypto":            "a stream without TLS",
	"GaiNamesHost":        "a host is not found",
	"Throws":              "a wrong argument",
	"UnixNUL":             "a UNIX path that is too long",
	"MetaURI":             "`uri` in the meta data",
	"FalseGiven":          "`false` for a stream",
	"Silence":             "`error_reporting()` under `@`",
	"ResourceID":          "`get_resource_id`",
	"SetOptions":          "`stream_context_set_option` with an array (in Go a function of its own)",
	"FsockTimeout":        "`fsockopen` with a timeout of -5",
	"FiniteClient":        "`stream_socket_client` or `stream_socket_accept` with a timeout of `INF`",
	"BufferedAtOnce":      "`fread` with bytes in the buffer",
	"SeeksPastEnd":        "a position behind the end of memory",
	"RefusesNegative":     "a negative position",
	"KeepsBuckets":        "what a program's filter leaves in its brigades when it asks for more",
	"RefusalIsNoLine":     "`fgets` where half a line has come, and a filter refuses the rest",
	"DropsUnpassed":       "what a program's filter puts out, and then asks for more",
	"WritesData":          "what a `data:` URL holds",
	"ExactFlags":          "`file` with `FILE_APPEND`",
	"HTTPVersion":         "the version in an HTTP request",
	"KeepsMethod":         "an HTTP redirection with 307 or 308 after a POST",
	"EmptyQuery":          "a URL that ends in `?`",
	"Read":                "a file that can't be read",
	"Write":               "a file that can't be written",
	"OpenFailed":          "`fopen` fails",
	"OpenDirFailed":       "`opendir` fails",
	"EmptyDirectory":      "`scandir` of an empty name",
	"CutsEntries":         "a name in an FTP server's directory",
	"DirEntry":            "`ftell` of a directory",
	"RemoteFile":          "another host's `file://`",
	"EmptyPath":           "an empty file name",
	"CountsBuffered":      "a context's callback, and the body that came along with the header",
	"NotifiesEnd":         "a context's callback at the end of what is read",
	"LegacyTLS":           "`verify_peer`",
	"TimeoutReadsNothing": "`fread` on a timeout",
	"ResetIsAlive":        "`feof` after a reset",
	"DeafIsEnd":           "`feof` on a udp stream that waits, and is shut down for reading",
	"Quantities":          "`ini_set` with a value that is no whole number",
	"LineEndsDeprecated":  "`ini_set` of `auto_detect_line_endings` to on",
	"ErrorLevels":         "`E_ALL`, where `error_reporting()` begins",
	"SessionMeta":         "`capture_session_meta`",
	"QuietAfterEnd":       "`fwrite` under TLS that the system refuses, behind an end that PHP has met",
	"Unable":              "an option of a socket that cannot be set",
	"Cannot":              "`socket_import_stream` under TLS",
	"StreamFilter":        "a filter can't be made, or meets data that it can't read",
	"ZlibParameter":       "a bad parameter of `zlib.deflate` or `zlib.inflate`",
	"ZlibIsSilent":        "`zlib.inflate` meets data that are broken",
	"FlushesReadOnly":     "`fflush` of a `data:` URL behind a filter",
	"FlushEndsBase64":     "`fflush` behind `convert.base64-encode`",
	"SmallHexIsOff":       "`=3d` behind `convert.quoted-printable-decode`",
	"CRIsBreak":           "`=\\r\\n` behind `convert.quoted-printable-decode`, cut in the middle",
	"StatFlags":           "`url_stat` of a program's wrapper: flags that have no name",
	"CopyStatFlags":       "the same, of where `copy` copies to",
	"CopyStats":           "`copy` from a program's wrapper",
	"CopiesRange":         "`stream_copy_to_stream` from a file that can't be read to a file",
	"TempGoesOnAtEnd":     "`php://temp` that outgrows its memory in the middle",
	"TellsMinusOne":       "`file_put_contents` where nothing can be written",
	"KeepsPlace":          "a seek of `compress.zlib://` that fails",
	"HugeChunkIsNone":     "a chunk of more than 64 bits behind `dechunk`",
	"ArrayOptions":        "`socket_set_option` of `SO_LINGER` or a timeout that is no array",
	"ShutByEnd":           "`fwrite` under TLS after a read met the end without a close_notify",
	"SessionStream":       "the session of a stream without TLS",
	"SessionSetUp":        "the session of a stream that has not begun",
}

// TestProfiles: each fact that differs between versions has its row, and the
// row shows that.
func TestProfiles(t *testing.T) {
	list := map[string][]string{}
	for _, heading := range []string{"## What differs", "## PHP5"} {
		for _, row := range rows(t, "profiles.md", heading) {
			list[row[0]] = row
		}
	}
	kinds := reflect.TypeFor[phpfacts.Facts]()
	for i := range kinds.NumField() {
		name := kinds.Field(i).Name
		row := list[factRows[name]]
		if row == nil {
			t.Errorf("no row of profiles.md is known for the fact %s: %q", name, factRows[name])
			continue
		}
		if len(row) != 4 {
			continue
		}
		for a, newer := range []phpfacts.Version{phpfacts.PHP84, phpfacts.PHP82} {
			b, older := a+1, []phpfacts.Version{phpfacts.PHP82, phpfacts.PHP74}[a]
			value := func(v phpfacts.Version) any { return reflect.ValueOf(*phpfacts.Of(v)).Field(i).Interface() }
			if differ := value(newer) != value(older); differ != (row[a+1] != row[b+1]) {
				t.Errorf("%s differs between %v and %v: %v; profiles.md has %q", name, newer, older, differ, row)
			}
		}
	}
}
