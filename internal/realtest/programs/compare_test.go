package programs

import (
	"regexp"
	"strings"
	"testing"
)

// A difference is one that is meant: what stands on plain PHP, and what stands
// there by the bridge. One that is not there fails.
type difference struct {
	cases       *regexp.Regexp // "MAILER CASE"
	dialogue    bool           // and not what the driver prints
	plain, here string
}

var meant = []difference{
	// After a STARTTLS that failed PHP goes on in clear, and this library refuses
	// to send anything. (What follows a client's hello, a peer doesn't tell.)
	{regexp.MustCompile(`^(phpmailer|netsmtp|hordesmtp) (unknown authority|wrong name) starttls$`), true, "\nC in clear: QUIT\n", "\n"},
	{regexp.MustCompile(`^netsmtp ((unknown authority|wrong name) starttls|stalls (before|in) the handshake)$`), false,
		"RuntimeException (-1): Invalid response code received from server / \n",
		"RuntimeException (0): Failed to write to socket: unknown error / \n"},
	{regexp.MustCompile(`^phpmailer stalls (before|in) the handshake$`), false,
		"  [1] CLIENT -> SERVER: QUIT\n",
		"  [1] CLIENT -> SERVER: QUIT\n  [3] Connection failed. Error #2: fwrite(): Refusing to send in clear after crypto could not be enabled on this stream [/usr/share/php/libphp-phpmailer/src/SMTP.php line 1128]\n"},
	{regexp.MustCompile(`^hordesmtp (unknown authority|wrong name) starttls$`), false,
		"  454  \n",
		"  fwrite(): Refusing to send in clear after crypto could not be enabled on this stream\n  454  \n"},
	{regexp.MustCompile(`^hordesmtp stalls (before|in) the handshake$`), false,
		">> ERROR: Server read/timeout error.\n",
		"  fwrite(): Refusing to send in clear after crypto could not be enabled on this stream\n"},
	// crypto/tls sends no address as a server name.
	{regexp.MustCompile(`^\w+ address `), true, "server name \"127.0.0.1\"\n", "server name \"\"\n"},
}

// left is what a run left behind: with its user, with the server, and in the
// mailbox.
type left struct {
	outcome
	dialogue, mailbox string
}

// meantFor are the differences of a case.
func meantFor(id string) (list []difference) {
	for _, d := range meant {
		if d.cases.MatchString(id) {
			list = append(list, d)
		}
	}
	return list
}

// compare holds that two runs of a case are alike, but for what is meant.
func (plain left) compare(t *testing.T, here left, id string) {
	t.Helper()
	for _, d := range meantFor(id) {
		text := &plain.Stdout
		if d.dialogue {
			text = &plain.dialogue
		}
		if strings.Count(*text, d.plain) != 1 {
			t.Errorf("plain PHP has not once %q:\n%s", d.plain, *text)
		}
		*text = strings.Replace(*text, d.plain, d.here, 1)
	}
	if plain.Exit != here.Exit {
		t.Errorf("exit status %d on plain PHP, %d by the bridge", plain.Exit, here.Exit)
	}
	same(t, "stdout", plain.Stdout, here.Stdout)
	same(t, "stderr", plain.Stderr, here.Stderr)
	same(t, "the dialogue", plain.dialogue, here.dialogue)
	same(t, "what is in the mailbox", plain.mailbox, here.mailbox)
	if t.Failed() || testing.Verbose() {
		t.Logf("plain PHP:\n%.6000s\n%.3000s\n%.6000s", strings.Join(printable(plain.Stdout), "\n"), plain.Stderr, plain.dialogue)
	}
}
