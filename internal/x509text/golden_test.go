package x509text

import (
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phprecord"
)

const goldenFile = "testdata/php.json"

var versions = []phpfacts.Version{phpfacts.PHP74, phpfacts.PHP82, phpfacts.PHP84}

// parseCalls turns samples into calls, with short names and where all parts
// are compared with long names, too.
func parseCalls() (calls []phprecord.Call) {
	add := func(id string, text any, pick string, short bool) {
		calls = append(calls, phprecord.Call{ID: id, Func: "openssl_x509_parse", Args: []any{text, short}, Pick: pick})
	}
	for _, s := range slices.Concat(extSamples(), nameSamples(), fieldSamples(), purposeSamples(), wholeSamples()) {
		add(s.id, s.cert.pem(), s.pick, true)
		if s.pick == "" || strings.HasSuffix(s.id, " subject") || s.id == "purpose ca" {
			add(s.id+", long names", s.cert.pem(), s.pick, false)
		}
	}
	for id, arg := range inputs() {
		add("input "+id, arg, "hash", true)
	}
	files, _ := filepath.Glob("testdata/certs/*.pem")
	for i, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			panic(err)
		}
		add(filepath.Base(path), string(text), "", true)
		if i == 0 {
			add(filepath.Base(path)+", long names", string(text), "", false)
		}
	}
	calls = append(calls, fingerprintCalls()...)
	// What stands in Go's maps has no order: keep one.
	slices.SortStableFunc(calls, func(a, b phprecord.Call) int { return strings.Compare(a.ID, b.ID) })
	return calls
}

// apply makes a call here.
func apply(t *testing.T, v phpfacts.Version, call phprecord.Call) (out phprecord.Outcome) {
	t.Helper()
	calls := Calls{v, func(c Complaint) {
		text := call.Func + "(): " + c.Text
		switch {
		case c.Class != "":
			out.Thrown = []string{c.Class, text}
		case c.Deprecated:
			out.Events = append(out.Events, phprecord.Event{Level: 8192, Message: text})
		default:
			out.Events = append(out.Events, phprecord.Event{Level: 2, Message: text})
		}
	}}
	out.Return = false
	switch call.Func {
	case "openssl_x509_parse":
		if a, ok := calls.Parse(call.Args[0], call.Args[1].(bool)); ok {
			out.Return = a
			if call.Pick != "" {
				out.Return, _ = a.Get(call.Pick)
			}
		}
	case "openssl_x509_fingerprint":
		if text, ok := calls.Fingerprint(call.Args[0], call.Args[1].(string), call.Args[2].(bool)); ok {
			out.Return = text
		}
	default:
		t.Fatalf("no such call: %s", call.Func)
	}
	return out
}

// TestGolden compares with what PHP answered.
func TestGolden(t *testing.T) {
	calls := parseCalls()
	if *phprecord.Record {
		installed := phprecord.Installed(t)
		answers := map[phpfacts.Version]map[string]string{}
		for _, p := range installed {
			answers[p.Version] = p.Calls(t, calls)
		}
		phprecord.Save(t, goldenFile, calls, answers, installed)
	}
	g := phprecord.Load(t, goldenFile)
	for _, v := range versions {
		for _, c := range calls {
			compare(t, v, c, g.Want(t, c.ID, v))
		}
	}
}

func compare(t *testing.T, v phpfacts.Version, c phprecord.Call, want string) {
	t.Helper()
	out := apply(t, v, c)
	if got := out.Text(); got != want {
		t.Errorf("PHP %s, %s\n got %s\nwant %s", v, c.ID, got, want)
	}
}

// TestLive compares with the PHPs of this machine: the recorded calls, all of
// the system's authorities, and each object identifier that has a name.
func TestLive(t *testing.T) {
	calls := parseCalls()
	for i, text := range systemRoots(t) {
		for _, short := range []bool{true, false} {
			id := "root " + string(rune('0'+i/100)) + string(rune('0'+i/10%10)) + string(rune('0'+i%10))
			if !short {
				id += " long"
			}
			calls = append(calls, phprecord.Call{ID: id, Func: "openssl_x509_parse", Args: []any{text, short}})
		}
	}
	for _, id := range []string{"short", "long"} {
		calls = append(calls, phprecord.Call{ID: "objects " + id, Func: "openssl_x509_parse", Args: []any{everyObject(), id == "short"}, Pick: "subject"})
	}
	path := filepath.Join(t.TempDir(), "cert.pem")
	if err := os.WriteFile(path, []byte("text\n"+blueprint{}.pem()), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, path + "x", filepath.Dir(path), path + "\x00x"} {
		calls = append(calls, phprecord.Call{ID: name, Func: "openssl_x509_parse", Args: []any{"file://" + name, true}, Pick: "hash"})
	}
	for _, p := range phprecord.Installed(t) {
		answers := p.Calls(t, calls)
		for _, c := range calls {
			compare(t, p.Version, c, answers[c.ID])
		}
	}
}

// everyObject is a certificate whose subject has each known identifier.
func everyObject() string {
	var ids []string
	for id := range objects() {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	var attrs [][]byte
	for _, id := range ids {
		if strings.Contains(id, ".") {
			attrs = append(attrs, attr(id, tagUTF8, id))
		}
	}
	return blueprint{subject: dn(attrs...)}.pem()
}

// systemRoots returns the authorities of this machine, if it has a list.
func systemRoots(t *testing.T) (list []string) {
	t.Helper()
	paths, _ := filepath.Glob("/etc/ssl/certs/ca-certificates.crt")
	for _, path := range paths {
		rest, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for {
			var block *pem.Block
			if block, rest = pem.Decode(rest); block == nil {
				break
			}
			if _, err := x509.ParseCertificate(block.Bytes); err == nil {
				list = append(list, string(pem.EncodeToMemory(block)))
			}
		}
	}
	return list
}
