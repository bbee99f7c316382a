package main

import (
	"fmt"
	"io"
	"os"
	"strings"
)

const (
	largeMessage = 256 << 10 // bytes from which a progress bar is worth while
	barWidth     = 40
)

// progressBar returns what draws the bar of a large message on a terminal, and
// what takes it away again. Where nobody would see it, there is none.
func progressBar(w io.Writer, size int) (draw progress, remove func()) {
	terminal, ok := w.(*os.File)
	if !ok || size < largeMessage || !isTerminal(terminal) {
		return nil, func() {}
	}
	shown := -1
	draw = func(done, total int) {
		percent := 100 * done / total
		if percent == shown {
			return
		}
		shown = percent
		full := barWidth * done / total
		fmt.Fprintf(w, "\r[%s%s] %3d%%", strings.Repeat("#", full), strings.Repeat(".", barWidth-full), percent)
	}
	remove = func() {
		if shown >= 0 {
			fmt.Fprint(w, "\r"+strings.Repeat(" ", barWidth+7)+"\r")
		}
	}
	return draw, remove
}

// isTerminal tells a terminal from a pipe or a file.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
