// Command mailer is a small SMTP mailer, ported line for line from the PHP
// program beside it: mailer.php became mailer.go, message.php message.go, and
// the command line in main.php the function run below.
//
// Without arguments it starts a mail server of its own, sends it a message
// over STARTTLS and shows how that went:
//
//	go run ./examples/mailer
//
// With flags it sends a real message:
//
//	SMTP_PASSWORD=... go run ./examples/mailer -server tcp://mail.example.com:587 -user ann \
//		-from ann@example.com -to bob@example.net -subject Hello -text Hi -attach notes.txt
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	. "github.com/phpstream-go/phpstream"
)

func main() {
	if len(os.Args) == 1 {
		os.Exit(demo(os.Stdout, os.Stderr))
	}
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// The values of the flags, as they stand on the command line.
type flags struct {
	server, user, from, to, subject, text, cafile, helo, timeout, keep, date string
	attach                                                                   []string
	clear, v                                                                 bool
	profile                                                                  Profile
}

var profiles = map[string]Profile{"7.4": PHP74, "8.2": PHP82, "8.4": PHP84}

func parse(arguments []string, stderr io.Writer) (flags, error) {
	f := flags{profile: PHP84}
	set := flag.NewFlagSet("mailer", flag.ContinueOnError)
	set.SetOutput(stderr)
	set.StringVar(&f.server, "server", "", "`tcp://host:587` for STARTTLS, or ssl://host:465")
	set.StringVar(&f.user, "user", "", "log in as `name`; the password is taken from the environment: SMTP_PASSWORD")
	set.StringVar(&f.from, "from", "", "the sender's `address`")
	set.StringVar(&f.to, "to", "", "the recipients' `addresses`, with commas between them")
	set.StringVar(&f.subject, "subject", "", "the subject, one `line`")
	set.StringVar(&f.text, "text", "", "the `text`; - reads it from standard input")
	set.Func("attach", "attach a `file`; may be given again", func(path string) error {
		f.attach = append(f.attach, path)
		return nil
	})
	set.StringVar(&f.cafile, "cafile", "", "trust the authorities in this `file`, not those of the system")
	set.StringVar(&f.helo, "helo", "", "introduce ourselves as `host` instead of by this host's name or address")
	set.StringVar(&f.timeout, "timeout", "60", "`seconds` to connect, and to wait for each answer")
	set.StringVar(&f.keep, "keep", ".", "`directory` that keeps a message that could not be sent")
	set.StringVar(&f.date, "date", strconv.FormatInt(time.Now().Unix(), 10), "the message's date, in `seconds` since 1970")
	set.BoolVar(&f.clear, "clear", false, "go on without TLS when the server has none: message and password can be read on the way")
	set.BoolVar(&f.v, "v", false, "show the dialogue with the server")
	set.Func("php", "warn in the words of this PHP `version`: 7.4, 8.2 or 8.4 (default 8.4)", func(version string) error {
		profile, ok := profiles[version]
		if !ok {
			return fmt.Errorf("not 7.4, 8.2 or 8.4")
		}
		f.profile = profile
		return nil
	})
	if err := set.Parse(arguments); err != nil {
		return f, err
	}
	if set.NArg() > 0 {
		return f, fmt.Errorf("this is not a flag: %s", set.Arg(0))
	}
	return f, nil
}

// run is main.php's main.
func run(arguments []string, stdin io.Reader, stdout, stderr io.Writer) int {
	complain := func(text string) int {
		fmt.Fprintf(stderr, "mailer: %s\n", text)
		return 2
	}
	flags, err := parse(arguments, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0 // it has been shown
	}
	if err != nil {
		return complain(printable(err.Error()))
	}
	recipients := strings.Split(flags.to, ",")
	for i, to := range recipients {
		recipients[i] = strings.Trim(to, " ")
	}

	if !checkServer(flags.server) {
		return complain("-server must look like tcp://host:587 or ssl://host:465")
	}
	for _, address := range append([]string{flags.from}, recipients...) {
		if !checkAddress(address) {
			return complain("this is not a mail address: " + printable(address))
		}
	}
	if !checkSubject(flags.subject) {
		return complain("the subject must be one line of UTF-8")
	}
	if !heloName.MatchString(flags.helo) {
		return complain("-helo must be a host name or [address]")
	}
	timeout, _ := strconv.ParseFloat(flags.timeout, 64)
	if !number.MatchString(flags.timeout) || timeout <= 0 {
		return complain("-timeout must be a number of seconds")
	}
	if !unixTime.MatchString(flags.date) {
		return complain("-date must be in seconds since 1970")
	}
	date := intval(flags.date)
	password := os.Getenv("SMTP_PASSWORD")
	if flags.user != "" && password == "" {
		return complain("-user needs a password in the environment: SMTP_PASSWORD")
	}
	attachments := []attachment{}
	for _, path := range flags.attach {
		data, err := os.ReadFile(path)
		if err != nil {
			return complain("cannot read the attachment " + printable(path))
		}
		attachments = append(attachments, attachment{attachmentName(path), string(data)})
	}
	text := flags.text
	if text == "-" {
		data, err := io.ReadAll(stdin)
		if err != nil {
			return complain("cannot read the text: " + err.Error())
		}
		text = string(data)
	}

	message := buildMessage(flags.from, recipients, flags.subject, text, attachments, date)
	m := newMailer(flags.server)
	m.php = NewRuntime(flags.profile)
	m.helo = flags.helo
	m.user = flags.user
	m.password = password
	m.cafile = flags.cafile
	m.timeout = timeout
	m.clear = flags.clear
	if flags.v {
		m.show = printDialogue(stdout)
	}
	draw, remove := progressBar(stderr, len(message))
	m.progress = draw
	sent := sendMail(m, flags.from, recipients, message)
	remove()
	if sent {
		fmt.Fprintf(stdout, "Sent %d bytes to %s: %s\n", len(message), strings.Join(recipients, ", "), m.answer)
		return 0
	}
	for _, warning := range m.warnings {
		for line := range strings.SplitSeq(warning, "\n") {
			fmt.Fprintln(stderr, printable(line))
		}
	}
	fmt.Fprintf(stderr, "mailer: %s\n", m.failure)
	if m.doubt {
		fmt.Fprintln(stderr, "mailer: the server did not say whether it took the message")
	}
	name := "message-" + messageId(flags.from, recipients, flags.subject, text, attachments, date)
	file, ok := keepMessage(flags.keep, name, message)
	if !ok {
		fmt.Fprintln(stderr, "mailer: the message could not be kept either")
		return 1
	}
	fmt.Fprintf(stderr, "The message is kept in %s\n", file)
	return 1
}

var (
	heloName = regexp.MustCompile(`^[A-Za-z0-9.:\[\]-]*$`)
	number   = regexp.MustCompile(`^[0-9]{1,5}(?:\.[0-9]{1,3})?$`)
	unixTime = regexp.MustCompile(`^[0-9]{1,10}$`)
)
