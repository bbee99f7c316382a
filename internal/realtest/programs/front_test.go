package programs

import (
	"bufio"
	"bytes"
	"crypto/sha1"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/phpstream-go/phpstream/internal/servertest"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

// A front stands between a mailer and Postfix, ends the mailer's TLS, opens
// its own to Postfix, and writes down every line that passes. Neither engine
// has a hand in it: what it wrote down is what was said.
type front struct {
	submission, implicit string // ports, as Postfix has them

	server, client *tls.Config
	postfix        *servertest.Postfix
	addresses      []string
	reached        chan struct{} // a caller of ours has been accepted

	mu    sync.Mutex
	open  int      // sessions
	lines []string // of the sessions that ended since the last dialogue call
}

// A session is one connection of a mailer. What it says is marked C, what
// Postfix answers S. A command is passed on when the one before has been
// answered, so that a dialogue has one order even if the mailer doesn't wait.
type session struct {
	front     *front
	raw       *tap     // below mailer
	mailer    net.Conn // with or without TLS
	commands  *bufio.Reader
	upstream  net.Conn
	out       *bufio.Writer // to upstream
	responses *bufio.Reader
	quit      bool // and Postfix agreed
	lines     []string
}

// startFront listens until the test ends.
func startFront(t *testing.T, postfix *servertest.Postfix, cert *testcert.Cert) *front {
	t.Helper()
	f := &front{postfix: postfix, reached: make(chan struct{}),
		server: &tls.Config{Certificates: []tls.Certificate{cert.TLS()}},
		client: &tls.Config{RootCAs: testcert.Pool(cert.Root()), ServerName: "localhost"},
	}
	for _, port := range []*string{&f.submission, &f.implicit} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		must(t, err)
		t.Cleanup(func() { l.Close() })
		*port = fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
		f.addresses = append(f.addresses, l.Addr().String())
		go f.accept(l, port == &f.implicit)
	}
	return f
}

// ourselves is where no mailer calls from.
var ourselves = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}

func (f *front) accept(l net.Listener, implicit bool) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		if c.RemoteAddr().(*net.TCPAddr).IP.Equal(ourselves.IP) {
			c.Close()
			f.reached <- struct{}{}
			continue
		}
		f.mu.Lock()
		f.open++
		f.mu.Unlock()
		go f.serve(c, implicit)
	}
}

// dialogue waits for the sessions' ends and returns their lines. Connections are
// accepted in order: once ours is, those of the mailer before it have been.
func (f *front) dialogue(t *testing.T) []string {
	t.Helper()
	for _, address := range f.addresses {
		c, err := (&net.Dialer{LocalAddr: ourselves}).Dial("tcp", address)
		must(t, err)
		<-f.reached
		c.Close()
	}
	servertest.Eventually(t, "the mailer's connections are closed", func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.open == 0
	})
	f.mu.Lock()
	defer f.mu.Unlock()
	lines := f.lines
	f.lines = nil
	return lines
}

func (f *front) serve(c net.Conn, implicit bool) {
	defer c.Close()
	c.SetDeadline(time.Now().Add(10 * servertest.Patience))
	s := &session{front: f, raw: &tap{Conn: c}, lines: []string{"connected"}}
	s.mailer, s.commands = s.raw, bufio.NewReader(s.raw)
	if err := s.relay(implicit); err != nil {
		s.end(err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lines = append(f.lines, s.lines...)
	f.open--
}

func (s *session) note(line string) { s.lines = append(s.lines, line) }

// relay returns how the mailer's side ended.
func (s *session) relay(implicit bool) error {
	port := s.front.postfix.Submission
	if implicit {
		port = s.front.postfix.Implicit
		if err := s.handshake(); err != nil {
			return err
		}
	}
	var err error
	if s.upstream, err = net.DialTimeout("tcp", "127.0.0.1:"+port, servertest.Patience); err != nil {
		return err
	}
	defer func() { s.upstream.Close() }()
	s.upstream.SetDeadline(time.Now().Add(10 * servertest.Patience))
	if implicit {
		s.upstream = tls.Client(s.upstream, s.front.client)
	}
	s.out, s.responses = bufio.NewWriter(s.upstream), bufio.NewReader(s.upstream)
	_, err = s.respond()
	for err == nil {
		err = s.exchange()
	}
	return err
}

// exchange passes on a command and the answer, and what the two agreed upon.
func (s *session) exchange() error {
	command, err := s.command()
	if err != nil {
		return err
	}
	var size int64
	if n, _ := fmt.Sscanf(command, "BDAT %d", &size); n == 1 {
		if err := s.chunk(size); err != nil {
			return err
		}
	}
	answer, err := s.respond()
	switch {
	case err != nil:
	case strings.HasPrefix(answer, "354 "):
		for line := ""; line != ".\r\n" && err == nil; {
			line, err = s.command()
		}
		if err == nil {
			_, err = s.respond()
		}
	case command == "QUIT\r\n":
		s.quit = true
	case command == "STARTTLS\r\n" && strings.HasPrefix(answer, "220 "):
		s.upstream = tls.Client(s.upstream, s.front.client)
		s.out, s.responses = bufio.NewWriter(s.upstream), bufio.NewReader(s.upstream)
		err = s.handshake()
	}
	return err
}

// command passes on a line of the mailer's.
func (s *session) command() (string, error) {
	line, err := s.commands.ReadString('\n')
	if line != "" {
		s.note("C: " + shown(line))
	}
	if err == nil {
		_, err = s.out.WriteString(line)
	}
	return line, err
}

// chunk passes on what follows a BDAT.
func (s *session) chunk(size int64) error {
	hash := sha1.New()
	n, err := io.CopyN(io.MultiWriter(s.out, hash), s.commands, size)
	s.note(fmt.Sprintf("C: a chunk of %d bytes, %x", n, hash.Sum(nil)))
	return err
}

// respond passes on an answer of Postfix's, and returns its last line.
func (s *session) respond() (string, error) {
	if err := s.out.Flush(); err != nil {
		return "", err
	}
	for {
		line, err := s.responses.ReadString('\n')
		if err != nil {
			return line, fmt.Errorf("Postfix gives no answer: %w", err)
		}
		s.note("S: " + shown(line))
		if _, err := io.WriteString(s.mailer, line); err != nil {
			return line, err
		}
		if len(line) < 4 || line[3] != '-' {
			return line, nil
		}
	}
}

// handshake is the server's side of the handshake.
func (s *session) handshake() error {
	s.raw.record = true
	c := tls.Server(s.raw, s.front.server)
	if err := c.Handshake(); err != nil {
		// With which alert is each TLS library's own affair.
		s.note("TLS: refused by the mailer")
		return err
	}
	state := c.ConnectionState()
	s.note(fmt.Sprintf("TLS: %s %s, server name %q", tls.VersionName(state.Version), tls.CipherSuiteName(state.CipherSuite), state.ServerName))
	s.mailer, s.commands = c, bufio.NewReader(c)
	return nil
}

// end tells how the mailer came to the end, from what it said in clear after TLS
// or instead of it. How it closed is told after a QUIT alone: where something is
// left unread, as after a handshake that came to nothing, the kernel resets the
// connection, and which of the two arrives is chance.
func (s *session) end(err error) {
	s.raw.Conn.(*net.TCPConn).CloseWrite() // as Postfix does, too
	io.Copy(io.Discard, s.raw)
	for clear := withoutRecords(s.raw.seen); len(clear) > 0; {
		line, rest, _ := bytes.Cut(clear, []byte("\n"))
		s.note("C in clear: " + shown(string(line)+"\n"))
		clear = rest
	}
	switch {
	case !s.quit:
		s.note("C ends the connection")
	case err != io.EOF:
		s.note("C breaks the connection: " + err.Error())
	case s.raw.record: // crypto/tls was told so
		s.note("C ends TLS and the connection")
	default:
		s.note("C ends the connection after QUIT")
	}
}

// shown is a line without its CR LF. A line that ends in another way tells so.
func shown(line string) string {
	if text, ok := strings.CutSuffix(line, "\r\n"); ok && !strings.Contains(text, "\r") {
		return text
	}
	return fmt.Sprintf("%q", line)
}

// withoutRecords takes off the TLS records in front of what is in clear.
func withoutRecords(b []byte) []byte {
	for len(b) >= 5 && b[0] >= 20 && b[0] <= 23 && b[1] == 3 {
		b = b[min(5+(int(b[3])<<8|int(b[4])), len(b)):]
	}
	return b
}

// A tap keeps a copy of what is read, once it is told to.
type tap struct {
	net.Conn
	record bool
	seen   []byte
}

func (t *tap) Read(b []byte) (int, error) {
	n, err := t.Conn.Read(b)
	if t.record {
		t.seen = append(t.seen, b[:n]...)
	}
	return n, err
}
