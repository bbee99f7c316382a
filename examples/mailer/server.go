package main

import (
	"crypto/subtle"
	"crypto/tls"
	"io"
	"log"
	"net"
	"sync"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/phpstream-go/phpstream/internal/testcert"
)

const demoUser, demoPassword = "ann", "correct horse battery staple"

// A mailServer is the demo's SMTP server, which keeps one message in memory.
type mailServer struct {
	url    string // tcp://127.0.0.1:port
	cafile string // the authority that signed its certificate
	smtp   *smtp.Server
	done   chan struct{}

	mu   sync.Mutex
	last *storedMessage
}

type storedMessage struct {
	user, from string
	to         []string
	data       string
}

// startMailServer starts the server on a free port of the loopback address.
// The authority's certificate is written into dir.
func startMailServer(dir string, errors io.Writer) (*mailServer, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	ca := testcert.NewCA(testcert.Spec{Org: "phpstream", CN: "Throw-away CA"})
	s := &mailServer{
		url:    "tcp://" + listener.Addr().String(),
		cafile: testcert.WriteCAs(dir, "ca.pem", ca),
		done:   make(chan struct{}),
	}
	s.smtp = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &session{server: s}, nil
	}))
	s.smtp.Domain = "mail.example"
	s.smtp.ErrorLog = log.New(errors, "mail server: ", 0)
	s.smtp.MaxMessageBytes = 10 << 20
	s.smtp.TLSConfig = &tls.Config{
		Certificates: []tls.Certificate{ca.Issue(testcert.Spec{IP: []string{"127.0.0.1"}}).TLS()},
	}
	go func() {
		defer close(s.done)
		s.smtp.Serve(listener)
	}()
	return s, nil
}

func (s *mailServer) stop() {
	s.smtp.Close()
	<-s.done
}

// stored returns the message that the server took.
func (s *mailServer) stored() (storedMessage, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == nil {
		return storedMessage{}, false
	}
	return *s.last, true
}

// A session is one client's connection, in the form that go-smtp asks for.
type session struct {
	server  *mailServer
	user    string
	message storedMessage
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != demoUser || subtle.ConstantTimeCompare([]byte(password), []byte(demoPassword)) != 1 {
			return smtp.ErrAuthFailed
		}
		s.user = user
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.user == "" {
		return smtp.ErrAuthRequired
	}
	s.message = storedMessage{user: s.user, from: from}
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.message.to = append(s.message.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.message.data = string(data)
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	message := s.message
	s.server.last = &message
	return nil
}

func (s *session) Reset()        { s.message = storedMessage{} }
func (s *session) Logout() error { return nil }
