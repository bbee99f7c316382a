package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"regexp"
	"testing"

	"golang.org/x/sys/unix"
)

// openTerminal returns both ends of a new pseudo terminal.
func openTerminal(t *testing.T) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { master.Close() })
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { slave.Close() })
	return master, slave
}

// sendOnTerminal runs a scenario with standard error on a terminal, and
// returns what the terminal shows.
func sendOnTerminal(t *testing.T, s scenario) (shown, stdout string) {
	t.Helper()
	dir, err := inputs()
	if err != nil {
		t.Fatal(err)
	}
	peer := startPeer(t, s.answers, s.serverTLS(), s.implicit)
	master, slave := openTerminal(t)
	cmd := asMailer(t, "flags", s.arguments(dir, t.TempDir(), peer.port())...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, slave
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	slave.Close()
	// The last end of a terminal goes away with an error, EIO.
	text, _ := io.ReadAll(master)
	err = cmd.Wait()
	peer.stop()
	if cmd.ProcessState.ExitCode() != s.exit {
		t.Fatalf("%v\n%s%s", err, text, out.String())
	}
	return string(text), out.String()
}

func TestProgressOfALargeMessage(t *testing.T) {
	shown, stdout := sendOnTerminal(t, scenario{attach: []string{"large.bin"}, quiet: true})
	bars := regexp.MustCompile(`\r\[[#.]{40}\] +\d+%`).FindAllString(shown, -1)
	if len(bars) < 50 || bars[0] != "\r[........................................]   0%" ||
		bars[len(bars)-1] != "\r[########################################] 100%" {
		t.Errorf("the progress bar is %q", bars)
	}
	if !regexp.MustCompile(`\r {47}\r$`).MatchString(shown) {
		t.Errorf("the bar is not taken away: %q", shown[max(0, len(shown)-100):])
	}
	if regexp.MustCompile(`[#%\r]`).MatchString(stdout) {
		t.Errorf("standard output has the bar too: %q", stdout)
	}
}

func TestProgressStopsBeforeAnError(t *testing.T) {
	shown, _ := sendOnTerminal(t, scenario{attach: []string{"large.bin"}, quiet: true,
		answers: map[string]string{"body": "!reset"}, exit: 1})
	if !regexp.MustCompile(`(?s)\] +\d+%\r {47}\rWarning: fwrite\(\): .*\r\nmailer: the connection broke`).MatchString(shown) {
		t.Errorf("the terminal shows %q", shown)
	}
}

func TestNoProgressOfASmallMessage(t *testing.T) {
	if shown, _ := sendOnTerminal(t, scenario{attach: []string{"notes.txt"}, quiet: true}); shown != "" {
		t.Errorf("the terminal shows %q", shown)
	}
}
