package main

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/phpstream-go/phpstream/internal/phptest"
)

// functionInputs are strings that one of the two languages could take
// differently: line ends before the end, bytes that are no UTF-8, letters that
// case folding turns into ASCII.
var functionInputs = []string{
	"", "a", "a@b", "ann@example.com", "Ann@EXAMPLE.com", "a@b.", "a@.b", "a@b-", "@b", "a@", "a@b@c", "a b@c", "<a@b>", "a@b\n", "a@b\r\n", "\na@b",
	"a\x00@b", "\u212a@b", "\u017f@b", "a@\u212a", "grüße@example.com", "a@[127.0.0.1]", "!#$%&'*+/=?^_`{|}~.-@b", `"a b"@c`, "a\\@b", "a,b@c", "a;b@c",
	strings.Repeat("a", 252) + "@b", strings.Repeat("a", 253) + "@b",
	"tcp://host:587", "ssl://host:465", "tls://host:465", "TCP://host:587", "tcp://host", "tcp://host:", "tcp://host:123456", "tcp://[::1]:25",
	"tcp://[::1:25", "tcp://::1:25", "tcp://host:25\n", "tcp://ho st:25", "tcp://user@host:25", "udp://host:25", "host:25", "tcp://host:25/path", "tcp://ho_st:25",
	"\n", "\r", "\r\n", "\r\r\n", "\n\r", ".", "..", ".\n", "a\n.", "a\n.b\r.c\r\n.d", "\r\n.\r\n", ".\r\n.\r\n.", "x\r\n.\r\n\r\n.y",
	"Hello", "Grüße", "Gr\xfc\xdfe", "=?UTF-8?Q?x?=", "tab\there", "bell\x07", "del\x7f", "\xc2\x9bcsi", "\x9bcsi", "\xe2\x82", "\xed\xa0\x80", "\xf4\x90\x80\x80",
	strings.Repeat("x", 66), strings.Repeat("x", 67), strings.Repeat("ü", 19), strings.Repeat("ü", 20), strings.Repeat("日本語", 13), strings.Repeat("😀", 30),
	"notes.txt", "/a/b/notes.txt", `C:\a\b.txt`, "a/", "/", "with \"quotes\".txt", "line\nend.txt", "ümlaut.txt", "semi;colon.txt", "100%.txt",
	strings.Repeat("x", 998), strings.Repeat("x", 999), strings.Repeat("x", 998) + "\n" + strings.Repeat("x", 998), "a\x00b",
}

// The functions that decide what a message looks like and what is refused.
var functions = []struct {
	php string
	run func(s string) string
}{
	{"check_address", func(s string) string { return yes(checkAddress(s)) }},
	{"check_subject", func(s string) string { return yes(checkSubject(s)) }},
	{"check_server", func(s string) string { return yes(checkServer(s)) }},
	{"to_crlf", toCrlf},
	{"dot_stuff", dotStuff},
	{"printable", printable},
	{"attachment_name", attachmentName},
	{"text_part", textPart},
	{"encode_header", func(s string) string {
		if !checkSubject(s) {
			return "refused" // never called then
		}
		return encodeHeader(s)
	}},
	{"attachment_part", func(s string) string { return attachmentPart(attachmentName(s), s) }},
}

func yes(ok bool) string {
	if ok {
		return "yes"
	}
	return ""
}

// The PHP half: it reads and prints strings as base64, as they are no UTF-8.
const functionsPHP = `<?php
require $argv[1] . '/message.php';
while (($line = fgets(STDIN)) !== false) {
	$s = base64_decode($line);
	echo implode(',', array_map('base64_encode', [
		check_address($s) ? 'yes' : '', check_subject($s) ? 'yes' : '', check_server($s) ? 'yes' : '',
		to_crlf($s), dot_stuff($s), printable($s), attachment_name($s), text_part($s),
		check_subject($s) ? encode_header($s) : 'refused', attachment_part(attachment_name($s), $s),
	])), "\n";
}
`

// TestSameAnswers calls the functions themselves with awkward strings, here
// and in PHP, whose answers are recorded too.
func TestSameAnswers(t *testing.T) {
	path := filepath.Join("testdata", "functions.json")
	var want [][]string
	if data, err := os.ReadFile(path); err == nil {
		if err := json.Unmarshal(data, &want); err != nil {
			t.Fatal(err)
		}
	} else if !*update {
		t.Fatal(err)
	}
	for _, version := range versions {
		php := phpProgram(t, version)
		if php == nil {
			continue
		}
		got := answersOf(t, php)
		if *update {
			want = got
			data, err := json.MarshalIndent(got, "", "\t")
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, append(data, '\n'), 0o644); err != nil {
				t.Fatal(err)
			}
		} else if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("PHP %s answers otherwise than recorded:\n%s", version, diff)
		}
	}
	if len(want) != len(functionInputs) {
		t.Fatalf("%d inputs, and recorded answers to %d", len(functionInputs), len(want))
	}
	for i, input := range functionInputs {
		for j, f := range functions {
			answer, err := base64.StdEncoding.DecodeString(want[i][j])
			if err != nil {
				t.Fatal(err)
			}
			if got := f.run(input); got != string(answer) {
				t.Errorf("%s(%q) is %q, in PHP %q", f.php, input, got, answer)
			}
		}
	}
}

func answersOf(t *testing.T, php *program) [][]string {
	t.Helper()
	dir, err := inputs()
	if err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(dir, "functions-"+filepath.Base(t.Name())+".php")
	if err := os.WriteFile(script, []byte(functionsPHP), 0o644); err != nil {
		t.Fatal(err)
	}
	var stdin strings.Builder
	for _, input := range functionInputs {
		stdin.WriteString(base64Encode(input) + "\n")
	}
	cmd := phptest.Cmd(t.Context(), php.command, "-n", script, dir)
	cmd.Stdin = strings.NewReader(stdin.String())
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var answers [][]string
	for line := range strings.Lines(string(out)) {
		answers = append(answers, strings.Split(strings.TrimSuffix(line, "\n"), ","))
	}
	return answers
}
