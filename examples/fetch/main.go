// Command fetch gets a URL into a file, with a progress bar, a limit, and another
// try from where it broke off. It is ported line for line from the PHP program
// beside it.
//
//	go run ./examples/fetch https://example.com/large.iso
//
// Without arguments it shows itself at work, with a server of its own that breaks
// off in the middle.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"

	. "github.com/phpstream-go/phpstream"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func complain(stderr io.Writer, text string) int {
	fmt.Fprintf(stderr, "fetch: %s\n", text)
	return 2
}

var (
	goodURL = regexp.MustCompile(`(?i)^https?://[^\x00-\x20\x7f]+$`)
	urlName = regexp.MustCompile(`(?i)^[a-z]+://[^/?#]+(?:/[^?#]*)?/([a-z0-9_][a-z0-9_.-]*)(?:[?#]|$)`)
)

// run is main.php's main.
func run(arguments []string, stdout, stderr io.Writer) int {
	set := flag.NewFlagSet("fetch", flag.ContinueOnError)
	set.SetOutput(stderr)
	file := set.String("o", "", "the `file`; else it has the name that the URL ends with")
	limit := set.Int("limit", 1<<30, "the most `bytes` that may come")
	tries := set.Int("tries", 5, "how often to try, where it breaks off")
	timeout := set.Float64("timeout", 10, "`seconds` in which something must come")
	cafile := set.String("cafile", "", "the authorities to trust, instead of the system's")
	version := set.String("php", "8.4", "warn in the words of this PHP: 7.4, 8.2 or 8.4")
	if set.Parse(arguments) != nil {
		return 2
	}
	profile, ok := map[string]Profile{"7.4": PHP74, "8.2": PHP82, "8.4": PHP84}[*version]
	if !ok {
		return complain(stderr, "-php must be 7.4, 8.2 or 8.4")
	}
	php := NewRuntime(profile)
	if set.NArg() == 0 {
		dir, err := os.MkdirTemp("", "fetch-")
		if err != nil {
			return complain(stderr, err.Error())
		}
		defer os.RemoveAll(dir)
		if !demonstrate(php, stdout, dir) {
			fmt.Fprintln(stderr, "fetch: something did not come out as it should")
			return 1
		}
		return 0
	}
	url := set.Arg(0)
	if set.NArg() > 1 || !goodURL.MatchString(url) {
		return complain(stderr, "one URL that begins with http:// or https://")
	}
	if *limit <= 0 {
		return complain(stderr, "-limit must be a number")
	}
	if *tries <= 0 {
		return complain(stderr, "-tries must be a number")
	}
	if !(*timeout > 0 && *timeout < 100000) {
		return complain(stderr, "-timeout must be a number of seconds")
	}
	// The page is named by who asks for it, never by the server.
	if *file == "" {
		*file = "index.html"
		if match := urlName.FindStringSubmatch(url); match != nil {
			*file = match[1]
		}
	}
	bar := &bar{out: stdout}
	bar.begin("")
	fetch := newFetch(php, bar)
	fetch.limit = *limit
	fetch.tries = *tries
	fetch.timeout = *timeout
	fetch.cafile = *cafile
	if !fetch.run(url, *file) {
		return 1
	}
	return 0
}

// startServer answers where the server is, and what ends it. It is a goroutine,
// with a Runtime of its own.
func startServer() (place string, stop func()) {
	php := NewRuntime()
	listener, place := bind(php, STREAM_SERVER_BIND|STREAM_SERVER_LISTEN)
	done := make(chan struct{})
	go func() {
		defer close(done)
		(&server{php: php, asked: map[string]int{}}).run(listener)
	}()
	return place, func() {
		Fclose(listener)
		<-done
	}
}
