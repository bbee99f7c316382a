package scenario

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/phpstream-go/phpstream/internal/phptest"
	"github.com/phpstream-go/phpstream/phpcall"
)

// PHP is an installed PHP.
type PHP struct {
	Version string   // "8.4"
	Command []string // what runs it; it must see /tmp as we do

	// Bridge is the extension that has this module answer; none where it is
	// empty. BridgeLog is the file that it writes its counts to.
	Bridge, BridgeLog string
}

// FindPHP looks for a PHP as [phptest.Find] does.
func FindPHP(version string) (*PHP, error) {
	command, err := phptest.Find(version)
	if err != nil {
		return nil, err
	}
	return &PHP{Version: version, Command: command}, nil
}

// run runs PHP without any php.ini and returns its output.
func (p *PHP) run(dir string, env, args []string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second)
	defer cancel()
	words := append(append([]string{}, p.Command...), "-n", "-d", "error_reporting=E_ALL", "-d", "display_errors=0", "-d", "log_errors=0",
		"-d", "extension=sockets") // a file of its own in Debian's PHPs
	if p.Bridge != "" {
		words = append(words, "-d", "extension="+p.Bridge)
	}
	words = append(words, args...)
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Dir = dir
	cmd.Env = append([]string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"}, env...)
	cmd.WaitDelay = time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if ctx.Err() != nil {
		err = errors.New("PHP doesn't come to an end")
	}
	if stderr.Len() > 0 {
		err = errors.Join(err, errors.New(strings.TrimSpace(stderr.String())))
	}
	return stdout.String(), err
}

// A Context is in what surroundings PHP runs a script. Values that PHP leaves
// unspecified, such as an uninitialized C variable, differ between them.
type Context int

// Plain runs the statements as they are; Warm runs other calls first, in a
// bigger environment and a deeper stack.
const (
	Plain Context = iota
	Warm
)

// Program returns the PHP program that runs a script.
func Program(script []Statement, driver, scratch string, in Context) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<?php\nconst SCRATCH = %s;\nrequire %s;\n", phpString(scratch), phpString(driver))
	if in == Warm {
		b.WriteString(warmUp)
	}
	b.WriteString("function script() {\n")
	for _, st := range script {
		if st.Label == "" {
			fmt.Fprintf(&b, "%s;\n", st.Source)
			continue
		}
		fmt.Fprintf(&b, "driver::begin(%s);\n", phpString(fmt.Sprint(st.Number, " ", st.Label)))
		fmt.Fprintf(&b, "try { $_t = driver::returned(%s); } catch (\\Throwable $_e) { $_t = driver::threw($_e); }\n", st.Source)
		b.WriteString("driver::finish([")
		for _, name := range outputs(st.Expr, phpcall.ByReference) {
			fmt.Fprintf(&b, "%s => $%s ?? null, ", phpString(name), name)
		}
		timed := "null"
		if st.Timed {
			timed = "$_t"
		}
		fmt.Fprintf(&b, "], %s);\n", timed)
	}
	b.WriteString("}\n")
	if in == Warm {
		b.WriteString("function deeper(int $n, string $text) { return $n > 0 ? deeper($n - 1, $text . $n) : script(); }\ndeeper(20, 'x');\n")
	} else {
		b.WriteString("script();\n")
	}
	b.WriteString("echo \"end\\n\";\n")
	return b.String()
}

// warmUp leaves other values behind where C keeps its variables. It doesn't
// change what PHP keeps per request.
const warmUp = `
$_a = stream_context_create(['ssl' => ['verify_peer' => true]]);
$_b = fopen('php://memory', 'w+');
for ($_i = 0; $_i < 50; $_i++) { fwrite($_b, str_repeat(chr(65 + $_i % 26), 1000 + $_i)); }
rewind($_b);
while (fgets($_b, 777) !== false) {}
fclose($_b);
$_c = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
fwrite($_c[0], "warm\n");
fgets($_c[1]);
usort($_GET, function ($a, $b) { return strlen(sha1($a . $b)); });
unset($_a, $_b, $_c, $_i);
error_clear_last();
`

func phpString(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

// RunPHP runs a scenario on a PHP once.
func RunPHP(s *Scenario, p *PHP, driver string, certs *Certs, in Context) (*Answer, error) {
	return run(s, certs, func(w *World, script []Statement) (string, error) {
		// The folders of other PHPs share only /tmp.
		code, err := os.ReadFile(driver)
		if err != nil {
			return "", err
		}
		near := filepath.Join(w.Tmp, "driver.php")
		file := filepath.Join(w.Tmp, "script.php")
		if err := os.WriteFile(near, code, 0o644); err != nil {
			return "", err
		}
		if err := os.WriteFile(file, []byte(Program(script, near, w.Tmp, in)), 0o644); err != nil {
			return "", err
		}
		env := []string{"PHPSTREAM_BRIDGE_STRICT=1", "PHPSTREAM_BRIDGE_LOG=" + p.BridgeLog}
		if in == Warm {
			env = append(env, "FILLER="+strings.Repeat("filler ", 500))
		}
		var args []string
		for _, setting := range s.Ini {
			args = append(args, "-d", setting[0]+"="+setting[1])
		}
		out, err := p.run("/tmp", env, append(args, file))
		if body, ok := strings.CutSuffix(out, "end\n"); ok && err == nil {
			return body, nil
		}
		return out, fmt.Errorf("PHP %s: %v; it printed:\n%s", p.Version, err, out)
	})
}

// run runs a script in a new world and reads the text that it answers.
func run(s *Scenario, certs *Certs, do func(*World, []Statement) (string, error)) (*Answer, error) {
	w, err := NewWorld(s, certs)
	if err != nil {
		return nil, err
	}
	closed := false
	defer func() {
		if !closed {
			w.Close()
		}
	}()
	calls, err := w.Expand(s.Calls)
	if err != nil {
		return nil, err
	}
	script, err := ParseScript(calls)
	if err != nil {
		return nil, err
	}
	text, err := do(w, script)
	closed = true
	if peerErr := w.Close(); err == nil {
		err = peerErr
	}
	if err != nil {
		return nil, err
	}
	a, err := ParseAnswer(w.Collapse(text))
	if err != nil {
		return nil, err
	}
	for _, f := range w.Wire(Quote) {
		f.Value = w.Collapse(f.Value)
		a.Fields = append(a.Fields, f)
	}
	return a, nil
}
