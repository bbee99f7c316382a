package phpdocs_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/phpstream-go/phpstream/internal/phptest"
)

var updating = flag.Bool("update", false, "write what the newest PHP prints, or else Go, into the text blocks")

// versions are the PHPs that the blocks run on, the reference first. A block
// with "php=7.4" runs on that one alone, one without on all of PHP 8.
var versions = []string{"8.4", "8.2", "7.4"}

// TestExamples runs every example in Go and in PHP.
func TestExamples(t *testing.T) {
	list := allExamples(t)
	m := makeMaterial(t)
	program := buildGo(t, list)
	for _, e := range list {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			saw := map[string]string{}
			if e.php != nil {
				for _, version := range versions {
					if only := e.php.attrs["php"]; only != version && (only != "" || version == "7.4") {
						continue
					}
					t.Run("PHP "+version, func(t *testing.T) {
						command := phptest.Need(t, version)
						runExample(t, e, m, saw, version, func(w world) *exec.Cmd { return w.php(t, command, e.php.text) })
					})
					if version == "7.4" || e.goes == nil {
						continue // the bridge is for PHP 8, and what has no Go half differs
					}
					bridged := version + " on this library"
					t.Run("PHP "+bridged, func(t *testing.T) {
						command := phptest.Need(t, version)
						extension := "extension=" + phptest.Bridge(t, command...)
						runExample(t, e, m, saw, bridged, func(w world) *exec.Cmd { return w.php(t, command, e.php.text, "-d", extension) })
					})
				}
			}
			if e.goes != nil {
				t.Run("Go", func(t *testing.T) {
					runExample(t, e, m, saw, "Go", func(w world) *exec.Cmd { return w.goes(t, program, e.goes.String()) })
				})
			}
			e.compareSent(t, saw)
		})
	}
	if *updating {
		t.Cleanup(func() { writeUpdates(t) })
	}
}

func runExample(t *testing.T, e example, m *material, saw map[string]string, who string, command func(world) *exec.Cmd) {
	w := world{material: m, peer: startPeer(t, e.peer, m), name: e.peer}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := command(w)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop := context.AfterFunc(ctx, func() { cmd.Process.Kill() })
	err := cmd.Wait()
	stop()
	saw[who] = w.tidy(w.peer.stop())
	if err != nil {
		t.Errorf("%v\n%s%s", err, stdout.String(), stderr.String())
	}
	got := w.tidy(stdout.String())
	if want := wanted(e.text, got); got != want {
		t.Errorf("%v: prints (-page +%s):\n%s%s", e.text, who, cmp.Diff(want, got), stderr.String())
	}
}

// sent is what the examples of a group have sent ("same=NAME").
var sent sync.Map

// compareSent: PHP and Go have sent the same, and all of a group have.
func (e example) compareSent(t *testing.T, saw map[string]string) {
	first := ""
	for _, who := range append(versions, "8.2 on this library", "8.4 on this library", "Go") {
		text, ran := saw[who]
		if !ran {
			continue
		}
		if first == "" {
			first = who
		}
		if diff := cmp.Diff(saw[first], text); diff != "" {
			t.Errorf("the peer was sent (-%s +%s):\n%s", first, who, diff)
		}
		if e.same != "" {
			if before, _ := sent.LoadOrStore(e.same, text); before != text {
				t.Errorf("the peer was sent (-another of %s +%s):\n%s", e.same, who, cmp.Diff(before, text))
			}
		}
	}
}

// A world is what one run of an example sees.
type world struct {
	*material
	peer *peer
	name string
}

// values are the variables that an example may use.
func (w world) values() (address, port string) {
	port = strconv.Itoa(w.peer.port)
	return "localhost:" + port, port
}

// tidy puts names in the place of what differs from run to run.
func (w world) tidy(text string) string {
	_, port := w.values()
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.ReplaceAll(text, w.dir, "DIR")
	text = strings.ReplaceAll(text, w.peer.path, "PATH")
	if w.peer.port != 0 {
		text = regexp.MustCompile(`\b`+port+`\b`).ReplaceAllString(text, "PORT")
	}
	return text
}

func (w world) goes(t *testing.T, program, block string) *exec.Cmd {
	address, port := w.values()
	cmd := exec.Command(program, block, address, port, w.cafile, w.dir, w.peer.path)
	return w.withDNS(t, cmd, nil)
}

// phpPreamble shows warnings on the output as they come, as PHP's command
// line does, without file and line, and goes on to PHP's own handler, which
// writes to the error output here.
const phpPreamble = `<?php
set_error_handler(function ($level, $message) {
    if (error_reporting() & $level) {
        echo [2 => "Warning", 8 => "Notice", 8192 => "Deprecated"][$level], ": $message\n";
    }
    return false;
});
set_exception_handler(function ($e) { echo "Fatal error: Uncaught ", get_class($e), ": ", $e->getMessage(), "\n"; });
[, $address, $port, $cafile, $dir, $path] = $argv;
$port = (int) $port;
$argv = [$argv[0], $address, $cafile];
$argc = 3;
`

func (w world) php(t *testing.T, interpreter []string, text string, options ...string) *exec.Cmd {
	address, port := w.values()
	args := append([]string{"-d", "display_errors=stderr", "-d", "log_errors=0", "-d", "error_reporting=-1"}, options...)
	cmd := phptest.Cmd(t.Context(), interpreter, append(args, "--", address, port, w.cafile, w.dir, w.peer.path)...)
	cmd.Env = append(os.Environ(), "PHPSTREAM_BRIDGE_STRICT=1")
	cmd.Stdin = strings.NewReader(phpPreamble + strings.TrimPrefix(text, "<?php"))
	return w.withDNS(t, cmd, interpreter)
}

// updates are the new text blocks, by the place of the block.
var (
	updatesMu sync.Mutex
	updates   = map[string]update{}
)

type update struct {
	block block
	text  string
}

// wanted is what a block should print: what the page says, or with -update
// what the first to run it has printed, which is the newest PHP.
func wanted(b block, got string) string {
	if !*updating {
		return b.text
	}
	updatesMu.Lock()
	defer updatesMu.Unlock()
	if _, known := updates[b.String()]; !known {
		updates[b.String()] = update{b, got}
	}
	return updates[b.String()].text
}

func writeUpdates(t *testing.T) {
	byPage := map[string]map[int]string{}
	old := map[string]map[int]int{}
	for _, u := range updates {
		if byPage[u.block.page] == nil {
			byPage[u.block.page], old[u.block.page] = map[int]string{}, map[int]int{}
		}
		byPage[u.block.page][u.block.line] = u.text
		old[u.block.page][u.block.line] = strings.Count(u.block.text, "\n")
	}
	for page, texts := range byPage {
		lines := strings.SplitAfter(readPage(t, page), "\n")
		var b strings.Builder
		for i := 0; i < len(lines); i++ {
			if text, ok := texts[i+1]; ok {
				b.WriteString(text)
				i += old[page][i+1]
			}
			b.WriteString(lines[i])
		}
		if err := os.WriteFile(filepath.FromSlash(page), []byte(b.String()), 0o644); err != nil {
			t.Error(err)
		}
		fmt.Println("updated", page)
	}
	clear(updates) // the lines have other numbers now
}
