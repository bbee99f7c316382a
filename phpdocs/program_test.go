package phpdocs_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// standard are the packages that a fragment may use without an import, phphttp
// among them.
var standard = map[string]string{
	"bufio": "bufio", "context": "context", "errors": "errors", "fmt": "fmt", "io": "io", "maps": "maps", "math": "math",
	"net": "net", "http": "net/http", "os": "os", "regexp": "regexp", "slices": "slices", "smtp": "net/smtp", "strconv": "strconv",
	"strings": "strings", "syscall": "syscall", "time": "time",
	"tls": "crypto/tls", "x509": "crypto/x509", "phphttp": "github.com/phpstream-go/phpstream/phphttp",
}

// goMain runs the example that its first argument names, with PHP's warnings
// on the output.
const goMain = `package main

import (
	"fmt"
	"os"
	"strconv"

	. "github.com/phpstream-go/phpstream"
)

var (
	address, cafile, dir, path string
	port                       int
	examples                   = map[string]func(){}
)

func main() {
	SetErrorHandler(func(level ErrorLevel, message, file string, line int) bool {
		if ErrorReporting()&level != 0 {
			names := map[ErrorLevel]string{E_ERROR: "Fatal error", E_WARNING: "Warning", E_NOTICE: "Notice", E_DEPRECATED: "Deprecated"}
			fmt.Printf("%s: %s\n", names[level], message)
		}
		return false
	})
	name := os.Args[1]
	address, cafile, dir, path = os.Args[2], os.Args[4], os.Args[5], os.Args[6]
	port, _ = strconv.Atoi(os.Args[3])
	os.Args = []string{os.Args[0], address, cafile}
	examples[name]()
}
`

// buildGo makes one program of all Go blocks and returns its path. The
// sources are only an overlay of the module: nothing is written into it.
func buildGo(t *testing.T, list []example) string {
	t.Helper()
	temp := t.TempDir()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	overlay := map[string]string{}
	put := func(name, text string) {
		file := filepath.Join(temp, strings.ReplaceAll(name, "/", "-"))
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		overlay[filepath.Join(root, "phpdocs", "examples", name)] = file
	}
	put("main.go", goMain)
	for i, e := range list {
		if e.goes == nil {
			continue
		}
		b := *e.goes
		if formatted, err := format.Source([]byte(b.text)); err != nil || string(formatted) != b.text {
			t.Errorf("%v: not as gofmt has it: %v", b, err)
		}
		if strings.HasPrefix(b.text, "package main") {
			// A whole program becomes a package, with its main exported.
			text := strings.Replace(b.text, "package main", fmt.Sprintf("package program%d", i), 1)
			text = strings.Replace(text, "\nfunc main() {", "\nfunc Main() {", 1)
			put(fmt.Sprintf("program%d/main.go", i), fmt.Sprintf("//line %s:%d\n%s", b.page, b.line, text))
			put(fmt.Sprintf("example%d.go", i), fmt.Sprintf(
				"package main\n\nimport \"github.com/phpstream-go/phpstream/phpdocs/examples/program%d\"\n\n"+
					"func init() { examples[%q] = program%d.Main }\n", i, b.String(), i))
			continue
		}
		put(fmt.Sprintf("example%d.go", i), wrap(t, b))
	}
	if t.Failed() {
		t.FailNow()
	}
	text, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		t.Fatal(err)
	}
	overlayFile, program := filepath.Join(temp, "overlay.json"), filepath.Join(temp, "program")
	if err := os.WriteFile(overlayFile, text, 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "build", "-overlay", overlayFile, "-o", program, "./phpdocs/examples")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("the Go blocks do not compile: %v\n%s", err, out)
	}
	return program
}

// wrap makes a function of a fragment, with the imports that it needs.
func wrap(t *testing.T, b block) string {
	t.Helper()
	body := fmt.Sprintf("func init() {\n\texamples[%q] = func() {\n//line %s:%d\n%s\n\t}\n}\n", b.String(), b.page, b.line, b.text)
	file, err := parser.ParseFile(token.NewFileSet(), "", "package main\n"+body, 0)
	if err != nil {
		t.Fatalf("%v: %v", b, err)
	}
	var imports []string
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && x.Obj == nil && standard[x.Name] != "" {
				imports = append(imports, fmt.Sprintf("import %q\n", standard[x.Name]))
			}
		}
		return true
	})
	slices.Sort(imports)
	imports = append(slices.Compact(imports), "import . \"github.com/phpstream-go/phpstream\"\n")
	// A fragment may do without the library.
	return "package main\n\n" + strings.Join(imports, "") + "\nvar _ *Stream\n\n" + body
}
