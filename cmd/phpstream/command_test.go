//go:build unix

package main

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/phpstream-go/phpstream/internal/phpext"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

// command runs the command as main does.
func command(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	out, err := os.Create(filepath.Join(t.TempDir(), "stdout"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	var problems strings.Builder
	status = run(t.Context(), args, nil, out, &problems)
	text, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	return status, string(text), problems.String()
}

func TestUsage(t *testing.T) {
	const readme = "../../README.md" // any file that exists
	tests := map[string]struct {
		args           []string
		status         int
		stdout, stderr string // what they begin with; "" is nothing at all
	}{
		"nothing":           {nil, 2, "", "phpstream runs PHP scripts"},
		"help":              {[]string{"help"}, 0, "phpstream runs PHP scripts", ""},
		"-h":                {[]string{"-h"}, 0, "phpstream runs PHP scripts", ""},
		"unknown":           {[]string{"comparison"}, 2, "", `phpstream: there is no command "comparison"`},
		"bridge -h":         {[]string{"bridge", "-h"}, 0, "phpstream bridge [flags]", ""},
		"compare -h":        {[]string{"compare", "-php", "x", "-h"}, 0, "phpstream compare [flags] script.php", ""},
		"unknown flag":      {[]string{"compare", "-x"}, 2, "", "phpstream compare: flag provided but not defined: -x; -h shows the flags\n"},
		"bridge x":          {[]string{"bridge", "x"}, 2, "", "phpstream bridge: it takes no arguments"},
		"no script":         {[]string{"compare"}, 2, "", "phpstream compare: no script is named"},
		"missing script":    {[]string{"compare", "none.php"}, 2, "", "phpstream compare: stat none.php"},
		"a folder":          {[]string{"compare", "."}, 2, "", "phpstream compare: . is a folder"},
		"-repeat 0":         {[]string{"compare", "-repeat", "0", readme}, 2, "", "phpstream compare: -repeat is at least 1"},
		"-timeout 0":        {[]string{"compare", "-timeout", "0", readme}, 2, "", "phpstream compare: -timeout is more than 0"},
		"missing PHP":       {[]string{"compare", "-php", "no-php-here", readme}, 2, "", "phpstream compare: no-php-here is not on the PATH: install Debian's package php-cli"},
		"bridge for no PHP": {[]string{"bridge", "-php", "no-php-here"}, 2, "", "phpstream bridge: no-php-here is not on the PATH: install Debian's package php-cli"},
		"no PHP, as JSON":   {[]string{"compare", "-json", "-php", "no-php-here", readme}, 2, "{\n  \"verdict\": \"failed\",\n  \"error\": \"no-php-here is not", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			status, stdout, stderr := command(t, test.args...)
			begins := func(text, with string) bool { return strings.HasPrefix(text, with) && (with != "" || text == "") }
			if status != test.status || !begins(stdout, test.stdout) || !begins(stderr, test.stderr) {
				t.Errorf("status %d, want %d\nstdout: %s\nstderr: %s", status, test.status, stdout, stderr)
			}
		})
	}
}

// needBridge skips a test where no extension can be built.
func needBridge(t *testing.T) {
	t.Helper()
	_, err := phpext.Build(t.Context(), phpext.Options{})
	switch {
	case err == nil:
	case errors.Is(err, phpext.ErrMissing) && os.Getenv("REQUIRE_PHP") != "1":
		t.Skip(err)
	default:
		t.Fatal(err)
	}
}

func needStrace(t *testing.T) {
	t.Helper()
	if err := canTrace(t.Context()); err != nil {
		if os.Getenv("REQUIRE_PHP") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

func TestBridge(t *testing.T) {
	needBridge(t)
	status, stdout, stderr := command(t, "bridge")
	lines := strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
	path := lines[len(lines)-1]
	if status != 0 || stderr != "" {
		t.Fatalf("status %d: %s", status, stderr)
	}
	out, err := exec.Command("php", "-d", "extension="+path, "-r", "echo phpstream_engine();").Output()
	if err != nil || string(out) != "phpstream" {
		t.Errorf("PHP with %s: %q, %v", path, out, err)
	}
}

// serve answers each connection with a few SMTP lines, and with TLS after
// STARTTLS. early is what an attacker puts behind the answer to that.
func serve(t *testing.T, early string) (port int, cafile string) {
	t.Helper()
	ca := testcert.NewCA(testcert.Spec{CN: "Example Root"})
	cert := ca.Issue(testcert.Spec{CN: "localhost", DNS: []string{"localhost"}, IP: []string{"127.0.0.1"}})
	config := &tls.Config{Certificates: []tls.Certificate{cert.TLS()}}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer func() { c.Close() }()
				c.SetDeadline(time.Now().Add(20 * time.Second))
				io.WriteString(c, "220 ready\r\n")
				for lines := bufio.NewReader(c); ; {
					line, err := lines.ReadString('\n')
					switch {
					case err != nil:
						return
					case line == "STARTTLS\r\n":
						io.WriteString(c, "220 go\r\n"+early)
						c = tls.Server(c, config)
						lines = bufio.NewReader(c)
					default:
						fmt.Fprintf(c, "250 %s", line)
					}
				}
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		running.Wait()
	})
	return listener.Addr().(*net.TCPAddr).Port, testcert.WriteCAs(t.TempDir(), "ca.pem", ca)
}

const client = `<?php
[, $port, $cafile] = $argv;
$fp = stream_socket_client("tcp://localhost:$port", $errno, $errstr, 10, STREAM_CLIENT_CONNECT,
    stream_context_create(["ssl" => ["cafile" => $cafile]]));
stream_set_timeout($fp, 10);
echo fgets($fp);
fwrite($fp, "EHLO here\r\n");
echo fgets($fp);
fwrite($fp, "STARTTLS\r\n");
echo fgets($fp);
var_dump(stream_socket_enable_crypto($fp, true, STREAM_CRYPTO_METHOD_TLS_CLIENT));
fwrite($fp, "NOOP\r\n");
echo fgets($fp);
fclose($fp);
`

// compareClient runs a script with the port and the authorities of a server.
func compareClient(t *testing.T, script, early string, flags ...string) (int, jsonReport) {
	t.Helper()
	port, cafile := serve(t, early)
	path := filepath.Join(t.TempDir(), "client.php")
	if err := os.WriteFile(path, []byte(script), 0o644); err != nil {
		t.Fatal(err)
	}
	args := append([]string{"compare", "-json"}, flags...)
	status, stdout, stderr := command(t, append(args, path, fmt.Sprint(port), cafile)...)
	r := jsonReport{}
	if err := json.Unmarshal([]byte(stdout), &r); err != nil || stderr != "" || r.Error != "" {
		t.Fatalf("status %d, %v\n%s\n%s", status, err, stdout, stderr)
	}
	return status, r
}

// TestCompare: the same client on both engines, which is answered by Go on one
// of them.
func TestCompare(t *testing.T) {
	needBridge(t)
	status, r := compareClient(t, client, "")
	const want = "220 ready\r\n250 EHLO here\r\n220 go\r\nbool(true)\n250 NOOP\r\n"
	for _, run := range append(r.PHP.Runs, r.Phpstream.Runs...) {
		if run.Output != want || run.Warnings != "" || run.End != "0" || run.Seconds <= 0 {
			t.Errorf("%+v", run)
		}
	}
	run := r.Phpstream.Runs[0]
	if status != 0 || r.Verdict != same || run.Calls.Go["fgets"] != 4 || run.Calls.Go["stream_socket_client"] != 1 || len(run.Calls.Network) != 0 {
		t.Errorf("status %d, %s: %+v", status, r.Verdict, run.Calls)
	}
	if len(r.PHP.Runs) != 1 || len(r.Phpstream.Runs) != 1 || !strings.HasPrefix(r.PHP.Name, "PHP 8.") {
		t.Errorf("%s and %s", r.PHP.Name, r.Phpstream.Name)
	}
}

// TestCompareDifferent: what is injected before the handshake is refused here,
// and PHP takes it for an answer.
func TestCompareDifferent(t *testing.T) {
	needBridge(t)
	status, r := compareClient(t, client, "250 injected\r\n")
	if status != 1 || r.Verdict != different || r.Parts["exit"].Verdict != same || r.Parts["warnings"].Verdict != different {
		t.Errorf("status %d: %+v", status, r)
	}
	difference := r.Parts["output"].Difference
	if difference == nil || difference.Line != 4 || *difference.PHP != `bool(true)\n` || *difference.Phpstream != `bool(false)\n` {
		t.Errorf("%+v", difference)
	}
}

// TestCompareFlaky: a port of the client's own is another in each run.
func TestCompareFlaky(t *testing.T) {
	needBridge(t)
	script := client + `$fp = fsockopen("localhost", $port); echo stream_socket_get_name($fp, false), "\n";` + "\n"
	if status, r := compareClient(t, script, ""); status != 1 || r.Verdict != different {
		t.Errorf("run once: status %d, %s", status, r.Verdict)
	}
	status, r := compareClient(t, script, "", "-repeat", "2")
	if status != 2 || r.Verdict != flaky || r.Parts["output"].Varies != 6 || r.Parts["warnings"].Verdict != same {
		t.Errorf("run twice: status %d, %+v", status, r)
	}
}

// TestWire: what both engines said, in clear as it was, and of TLS what an
// onlooker sees.
func TestWire(t *testing.T) {
	needBridge(t)
	needStrace(t)
	status, r := compareClient(t, client, "", "-wire")
	if status != 0 || r.Parts["wire"].Verdict != same {
		t.Errorf("status %d: %+v", status, r)
	}
	for _, side := range []*jsonSide{r.PHP, r.Phpstream} {
		if len(side.Runs[0].Wire) != 1 {
			t.Fatalf("%s: %+v", side.Name, side.Runs[0].Wire)
		}
		clear, kinds, size := "", map[string]bool{}, 0
		for _, it := range side.Runs[0].Wire[0].Items {
			if it.Kind == "line" {
				clear += fmt.Sprint(it.Sent) + " " + it.Text
				continue
			}
			kinds[it.Text] = true
			for _, n := range it.Sizes {
				size += n
			}
		}
		const want = "false 220 ready\r\ntrue EHLO here\r\nfalse 250 EHLO here\r\ntrue STARTTLS\r\nfalse 220 go\r\n"
		if clear != want || !kinds["handshake ClientHello"] || !kinds["handshake ServerHello"] || !kinds["application data"] || size < 1000 {
			t.Errorf("%s: %q, %v, %d bytes", side.Name, clear, kinds, size)
		}
	}
	status, r = compareClient(t, strings.Replace(client, "EHLO here", "EHLO \" . (function_exists('phpstream_engine') ? 'go' : 'php') . \"", 1), "", "-wire")
	if status != 1 || r.Parts["wire"].Verdict != different {
		t.Errorf("another EHLO: status %d: %+v", status, r.Parts["wire"])
	}
}
