// Package scenario runs short lists of PHP calls against a scripted peer, on
// real PHP and on this module, and compares what both answered: the return
// value, the by-reference outputs, the E_* events in order, the thrown error,
// and the plain bytes that the peer saw.
//
// It is support for tests and isn't part of the library.
package scenario

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"golang.org/x/tools/txtar"
)

// Versions are the recorded PHP versions, newest first.
var Versions = []string{"8.4", "8.2", "7.4"}

// Scenario is one file testdata/compat/AREA/NAME.txtar.
type Scenario struct {
	ID      string // AREA/NAME
	Path    string
	Comment string // the PHP behaviour that is held, one sentence
	Peers   []Peer
	Ini     [][2]string // settings of php.ini, by name and value
	Calls   string
	Script  []Statement
	Want    map[string]string // version -> what PHP answered
	Ours    map[string]string // version -> what this module answers, where the differences table allows another answer
}

// Load reads every scenario below dir, sorted by id.
func Load(dir string) ([]*Scenario, error) {
	var all []*Scenario
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".txtar" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		s, err := Parse(strings.TrimSuffix(filepath.ToSlash(rel), ".txtar"), data)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		s.Path = path
		all = append(all, s)
		return nil
	})
	sort.Slice(all, func(i, j int) bool { return all[i].ID < all[j].ID })
	return all, err
}

// Parse reads one scenario.
func Parse(id string, data []byte) (*Scenario, error) {
	s := &Scenario{ID: id, Want: map[string]string{}, Ours: map[string]string{}}
	ar := txtar.Parse(data)
	s.Comment = strings.TrimSpace(string(ar.Comment))
	if s.Comment == "" {
		return nil, fmt.Errorf("no sentence that names the behaviour")
	}
	for _, f := range ar.Files {
		words := strings.Fields(f.Name)
		switch {
		case (words[0] == "peer" || words[0] == "client") && len(words) <= 2:
			name := ""
			if len(words) == 2 {
				name = words[1]
			}
			parse := ParsePeer
			if words[0] == "client" {
				parse = ParseClient
			}
			p, err := parse(name, string(f.Data))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", f.Name, err)
			}
			if slices.ContainsFunc(s.Peers, func(other Peer) bool { return other.Name == name }) {
				return nil, fmt.Errorf("%s: the name is another peer's", f.Name)
			}
			s.Peers = append(s.Peers, p)
		case f.Name == "php.ini":
			for line := range strings.Lines(string(f.Data)) {
				name, value, found := strings.Cut(strings.TrimSpace(line), "=")
				if !found {
					return nil, fmt.Errorf("php.ini: %q sets nothing", line)
				}
				s.Ini = append(s.Ini, [2]string{name, value})
			}
		case f.Name == "calls":
			s.Calls = string(f.Data)
		case words[0] == "want":
			if err := keep(s.Want, words[1:], f.Data); err != nil {
				return nil, err
			}
		case words[0] == "ours":
			if err := keep(s.Ours, words[1:], f.Data); err != nil {
				return nil, err
			}
		default:
			return nil, fmt.Errorf("unknown section %q", f.Name)
		}
	}
	var err error
	s.Script, err = ParseScript(s.Calls)
	if err == nil && len(s.Script) == 0 {
		err = fmt.Errorf("no calls")
	}
	return s, err
}

func keep(into map[string]string, versions []string, data []byte) error {
	if len(versions) == 0 {
		return fmt.Errorf("a section of answers without a version")
	}
	for _, v := range versions {
		if !slices.Contains(Versions, v) {
			return fmt.Errorf("unknown version %q", v)
		}
		if _, dup := into[v]; dup {
			return fmt.Errorf("two answers for %s", v)
		}
		into[v] = string(data)
	}
	return nil
}

// Format returns the file's content. Versions that agree share a section.
func (s *Scenario) Format(original []byte) []byte {
	ar := txtar.Parse(original)
	out := &txtar.Archive{Comment: ar.Comment}
	for _, f := range ar.Files {
		if word, _, _ := strings.Cut(f.Name, " "); word != "want" && word != "ours" {
			out.Files = append(out.Files, f)
		}
	}
	for _, part := range []struct {
		name    string
		answers map[string]string
	}{{"want", s.Want}, {"ours", s.Ours}} {
		for _, group := range groups(part.answers) {
			out.Files = append(out.Files, txtar.File{
				Name: part.name + " " + strings.Join(group, " "),
				Data: []byte(part.answers[group[0]]),
			})
		}
	}
	return txtar.Format(out)
}

// Save writes the scenario back when its answers changed.
func (s *Scenario) Save() error {
	old, err := os.ReadFile(s.Path)
	if err != nil {
		return err
	}
	if data := s.Format(old); !bytes.Equal(data, old) {
		return os.WriteFile(s.Path, data, 0o644)
	}
	return nil
}

// groups puts versions with equal answers together, in the order of Versions.
func groups(answers map[string]string) [][]string {
	var out [][]string
next:
	for _, v := range Versions {
		text, ok := answers[v]
		if !ok {
			continue
		}
		for i, g := range out {
			if answers[g[0]] == text {
				out[i] = append(g, v)
				continue next
			}
		}
		out = append(out, []string{v})
	}
	return out
}
