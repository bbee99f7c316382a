// Command phpstream runs PHP scripts on this library.
//
//	phpstream bridge                 builds the PHP extension and prints its path
//	phpstream compare script.php     runs a script on PHP's streams and on these, and compares
//
// Both need PHP 8.1 to 8.5, its headers and a C compiler, on a UNIX system.
// The manual's page about it is phpdocs/compare.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/phpstream-go/phpstream/internal/phpext"
)

const usage = `phpstream runs PHP scripts on PHP's own network streams and on phpstream's.

    phpstream bridge [flags]                      build the PHP extension, print its path
    phpstream compare [flags] script.php [args]   run a script on both, compare

"phpstream bridge -h" and "phpstream compare -h" show the flags. Both need PHP 8.1
to 8.5 with its headers and a C compiler (on Debian: php-cli, php-dev, gcc), on a
UNIX system.
`

// The exit status says how it went, as that of diff does.
const (
	statusSame      = 0
	statusDifferent = 1
	statusFailed    = 2 // it could not run, or nothing can be said of a flaky script
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

var commands = map[string]func(ctx context.Context, args []string, stdin, stdout *os.File, stderr io.Writer) int{
	"bridge":  bridge,
	"compare": compare,
}

func run(ctx context.Context, args []string, stdin, stdout *os.File, stderr io.Writer) int {
	if len(args) > 0 {
		if command := commands[args[0]]; command != nil {
			return command(ctx, args[1:], stdin, stdout, stderr)
		}
		switch args[0] {
		case "help", "-h", "-help", "--help":
			fmt.Fprint(stdout, usage)
			return statusSame
		}
		fmt.Fprintf(stderr, "phpstream: there is no command %q\n", args[0])
	}
	fmt.Fprint(stderr, usage)
	return statusFailed
}

// newFlags is the set of a command, with the flags that say which PHP.
func newFlags(command, synopsis string, o *phpext.Options) *flag.FlagSet {
	set := flag.NewFlagSet(command, flag.ContinueOnError)
	set.StringVar(&o.PHP, "php", "", "the PHP to run, a `path` or a name on the PATH (default php)")
	set.StringVar(&o.Config, "php-config", "", "its php-config, by `path` (default: the one beside it)")
	set.StringVar(&o.Include, "include", "", "the `folder` of its headers, .../usr/include/php/20240924, in place of php-config")
	set.Usage = func() {
		fmt.Fprint(set.Output(), synopsis+"\n")
		set.PrintDefaults()
	}
	return set
}

// parse reads the flags. The status counts where it says to stop.
func parse(set *flag.FlagSet, args []string, stdout, stderr io.Writer) (status int, stop bool) {
	set.SetOutput(io.Discard) // which would get the usage after each complaint
	switch err := set.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		set.SetOutput(stdout)
		set.Usage()
		return statusSame, true
	case err != nil:
		fmt.Fprintf(stderr, "phpstream %s: %v; -h shows the flags\n", set.Name(), err)
		return statusFailed, true
	}
	return 0, false
}
