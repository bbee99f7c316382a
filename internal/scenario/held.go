package scenario

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Held is a difference that no scenario shows: a test holds it. A table of such
// rows has eight cells a line, parted by tabs: package, test, kind, versions,
// what is done, what PHP answers, what is answered here, and the reason.
type Held struct {
	Package  string // the folder, from the module's root; "." for that
	Test     string
	Kind     string
	Versions []string
	What     string
	PHP      string
	Here     string
	Reason   string
}

// LoadHeld reads and checks a table. root is the module's folder.
func LoadHeld(path, root string) ([]*Held, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var list []*Held
	for n, line := range strings.Split(string(data), "\n") {
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		h, err := parseHeld(line)
		if err == nil {
			err = h.find(root)
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, n+1, err)
		}
		list = append(list, h)
	}
	return list, nil
}

func parseHeld(line string) (*Held, error) {
	cells := strings.Split(line, "\t")
	if len(cells) != 8 {
		return nil, fmt.Errorf("%d cells, not package, test, kind, versions, what, PHP, here and reason", len(cells))
	}
	for i := range cells {
		if cells[i] = strings.TrimSpace(cells[i]); cells[i] == "" {
			return nil, fmt.Errorf("cell %d is empty", i+1)
		}
	}
	h := &Held{cells[0], cells[1], cells[2], strings.Split(cells[3], ","), cells[4], cells[5], cells[6], cells[7]}
	for _, v := range h.Versions {
		if !slices.Contains(Versions, v) {
			return nil, fmt.Errorf("unknown version %q", v)
		}
	}
	if !slices.Contains([]string{Deliberate, Impossible, Todo}, h.Kind) {
		return nil, fmt.Errorf("unknown kind %q", h.Kind)
	}
	return h, nil
}

// find makes sure that there is such a test.
func (h *Held) find(root string) error {
	name, _, _ := strings.Cut(h.Test, "/")
	declared := regexp.MustCompile(`(?m)^func ` + regexp.QuoteMeta(name) + `\(t \*testing\.T\)`)
	files, err := filepath.Glob(filepath.Join(root, h.Package, "*_test.go"))
	if err != nil {
		return err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if declared.Match(text) {
			return nil
		}
	}
	return fmt.Errorf("there is no test %s in %s", name, h.Package)
}

// heldSection is one reason with its rows.
func heldSection(rows []*Held) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n### %s\n\n", rows[0].Reason)
	b.WriteString("| what | PHP | PHP answers | here | test |\n| --- | --- | --- | --- | --- |\n")
	for _, h := range rows {
		where := h.Package
		if where == "." {
			where = "the root"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | `%s` in %s |\n", cellText(h.What), strings.Join(h.Versions, ", "), cellText(h.PHP), cellText(h.Here), h.Test, where)
	}
	return b.String()
}

func cellText(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
