package main

import (
	"regexp"
	"slices"
	"strings"
)

// A mask is what several runs of one engine have in common: a text in which
// some words may vary, as ports and times do.
type mask struct {
	lines []lineMask
	loose bool // the runs differ in their number of lines: anything fits
}

type lineMask struct {
	text  string         // of the first run
	other *regexp.Regexp // what fits where the runs differ
}

var word = regexp.MustCompile(`[0-9]+|[A-Za-z0-9]+|(?s:.)`)

func newMask(runs [][]string) mask {
	m := mask{}
	for i, text := range runs[0] {
		column := []string{}
		for _, run := range runs {
			if len(run) != len(runs[0]) {
				return mask{loose: true}
			}
			column = append(column, run[i])
		}
		line := lineMask{text: text}
		if len(slices.Compact(column)) > 1 {
			line.other = variations(column)
		}
		m.lines = append(m.lines, line)
	}
	return m
}

// variations fits lines that are alike but for the words in which these are
// not, and anything where these have not even the same number of words.
func variations(lines []string) *regexp.Regexp {
	first := word.FindAllString(lines[0], -1)
	patterns := make([]string, len(first))
	for i, w := range first {
		patterns[i] = regexp.QuoteMeta(w)
	}
	for _, line := range lines[1:] {
		words := word.FindAllString(line, -1)
		if len(words) != len(first) {
			return regexp.MustCompile(`(?s)^.*$`)
		}
		for i, w := range words {
			switch {
			case w == first[i]:
			case isNumber(w) && isNumber(first[i]) && patterns[i] != `[A-Za-z0-9]+`:
				patterns[i] = `[0-9]+`
			default:
				patterns[i] = `[A-Za-z0-9]+`
			}
		}
	}
	return regexp.MustCompile(`(?s)^` + strings.Join(patterns, "") + `$`)
}

func isNumber(word string) bool { return strings.Trim(word, "0123456789") == "" }

// varies says whether the runs were not all the same.
func (m mask) varies() bool {
	return m.loose || slices.ContainsFunc(m.lines, func(l lineMask) bool { return l.other != nil })
}

func (l lineMask) fits(text string) bool {
	return text == l.text || l.other != nil && l.other.MatchString(text)
}

func (m mask) fits(lines []string) bool {
	return m.loose || slices.EqualFunc(m.lines, lines, lineMask.fits)
}
