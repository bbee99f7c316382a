package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// sideBySide writes two texts in two columns. Rows far from any difference and
// from the ends are left out; first is the row that is pointed at, -1 for none.
func (l look) sideBySide(w io.Writer, r *report, rows []row, left, right []string, first, around, ends int) {
	digits := len(strconv.Itoa(max(len(left), len(right))))
	c := columns{look: l, digits: digits, text: (l.width - 2 - 2*(digits+1) - 3) / 2}
	fmt.Fprintln(w, strings.TrimRight(fmt.Sprintf("  %*s %-*s | %*s %s", digits, "", c.text, r.php.name, digits, "", r.ours.name), " "))
	shown, skipped := keep(rows, first >= 0, around, ends), 0
	skip := func() {
		if skipped > 0 {
			fmt.Fprintln(w, l.paint("dim", fmt.Sprintf("  ... %s", number(skipped, "row"))))
		}
		skipped = 0
	}
	for i, row := range rows {
		if !shown[i] {
			skipped++
			continue
		}
		skip()
		c.write(w, row, left, right, i == first, first >= 0 && !row.same)
	}
	skip()
}

// keep says which rows are shown.
func keep(rows []row, marked bool, around, ends int) []bool {
	shown := make([]bool, len(rows))
	count := 0
	show := func(i int) {
		if i >= 0 && i < len(rows) && !shown[i] && count < mostRows {
			shown[i] = true
			count++
		}
	}
	for i := range ends {
		show(i)
		show(len(rows) - 1 - i)
	}
	for i, row := range rows {
		if marked && !row.same {
			for j := i - around; j <= i+around; j++ {
				show(j)
			}
		}
	}
	// To leave one row out spares nothing.
	is := func(i int) bool { return i < 0 || i >= len(rows) || shown[i] }
	for i := range rows {
		if is(i-1) && is(i+1) {
			show(i)
		}
	}
	return shown
}

// columns is the geometry of two texts side by side.
type columns struct {
	look
	digits, text int // widths
}

// write writes a row, on as many lines as it needs.
func (c columns) write(w io.Writer, r row, left, right []string, first, differs bool) {
	a, b := c.cells(r, left, right, differs)
	margin, bar := " ", "|"
	if first {
		margin = ">"
	}
	switch {
	case !differs:
	case r.left < 0:
		bar = ">"
	case r.right < 0:
		bar = "<"
	default:
		bar = "!"
	}
	at := -1
	if first && r.left >= 0 && r.right >= 0 {
		at = firstDifference(a, b)
	}
	for start := 0; start == 0 || start < max(len(a), len(b)); start += c.text {
		ln, rn := "", ""
		if start == 0 {
			ln, rn = lineNumber(r.left), lineNumber(r.right)
		}
		x, y := piece(a, start, c.text), piece(b, start, c.text)
		pad := strings.Repeat(" ", c.text-len(x))
		lcolor, rcolor := "", ""
		if differs {
			lcolor, rcolor = "left", "right"
		}
		text := fmt.Sprintf("%s %*s %s%s %s %*s %s", margin, c.digits, ln, c.tint(lcolor, x), pad, bar, c.digits, rn, c.tint(rcolor, y))
		fmt.Fprintln(w, strings.TrimRight(text, " "))
		if at >= start && at < start+c.text {
			apart := c.text + len(" | ") + c.digits
			fmt.Fprintf(w, "%*s^%*s^\n", 3+c.digits+at-start, "", apart, "")
		}
		margin = " "
	}
}

func (c columns) tint(color string, text []rune) string {
	if color == "" {
		return string(text)
	}
	return c.paint(color, string(text))
}

// mostPieces is how many lines a row may take.
const mostPieces = 4

// cells are the texts of a row. Of long ones only what is around the first
// difference is shown.
func (c columns) cells(r row, left, right []string, differs bool) (a, b []rune) {
	if r.left >= 0 {
		a = []rune(visible(strings.TrimSuffix(left[r.left], "\n")))
	}
	if r.right >= 0 {
		b = []rune(visible(strings.TrimSuffix(right[r.right], "\n")))
	}
	limit := mostPieces * c.text
	if max(len(a), len(b)) > limit {
		from := 0
		if differs && r.left >= 0 && r.right >= 0 {
			from = max(0, firstDifference(a, b)-c.text/2)
		}
		a, b = cut(a, from, limit), cut(b, from, limit)
	}
	if differs && r.left >= 0 && r.right >= 0 {
		lend, rend := strings.HasSuffix(left[r.left], "\n"), strings.HasSuffix(right[r.right], "\n")
		if lend && !rend {
			b = append(b, []rune("(no end of line)")...)
		}
		if rend && !lend {
			a = append(a, []rune("(no end of line)")...)
		}
	}
	return a, b
}

func cut(text []rune, from, limit int) []rune {
	from = min(from, len(text))
	out := text[from:]
	if len(out) > limit-1 {
		out = append(out[:limit-1:limit-1], '…')
	}
	if from > 0 {
		out = append([]rune("…"), out[min(1, len(out)):]...)
	}
	return out
}

func firstDifference(a, b []rune) int {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	return i
}

func piece(text []rune, start, length int) []rune {
	start = min(start, len(text))
	return text[start:min(start+length, len(text))]
}

func lineNumber(i int) string {
	if i < 0 {
		return ""
	}
	return strconv.Itoa(i + 1)
}

var escapes = map[rune]string{'\r': `\r`, '\n': `\n`, '\t': `\t`, 0x1b: `\e`}

// visible shows what a terminal would act on, and what is not UTF-8, as
// escapes.
func visible(text string) string {
	var b strings.Builder
	for i, r := range text {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD"):
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case escapes[r] != "":
			b.WriteString(escapes[r])
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			fmt.Fprintf(&b, `\u{%x}`, r)
		}
	}
	return b.String()
}
