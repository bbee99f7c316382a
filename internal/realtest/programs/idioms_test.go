package programs

import (
	"flag"
	"os"
	"path/filepath"
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
					i, err := loadIdiom(file)
					must(t, err)
					plain, here := i.run(t, both[0], certs), i.run(t, both[1], certs)
					// What differs does so each time; what comes late on a busy machine
					// doesn't.
					for range 2 {
						if plain == here && (version != "8.2" || plain.Stdout == i.want) {
							break
						}
						plain, here = i.run(t, both[0], certs), i.run(t, both[1], certs)
					}
					switch {
					case version != "8.2":
					case *update:
						must(t, i.save(plain.Stdout))
					default:
						same(t, "what plain PHP prints", i.want, plain.Stdout)
					}
					plain.compare(t, here, name)
				})
			}
		})
	}
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
