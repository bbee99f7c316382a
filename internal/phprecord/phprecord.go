// Package phprecord keeps what PHP answered to single function calls: it runs
// PHP where one is installed, stores the answers by PHP version, and compares
// them with the answers of this module. Only tests import it.
package phprecord

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phptest"
)

//go:embed driver.php
var driver string

// limit bounds one run of PHP.
const limit = 2 * time.Minute

// Call is one call of a PHP function. Strings among the arguments may hold
// any bytes. Refs are the positions of arguments given by reference. With Pick
// only that element of the returned array is kept.
type Call struct {
	ID   string
	Func string
	Args []any
	Refs []int
	Pick string
}

// Outcome is what a call came to.
type Outcome struct {
	Return any      // nil where it threw
	Refs   []any    // the arguments given by reference, afterwards
	Events []Event  // warnings and notices, in order
	Thrown []string // class and message, or none
}

// Event is one warning or notice.
type Event struct {
	Level   int
	Message string
}

// PHP is one installed interpreter. Wrap, where set, changes the command that
// starts it.
type PHP struct {
	Version phpfacts.Version
	Command []string
	Text    string // PHP's and OpenSSL's full versions
	Wrap    func(*exec.Cmd)
}

// Installed returns the PHPs that [phptest.Find] finds. Without any it skips the
// test. Where REQUIRE_PHP=1 is set all three must be there.
func Installed(t *testing.T) (found []PHP) {
	t.Helper()
	for _, v := range phpfacts.Versions() {
		command, err := phptest.Find(v.String())
		if err != nil {
			continue
		}
		p := PHP{Version: v, Command: command}
		p.Text = p.run(t, `<?php echo PHP_VERSION, ", ", OPENSSL_VERSION_TEXT;`)
		found = append(found, p)
	}
	switch {
	case os.Getenv("REQUIRE_PHP") == "1" && len(found) < len(phptest.Versions):
		t.Fatalf("REQUIRE_PHP=1 is set, and of PHP 7.4, 8.2 and 8.4 only %d are to be found", len(found))
	case len(found) == 0:
		t.Skip("no PHP 7.4, 8.2 or 8.4 is to be found")
	}
	return found
}

// Calls makes the calls in one run of PHP and returns the canonical text of
// each outcome by the call's ID.
func (p PHP) Calls(t *testing.T, calls []Call) map[string]string {
	t.Helper()
	type wireCall struct {
		ID   string `json:"id"`
		Func string `json:"func"`
		Args []any  `json:"args"`
		Refs []int  `json:"refs"`
		Pick string `json:"pick"`
	}
	var list []wireCall
	for _, c := range calls {
		w := wireCall{c.ID, c.Func, []any{}, append([]int{}, c.Refs...), c.Pick}
		for _, a := range c.Args {
			if s, ok := a.(string); ok {
				a = map[string]string{"base64": base64.StdEncoding.EncodeToString([]byte(s))}
			}
			w.Args = append(w.Args, a)
		}
		list = append(list, w)
	}
	input, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	preamble := "<?php $input = base64_decode('" + base64.StdEncoding.EncodeToString(input) + "');\n"
	out := p.run(t, preamble+strings.TrimPrefix(driver, "<?php"))
	got := map[string]string{}
	lines := bufio.NewScanner(strings.NewReader(out))
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		v, err := decode(lines.Bytes())
		if err != nil {
			t.Fatalf("PHP %s printed %q: %v", p.Version, lines.Text(), err)
		}
		id, _ := v.Get("id")
		got[fmt.Sprint(id)] = outcomeText(v)
	}
	if len(got) != len(calls) {
		t.Fatalf("PHP %s answered %d calls of %d; is an ID there twice?", p.Version, len(got), len(calls))
	}
	return got
}

// run gives a script to PHP and returns what it printed.
func (p PHP) run(t *testing.T, script string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	cmd := phptest.Cmd(ctx, p.Command, "-d", "display_errors=stderr", "-d", "date.timezone=UTC")
	cmd.WaitDelay = time.Second
	cmd.Stdin = strings.NewReader(script)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if p.Wrap != nil {
		p.Wrap(cmd)
	}
	if err := cmd.Run(); err != nil {
		t.Fatalf("PHP %s: %v\n%s", p.Version, err, stderr.String())
	}
	return stdout.String()
}
