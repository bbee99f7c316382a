// Command smtpd is a small SMTP server with STARTTLS, ported line for line from
// the PHP program beside it. It keeps each message in a file:
//
//	SMTPD_PASSWORD=... go run ./examples/smtpd -listen tcp://127.0.0.1:2525 -cert server.pem -user ann -dir mail
//
// Without arguments it shows itself at work.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"sync"
	"sync/atomic"
	"syscall"

	. "github.com/phpstream-go/phpstream"
)

func main() {
	if len(os.Args) == 1 {
		os.Exit(demo(os.Stdout, os.Stderr))
	}
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// settings are what the flags say, and what the server needs besides.
type settings struct {
	php      *Runtime // what PHP keeps per request
	listen   string
	cert     string
	user     string // empty: nobody has to log in
	password string
	dir      string
	name     string
	size     int
	timeout  int
	clients  int
	lifetime int // seconds that a client may stay
	stop     atomic.Bool
	log      io.Writer
	stderr   io.Writer
	running  atomic.Int32 // clients
	all      sync.WaitGroup
}

func complain(stderr io.Writer, text string) int {
	fmt.Fprintf(stderr, "smtpd: %s\n", text)
	return 2
}

// run is main.php's main.
func run(arguments []string, stdout, stderr io.Writer) int {
	s := newSettings(stdout, stderr)
	set := flag.NewFlagSet("smtpd", flag.ContinueOnError)
	set.SetOutput(stderr)
	set.StringVar(&s.listen, "listen", "tcp://127.0.0.1:2525", "`tcp://address:port` to listen on")
	set.StringVar(&s.cert, "cert", "", "`file` with a certificate, those between it and its authority, and its key")
	set.StringVar(&s.user, "user", "", "clients must log in as `name`; the password is taken from the environment: SMTPD_PASSWORD")
	set.StringVar(&s.dir, "dir", ".", "`directory` for the messages")
	set.StringVar(&s.name, "name", "localhost", "the server's `host` name")
	numbers := []struct {
		name, value, usage string
		to                 *int
	}{
		{"size", "10485760", "`bytes` of the largest message", &s.size},
		{"timeout", "60", "`seconds` to wait for a client", &s.timeout},
		{"clients", "1000", "`number` of clients at once", &s.clients},
	}
	for i := range numbers {
		set.StringVar(&numbers[i].value, numbers[i].name, numbers[i].value, numbers[i].usage)
	}
	if err := set.Parse(arguments); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	if set.NArg() > 0 {
		return complain(stderr, "this is not a flag: "+set.Arg(0))
	}
	for _, n := range numbers {
		if !number.MatchString(n.value) {
			return complain(stderr, "-"+n.name+" must be a number")
		}
		*n.to = intval(n.value)
	}
	if file, err := os.Open(s.cert); err != nil {
		return complain(stderr, "-cert must be a file with a certificate and its key")
	} else {
		file.Close()
	}
	if info, err := os.Stat(s.dir); err != nil || !info.IsDir() {
		return complain(stderr, "-dir must be a directory")
	}
	s.password = os.Getenv("SMTPD_PASSWORD")
	if s.user != "" && s.password == "" {
		return complain(stderr, "-user needs a password in the environment: SMTPD_PASSWORD")
	}
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGTERM)
	go func() {
		<-told
		s.stop.Store(true)
	}()
	code := smtpdAccept(s)
	s.all.Wait()
	return code
}

func newSettings(stdout, stderr io.Writer) *settings {
	s := &settings{php: NewRuntime(), log: stdout, stderr: stderr, lifetime: 3600}
	// smtpd.php has an @ before each call that may fail.
	s.php.SetErrorHandler(func(ErrorLevel, string, string, int) bool { return true })
	return s
}

// startClient gives a client a goroutine of its own. False: there are too many.
func startClient(s *settings, fp *Stream, peer string) bool {
	if int(s.running.Load()) >= s.clients {
		return false
	}
	s.running.Add(1)
	s.all.Go(func() {
		defer s.running.Add(-1)
		smtpdServe(newSession(s, fp, peer))
	})
	return true
}

var number = regexp.MustCompile(`^[1-9][0-9]{0,9}$`)
