// Package phpdocs_test runs the manual: every PHP and Go block of the README
// and of phpdocs is executed, and what it prints is compared with the text
// block below it. The rules are in README.md, "How the examples are run".
package phpdocs_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A block is one fenced block of a page.
type block struct {
	page  string // relative to this folder
	line  int    // of its first line of text
	lang  string
	attrs map[string]string // "peer=smtp"; a bare word is "true"
	text  string
}

func (b block) String() string { return fmt.Sprintf("%s:%d", b.page, b.line) }

// An example is a PHP block, a Go block or both, and what they print.
type example struct {
	name      string // "functions/fgets.md:30"
	peer      string
	same      string // the group of examples that send the same
	php, goes *block
	text      block
}

// languages are the ones that a page may use. sh blocks are for the reader.
var languages = []string{"php", "go", "text", "sh"}

// pages lists the README and the pages of the manual, as far as they are
// written by hand.
func pages(t *testing.T) []string {
	t.Helper()
	list := []string{"../README.md"}
	for _, pattern := range []string{"*.md", "functions/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, page := range found {
			if page != "differences.md" { // made from scenarios, which are run as such
				list = append(list, page)
			}
		}
	}
	return list
}

func readPage(t *testing.T, page string) string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// blocks takes a page's fenced blocks out.
func blocks(t *testing.T, page string) (list []block) {
	t.Helper()
	var open *block
	for i, line := range strings.Split(readPage(t, page), "\n") {
		switch {
		case !strings.HasPrefix(line, "```"):
			if open != nil {
				open.text += line + "\n"
			}
		case open != nil:
			list = append(list, *open)
			open = nil
		default:
			words := strings.Fields(strings.TrimPrefix(line, "```"))
			if len(words) == 0 || !slices.Contains(languages, words[0]) {
				t.Fatalf("%s:%d: a block is one of %v", page, i+1, languages)
			}
			open = &block{page: page, line: i + 2, lang: words[0], attrs: map[string]string{}}
			for _, word := range words[1:] {
				key, value, found := strings.Cut(word, "=")
				if !found {
					value = "true"
				}
				open.attrs[key] = value
			}
		}
	}
	if open != nil {
		t.Fatalf("%v: the block does not end", open)
	}
	return list
}

// examples groups a page's blocks: what comes before a text block printed it.
func examples(t *testing.T, page string) (list []example) {
	t.Helper()
	var e example
	for _, b := range blocks(t, page) {
		if b.attrs["signature"] != "" || b.lang == "sh" || b.attrs["file"] != "" || b.attrs["shell"] != "" {
			continue
		}
		switch {
		case b.lang == "php" && e.php == nil:
			e.php = &b
		case b.lang == "go" && e.goes == nil:
			e.goes = &b
		case b.lang == "text" && (e.php != nil || e.goes != nil):
			e.text = b
			list = append(list, e)
			e = example{}
			continue
		default:
			t.Fatalf("%v: the %s block stands alone: an example is php, go or both, and then text", b, b.lang)
		}
		if e.name != "" && e.peer != b.attrs["peer"] {
			t.Fatalf("%v: the blocks of an example have one peer", b)
		}
		if e.name == "" {
			e.name, e.peer, e.same = b.String(), b.attrs["peer"], b.attrs["same"]
		}
	}
	if e.name != "" {
		t.Fatalf("%s: no text block says what it prints", e.name)
	}
	return list
}

func allExamples(t *testing.T) (list []example) {
	t.Helper()
	for _, page := range pages(t) {
		list = append(list, examples(t, page)...)
	}
	if len(list) == 0 {
		t.Fatal("the manual has no examples")
	}
	return list
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// TestLinks follows every link from a page to a file of this repository.
func TestLinks(t *testing.T) {
	list := append(pages(t), "../CHANGELOG.md", "../CONTRIBUTING.md", "../RATIONALE.md")
	for _, page := range list {
		for _, found := range link.FindAllStringSubmatch(readPage(t, page), -1) {
			target, anchor, _ := strings.Cut(found[1], "#")
			if strings.Contains(target, "://") {
				continue
			}
			file := page
			if target != "" {
				file = filepath.Join(filepath.Dir(page), target)
			}
			text, err := os.ReadFile(file)
			if info, statErr := os.Stat(file); statErr == nil && info.IsDir() && anchor == "" {
				continue
			}
			if err != nil {
				t.Errorf("%s: %v", page, err)
			} else if anchor != "" && !slices.Contains(anchors(text), anchor) {
				t.Errorf("%s: %s has no heading #%s", page, file, anchor)
			}
		}
	}
}

// anchors are the headings of a page as links name them.
func anchors(page []byte) (list []string) {
	for line := range bytes.Lines(page) {
		heading, found := strings.CutPrefix(strings.TrimLeft(string(line), "#"), " ")
		if !found || line[0] != '#' {
			continue
		}
		slug := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case strings.ContainsRune("-_abcdefghijklmnopqrstuvwxyz0123456789", r):
				return r
			}
			return -1
		}, strings.ToLower(strings.TrimSpace(heading)))
		list = append(list, slug)
	}
	return list
}
