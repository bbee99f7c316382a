package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
)

// row is a work with its results.
type row struct {
	work   work
	scores scores
}

const dash = "–"

var (
	speedHead = []string{"work", "unit", "PHP", "plain Go", "phpstream",
		"phpstream / plain Go", "phpstream / PHP", "per CPU second: / plain Go", "/ PHP"}
	memoryHead = []string{"memory", "streams", "PHP", "plain Go", "phpstream",
		"RSS: PHP", "plain Go", "phpstream"}
)

func speedTable(rows []row) [][]string {
	table := [][]string{speedHead}
	for _, r := range rows {
		w, s := r.work, r.scores
		cells := []string{w.Name + mark(w, rows), w.Unit}
		for _, impl := range contestants {
			cells = append(cells, figure(s.over(impl, speed).Median/w.Scale))
		}
		for _, of := range []func(result) float64{speed, thrift} {
			cells = append(cells, ratio(s.ratio("phpstream", "plain", of)), ratio(s.ratio("phpstream", "php", of)))
		}
		table = append(table, cells)
	}
	return table
}

func memoryTable(rows []row) [][]string {
	table := [][]string{memoryHead}
	for _, r := range rows {
		cells := []string{r.work.Name, strconv.Itoa(int(r.scores.over("phpstream", count).Median))}
		for _, of := range []func(result) float64{heap, rss} {
			for _, impl := range contestants {
				cells = append(cells, bytesOf(r.scores.over(impl, of).Median))
			}
		}
		table = append(table, cells)
	}
	return table
}

func count(r result) float64 { return float64(r.Count) }

// notes are the footnotes, each once, in the order of the rows.
func notes(rows []row) []string {
	var list []string
	for _, r := range rows {
		if r.work.Note != "" && !slices.Contains(list, r.work.Note) {
			list = append(list, r.work.Note)
		}
	}
	return list
}

// mark is the footnote number of a work.
func mark(w work, rows []row) string {
	if i := slices.Index(notes(rows), w.Note); i >= 0 {
		return " [" + strconv.Itoa(i+1) + "]"
	}
	return ""
}

// What is to be reached, as medians of the ratios.
const (
	goalPlain = 0.95
	goalPHP   = 1.0
)

// below lists what falls short of the goals.
func below(rows []row) []string {
	var list []string
	for _, r := range rows {
		for _, g := range []struct {
			impl, name string
			goal       float64
		}{{"plain", "plain Go", goalPlain}, {"php", "PHP", goalPHP}} {
			if s := r.scores.ratio("phpstream", g.impl, speed); s.Median > 0 && math.Round(s.Median*100)/100 < g.goal {
				list = append(list, fmt.Sprintf("%s: %s of %s", r.work.Name, figure(s.Median), g.name))
			}
		}
	}
	return list
}

// figure has three digits that count.
func figure(v float64) string {
	switch {
	case v == 0 || math.IsNaN(v) || math.IsInf(v, 0):
		return dash
	case v >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

func ratio(s spread) string {
	if s.Median == 0 {
		return dash
	}
	return fmt.Sprintf("%s (%s to %s)", figure(s.Median), figure(s.Min), figure(s.Max))
}

func bytesOf(v float64) string {
	if v == 0 {
		return dash
	}
	return strconv.FormatFloat(v, 'f', 0, 64) + " B"
}

// text prints a table for a terminal.
func text(w io.Writer, table [][]string) {
	widths := make([]int, len(table[0]))
	for _, cells := range table {
		for i, cell := range cells {
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	for _, cells := range table {
		var b strings.Builder
		for i, cell := range cells {
			b.WriteString(cell + strings.Repeat(" ", widths[i]-len([]rune(cell))+2))
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
}

func markdown(table [][]string) string {
	var b strings.Builder
	for i, cells := range table {
		b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
		if i == 0 {
			b.WriteString("| --- | --- " + strings.Repeat("| ---: ", len(cells)-2) + "|\n")
		}
	}
	return b.String()
}

// The figures of a README stand between these lines.
const (
	figuresBegin = "<!-- figures: go run ./bench -md bench/README.md -->\n"
	figuresEnd   = "<!-- end of figures -->\n"
)

// writeFigures replaces the figures in a file.
func writeFigures(path, figures string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(data), figuresBegin)
	_, after, ended := strings.Cut(rest, figuresEnd)
	if !ok || !ended {
		return fmt.Errorf("%s: the lines %q and %q are not there", path, figuresBegin, figuresEnd)
	}
	return os.WriteFile(path, []byte(before+figuresBegin+figures+figuresEnd+after), 0o644)
}
