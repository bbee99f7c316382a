package main

// The progress bar. It only ever goes on, so that it needs no terminal.

import (
	"fmt"
	"io"
	"strings"
)

const width = 40

type bar struct {
	out   io.Writer
	drawn int
}

func (b *bar) begin(name string) {
	fmt.Fprintf(b.out, "%-12s[", name)
	b.drawn = 0
}

// had draws what was there before.
func (b *bar) had(done, total int) {
	b.fill("=", done, total)
}

func (b *bar) draw(done, total int) {
	b.fill("#", done, total)
}

func (b *bar) fill(mark string, done, total int) {
	full := 0
	if total > 0 {
		full = min(width, width*done/total)
	}
	if full > b.drawn {
		fmt.Fprint(b.out, strings.Repeat(mark, full-b.drawn))
		b.drawn = full
	}
}

func (b *bar) stop(text string) {
	fmt.Fprintf(b.out, "%s] %s\n", strings.Repeat(" ", width-b.drawn), text)
}
