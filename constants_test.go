package phpstream_test

import (
	"encoding/json"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phpstream-go/phpstream/internal/phptest"
)

// reference is the PHP version whose values the constants have.
const reference = "8.4"

// ourConstants reads the files of constants themselves, so that no constant can
// be missing from the comparison. They need no other to be understood.
func ourConstants(t *testing.T) map[string]int {
	t.Helper()
	files := token.NewFileSet()
	var parsed []*ast.File
	for _, name := range []string{"constants.go", "constants_sockets.go"} {
		file, err := parser.ParseFile(files, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, file)
	}
	var checker types.Config
	checked, err := checker.Check("phpstream", files, parsed, nil)
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]int{}
	for _, name := range checked.Scope().Names() {
		if c, ok := checked.Scope().Lookup(name).(*types.Const); ok {
			value, exact := constant.Int64Val(c.Val())
			if !exact {
				t.Errorf("%s is not an integer", name)
			}
			values[name] = int(value)
		}
	}
	return values
}

// recordedConstants gives each constant's value by PHP version.
func recordedConstants(t *testing.T) map[string]map[string]int {
	t.Helper()
	raw, err := os.ReadFile("testdata/constants.json")
	if err != nil {
		t.Fatal(err)
	}
	var values map[string]map[string]int
	if err := json.Unmarshal(raw, &values); err != nil {
		t.Fatal(err)
	}
	return values
}

func TestConstantsAreRecorded(t *testing.T) {
	want := map[string]int{}
	for name, byVersion := range recordedConstants(t) {
		value, ok := byVersion[reference]
		if !ok {
			t.Errorf("%s is not recorded from PHP %s", name, reference)
		}
		want[name] = value
	}
	if diff := cmp.Diff(want, ourConstants(t)); diff != "" {
		t.Errorf("constants (-PHP +here):\n%s", diff)
	}
}

func TestConstantsArePHPs(t *testing.T) {
	const script = `<?php
error_reporting(0);
$sections = array_intersect_key(get_defined_constants(true), array_flip(['Core', 'standard', 'openssl', 'sockets']));
foreach (array_merge(...array_values($sections)) as $name => $value) {
	if (preg_match('/^(E_|STREAM_|PSFS_|DNS_|SOCKET_E|SOL_|SO_|TCP_|IPPROTO_|IP_|IPV6_)/', $name)) $found[$name] = $value;
}
echo json_encode($found);`
	recorded := recordedConstants(t)
	versions := map[string]bool{}
	for _, byVersion := range recorded {
		for version := range byVersion {
			versions[version] = true
		}
	}
	for _, php := range phptest.All(t) {
		if !versions[php.Version] {
			t.Logf("PHP %s is none of the recorded ones, %v", php.Version, slices.Sorted(maps.Keys(versions)))
			continue
		}
		var theirs map[string]int
		if err := json.Unmarshal([]byte(php.Run(t, script)), &theirs); err != nil {
			t.Fatalf("PHP %s: %v", php.Version, err)
		}
		ours := map[string]int{}
		for name, byVersion := range recorded {
			if value, ok := byVersion[php.Version]; ok {
				ours[name] = value
			}
		}
		// Both ways: a constant that PHP has and we lack is a difference too.
		if diff := cmp.Diff(theirs, ours); diff != "" {
			t.Errorf("PHP %s (-PHP +recorded):\n%s", php.Version, diff)
		}
	}
}
