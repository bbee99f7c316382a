package phpdocs_test

import (
	"bytes"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/printer"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A function is one of the library's, as its source has it.
type function struct {
	goName  string
	php     string // PHP's signature, from the doc comment; "" where PHP has no such function
	phpName string
	code    []string // the Go signature, and that of the Runtime's method
	doc     string
}

// A library is what the root package exports.
type library struct {
	functions []function
	constants []string
	byPHP     map[string]function
}

var phpLine = regexp.MustCompile(`(?m)^\tPHP: (([a-z_0-9]+)\((?:.|\n\t {5})*)$`)

var otherName = regexp.MustCompile(`other name for \[(\w+)\]`)

// since is the remark that a function is not as old as the others.
var since = regexp.MustCompile(` \(\d\.\d\)$`)

// readLibrary parses the root package.
func readLibrary(t *testing.T) library {
	t.Helper()
	files := token.NewFileSet()
	names, err := filepath.Glob("../*.go")
	if err != nil {
		t.Fatal(err)
	}
	var syntax []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		syntax = append(syntax, file)
	}
	parsed, err := doc.NewFromFiles(files, syntax, "github.com/phpstream-go/phpstream", doc.PreserveAST)
	if err != nil {
		t.Fatal(err)
	}
	functions, values := parsed.Funcs, parsed.Consts
	methods := map[string]*doc.Func{}
	for _, typ := range parsed.Types {
		functions = append(functions, typ.Funcs...)
		values = append(values, typ.Consts...)
		for _, m := range typ.Methods {
			if typ.Name == "Runtime" {
				methods[m.Name] = m
			}
		}
	}
	l := library{byPHP: map[string]function{}}
	for _, v := range values {
		l.constants = append(l.constants, v.Names...)
	}
	for _, f := range functions {
		one := function{goName: f.Name, doc: f.Doc, code: []string{signature(t, files, f.Decl)}}
		if m := methods[f.Name]; m != nil {
			one.code = append(one.code, signature(t, files, m.Decl))
		}
		if found := phpLine.FindStringSubmatch(f.Doc); found != nil {
			one.php, one.phpName = since.ReplaceAllString(oneLine(found[1]), ""), found[2]
			l.byPHP[one.phpName] = one
		}
		l.functions = append(l.functions, one)
	}
	for i, f := range l.functions {
		// An alias may leave its signature to the function that it points to.
		if found := otherName.FindStringSubmatch(f.doc); found != nil && f.phpName == "" {
			for _, real := range l.byPHP {
				if real.goName == found[1] {
					f.phpName = snake(f.goName)
					f.php = f.phpName + strings.TrimPrefix(real.php, real.phpName)
				}
			}
			l.functions[i], l.byPHP[f.phpName] = f, f
		}
	}
	return l
}

func signature(t *testing.T, files *token.FileSet, f *ast.FuncDecl) string {
	t.Helper()
	bare := *f
	bare.Doc, bare.Body = nil, nil
	var b bytes.Buffer
	if err := printer.Fprint(&b, files, &bare); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// snake is DnsGetMx as dns_get_mx.
func snake(name string) string {
	return strings.ToLower(strings.TrimPrefix(regexp.MustCompile(`[A-Z]`).ReplaceAllString(name, "_$0"), "_"))
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
