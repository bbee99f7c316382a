package main

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	. "github.com/phpstream-go/phpstream"
	fault "github.com/phpstream-go/phpstream/internal/faultproxy"
	"github.com/phpstream-go/phpstream/internal/phptest"
)

// A mailing is one message on its way through a network with a fault.
type mailing struct {
	name    string
	tls     string // "", "starttls" or "tls"
	fault   fault.Fault
	stalls  bool
	changes bool // what is sent
	message string
	large   bool // it goes out in several writes: at which one a fault shows depends on the moment
}

// An ending is what the caller of sendMail is left with.
type ending struct {
	Sent     bool     `json:"sent"`
	Doubt    bool     `json:"doubt"`
	Failure  string   `json:"failure"`
	Answer   string   `json:"answer"`
	Warnings []string `json:"warnings"`
	Lines    []string `json:"lines"`

	took  time.Duration
	taken bool   // the server has all of the message, as it thinks
	body  []byte // what it has of it
}

func (e *ending) text() string {
	return placeholders(fmt.Sprintf("sent %v\ndoubt %v\nfailure %s\nanswer %s\nwarnings\n%s\nlines\n%s\nthe server has it: %v\n",
		e.Sent, e.Doubt, e.Failure, e.Answer, strings.Join(e.Warnings, "\n"), strings.Join(e.Lines, "\n"), e.taken))
}

const faultTimeout = 0.3

const shortMessage = "From: <ann@example.com>\r\nTo: <bob@example.net>\r\nSubject: Hello\r\n\r\nHow are you?\r\n.one dot\r\n"

// mailings are all faults at all steps of the dialogue.
func mailings() (list []mailing) {
	for _, way := range []string{"", "starttls", "tls"} {
		type step struct {
			from    fault.Side
			at      fault.Point
			unknown bool // what stands there is different each time
			racing  bool // mailer writes next: before or behind a reset that comes here
		}
		var steps []step
		texts := func(from fault.Side, texts ...string) {
			for _, text := range texts {
				for i, at := range []fault.Point{fault.Before(text), fault.Within(text, 3), fault.After(text)} {
					steps = append(steps, step{from: from, at: at, racing: from == fault.Server && i == 2})
				}
			}
		}
		records := func(from fault.Side, behind fault.Point, handshake, all int) {
			for n := 1; n <= all; n++ {
				for _, offset := range []int{0, 3, -1} {
					steps = append(steps, step{
						from: from, at: behind.Then(fault.Record(n, offset)), unknown: from == fault.Client && n <= handshake || offset >= 0,
						racing: from == fault.Server && offset == 0 && n > handshake,
					})
				}
			}
		}
		switch way {
		case "":
			texts(fault.Server, "220 peer.example ESMTP\r\n", "250-peer.example\r\n", "250 8BITMIME\r\n", "250 2.1.0 Ok\r\n",
				"250 2.1.5 Ok\r\n", "354 End data", "250 2.0.0 Ok: queued as 4XyZ\r\n", "221 2.0.0 Bye\r\n")
			texts(fault.Client, "EHLO client.example\r\n", "MAIL FROM", "RCPT TO", "DATA\r\n", "From: <ann", "How are you?\r\n", "one dot\r\n.\r\n", "QUIT\r\n")
		case "starttls":
			texts(fault.Server, "220 peer.example ESMTP\r\n", "250-peer.example\r\n", "250 STARTTLS\r\n", "220 2.0.0 Go ahead\r\n")
			texts(fault.Client, "EHLO client.example\r\n", "STARTTLS\r\n")
			records(fault.Server, fault.After("220 2.0.0 Go ahead\r\n"), 6, 12)
			records(fault.Client, fault.After("STARTTLS\r\n"), 3, 9)
		case "tls":
			records(fault.Server, nil, 6, 13)
			records(fault.Client, nil, 3, 9)
		}
		for _, s := range steps {
			for _, a := range []struct {
				name    string
				do      fault.Action
				changes bool
			}{
				{"delay", fault.Delay(20 * time.Millisecond), false},
				{"dribble", fault.Dribble(), false},
				{"stall", fault.Stall(), false},
				{"reset", fault.Reset(), false},
				{"close", fault.Close(), false},
				{"half-close", fault.HalfClose(), false},
				{"insert", fault.Insert("999 garbage\r\n"), true},
				{"repeat", fault.Repeat(9), true},
			} {
				if s.unknown && a.name == "repeat" || s.unknown && s.from == fault.Client && a.changes {
					continue
				}
				if s.racing && (a.name == "reset" || a.name == "close") {
					continue
				}
				where := way
				if way == "" {
					where = "plain"
				}
				list = append(list, mailing{
					name: fmt.Sprintf("%s/%v, %v/%s", where, s.from, s.at, a.name), tls: way, message: shortMessage,
					fault: fault.Fault{From: s.from, At: s.at, Do: a.do}, changes: a.changes, stalls: a.name == "stall",
				})
			}
		}
	}
	return append(list, largeMailings()...)
}

// largeMailings break off in the middle of a message that goes out in many
// writes.
func largeMailings() (list []mailing) {
	message := shortMessage + strings.Repeat("0123456789\r\n..two dots\r\n", 12000)
	for way, behind := range map[string]fault.Point{
		"": fault.After("DATA\r\n"), "starttls": fault.After("STARTTLS\r\n").Then(fault.Record(6, 0)), "tls": fault.Record(6, 0),
	} {
		for _, n := range []int{100, 20000, 200000} {
			for name, do := range map[string]fault.Action{
				"dribble": fault.Dribble(), "stall": fault.Stall(), "reset": fault.Reset(), "close": fault.Close(), "half-close": fault.HalfClose(),
			} {
				list = append(list, mailing{
					name: fmt.Sprintf("large %s/%d/%s", way, n, name), tls: way, message: message, large: true, stalls: name == "stall",
					fault: fault.Fault{From: fault.Client, At: behind.Then(fault.Byte(n)), Do: do},
				})
			}
		}
	}
	return list
}

// send lets somebody send the message, and answers what became of it.
func (m *mailing) send(t *testing.T, with func(server string, m *mailing) (ending, error)) (*ending, error) {
	config := scenario{}.serverTLS()
	config.SessionTicketsDisabled = true
	config.DynamicRecordSizingDisabled = true
	config.CurvePreferences = []tls.CurveID{tls.X25519}
	answers := map[string]string{}
	if m.tls == "" {
		answers["ehlo"] = "250-peer.example\n250-SIZE 20000000\n250 8BITMIME"
	}
	p := startPeer(t, answers, config, m.tls == "tls")
	proxy, err := fault.New("127.0.0.1:"+p.port(), m.fault)
	if err != nil {
		return nil, err
	}
	scheme := "tcp://"
	if m.tls == "tls" {
		scheme = "ssl://"
	}
	began := time.Now()
	e, err := with(scheme+proxy.Addr(), m)
	e.took = time.Since(began)
	if m.stalls && m.fault.From == fault.Client {
		proxy.Close()
	}
	proxy.Settle()
	happened := proxy.Happened()
	proxy.Close()
	p.stop()
	e.taken, e.body = p.taken, p.body
	_, port, _ := net.SplitHostPort(proxy.Addr())
	e.Failure = strings.ReplaceAll(e.Failure, port, "PORT")
	for _, list := range [][]string{e.Warnings, e.Lines} {
		for i := range list {
			list[i] = strings.ReplaceAll(list[i], port, "PORT")
		}
	}
	if err == nil && happened != 1 {
		err = fmt.Errorf("%d faults have happened\n%s", happened, e.text())
	}
	return &e, err
}

// ours sends with mailer.go.
func ours(server string, m *mailing) (ending, error) {
	dir, err := inputs()
	if err != nil {
		return ending{}, err
	}
	mail := newMailer(server)
	mail.php = NewRuntime(PHP82)
	mail.helo, mail.cafile = "client.example", filepath.Join(dir, "ca.pem")
	mail.timeout, mail.clear = faultTimeout, m.tls == ""
	var e ending
	mail.show = func(who byte, text string, crypto *CryptoMetaData) {
		protocol := "clear"
		if crypto != nil {
			protocol = crypto.Protocol
		}
		e.Lines = append(e.Lines, string(who)+" "+protocol+" "+text)
	}
	e.Sent = sendMail(mail, "ann@example.com", []string{"bob@example.net"}, m.message)
	e.Doubt, e.Failure, e.Answer, e.Warnings = mail.doubt, mail.failure, mail.answer, mail.warnings
	return e, nil
}

// check holds what must be so whatever mailer.php does: a message is delivered,
// or the caller knows that it is not or may not be, and half of one counts for
// nobody.
func (m *mailing) check(e *ending) string {
	// What is put into a dialogue in clear nobody can tell from the real thing.
	forged := m.changes && m.tls != "tls"
	switch {
	case e.took > 15*time.Second:
		return fmt.Sprintf("it took %v", e.took)
	case forged:
	case e.Sent && !e.taken:
		return "it was sent, as mailer.go says, and the server doesn't have it"
	case e.taken && !e.Sent && !e.Doubt:
		return "the server has it, and mailer.go is sure that it wasn't sent"
	case e.taken && !bytes.Equal(e.body, []byte(m.message)):
		return fmt.Sprintf("the server has %.300q", e.body)
	}
	return ""
}

// TestFaults lets a message meet with every fault at every step of its dialogue:
// mailer.go and mailer.php say the same of it, and it is never lost unnoticed.
func TestFaults(t *testing.T) {
	dir, err := inputs()
	if err != nil {
		t.Fatal(err)
	}
	code, err := os.ReadFile("testdata/session.php")
	if err != nil {
		t.Fatal(err)
	}
	script := "const DIR = '" + dir + "';\n" + string(code)
	php := phptest.One(t, "8.2")
	all := mailings()
	wrong := make([]string, len(all))
	jobs := make(chan int)
	var wait sync.WaitGroup
	for range 24 {
		var ask func(string, *mailing) (ending, error)
		if php != nil {
			session, err := php.Start(t, script)
			if err != nil {
				t.Fatal(err)
			}
			ask = asking(session)
		}
		wait.Go(func() {
			for i := range jobs {
				wrong[i] = all[i].judge(t, ask)
			}
		})
	}
	for i := range all {
		jobs <- i
	}
	close(jobs)
	wait.Wait()
	for i, m := range all {
		if wrong[i] != "" {
			t.Run(m.name, func(t *testing.T) { t.Error(wrong[i]) })
		}
	}
	t.Logf("%d mailings", len(all))
}

func asking(s *phptest.Session) func(string, *mailing) (ending, error) {
	return func(server string, m *mailing) (e ending, err error) {
		question, err := json.Marshal(map[string]any{"server": server, "timeout": faultTimeout, "clear": m.tls == "", "message": m.message})
		if err != nil {
			return e, err
		}
		text, err := s.Ask(string(question), patience)
		if err == nil {
			err = json.Unmarshal([]byte(text), &e)
		}
		return e, err
	}
}

// judge answers what is wrong. What is so each time counts: whether a reset comes
// before or after a write depends on the moment.
func (m *mailing) judge(t *testing.T, ask func(string, *mailing) (ending, error)) (wrong string) {
	var theirs, mine []string
	for range 8 {
		here, err := m.send(t, ours)
		if err != nil {
			wrong = err.Error()
			continue
		}
		if wrong = m.check(here); wrong != "" {
			wrong += "\n" + here.text()
			continue
		}
		if ask == nil || m.large {
			return ""
		}
		there, err := m.send(t, ask)
		if err != nil {
			wrong = "PHP: " + err.Error()
			continue
		}
		theirs, mine = append(theirs, there.text()), append(mine, here.text())
		for _, a := range theirs {
			for _, b := range mine {
				if a == b {
					return ""
				}
			}
		}
		wrong = "mailer.php (-), mailer.go (+)\n" + cmp.Diff(strings.Split(there.text(), "\n"), strings.Split(here.text(), "\n"))
	}
	return wrong
}
