package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	. "github.com/phpstream-go/phpstream"
)

// What the flag package refuses, and what only one of the two programs has.
func TestFlagsThatAreRefused(t *testing.T) {
	for _, test := range []struct {
		args string
		want string
	}{
		{"-nonsense", "flag provided but not defined: -nonsense"},
		{"-server", "flag needs an argument: -server"},
		{"-php 5.6", "not 7.4, 8.2 or 8.4"},
		{"-v something", "this is not a flag: something"},
		{"-v", "-server must look like tcp://host:587 or ssl://host:465"},
	} {
		var stdout, stderr bytes.Buffer
		code := run(strings.Fields(test.args), strings.NewReader(""), &stdout, &stderr)
		if code != 2 || stdout.Len() > 0 || !strings.Contains(stderr.String(), test.want) {
			t.Errorf("%s: exit code %d, output %q, errors %q", test.args, code, stdout.String(), stderr.String())
		}
	}
}

func TestHelpIsNoFailure(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if code := run([]string{"-h"}, strings.NewReader(""), &stdout, &stderr); code != 0 || strings.Contains(stderr.String(), "mailer: ") {
		t.Errorf("exit code %d, errors %q", code, stderr.String())
	}
}

func TestUserWithoutPassword(t *testing.T) {
	t.Setenv("SMTP_PASSWORD", "")
	var stdout, stderr bytes.Buffer
	code := run(strings.Fields("-server tcp://127.0.0.1:1 -from a@b -to c@d -user ann"), strings.NewReader(""), &stdout, &stderr)
	if code != 2 || !strings.Contains(stderr.String(), "SMTP_PASSWORD") {
		t.Errorf("exit code %d, errors %q", code, stderr.String())
	}
}

func TestTextFromStandardInput(t *testing.T) {
	keep := t.TempDir()
	args := []string{"-server", "tcp://127.0.0.1:1", "-from", "ann@example.com", "-to", "bob@example.net", "-text", "-", "-keep", keep}
	var stdout, stderr bytes.Buffer
	if code := run(args, strings.NewReader("typed in\n"), &stdout, &stderr); code != 1 {
		t.Fatalf("exit code %d, errors %q", code, stderr.String())
	}
	file, data := readKept(t, keep)
	if !strings.HasSuffix(string(data), "\r\n\r\ntyped in\r\n") {
		t.Errorf("the kept message is %q", data)
	}
	if want := "The message is kept in " + file + "\n"; !strings.HasSuffix(stderr.String(), want) {
		t.Errorf("errors %q, expected at the end %q", stderr.String(), want)
	}

	broken := io.MultiReader(strings.NewReader("typed"), brokenReader{})
	if code := run(args, broken, &stdout, &stderr); code != 2 {
		t.Errorf("standard input can't be read: exit code %d", code)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("broken") }

func TestKeptMessagesDontOverwriteEachOther(t *testing.T) {
	keep := t.TempDir()
	for _, want := range []string{"m.eml", "m-2.eml", "m-3.eml"} {
		file, ok := keepMessage(keep, "m", want)
		if !ok || filepath.Base(file) != want {
			t.Fatalf("kept in %s, %v", file, ok)
		}
		if data, err := os.ReadFile(file); err != nil || string(data) != want {
			t.Errorf("%s holds %q, %v", file, data, err)
		}
	}
}

func TestNoKeptMessageThroughALink(t *testing.T) {
	keep, elsewhere := t.TempDir(), filepath.Join(t.TempDir(), "target")
	if err := os.Symlink(elsewhere, filepath.Join(keep, "m.eml")); err != nil {
		t.Fatal(err)
	}
	if file, ok := keepMessage(keep, "m", "text"); !ok || filepath.Base(file) != "m-2.eml" {
		t.Errorf("kept in %s, %v", file, ok)
	}
	if _, err := os.Stat(elsewhere); !os.IsNotExist(err) {
		t.Errorf("the message went through the link: %v", err)
	}
}

func TestNothingCanBeKept(t *testing.T) {
	t.Setenv("TMPDIR", "/no/such/directory")
	var stdout, stderr bytes.Buffer
	code := run(strings.Fields("-server tcp://127.0.0.1:1 -from a@b -to c@d -keep /no/such/directory"), strings.NewReader(""), &stdout, &stderr)
	if code != 1 || !strings.HasSuffix(stderr.String(), "mailer: the message could not be kept either\n") {
		t.Errorf("exit code %d, errors %q", code, stderr.String())
	}
}

// smtp_open refuses to go on in clear before a login is thought of; smtp_auth
// does not rely on that.
func TestPasswordNeverInClearUnlessAsked(t *testing.T) {
	for _, clear := range []bool{false, true} {
		peer := startPeer(t, map[string]string{"ehlo": "250-peer.example\n250 AUTH PLAIN LOGIN"}, nil, false)
		m := newMailer("tcp://127.0.0.1:" + peer.port())
		m.user, m.password, m.clear, m.timeout = "ann", password, clear, 5
		if !smtpConnect(m) || !smtpHello(m) {
			t.Fatal(m.failure)
		}
		if StreamGetMetaData(m.fp).Crypto != nil {
			t.Fatal("the connection is not in clear")
		}
		if ok := smtpAuth(m); ok != clear {
			t.Errorf("asked for: %v, logged in: %v, %s", clear, ok, m.failure)
		}
		smtpClose(m)
		wire, _ := peer.stop()
		if strings.Contains(wire, "AUTH") != clear {
			t.Errorf("asked for: %v, the peer saw:\n%s", clear, wire)
		}
	}
}
