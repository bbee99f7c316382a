package main

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// check holds what must be true of a run whatever PHP did: the message
// arrived whole, or it was kept whole, or it was refused and nothing was
// sent. Go's own mail packages read what the mailer wrote.
func (s scenario) check(t *testing.T, exit int, wire string, received []byte, file string, kept []byte) {
	t.Helper()
	if exit != s.exit {
		t.Errorf("exit code %d, expected %d", exit, s.exit)
	}
	if s.sent != (exit == 0) {
		t.Errorf("sent is %v, and the exit code %d", s.sent, exit)
	}
	switch exit {
	case 0:
		if file != "" {
			t.Errorf("the message was sent, but also kept in %s", file)
		}
		s.checkMessage(t, received)
	case 1:
		if file == "" {
			t.Fatal("the message was not kept")
		}
		s.checkMessage(t, kept)
	case 2:
		if file != "" {
			t.Errorf("the flags were refused, but a file was made: %s", file)
		}
		if wire != "nobody came\n" {
			t.Errorf("the flags were refused, but the peer saw: %s", wire)
		}
	}
	if !strings.Contains(strings.Join(s.args, " "), "-clear") {
		for line := range strings.Lines(wire) {
			if clear, ok := strings.CutPrefix(line, "clear: "); ok && !strings.HasPrefix(clear, "EHLO ") &&
				!strings.HasPrefix(clear, "STARTTLS") && !strings.HasPrefix(clear, "QUIT") {
				t.Errorf("sent in clear: %s", clear)
			}
		}
	}
}

func (s scenario) checkMessage(t *testing.T, data []byte) {
	t.Helper()
	if rest := bytes.ReplaceAll(data, []byte("\r\n"), nil); bytes.ContainsAny(rest, "\r\n") {
		t.Error("the message has a lone CR or LF")
	}
	for line := range bytes.SplitSeq(data, []byte("\r\n")) {
		if len(line) > 998 {
			t.Errorf("a line of the message has %d bytes", len(line))
		}
	}
	m, err := mail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("the message can't be read: %v\n%s", err, data)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if want := cmp.Or(s.flag("-subject"), "Hello"); err != nil || subject != want {
		t.Errorf("subject %q, %v, expected %q", subject, err, want)
	}
	mediaType, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	if len(s.attach) == 0 {
		s.checkText(t, mediaType, m.Header.Get("Content-Transfer-Encoding"), m.Body)
		return
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	part, err := parts.NextRawPart()
	if err != nil {
		t.Fatal(err)
	}
	mediaType, _, _ = mime.ParseMediaType(part.Header.Get("Content-Type"))
	s.checkText(t, mediaType, part.Header.Get("Content-Transfer-Encoding"), part)
	for _, name := range s.attach {
		part, err := parts.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		s.checkAttachment(t, name, part)
	}
	if _, err := parts.NextRawPart(); err != io.EOF {
		t.Errorf("after the last part: %v", err)
	}
}

func (s scenario) checkText(t *testing.T, mediaType, encoding string, r io.Reader) {
	t.Helper()
	if mediaType != "text/plain" {
		t.Errorf("the text is %s", mediaType)
	}
	want := strings.NewReplacer("\r\n", "\r\n", "\r", "\r\n", "\n", "\r\n").Replace(cmp.Or(s.text, "Hello Bob,\nhow are you?\n"))
	if !strings.HasSuffix(want, "\r\n") {
		want += "\r\n"
	}
	if encoding == "base64" {
		r = base64.NewDecoder(base64.StdEncoding, r)
	}
	got, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.attach) > 0 {
		want = strings.TrimSuffix(want, "\r\n") // it belongs to the boundary
	}
	if string(got) != want {
		t.Errorf("the text is %q, expected %q", got, want)
	}
}

func (s scenario) checkAttachment(t *testing.T, name string, part *multipart.Part) {
	t.Helper()
	if want := strings.ReplaceAll(name, `"`, "_"); part.FileName() != want {
		t.Errorf("the attachment is called %q, expected %q", part.FileName(), want)
	}
	dir, err := inputs()
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, part))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the attachment %s has %d other bytes than the file with %d", name, len(got), len(want))
	}
}

// flag returns the value of one of the scenario's own arguments.
func (s scenario) flag(name string) string {
	for i := 0; i+1 < len(s.args); i++ {
		if s.args[i] == name {
			return s.args[i+1]
		}
	}
	return ""
}
