//go:build unix

package main

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// TestDialogues holds the server and its original to the dialogues in testdata.
// A dialogue has a sentence, and these files: "flags" of the server; "talk";
// "stored", the messages that are stored; "log", what the server writes.
//
// In talk, "> text" is a line of the client; lines without an answer between
// them go out in one write. "raw" sends a Go string as it is, "tls" does the
// handshake, "half" ends the client's side, "gone" closes the connection, and "end" waits until
// the server closes it. "< text" is a line of the server.
func TestDialogues(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		parts := map[string]string{}
		for _, f := range archive.Files {
			parts[f.Name] = string(f.Data)
		}
		for _, kind := range kinds {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txt")+"/"+kind, func(t *testing.T) {
				t.Parallel()
				s := start(t, kind, strings.Fields(parts["flags"])...)
				talk(t, s, parts["talk"])
				if diff := cmp.Diff(parts["log"], s.stop(t)); diff != "" {
					t.Errorf("the log differs (- expected, + got):\n%s", diff)
				}
				stored := strings.Join(s.stored(t), "")
				if diff := cmp.Diff(parts["stored"], strings.ReplaceAll(placeholders(stored), "\r\n", "\n")); diff != "" {
					t.Errorf("the stored messages differ (- expected, + got):\n%s", diff)
				}
				if strings.Count(stored, "\n") != strings.Count(stored, "\r\n") && !strings.Contains(parts["talk"], "raw") {
					t.Error("a line of a stored message ends otherwise than in CR LF")
				}
			})
		}
	}
}

// talk goes through a dialogue.
func talk(t *testing.T, s *server, script string) {
	t.Helper()
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { conn.Close() }()
	conn.SetDeadline(time.Now().Add(limit / 2))
	r := bufio.NewReader(conn)
	out := ""
	for n, line := range strings.Split(strings.TrimSuffix(script, "\n"), "\n") {
		fail := func(err any) { t.Fatalf("line %d of talk, %q: %v", n+1, line, err) }
		word, text, _ := strings.Cut(line, " ")
		if word != ">" && word != "raw" && out != "" {
			if _, err := io.WriteString(conn, out); err != nil {
				fail(err)
			}
			out = ""
		}
		switch word {
		case ">":
			out += text + "\r\n"
		case "raw":
			bytes, err := strconv.Unquote(text)
			if err != nil {
				fail(err)
			}
			out += bytes
		case "<":
			got, err := r.ReadString('\n')
			if got = placeholders(strings.TrimSuffix(got, "\r\n")); err != nil || got != text {
				fail(fmt.Sprintf("the server said %q (%v)", got, err))
			}
		case "tls":
			if r.Buffered() > 0 {
				fail("the server has said more")
			}
			c := tls.Client(conn, clientTLS(t))
			if err := c.Handshake(); err != nil {
				fail(err)
			}
			conn, r = c, bufio.NewReader(c)
		case "half":
			if err := conn.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
				fail(err)
			}
		case "gone":
			conn.Close()
		case "end":
			if got, err := io.ReadAll(r); len(got) > 0 || err != nil {
				fail(fmt.Sprintf("the server said %q (%v)", got, err))
			}
		default:
			fail("no such step")
		}
	}
}
