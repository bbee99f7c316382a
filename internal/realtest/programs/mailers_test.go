package programs

import (
	"encoding/json"
	"fmt"
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
	{"symfonymailer", "/usr/share/php/Symfony/Component/Mailer/autoload.php"},
	{"hordesmtp", "/usr/share/php/Horde/Smtp.php"},
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
	Restart    int            `json:"restart"` // after so many messages
}

// The text's first and last lines are those that SMTP needs dots for.
const dots = ".\n..\n.one\n\n...\nlast .\n."

// TestMailers sends with each mailer through a Postfix, by STARTTLS and by TLS
// from the first byte, on both engines.
func TestMailers(t *testing.T) {
	both := engines(t, "8.2")
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
							port = front.implicit
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
						if n := strings.Count(plain.dialogue, "connected\n"); n != max(1, c.connects[m.name+" "+way]) {
							t.Errorf("plain PHP has connected %d times", n)
						}
						if c.fails == nil && strings.Count(plain.mailbox, j.Text) != j.Messages {
							t.Errorf("the text is not in what plain PHP has sent:\n%.3000s", plain.mailbox)
						}
						plain.compare(t, here, m.name+" "+c.name+" "+way)
					})
				}
			}
		})
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
	s := left{outcome: e.run(t, program{script: filepath.Join("testdata", driver+".php"), args: []string{place.Replace(string(input))}, ini: ini})}
	s.dialogue = strings.Join(front.dialogue(t), "\n")
	if c.fails == nil {
		messages := front.postfix.Delivered(t, j.Messages)
		slices.SortFunc(messages, func(a, b string) int { return subject(a) - subject(b) })
		s.mailbox = strings.Join(messages, "\n=====\n")
		if j.Attach != "" {
			attachment, err := os.ReadFile(place.Replace(j.Attach))
			must(t, err)
			servertest.CheckAttachment(t, s.mailbox, attachment)
		}
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
