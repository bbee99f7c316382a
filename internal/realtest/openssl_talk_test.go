package realtest

import (
	"crypto/sha256"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	. "github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/phptest"
	"github.com/phpstream-go/phpstream/internal/servertest"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

// A step of s_server's operator: once a line of its output matches seen, type
// the text. A line of one letter is a command to s_server: K updates the keys
// and asks the client to do the same, r wants a new handshake, Q says goodbye.
// An empty text is typed as nothing; "kill" ends the server without goodbye.
type step struct{ seen, text string }

// talks are conversations in which s_server does something in the middle.
var talks = []struct {
	name, server string
	steps        []step
	replies      []string
}{
	{name: "key update", server: tls13Server + " -msg", replies: []string{"two\n", "four\n"}, steps: []step{
		{"^one$", "K\n"}, {">>> .*KeyUpdate", "two\n"}, {"<<< .*KeyUpdate", ""}, {"^three$", "four\n"}}},
	{name: "a new handshake", server: tls12Server + " -msg", replies: []string{"two\n", "four\n"}, steps: []step{
		{"^one$", "r\n"}, {">>> .*HelloRequest", ""}, {">>> .*Finished", "two\n"}, {"^three$", "four\n"}}},
	{name: "goodbye", server: tls13Server, replies: []string{""}, steps: []step{{"^one$", "Q\n"}}},
	{name: "goodbye, tls 1.2", server: tls12Server, replies: []string{""}, steps: []step{{"^one$", "Q\n"}}},
	{name: "no goodbye", server: tls13Server, replies: []string{""}, steps: []step{{"^one$", "kill"}}},
	{name: "no goodbye, tls 1.2", server: tls12Server, replies: []string{""}, steps: []step{{"^one$", "kill"}}},
}

// operate carries out the steps in a goroutine of its own, and tells through
// the channel how many of them it came to.
func operate(s *server, steps []step) <-chan int {
	done := make(chan int, 1)
	go func() {
		n := 0
		for line := range s.lines {
			if n == len(steps) || !regexp.MustCompile(steps[n].seen).MatchString(line) {
				continue
			}
			if n++; steps[n-1].text == "kill" {
				s.cmd.Process.Kill()
			} else {
				io.WriteString(s.stdin, steps[n-1].text)
			}
			if n == len(steps) {
				done <- n
			}
		}
		done <- n
	}()
	return done
}

// TestOpenSSLTalk compares this library with each PHP in these conversations.
func TestOpenSSLTalk(t *testing.T) {
	servertest.Need(t, "openssl")
	phps := phptest.All(t)
	f := makeFiles(t)
	for _, talk := range talks {
		t.Run(talk.name, func(t *testing.T) {
			t.Parallel()
			// Some of these end the server, so each client has its own.
			met := func(client func(request) answer) answer {
				args := strings.Fields(talk.server + " -cert " + f.path("good.pem") + " -key " + f.path("good.key"))
				s, port := sServer(t, f.dir, args...)
				done := operate(s, talk.steps)
				a := client(request{Address: "ssl://127.0.0.1:" + port, Options: f.options(nil), Send: []string{"one\n", "three\n"}[:len(talk.replies)]})
				s.cmd.Process.Kill()
				if n := <-done; n < len(talk.steps) {
					t.Errorf("the server never showed %q", talk.steps[n].seen)
				}
				return a
			}
			for _, php := range phps {
				want := met(func(r request) answer { return r.inPHP(t, php) })
				got := met(func(r request) answer { return r.here(NewRuntime(profiles[php.Version])) })
				if diff := cmp.Diff(talk.replies, want.Replies); diff != "" || len(want.Events) > 0 {
					t.Errorf("PHP %s was to hear (-want +got):\n%s%q", php.Version, diff, want.Events)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("PHP %s and phpstream differ (-PHP +phpstream):\n%s", php.Version, diff)
				}
			}
		})
	}
}

// TestOpenSSLBulk reads a large file, which s_server cuts into records of its
// own sizes.
func TestOpenSSLBulk(t *testing.T) {
	f := makeFiles(t)
	data := noise(5 << 20)
	testcert.WriteFile(f.dir, "large.bin", data)
	for _, args := range []string{tls13Server, tls12Server, tls13Server + " -max_send_frag 1000", tls12Server + " -max_send_frag 16384"} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			args := strings.Fields(args + " -WWW -cert " + f.path("good.pem") + " -key " + f.path("good.key"))
			_, port := sServer(t, f.dir, args...)
			rt := NewRuntime()
			fp, errno, errstr := rt.StreamSocketClient("ssl://127.0.0.1:"+port, rt.StreamContextCreate(f.options(nil)))
			if fp == nil {
				t.Fatal(errno, errstr, rt.LastError())
			}
			defer Fclose(fp)
			Fwrite(fp, "GET /large.bin HTTP/1.0\r\n\r\n")
			for line, ok := Fgets(fp); ok && line != "\r\n"; line, ok = Fgets(fp) {
			}
			got, ok := StreamGetContents(fp)
			if !ok || got != string(data) {
				t.Errorf("read %d bytes, %s; the file has %d, %s", len(got), sum(got), len(data), sum(string(data)))
			}
			if !Feof(fp) {
				t.Error("this is not the end")
			}
		})
	}
}

func sum(data string) string { return fmt.Sprintf("SHA-256 %x", sha256.Sum256([]byte(data))) }

// noise returns n bytes without a pattern, always the same ones.
func noise(n int) []byte {
	data := make([]byte, n)
	x := uint32(1)
	for i := range data {
		x = x*1664525 + 1013904223
		data[i] = byte(x >> 24)
	}
	return data
}
