package programs

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/phpstream-go/phpstream/internal/scenario"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write what plain PHP 8.2 prints into the idioms' files")

// An idiom is a file testdata/idioms/NAME.txtar: a sentence, peers as the
// scenarios have them, a program in PHP, and what it prints.
type idiom struct {
	file    string
	archive *txtar.Archive
	peers   []scenario.Peer
	program string
	want    string
}

func loadIdiom(file string) (*idiom, error) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		return nil, err
	}
	i := &idiom{file: file, archive: archive}
	for _, section := range archive.Files {
		kind, name, _ := strings.Cut(section.Name, " ")
		switch text := string(section.Data); kind {
		case "peer":
			peer, err := scenario.ParsePeer(name, text)
			if err != nil {
				return nil, err
			}
			i.peers = append(i.peers, peer)
		case "program.php":
			i.program = text
		case "stdout":
			i.want = text
		}
	}
	return i, nil
}

// save writes what plain PHP prints into the file.
func (i *idiom) save(stdout string) error {
	out := &txtar.Archive{Comment: i.archive.Comment}
	for _, section := range i.archive.Files {
		if section.Name != "stdout" {
			out.Files = append(out.Files, section)
		}
	}
	out.Files = append(out.Files, txtar.File{Name: "stdout", Data: []byte(stdout)})
	return os.WriteFile(i.file, txtar.Format(out), 0o644)
}

// TestIdioms runs programs that do what mailers, clients and event loops in PHP
// do, on both engines.
func TestIdioms(t *testing.T) {
	certs, err := scenario.NewCerts(t.TempDir())
	must(t, err)
	files, err := filepath.Glob("testdata/idioms/*.txtar")
	must(t, err)
	for _, version := range []string{"8.2", "8.4"} {
		t.Run(version, func(t *testing.T) {
			both := engines(t, version)
			for _, file := range files {
				name := strings.TrimSuffix(filepath.Base(file), ".txtar")
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					runIdiom(t, file, both, version == "8.2", certs)
				})
			}
		})
	}
}

// TestLibraries runs programs that use libraries of Debian's, on both engines.
func TestLibraries(t *testing.T) {
	certs, err := scenario.NewCerts(t.TempDir())
	must(t, err)
	both := engines(t, "8.2")
	files, err := filepath.Glob("testdata/libraries/*.txtar")
	must(t, err)
	if len(files) == 0 {
		t.Fatal("there are none")
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			must(t, err)
			for _, found := range installed.FindAllStringSubmatch(string(text), -1) {
				if _, err := os.Stat(found[1]); err != nil {
					lacking(t, "REQUIRE_SERVERS", err.Error())
				}
			}
			t.Parallel()
			runIdiom(t, file, both, true, certs)
		})
	}
}

var installed = regexp.MustCompile(`'(/usr/share/php/[^']+)'`)

// runIdiom holds that a file's program is the same on both engines and, where
// plain PHP is the one that it was written down from, as it is in the file.
func runIdiom(t *testing.T, file string, both [2]engine, written bool, certs *scenario.Certs) {
	t.Helper()
	i, err := loadIdiom(file)
	must(t, err)
	plain, here := i.run(t, both[0], certs), i.run(t, both[1], certs)
	// What differs does so each time; what comes late on a busy machine doesn't.
	for range 2 {
		if plain == here && (!written || plain.Stdout == i.want) {
			break
		}
		plain, here = i.run(t, both[0], certs), i.run(t, both[1], certs)
	}
	switch {
	case !written:
	case *update:
		must(t, i.save(plain.Stdout))
	default:
		same(t, "what plain PHP prints", i.want, plain.Stdout)
	}
	plain.compare(t, here, strings.TrimSuffix(filepath.Base(file), ".txtar"))
}

// run runs the program against peers of its own.
func (i *idiom) run(t *testing.T, e engine, certs *scenario.Certs) left {
	t.Helper()
	world, err := scenario.NewWorld(&scenario.Scenario{Peers: i.peers, Calls: i.program}, certs)
	must(t, err)
	code, err := world.Expand(i.program)
	if err != nil {
		world.Close()
		t.Fatal(err)
	}
	script := filepath.Join(world.Tmp, "program.php")
	must(t, os.WriteFile(script, []byte(code), 0o644))
	l := left{outcome: e.run(t, program{script: script})}
	must(t, world.Close())
	for _, field := range world.Wire(sentLines) {
		l.dialogue += field.Name + " " + field.Value + "\n"
	}
	l.Stdout, l.Stderr, l.dialogue = world.Collapse(l.Stdout), world.Collapse(l.Stderr), world.Collapse(l.dialogue)
	return l
}
