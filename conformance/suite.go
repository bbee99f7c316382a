package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/phpstream-go/phpstream/internal/bridgelog"
)

// test is one of PHP's own.
type test struct {
	name  string // ext/standard/tests/network/tcp4loop.phpt
	opens bool   // it calls a function of the library that opens a stream
}

var (
	testFolders = []string{"ext/standard/tests/network", "ext/standard/tests/streams", "ext/openssl/tests"}
	isOfStreams = regexp.MustCompile(`stream_socket_|fsockopen|stream_select|stream_context`)
	skipSection = regexp.MustCompile(`(?s)--SKIPIF--\r?\n.*?\n(--[A-Z]+--\r?\n)`)
	opensOne    = regexp.MustCompile(`\b(?:` + strings.Join(bridgelog.Openers, "|") + `)\s*\(`)
)

// findTests selects the tests of network streams, by what they mention.
func findTests(source string) ([]test, error) {
	var found []test
	for _, folder := range testFolders {
		files, err := filepath.Glob(filepath.Join(source, folder, "*.phpt"))
		if err != nil {
			return nil, err
		}
		if len(files) == 0 {
			return nil, fmt.Errorf("there are no tests in %s", filepath.Join(source, folder))
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			if isOfStreams.Match(text) {
				opens := opensOne.Match(skipSection.ReplaceAll(text, []byte("$1")))
				found = append(found, test{name: folder + "/" + filepath.Base(file), opens: opens})
			}
		}
	}
	if len(found) == 0 {
		return nil, errors.New("no test mentions a network stream")
	}
	return found, nil
}
