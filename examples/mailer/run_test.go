package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/phpstream-go/phpstream/internal/phptest"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

const (
	password = "s3cret-s3cret"
	runLimit = 40 * time.Second
)

// runLimits says how long a run may take with a short -timeout; the program
// itself and a busy machine need some time too.
var runLimits = map[string]time.Duration{"0.5": 5 * time.Second, "0.6": 5 * time.Second}

// A program is a way to run one of the two mailers.
type program struct {
	command []string
	args    []string
	env     []string
}

// An outcome is all that one run shows, as text in which ports and
// directories have names.
type outcome struct {
	exit   string
	stdout string
	stderr string
	kept   string // the file that holds the message
	wire   string // what the peer was sent
}

// channels lists the parts of an outcome in the order of the recordings.
func (o *outcome) channels() []struct {
	name string
	text *string
} {
	return []struct {
		name string
		text *string
	}{{"exit", &o.exit}, {"stdout", &o.stdout}, {"stderr", &o.stderr}, {"kept", &o.kept}, {"wire", &o.wire}}
}

// inputs makes the files that all runs read. They lie below /tmp, where a PHP
// in a changed root sees them too.
var inputs = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "mailer-test-")
	if err != nil {
		return "", err
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return "", err
	}
	_, ca := certificates()
	testcert.WriteCAs(dir, "ca.pem", ca)
	for _, script := range []string{"mailer.php", "message.php", "main.php"} {
		data, err := os.ReadFile(script)
		if err != nil {
			return "", err
		}
		testcert.WriteFile(dir, script, data)
	}
	for name, data := range map[string][]byte{
		"notes.txt":       []byte("one\n.two\nthree\n"),
		"Grüße \"x\".bin": noise(1000),
		"large.bin":       noise(5 << 20),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return "", err
		}
	}
	return dir, nil
})

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

// run lets the program go through the scenario.
func (s scenario) run(t *testing.T, p program) outcome {
	t.Helper()
	dir, err := inputs()
	if err != nil {
		t.Fatal(err)
	}
	keep := t.TempDir()
	peer := startPeer(t, s.answers, s.serverTLS(), s.implicit)
	port := peer.port()
	if s.noServer {
		peer.listener.Close()
	}

	ctx, cancel := context.WithTimeout(t.Context(), runLimit)
	defer cancel()
	cmd := phptest.Cmd(ctx, p.command, append(slices.Clone(p.args), s.arguments(dir, keep, port)...)...)
	// The last resort for the kept message is the directory for temporary
	// files, which each run has to itself.
	cmd.Env = append(os.Environ(), "SMTP_PASSWORD="+password, "TMPDIR="+keep)
	cmd.Env = append(cmd.Env, p.env...)
	cmd.WaitDelay = time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	began := time.Now()
	err = cmd.Run()
	elapsed := time.Since(began)
	if failed := (*exec.ExitError)(nil); err != nil && !errors.As(err, &failed) || ctx.Err() != nil {
		t.Fatalf("%s: %v %v\n%s%s", p.command, err, ctx.Err(), stdout.String(), stderr.String())
	}

	if limit := runLimits[s.timeout]; limit > 0 && elapsed > limit {
		t.Errorf("with -timeout %s it took %v", s.timeout, elapsed)
	}
	wire, body := peer.stop()
	file, kept := readKept(t, keep)
	s.check(t, cmd.ProcessState.ExitCode(), wire, body, file, kept)
	for _, out := range []string{stdout.String(), stderr.String()} {
		if strings.Contains(out, password) {
			t.Errorf("the password is in the output:\n%s", out)
		}
	}

	name := func(text string) string {
		return placeholders(strings.NewReplacer(keep, "{{KEEP}}", dir, "{{DIR}}", "127.0.0.1:"+port, "127.0.0.1:{{PORT}}").Replace(text))
	}
	o := outcome{exit: fmt.Sprint(cmd.ProcessState.ExitCode()), stdout: name(stdout.String()), stderr: name(stderr.String()), wire: name(wire)}
	if file != "" {
		o.kept = name(file) + " " + strings.TrimSpace(digest(kept))
	}
	for _, c := range o.channels() {
		*c.text = strings.TrimSuffix(*c.text, "\n")
	}
	return o
}

// arguments returns the scenario's command line, without the mailer itself.
func (s scenario) arguments(dir, keep, port string) []string {
	scheme := "tcp"
	if s.implicit {
		scheme = "ssl"
	}
	args := []string{
		"-server", scheme + "://127.0.0.1:" + port,
		"-from", "ann@example.com",
		"-to", "bob@example.net",
		"-subject", "Hello",
		"-text", cmp.Or(s.text, "Hello Bob,\nhow are you?\n"),
		"-helo", "client.example",
		"-cafile", filepath.Join(dir, "ca.pem"),
		"-timeout", cmp.Or(s.timeout, "10"),
		"-keep", keep,
		"-date", "1234567890",
	}
	if !s.plain {
		args = append(args, "-user", "ann")
	}
	if !s.quiet {
		args = append(args, "-v")
	}
	for _, name := range s.attach {
		args = append(args, "-attach", filepath.Join(dir, name))
	}
	for _, arg := range s.args {
		args = append(args, strings.NewReplacer("{{DIR}}", dir, "{{PORT}}", port).Replace(arg))
	}
	return args
}

// Values that differ from run to run, each with the form it must have. How
// much of a large write had gone out when the peer went away, whether the
// kernel then says reset (104) or broken pipe (32), and whether part of the
// last block got out, which makes the mailer try once more: that all depends
// on the moment.
var varying = []struct {
	pattern *regexp.Regexp
	name    string
}{
	{regexp.MustCompile(`(Notice: fwrite\(\): [Ss]end of )\d+ bytes failed with errno=(?:104 Connection reset by peer|32 Broken pipe)\n(?:Notice: fwrite\(\): [Ss]end of \d+ bytes failed with errno=32 Broken pipe\n)?`),
		"${1}{{N}} bytes failed with errno={{104|32}}\n"},
	{regexp.MustCompile(`(?:Warning: fwrite\(\): SSL: (?:Connection reset by peer|Broken pipe)\n){1,2}`),
		"Warning: fwrite(): SSL: {{Connection reset by peer|Broken pipe}}\n"},
	{regexp.MustCompile(`error:80000068:system library::Connection reset by peer|error:80000020:system library::Broken pipe`),
		"error:800000{{68|20}}:system library::{{Connection reset by peer|Broken pipe}}"},
	{regexp.MustCompile(`end of \d+ bytes failed`), "end of {{N}} bytes failed"},
	{regexp.MustCompile(`broke after \d+ of`), "broke after {{N}} of"},
	{regexp.MustCompile(`(?:clear    <-- 250-still here\n){2,}`), "clear    <-- 250-still here\n{{and so on}}\n"},
}

func placeholders(text string) string {
	for _, v := range varying {
		text = v.pattern.ReplaceAllString(text, v.name)
	}
	return text
}

// readKept returns the one file in dir.
func readKept(t *testing.T, dir string) (name string, data []byte) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) == 0 {
		return "", nil
	}
	if len(entries) > 1 {
		t.Fatalf("%d files in the directory for the kept message", len(entries))
	}
	name = filepath.Join(dir, entries[0].Name())
	info, err := entries[0].Info()
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the kept message has mode %v", info.Mode())
	}
	if data, err = os.ReadFile(name); err != nil {
		t.Fatal(err)
	}
	return name, data
}
