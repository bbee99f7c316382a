package main

import (
	"bytes"
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
	urls  bool   // it opens URLs
}

var (
	testFolders = []string{"ext/standard/tests/network", "ext/standard/tests/streams", "ext/standard/tests/http", "ext/openssl/tests"}
	isOfStreams = regexp.MustCompile(`stream_socket_|fsockopen|stream_select|stream_context`)
	skipSection = regexp.MustCompile(`(?s)--SKIPIF--\r?\n.*?\n(--[A-Z]+--\r?\n)`)
	namesURL    = regexp.MustCompile(`["']https?://|\bhttp_server\(`)
	opensURL    = regexp.MustCompile(`\b(?:fopen|file_get_contents|get_headers|copy)\s*\(`)
	opensOne    = regexp.MustCompile(`\b(?:` + strings.Join(bridgelog.Openers, "|") + `)\s*\(`)
)

// findTests selects the tests of network streams and of URLs, by what they mention.
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
			program, _, _ := bytes.Cut(text, []byte("\n--EXPECT"))
			rest := skipSection.ReplaceAll(program, []byte("$1"))
			t := test{name: folder + "/" + filepath.Base(file), opens: opensOne.Match(rest), urls: namesURL.Match(rest) && opensURL.Match(rest)}
			if t.urls || isOfStreams.Match(text) {
				found = append(found, t)
			}
		}
	}
	if len(found) == 0 {
		return nil, errors.New("no test mentions a network stream")
	}
	return found, nil
}
