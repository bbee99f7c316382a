package programs

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/phpstream-go/phpstream/internal/servertest"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

// A mailer is a driver of that name, and a file of the library that it drives.
type mailer struct{ name, library string }

var mailers = []mailer{
	{"phpmailer", "/usr/share/php/libphp-phpmailer/src/SMTP.php"},
	{"netsmtp", "/usr/share/php/Net/SMTP.php"},
	{"swiftmailer", "/usr/share/php/Swift/swift_required.php"},
}

func (m *mailer) need(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(m.library); err != nil {
		lacking(t, "REQUIRE_SERVERS", err.Error())
	}
}

// A job is what a driver is asked to do.
type job struct {
	Host       string         `json:"host"`
	Port       int            `json:"port"`
	TLS        string         `json:"tls"` // "starttls", "implicit" or ""
	Options    map[string]any `json:"options"`
	User       string         `json:"user"`
	Password   string         `json:"password"`
	Text       string         `json:"text"`
	Attach     string         `json:"attach"`
	Messages   int            `json:"messages"`
	Timeout    int            `json:"timeout"`
	Debug      bool           `json:"debug"`
	Pipelining bool           `json:"pipelining"`
}

// The text's first and last lines are those that SMTP needs dots for.
const dots = ".\n..\n.one\n\n...\nlast .\n."

// A mailing is one case: what to change in a plain job, and what must come of
// it on both engines.
type mailing struct {
	name   string
	only   string // the one driver that it is for
	ini    []string
	change func(*job)
	fails  map[string]string // by driver and way: what the driver must print; nil where all is sent
}

// mailings, where DIR is the directory of certificates. After a handshake that
// failed PHP goes on in clear, so that what the libraries log then is noise.
var mailings = []mailing{
	{name: "text", change: func(j *job) { j.Debug = true }},
	{name: "attachment", change: func(j *job) { j.Text, j.Attach = "Hi\n", "DIR/large.bin" }},
	{name: "ten messages", change: func(j *job) { j.Messages, j.Debug = 10, true }},
	{name: "fsockopen", only: "netsmtp", ini: []string{"openssl.cafile=DIR/ca.pem"}, change: func(j *job) { j.Options, j.Debug = nil, true }},
	{name: "pipelining", only: "netsmtp", change: func(j *job) { j.Messages, j.Pipelining, j.Debug = 3, true, true }},
	{
		name: "unknown authority",
		change: func(j *job) {
			j.Options, j.Debug = ssl("cafile", "DIR/other-ca.pem"), j.TLS == "implicit"
		},
		fails: map[string]string{
			"phpmailer starttls":   "Connection failed. stream_socket_enable_crypto(): SSL operation failed with code 1. OpenSSL Error messages:\nerror:0A000086:SSL routines::certificate verify failed\n",
			"phpmailer implicit":   "PHPMailer\\PHPMailer\\Exception (0): SMTP Error: Could not connect to SMTP host.\n",
			"netsmtp starttls":     "RuntimeException (0): STARTTLS failed / \n",
			"netsmtp implicit":     "RuntimeException (0): Failed to connect socket: stream_socket_client(): Unable to connect to ssl://127.0.0.1:PORT (Unknown error) / \n",
			"swiftmailer starttls": "Swift_TransportException (0): Unable to connect with TLS encryption\n",
			"swiftmailer implicit": "Connection could not be established with host 127.0.0.1 :stream_socket_client(): SSL operation failed with code 1. OpenSSL Error messages:\nerror:0A000086:SSL routines::certificate verify failed\n",
		},
	},
	{
		name: "wrong name",
		change: func(j *job) {
			j.Options, j.Debug = ssl("cafile", "DIR/ca.pem", "peer_name", "mail.example.net"), j.TLS == "implicit"
		},
		fails: map[string]string{
			"phpmailer starttls":   "Connection failed. stream_socket_enable_crypto(): Peer certificate subjectAltName did not match expected name `mail.example.net'\n",
			"phpmailer implicit":   "PHPMailer\\PHPMailer\\Exception (0): SMTP Error: Could not connect to SMTP host.\n",
			"netsmtp starttls":     "RuntimeException (0): STARTTLS failed / \n",
			"netsmtp implicit":     "RuntimeException (0): Failed to connect socket: stream_socket_client(): Unable to connect to ssl://127.0.0.1:PORT (Unknown error) / \n",
			"swiftmailer starttls": "Swift_TransportException (0): Unable to connect with TLS encryption\n",
			"swiftmailer implicit": "Connection could not be established with host 127.0.0.1 :stream_socket_client(): Peer certificate subjectAltName did not match expected name `mail.example.net'\n",
		},
	},
	{
		name:   "wrong password",
		change: func(j *job) { j.Password, j.Debug = "wrong", true },
		fails: map[string]string{
			"phpmailer starttls":   "PHPMailer\\PHPMailer\\Exception (0): SMTP Error: Could not authenticate.\n",
			"phpmailer implicit":   "PHPMailer\\PHPMailer\\Exception (0): SMTP Error: Could not authenticate.\n",
			"netsmtp starttls":     "RuntimeException (535): Invalid response code received from server / \n",
			"netsmtp implicit":     "RuntimeException (535): Invalid response code received from server / \n",
			"swiftmailer starttls": "Failed to authenticate on SMTP server with username \"ann\" using 2 possible authenticators.",
			"swiftmailer implicit": "Failed to authenticate on SMTP server with username \"ann\" using 2 possible authenticators.",
		},
	},
}

// A difference is one that is meant: what stands in a text on plain PHP, and
// what stands there by the bridge. One that is not there fails.
type difference struct{ driver, plain, here string }

// afterFailure are those after a STARTTLS that failed: PHP sends QUIT in clear,
// and this library refuses to send anything. Swift Mailer sends no QUIT.
var afterFailure = struct{ dialogue, stdout []difference }{
	dialogue: []difference{
		{"phpmailer", "\nC in clear: QUIT\n", "\n"},
		{"netsmtp", "\nC in clear: QUIT\n", "\n"},
	},
	stdout: []difference{
		{"netsmtp", "RuntimeException (-1): Invalid response code received from server / \n", "RuntimeException (0): Failed to write to socket: unknown error / \n"},
	},
}

// allow puts the meant differences of a driver into plain PHP's text.
func allow(t *testing.T, driver string, differences []difference, plain string) string {
	t.Helper()
	for _, d := range differences {
		if d.driver != driver {
			continue
		}
		if strings.Count(plain, d.plain) != 1 {
			t.Errorf("plain PHP has not once %q:\n%s", d.plain, plain)
		}
		plain = strings.Replace(plain, d.plain, d.here, 1)
	}
	return plain
}

func ssl(pairs ...string) map[string]any {
	options := map[string]any{}
	for pair := range slices.Chunk(pairs, 2) {
		options[pair[0]] = pair[1]
	}
	return map[string]any{"ssl": options}
}

// TestMailers sends with each mailer through a Postfix, by STARTTLS and by TLS
// from the first byte, on both engines.
func TestMailers(t *testing.T) {
	both := engines(t)
	dir := t.TempDir()
	ca := testcert.NewCA(testcert.Spec{})
	testcert.WriteCAs(dir, "ca.pem", ca)
	testcert.WriteCAs(dir, "other-ca.pem", testcert.NewCA(testcert.Spec{CN: "Other Root"}))
	cert := ca.Issue(testcert.Spec{CN: "localhost", DNS: []string{"localhost"}, IP: []string{"127.0.0.1"}})
	attachment := make([]byte, 5<<20)
	for i, x := 0, uint32(1); i < len(attachment); i++ {
		x = x*1664525 + 1013904223
		attachment[i] = byte(x >> 24)
	}
	testcert.WriteFile(dir, "large.bin", attachment)
	postfix := servertest.StartPostfix(t, cert)
	front := startFront(t, postfix, cert)

	for _, m := range mailers {
		t.Run(m.name, func(t *testing.T) {
			m.need(t)
			for _, c := range mailings {
				if c.only != "" && c.only != m.name {
					continue
				}
				for _, way := range []string{"starttls", "implicit"} {
					t.Run(c.name+" "+way, func(t *testing.T) {
						j := job{Host: "localhost", TLS: way, Options: ssl("cafile", "DIR/ca.pem"), User: "ann",
							Password: servertest.Password, Text: dots, Messages: 1, Timeout: 20}
						port := front.submission
						if way == "implicit" {
							j.Host, port = "127.0.0.1", front.implicit
						}
						j.Port, _ = strconv.Atoi(port)
						c.change(&j)
						var results [2]left
						for i, e := range both {
							postfix.Empty(t)
							results[i] = c.send(t, e, m.name, dir, j, front)
						}
						plain, here := results[0], results[1]
						if want, ok := c.fails[m.name+" "+way]; ok && !strings.Contains(plain.Stdout, strings.ReplaceAll(want, "PORT", port)) {
							t.Errorf("on plain PHP there is not %q:\n%s", want, plain.Stdout)
						} else if c.fails == nil && strings.Contains(plain.Stdout, ": failed after ") {
							t.Errorf("on plain PHP it fails:\n%s", plain.Stdout)
						}
						if way == "starttls" && strings.Contains(plain.dialogue, "TLS: ") && !strings.Contains(plain.dialogue, "S: 235 ") && !strings.Contains(plain.dialogue, "S: 535 ") {
							plain.dialogue = allow(t, m.name, afterFailure.dialogue, plain.dialogue)
							plain.Stdout = allow(t, m.name, afterFailure.stdout, plain.Stdout)
						}
						plain.compare(t, here)
						if j.Attach != "" {
							checkAttachment(t, here.mailbox, attachment)
						}
					})
				}
			}
		})
	}
}

// left is what a run left behind: with its user, with the server, and in the
// mailbox.
type left struct {
	outcome
	dialogue, mailbox string
}

func (plain left) compare(t *testing.T, here left) {
	t.Helper()
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

// send runs a driver, and collects what it left behind.
func (c *mailing) send(t *testing.T, e engine, driver, dir string, j job, front *front) left {
	t.Helper()
	place := strings.NewReplacer("DIR", dir)
	input, err := json.Marshal(j)
	must(t, err)
	var ini []string
	for _, setting := range c.ini {
		ini = append(ini, place.Replace(setting))
	}
	s := left{outcome: e.run(t, ini, filepath.Join("testdata", driver+".php"), place.Replace(string(input)))}
	s.dialogue = strings.Join(front.dialogue(t), "\n")
	if c.fails == nil {
		messages := front.postfix.Delivered(t, j.Messages)
		slices.SortFunc(messages, func(a, b string) int { return subject(a) - subject(b) })
		s.mailbox = strings.Join(messages, "\n=====\n")
	}
	m := newMasker(s.Stdout, s.dialogue, s.mailbox)
	s.Stdout, s.dialogue, s.mailbox = maskElapsed(m.mask(s.Stdout), 0, 20), m.mask(s.dialogue), m.mask(s.mailbox)
	return s
}

// subject is the number at its end.
func subject(message string) int {
	_, after, _ := strings.Cut(message, "\nSubject: Message ")
	var n int
	fmt.Sscan(after, &n)
	return n
}

// checkAttachment takes the message apart with net/mail, which knows nothing of
// the mailers, and compares the attachment.
func checkAttachment(t *testing.T, message string, want []byte) {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(message))
	must(t, err)
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	must(t, err)
	for parts := multipart.NewReader(m.Body, params["boundary"]); ; {
		part, err := parts.NextPart()
		if err != nil {
			t.Fatalf("no attachment: %v", err)
		}
		if part.FileName() != "large.bin" {
			continue
		}
		data, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, part))
		must(t, err)
		if !bytes.Equal(data, want) {
			t.Errorf("the attachment has %d bytes and isn't the file, which has %d", len(data), len(want))
		}
		return
	}
}
