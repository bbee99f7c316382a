package main

// A small SMTP server with STARTTLS, which keeps each message in a file:
// smtpd.php, line for line. What PHP has built in and Go has under another name
// is in php.go.

import (
	"fmt"
	"os"
	"regexp"
	"strings"

	. "github.com/phpstream-go/phpstream"
)

const (
	maxLine       = 2048 // bytes of a command
	maxAddress    = 254
	maxRecipients = 100
	maxMistakes   = 10
)

var commands = map[string]func(s *session, argument string) bool{
	"EHLO":     smtpdEhlo,
	"HELO":     smtpdHelo,
	"STARTTLS": smtpdStarttls,
	"AUTH":     smtpdAuth,
	"MAIL":     smtpdMail,
	"RCPT":     smtpdRcpt,
	"DATA":     smtpdData,
	"RSET":     smtpdRset,
	"NOOP":     smtpdNoop,
	"QUIT":     smtpdQuit,
}

// smtpdAccept takes clients until it is told to stop.
func smtpdAccept(settings *settings) int {
	context := settings.php.StreamContextCreate(Options{
		"ssl":    {"local_cert": settings.cert},
		"socket": {"backlog": 511, "tcp_nodelay": true},
	})
	flags := STREAM_SERVER_BIND | STREAM_SERVER_LISTEN
	server, _, errstr := settings.php.StreamSocketServer(settings.listen, flags, context)
	if server == nil {
		return complain(settings.stderr, "cannot listen on "+settings.listen+": "+errstr)
	}
	name, _ := StreamSocketGetName(server, false)
	fmt.Fprintf(settings.log, "listening on tcp://%s\n", name)
	for !settings.stop.Load() {
		fp, peer := StreamSocketAccept(server, 1.0)
		if fp == nil {
			continue // nobody for a second, or gone again
		}
		if !startClient(settings, fp, peer) {
			Fwrite(fp, "421 4.3.2 Too many clients\r\n")
			Fclose(fp)
		}
	}
	Fclose(server)
	return 0
}

// A session is the state of one client.
type session struct {
	settings   *settings
	fp         *Stream
	peer       string  // the client's address
	buffer     string  // read, and not looked at yet
	crypto     bool    // TLS is on
	helo       string  // as the client called itself
	extended   bool    // by EHLO
	user       string  // who has logged in
	from       *string // the sender; nil: no MAIL yet
	recipients []string
	mistakes   int
	ends       float64
}

// newSession returns the state of one client.
func newSession(settings *settings, fp *Stream, peer string) *session {
	return &session{settings: settings, fp: fp, peer: peer, ends: microtime() + float64(settings.lifetime)}
}

// smtpdServe talks to one client until it goes.
func smtpdServe(s *session) {
	StreamSetTimeout(s.fp, s.settings.timeout)
	open := smtpdReply(s, "220 "+s.settings.name+" ESMTP")
	for open {
		line, ok := smtpdGetLine(s, maxLine)
		if !ok {
			break
		}
		open = smtpdCommand(s, line)
	}
	Fclose(s.fp)
}

// smtpdCommand does what one line asks for. False ends the connection, here
// and in all functions below.
func smtpdCommand(s *session, line string) bool {
	for !strings.HasSuffix(line, "\n") {
		rest, ok := smtpdGetLine(s, maxLine)
		if !ok {
			return false
		}
		line = substr(line, 0, maxLine) + rest
	}
	if len(line) > maxLine {
		return smtpdMistake(s, "500 5.5.6 Line too long")
	}
	line = strings.TrimRight(line, "\r\n")
	words := strings.SplitN(line, " ", 2)
	verb := strtoupper(words[0])
	if commands[verb] == nil {
		return smtpdMistake(s, "500 5.5.2 Unknown command")
	}
	return commands[verb](s, trim(strings.Join(words[1:], "")))
}

func smtpdEhlo(s *session, argument string) bool {
	if !hostName.MatchString(argument) {
		return smtpdMistake(s, "501 5.5.4 EHLO needs a host name")
	}
	smtpdReset(s)
	s.helo = argument
	s.extended = true
	lines := []string{s.settings.name, "PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES", fmt.Sprintf("SIZE %d", s.settings.size)}
	if !s.crypto {
		lines = append(lines, "STARTTLS")
	} else if s.settings.user != "" {
		lines = append(lines, "AUTH PLAIN LOGIN")
	}
	last := lines[len(lines)-1]
	reply := ""
	for _, line := range lines[:len(lines)-1] {
		reply += "250-" + line + "\r\n"
	}
	return smtpdReply(s, reply+"250 "+last)
}

func smtpdHelo(s *session, argument string) bool {
	if !hostName.MatchString(argument) {
		return smtpdMistake(s, "501 5.5.4 HELO needs a host name")
	}
	smtpdReset(s)
	s.helo = argument
	s.extended = false
	return smtpdReply(s, "250 "+s.settings.name)
}

// smtpdStarttls turns TLS on, and forgets all that was said in clear. What a
// client, or somebody in between, has sent behind the command is thrown away:
// it would be taken for what came over TLS.
func smtpdStarttls(s *session, argument string) bool {
	if s.crypto {
		return smtpdMistake(s, "503 5.5.1 TLS is on already")
	}
	if argument != "" {
		return smtpdMistake(s, "501 5.5.4 STARTTLS has no argument")
	}
	s.buffer = ""
	if !smtpdReply(s, "220 2.0.0 Ready to start TLS") {
		return false
	}
	method := STREAM_CRYPTO_METHOD_TLSv1_2_SERVER | STREAM_CRYPTO_METHOD_TLSv1_3_SERVER
	ok, _, _ := StreamSocketEnableCrypto(s.fp, true, method)
	if !ok {
		return smtpdLog(s, "no TLS")
	}
	s.crypto = true
	s.helo = ""
	s.extended = false
	smtpdReset(s)
	return true
}

func smtpdAuth(s *session, argument string) bool {
	if !s.crypto {
		return smtpdMistake(s, "538 5.7.11 STARTTLS first")
	}
	if s.settings.user == "" || !s.extended {
		return smtpdMistake(s, "503 5.5.1 AUTH was not offered")
	}
	if s.user != "" || s.from != nil {
		return smtpdMistake(s, "503 5.5.1 Too late, or done already")
	}
	words := strings.SplitN(argument, " ", 2)
	initial := strings.Join(words[1:], "")
	mechanism := strtoupper(words[0])
	if mechanism == "PLAIN" {
		answer, ok := initial, true
		if initial == "" {
			answer, ok = smtpdAsk(s, "334 ")
		}
		if !ok {
			return false
		}
		parts := strings.Split(base64Decode(answer), "\x00")
		if len(parts) != 3 || (parts[0] != "" && parts[0] != parts[1]) {
			return smtpdMistake(s, "501 5.5.2 This is not AUTH PLAIN")
		}
		return smtpdLogin(s, parts[1], parts[2])
	}
	if mechanism == "LOGIN" {
		user, ok := initial, true
		if initial == "" {
			user, ok = smtpdAsk(s, "334 "+base64Encode("Username:"))
		}
		if !ok {
			return false
		}
		password, ok := smtpdAsk(s, "334 "+base64Encode("Password:"))
		if !ok {
			return false
		}
		return smtpdLogin(s, base64Decode(user), base64Decode(password))
	}
	return smtpdMistake(s, "504 5.5.4 AUTH knows PLAIN and LOGIN")
}

// smtpdAsk returns the client's answer, without the line end.
func smtpdAsk(s *session, question string) (string, bool) {
	if !smtpdReply(s, question) {
		return "", false
	}
	line, ok := smtpdGetLine(s, maxLine)
	if !ok || !strings.HasSuffix(line, "\n") {
		return "", false
	}
	return strings.TrimRight(line, "\r\n"), true
}

// smtpdLogin takes the same time for each wrong guess of the same length.
func smtpdLogin(s *session, user, password string) bool {
	known := hashEquals(s.settings.user, user)
	right := hashEquals(s.settings.password, password)
	if !known || !right {
		return smtpdMistake(s, "535 5.7.8 Wrong user or password")
	}
	s.user = user
	return smtpdReply(s, "235 2.7.0 Welcome")
}

func smtpdMail(s *session, argument string) bool {
	if s.helo == "" {
		return smtpdMistake(s, "503 5.5.1 EHLO first")
	}
	if s.settings.user != "" && s.user == "" {
		return smtpdMistake(s, "530 5.7.0 Log in first")
	}
	if s.from != nil {
		return smtpdMistake(s, "503 5.5.1 There is a sender already")
	}
	found := mailFrom.FindStringSubmatch(argument)
	if found == nil || len(found[1]) > maxAddress {
		return smtpdMistake(s, "501 5.5.4 MAIL FROM:<address>")
	}
	for _, parameter := range strings.Split(trim(found[2]), " ") {
		parameter = strtoupper(parameter)
		if size := sizeParameter.FindStringSubmatch(parameter); size != nil {
			if intval(size[1]) > s.settings.size {
				return smtpdMistake(s, "552 5.3.4 The message is too large")
			}
		} else if !otherParameter.MatchString(parameter) {
			return smtpdMistake(s, "555 5.5.4 Unknown parameter")
		}
	}
	s.from = &found[1]
	return smtpdReply(s, "250 2.1.0 Ok")
}

func smtpdRcpt(s *session, argument string) bool {
	if s.from == nil {
		return smtpdMistake(s, "503 5.5.1 MAIL first")
	}
	found := rcptTo.FindStringSubmatch(argument)
	if found == nil || len(found[1]) > maxAddress {
		return smtpdMistake(s, "501 5.5.4 RCPT TO:<address>")
	}
	if len(s.recipients) >= maxRecipients {
		return smtpdMistake(s, "452 4.5.3 Too many recipients")
	}
	s.recipients = append(s.recipients, found[1])
	return smtpdReply(s, "250 2.1.5 Ok")
}

func smtpdData(s *session, argument string) bool {
	if len(s.recipients) == 0 {
		return smtpdMistake(s, "503 5.5.1 RCPT first")
	}
	if argument != "" {
		return smtpdMistake(s, "501 5.5.4 DATA has no argument")
	}
	if !smtpdReply(s, "354 End with a line that has only a dot") {
		return false
	}
	data, ok := smtpdGetData(s)
	if !ok {
		return smtpdLog(s, "gone in the middle of a message")
	}
	if len(data) > s.settings.size {
		smtpdReset(s)
		return smtpdMistake(s, "552 5.3.4 The message is too large")
	}
	id, ok := smtpdStore(s, data)
	if !ok {
		smtpdReset(s)
		return smtpdReply(s, "451 4.3.0 The message could not be stored")
	}
	smtpdLog(s, fmt.Sprintf("%s: %d bytes from <%s> to <%s>", id, len(data), *s.from, strings.Join(s.recipients, ">, <")))
	smtpdReset(s)
	return smtpdReply(s, "250 2.0.0 Ok: stored as "+id)
}

// smtpdGetData reads a message and takes out the dots that were added. Only
// CR LF counts as the end of a line: servers that see one elsewhere see two
// messages where the client sent one. What is too large is read to its end, and
// no more of it is kept than shows that.
func smtpdGetData(s *session) (string, bool) {
	data := strings.Builder{}
	end := "\r\n" // the last two bytes
	for {
		line, ok := smtpdGetLine(s, 8192)
		if !ok {
			return "", false
		}
		start := end == "\r\n"
		end = last(end+line, 2)
		if start && line[0] == '.' {
			if line == ".\r\n" {
				return data.String(), true
			}
			line = substr(line, 1)
		}
		if data.Len() <= s.settings.size {
			data.WriteString(line)
		}
	}
}

// smtpdStore writes a message into a file that nobody sees before it is whole.
func smtpdStore(s *session, data string) (string, bool) {
	id := randomId()
	with := "ESMTP"
	if s.crypto {
		with += "S"
	}
	if s.user != "" {
		with += "A"
	}
	head := "Return-Path: <" + *s.from + ">\r\n"
	for _, recipient := range s.recipients {
		head += "Delivered-To: <" + recipient + ">\r\n"
	}
	head += fmt.Sprintf("Received: from %s ([%s]) by %s with %s id %s;\r\n", s.helo, s.peer, s.settings.name, with, id) +
		"\t" + gmdate() + "\r\n"
	file := s.settings.dir + "/" + id
	if os.WriteFile(file+".part", []byte(head+data), 0o666) != nil || os.Rename(file+".part", file+".eml") != nil {
		os.Remove(file + ".part")
		return "", false
	}
	return id, true
}

func smtpdRset(s *session, _ string) bool {
	smtpdReset(s)
	return smtpdReply(s, "250 2.0.0 Ok")
}

func smtpdNoop(s *session, _ string) bool {
	return smtpdReply(s, "250 2.0.0 Ok")
}

func smtpdQuit(s *session, _ string) bool {
	smtpdReply(s, "221 2.0.0 Bye")
	return false
}

// smtpdReset forgets the message that was begun.
func smtpdReset(s *session) {
	s.from = nil
	s.recipients = nil
}

// smtpdGetLine returns all up to the next line end, with it, or a piece of
// limit bytes of a longer line; false when the client is gone or too slow.
// Fgets would wait for as long as a byte comes now and then.
func smtpdGetLine(s *session, limit int) (string, bool) {
	deadline := min(microtime()+float64(s.settings.timeout), s.ends)
	at := strings.Index(s.buffer, "\n")
	for at == -1 && len(s.buffer) < limit {
		left := max(0.0, deadline-microtime())
		read := []*Stream{s.fp}
		n, ok := StreamSelect(&read, nil, nil, int(left), int((left-float64(int(left)))*1000000))
		if !ok || n == 0 {
			smtpdReply(s, "421 4.4.2 Too slow")
			return "", false
		}
		data, ok := Fread(s.fp, 8192)
		if !ok || data == "" {
			return "", false
		}
		s.buffer += data
		at = strings.Index(s.buffer, "\n")
	}
	length := limit
	if at != -1 {
		length = min(at+1, limit)
	}
	line := substr(s.buffer, 0, length)
	s.buffer = substr(s.buffer, length)
	return line, true
}

func smtpdReply(s *session, reply string) bool {
	reply += "\r\n"
	n, _ := Fwrite(s.fp, reply)
	return n == len(reply)
}

// smtpdMistake counts: who makes too many is sent away.
func smtpdMistake(s *session, reply string) bool {
	s.mistakes++
	if s.mistakes > maxMistakes {
		smtpdReply(s, "421 4.7.0 Too many mistakes")
		return false
	}
	return smtpdReply(s, reply)
}

// smtpdLog writes one line. It answers false, for those who give up with it.
func smtpdLog(s *session, text string) bool {
	fmt.Fprintf(s.settings.log, "%s %s\n", s.peer, text)
	return false
}

// The patterns of smtpd.php, which PHP compiles where they are used.
var (
	hostName       = regexp.MustCompile(`^[A-Za-z0-9.:\[\]_-]{1,255}$`)
	mailFrom       = regexp.MustCompile(`(?is)^FROM: ?<([^<>\x00-\x20\x7f]*)>((?: [^ ]+)*)$`)
	sizeParameter  = regexp.MustCompile(`^SIZE=([0-9]{1,15})$`)
	otherParameter = regexp.MustCompile(`^$|^BODY=(?:7BIT|8BITMIME)$|^AUTH=`)
	rcptTo         = regexp.MustCompile(`(?i)^TO: ?<([^<>\x00-\x20\x7f]+)>$`)
)
