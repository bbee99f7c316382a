package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/phpstream-go/phpstream/internal/phpext"
)

const bridgeUsage = `phpstream bridge [flags]

Builds the PHP extension with which PHP runs on phpstream's streams, and prints its
path as the last line:

    php -d extension="$(phpstream bridge | tail -n 1)" script.php

It is kept in the user's cache directory, and built again when its sources, Go or
PHP have changed. The exit status is 2 if it could not be built.
`

func bridge(ctx context.Context, args []string, _, stdout *os.File, stderr io.Writer) int {
	o := phpext.Options{Log: stderr}
	set := newFlags("bridge", bridgeUsage, &o)
	if status, stop := parse(set, args, stdout, stderr); stop {
		return status
	}
	if set.NArg() > 0 {
		fmt.Fprintf(stderr, "phpstream bridge: it takes no arguments, and got %q\n", set.Args())
		return statusFailed
	}
	path, err := phpext.Build(ctx, o)
	if err != nil {
		fmt.Fprintf(stderr, "phpstream bridge: %v\n", err)
		return statusFailed
	}
	fmt.Fprintln(stdout, path)
	return statusSame
}
