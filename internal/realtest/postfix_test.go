package realtest

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/phpstream-go/phpstream/internal/phptest"
	"github.com/phpstream-go/phpstream/internal/servertest"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

// A mailed is what a run of the mailer came to.
type mailed struct {
	Exit           int
	Stdout, Stderr string
	kept           string // the message, when it was not sent
}

// A mailer runs examples/mailer with arguments and a password.
type mailer func(t *testing.T, password string, args ...string) mailed

// goMailer is mailer.go, in the words of one version of PHP.
func goMailer(program, version string) mailer {
	return func(t *testing.T, password string, args ...string) mailed {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 3*servertest.Patience)
		defer cancel()
		cmd := exec.CommandContext(ctx, program, append(args, "-php", version)...)
		cmd.Env = append(os.Environ(), "SMTP_PASSWORD="+password)
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		exit := exitCode(t, cmd)
		return mailed{Exit: exit, Stdout: stdout.String(), Stderr: stderr.String()}
	}
}

//go:embed testdata/run.php
var phpRun string

// phpMailer is mailer.php, copied into a directory that every PHP can see.
func phpMailer(php phptest.PHP, dir string) mailer {
	return func(t *testing.T, password string, args ...string) mailed {
		t.Helper()
		input, err := json.Marshal(map[string]any{
			"directory":   dir,
			"arguments":   append([]string{filepath.Join(dir, "mailer.php")}, args...),
			"environment": map[string]string{"SMTP_PASSWORD": password},
		})
		must(t, err)
		var m mailed
		out := php.Run(t, phpRun, string(input))
		if err := json.Unmarshal([]byte(out), &m); err != nil {
			t.Fatalf("PHP %s printed %q: %v", php.Version, out, err)
		}
		return m
	}
}

// send runs the mailer and takes in the message that it has kept, if any.
func (run mailer) send(t *testing.T, password string, args ...string) mailed {
	t.Helper()
	keep := t.TempDir()
	m := run(t, password, append(args, "-keep", keep)...)
	files, err := filepath.Glob(filepath.Join(keep, "*"))
	must(t, err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		must(t, err)
		m.kept += string(data)
		if !strings.Contains(m.Stderr, "The message is kept in "+file+"\n") {
			t.Errorf("the message is in %s, and the mailer says:\n%s", file, m.Stderr)
		}
	}
	m.Stderr = strings.ReplaceAll(m.Stderr, keep, "KEEP")
	return m
}

// The text's first and last lines are those that SMTP needs dots for.
const dots = ".\n..\n.one\n\n...\nlast .\n."

// TestPostfix sends messages with the mailer through a real Postfix, by
// STARTTLS and by TLS from the start, in Go and in PHP. What lies in the
// mailbox must be what was sent, and what can't be sent safely must not be
// sent.
func TestPostfix(t *testing.T) {
	f := makeFiles(t)
	server := servertest.StartPostfix(t, f.good)
	program := filepath.Join(f.dir, "mailer")
	if out, err := exec.Command("go", "build", "-o", program, "../../examples/mailer").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, script := range []string{"mailer.php", "message.php", "main.php"} {
		data, err := os.ReadFile("../../examples/mailer/" + script)
		must(t, err)
		testcert.WriteFile(f.dir, script, data)
	}
	attachment := noise(5 << 20)
	testcert.WriteFile(f.dir, "large.bin", attachment)

	mailers := map[string]mailer{"go": goMailer(program, "8.4")}
	pairs := map[string]string{}
	t.Run("php", func(t *testing.T) {
		for _, php := range phptest.All(t) {
			mailers["php "+php.Version] = phpMailer(php, f.dir)
			mailers["go as "+php.Version] = goMailer(program, php.Version)
			pairs["php "+php.Version] = "go as " + php.Version
		}
	})

	for _, place := range []string{"tcp://localhost:" + server.Submission, "ssl://127.0.0.1:" + server.Implicit} {
		for name, message := range map[string][]string{
			"dots":  {"-text", dots},
			"large": {"-text", "Hi\n", "-attach", f.path("large.bin")},
		} {
			args := append([]string{"-server", place, "-user", "ann", "-from", "ann@example.com", "-to", "bob@example.net",
				"-subject", "Hello", "-helo", "client.example", "-date", "1234567890", "-timeout", "20"}, message...)
			scheme, _, _ := strings.Cut(place, ":")
			t.Run(scheme+" "+name, func(t *testing.T) {
				refusals, bodies := map[string]mailed{}, map[string]string{}
				for who, m := range mailers {
					t.Run(who, func(t *testing.T) {
						server.Empty(t)
						// First what must not be sent.
						stranger := m.send(t, servertest.Password, append(args, "-cafile", f.path("other-ca.pem"))...)
						if stranger.Exit != 1 || stranger.kept == "" || !strings.Contains(stranger.Stderr, "certificate verify failed") {
							t.Fatalf("authority unknown: exit code %d\n%s%s", stranger.Exit, stranger.Stdout, stranger.Stderr)
						}
						login := m.send(t, "wrong", append(args, "-cafile", f.path("ca.pem"))...)
						if login.Exit != 1 || login.kept != stranger.kept || !strings.Contains(login.Stderr, "535 5.7.8 Error: authentication failed") {
							t.Fatalf("wrong password: exit code %d\n%s%s", login.Exit, login.Stdout, login.Stderr)
						}
						refusals[who+", authority unknown"], refusals[who+", wrong password"] = stranger, login

						// What was kept is what will be sent.
						sent := m.send(t, servertest.Password, append(args, "-cafile", f.path("ca.pem"))...)
						if sent.Exit != 0 || sent.kept != "" || sent.Stderr != "" {
							t.Fatalf("exit code %d\n%s%s", sent.Exit, sent.Stdout, sent.Stderr)
						}
						got := server.Delivered(t, 1)[0]
						want := strings.ReplaceAll(stranger.kept, "\r\n", "\n")
						if !strings.HasSuffix(want, "\n") {
							want += "\n"
						}
						if got != want {
							t.Errorf("the mailbox has %d bytes, %s; sent were %d, %s\n%.2000s", len(got), sum(got), len(want), sum(want), got)
						}
						bodies[who] = got
						if name == "large" {
							servertest.CheckAttachment(t, got, attachment)
						} else if !strings.Contains(got, dots+"\n") {
							t.Errorf("the text is not in the message:\n%s", got)
						}
					})
				}
				for php, here := range pairs {
					if bodies[php] != bodies[here] {
						t.Errorf("%s and %s sent different messages", php, here)
					}
					for _, why := range []string{", authority unknown", ", wrong password"} {
						a, b := refusals[php+why], refusals[here+why]
						if diff := cmp.Diff(a.Stdout+a.Stderr, b.Stdout+b.Stderr); diff != "" || a.kept != b.kept {
							t.Errorf("%s, %s and %s differ:\n%s", why, php, here, diff)
						}
					}
				}
			})
		}
	}

	sent, want := strings.Count(server.Log(), "status=sent (delivered to maildir)"), 4*len(mailers)
	if queued := strings.Count(server.Log(), "(queue active)"); sent != want || queued != want {
		t.Errorf("Postfix took %d messages and delivered %d, want %d", queued, sent, want)
	}
}
