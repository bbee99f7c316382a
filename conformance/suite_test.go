package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFindTests(t *testing.T) {
	source := t.TempDir()
	for name, text := range map[string]string{
		"ext/standard/tests/network/client.phpt":     "$fp = fsockopen ('127.0.0.1', 1);",
		"ext/standard/tests/network/persistent.phpt": "pfsockopen('127.0.0.1', 1);",
		"ext/standard/tests/network/dns.phpt":        "gethostbyname('localhost');",
		"ext/standard/tests/streams/context.phpt":    "stream_context_create(); stream_socket_shutdown($fp, 0);",
		"ext/standard/tests/streams/server.phpt":     "stream_socket_server('tcp://127.0.0.1:0');",
		"ext/standard/tests/streams/skip.phpt":       "--SKIPIF--\n<?php fsockopen('::1');\n--FILE--\n<?php stream_select();\n",
		"ext/openssl/tests/client.phpt":              "var_dump(@stream_socket_client('ssl://127.0.0.1:1'));",
		"ext/standard/tests/http/get.phpt":           "http_server(['data://,']); readfile($uri); fopen($uri, 'r');",
		"ext/standard/tests/http/local.phpt":         "fopen('data:,x', 'r');",
		"ext/openssl/tests/url.phpt":                 "file_get_contents(\n'https://127.0.0.1/');",
		"ext/openssl/tests/link.phpt":                "// https://bugs.php.net/\nfopen('php://memory', 'r');\n--EXPECT--\n'http://'",
		"ext/openssl/tests/helper.inc":               "stream_socket_client('ssl://127.0.0.1:1');",
	} {
		file := filepath.Join(source, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := findTests(source)
	if err != nil {
		t.Fatal(err)
	}
	want := []test{
		{"ext/standard/tests/network/client.phpt", true, false},
		{"ext/standard/tests/network/persistent.phpt", true, false},
		{"ext/standard/tests/streams/context.phpt", false, false},
		{"ext/standard/tests/streams/server.phpt", true, false},
		{"ext/standard/tests/streams/skip.phpt", false, false},
		{"ext/standard/tests/http/get.phpt", false, true},
		{"ext/openssl/tests/client.phpt", true, false},
		{"ext/openssl/tests/url.phpt", false, true},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(test{})); diff != "" {
		t.Error(diff)
	}
	if got, err := findTests(t.TempDir()); err == nil {
		t.Errorf("in an empty folder: %v", got)
	}
}
