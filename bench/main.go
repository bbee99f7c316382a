// Command bench does the same work on PHP, on plain net, bufio and crypto/tls,
// and on phpstream, in one run, and prints how they compare:
//
//	go run ./bench
//
// See README.md beside it.
package main

import (
	"context"
	"embed"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"time"
)

//go:embed php
var phpScripts embed.FS

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := command(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && err != flag.ErrHelp {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// command is what the program does: as a child of itself the server's or a
// client's part, else the contest.
func command(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if os.Getenv(childVariable) != "" && len(args) > 0 {
		switch {
		case args[0] == "server":
			return serve()
		case args[0] == "client" && len(args) == 3:
			return client(args[1], args[2])
		}
	}
	c := contest{log: stderr}
	var php, only, md string
	set := flag.NewFlagSet("bench", flag.ContinueOnError)
	set.SetOutput(stderr)
	set.IntVar(&c.rounds, "rounds", 7, "how often each work is done by each contestant")
	set.BoolVar(&c.quick, "quick", false, "a smoke run of a few seconds; its figures mean nothing")
	set.StringVar(&php, "php", "php", "the PHP `command`")
	set.StringVar(&only, "only", "", "do only the works with this `text` in their name")
	set.StringVar(&md, "md", "", "write the tables into this `file`, where README.md has them")
	set.StringVar(&c.profile, "profile", "", "write CPU profiles of the Go clients into this `directory`")
	if err := set.Parse(args); err != nil {
		return err
	}
	if set.NArg() > 0 {
		return fmt.Errorf("%q is not a flag", set.Arg(0))
	}
	if c.quick {
		c.rounds = 1
	}
	var err error
	if c.php, err = exec.LookPath(php); err != nil {
		if os.Getenv("REQUIRE_PHP") == "1" {
			return err
		}
		fmt.Fprintln(stderr, "without PHP:", err)
	}
	return c.hold(ctx, only, md, stdout)
}

// hold runs the whole contest and prints its tables.
func (c contest) hold(ctx context.Context, only, md string, stdout io.Writer) error {
	dir, err := os.MkdirTemp("", "phpstream-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := scripts(dir); err != nil {
		return err
	}
	c.scripts = dir
	var stop func()
	if c.ports, stop, err = startServer(ctx); err != nil {
		return err
	}
	defer stop()
	start := time.Now()
	speeds, err := c.rows(ctx, works, only)
	if err != nil {
		return err
	}
	memory, err := c.rows(ctx, idleWorks, only)
	if err != nil {
		return err
	}
	about := fmt.Sprintf("%s. %d rounds, PHP, plain Go and phpstream in turn; medians, with the lowest and the highest of the ratios.",
		machine(c.php), c.rounds)
	fmt.Fprintf(stdout, "%s\n\n", about)
	figures := "\n" + about + "\n"
	for _, table := range [][][]string{speedTable(speeds), memoryTable(memory)} {
		if len(table) > 1 {
			text(stdout, table)
			fmt.Fprintln(stdout)
			figures += "\n" + markdown(table)
		}
	}
	for i, note := range notes(speeds) {
		note = fmt.Sprintf("[%d] %s.", i+1, note)
		fmt.Fprintln(stdout, note)
		figures += "\n" + note + "\n"
	}
	if short := below(speeds); len(short) > 0 {
		fmt.Fprintf(stdout, "Below %.2f of plain Go or %.2f of PHP:\n  %s\n", goalPlain, goalPHP, strings.Join(short, "\n  "))
	}
	fmt.Fprintf(stdout, "It took %s.\n", time.Since(start).Round(time.Second))
	if md != "" {
		return writeFigures(md, figures+"\n")
	}
	return nil
}

func (c contest) rows(ctx context.Context, all []work, only string) ([]row, error) {
	var rows []row
	for _, w := range all {
		if !strings.Contains(w.Name, only) {
			continue
		}
		s, err := c.run(ctx, w)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row{w, s})
	}
	return rows, nil
}
