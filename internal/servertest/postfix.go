package servertest

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/phpstream-go/phpstream/internal/testcert"
)

// A Postfix is one of the test's own: its configuration, queue, log and
// mailbox lie in one directory, it listens on loopback alone and sends nothing
// on. It takes mail for bob@example.net from ann, who must log in.
type Postfix struct {
	Submission, Implicit string // ports: STARTTLS required, TLS from the start
	dir                  string
}

// Password is ann's.
const Password = "open sesame 7"

const (
	postfixMain = `
compatibility_level = 3.6
queue_directory = DIR/queue
data_directory = DIR/data
maillog_file = DIR/log
maillog_file_prefixes = DIR
inet_interfaces = loopback-only
myhostname = mail.example.net
mydestination =
mynetworks =
disable_dns_lookups = yes
smtpd_peername_lookup = no
alias_maps =
alias_database =
local_recipient_maps =
local_header_rewrite_clients =
default_transport = error:nothing is sent on
relay_transport = error:nothing is sent on
virtual_mailbox_domains = example.net
virtual_mailbox_base = DIR/mail
virtual_mailbox_maps = inline:{ { bob@example.net = bob/ } }
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
virtual_mailbox_limit = 0
message_size_limit = 20000000
smtpd_tls_cert_file = DIR/conf/server.pem
smtpd_tls_key_file = DIR/conf/server.key
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_path = smtpd
smtpd_sasl_local_domain = example.net
cyrus_sasl_config_path = DIR/conf/sasl
smtpd_sender_restrictions = permit_sasl_authenticated, reject
smtpd_relay_restrictions = reject_unauth_destination
`
	postfixMaster = `
127.0.0.1:SUBMISSION inet n - n - - smtpd -o smtpd_tls_security_level=encrypt
127.0.0.1:IMPLICIT inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
tlsmgr unix - - n 1000? 1 tlsmgr
error unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
`
	sasl = `
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: DIR/data/sasldb
mech_list: PLAIN LOGIN
`
)

// StartPostfix starts one for the length of the test. Only root can.
func StartPostfix(t *testing.T, cert *testcert.Cert) *Postfix {
	t.Helper()
	command, saslpasswd := Need(t, "postfix"), Need(t, "saslpasswd2")
	if os.Getuid() != 0 {
		if os.Getenv("REQUIRE_SERVERS") == "1" {
			t.Fatal("REQUIRE_SERVERS=1 is set, and Postfix needs root")
		}
		t.Skip("Postfix needs root")
	}
	dir, err := os.MkdirTemp("", "postfix-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	p := &Postfix{dir: dir}
	must(t, os.Chmod(dir, 0o755))
	for _, name := range []string{"conf/sasl", "queue", "data", "mail"} {
		must(t, os.MkdirAll(filepath.Join(dir, name), 0o755))
	}
	own(t, "postfix", dir, "data")
	own(t, "nobody", dir, "mail")
	conf := filepath.Join(dir, "conf")
	cert.Write(conf, "server")
	p.write("conf/main.cf", postfixMain)
	p.write("conf/sasl/smtpd.conf", sasl)
	add := exec.Command(saslpasswd, "-p", "-c", "-f", filepath.Join(dir, "data/sasldb"), "-u", "example.net", "ann")
	add.Stdin = strings.NewReader(Password)
	if out, err := add.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", add, err, out)
	}
	own(t, "postfix", dir, "data/sasldb")

	// Somebody else may take the ports before Postfix does.
	for try := 1; ; try++ {
		p.Submission, p.Implicit = freePort(t), freePort(t)
		p.write("conf/master.cf", strings.NewReplacer("SUBMISSION", p.Submission, "IMPLICIT", p.Implicit).Replace(postfixMaster))
		out, err := exec.Command(command, "-c", conf, "start").CombinedOutput()
		if err == nil {
			break
		}
		if try == 3 {
			t.Fatalf("Postfix doesn't start: %v\n%s%s", err, out, p.Log())
		}
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("Postfix said:\n%s", p.Log())
		}
		if out, err := exec.Command(command, "-c", conf, "stop").CombinedOutput(); err != nil {
			t.Errorf("Postfix doesn't stop: %v\n%s", err, out)
		}
	})
	return p
}

// Delivered waits for n messages in bob's mailbox, takes them out and returns
// them without the lines that Postfix has put before them. Postfix delivers
// several at once: their order means nothing.
func (p *Postfix) Delivered(t *testing.T, n int) []string {
	t.Helper()
	var files []string
	Eventually(t, fmt.Sprint(n, " in the mailbox"), func() bool {
		files, _ = filepath.Glob(filepath.Join(p.dir, "mail/bob/new/*"))
		return len(files) >= n
	})
	if len(files) > n {
		t.Fatalf("%d messages in the mailbox, want %d", len(files), n)
	}
	var texts []string
	for _, file := range files {
		data, err := os.ReadFile(file)
		must(t, err)
		must(t, os.Remove(file))
		texts = append(texts, withoutTrace(t, string(data)))
	}
	return texts
}

// withoutTrace takes off what Postfix has put before a message.
func withoutTrace(t *testing.T, text string) string {
	t.Helper()
	for _, name := range []string{"Return-Path", "X-Original-To", "Delivered-To", "Received"} {
		if !strings.HasPrefix(text, name+":") {
			t.Fatalf("the delivered message has no %s where it should be:\n%.500s", name, text)
		}
		_, text, _ = strings.Cut(text, "\n")
		for strings.HasPrefix(text, "\t") || strings.HasPrefix(text, " ") {
			_, text, _ = strings.Cut(text, "\n")
		}
	}
	return text
}

// Empty takes away what a test before may have left in the mailbox.
func (p *Postfix) Empty(t *testing.T) {
	t.Helper()
	must(t, os.RemoveAll(filepath.Join(p.dir, "mail/bob")))
}

// Log is Postfix's log so far.
func (p *Postfix) Log() string {
	data, _ := os.ReadFile(filepath.Join(p.dir, "log"))
	return string(data)
}

func (p *Postfix) write(name, text string) {
	testcert.WriteFile(p.dir, name, []byte(strings.ReplaceAll(text, "DIR", p.dir)))
}

// own gives a file to a user.
func own(t *testing.T, name, dir, file string) {
	t.Helper()
	u, err := user.Lookup(name)
	must(t, err)
	uid, err := strconv.Atoi(u.Uid)
	must(t, err)
	must(t, os.Chown(filepath.Join(dir, file), uid, -1))
}

// freePort returns a port that nobody listens on.
func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer listener.Close()
	return fmt.Sprint(listener.Addr().(*net.TCPAddr).Port)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
