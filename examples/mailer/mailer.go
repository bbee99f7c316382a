package main

// A small SMTP mailer: mailer.php, line for line. What PHP has built in and Go
// has under another name is in php.go.

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	. "github.com/phpstream-go/phpstream"
)

// A mailer holds the settings and the state of one connection.
type mailer struct {
	php        *Runtime // what PHP keeps per request: here each mailer has its own
	server     string   // tcp://host:587 for STARTTLS, ssl://host:465 for TLS at once
	helo       string   // how we introduce ourselves; empty: the host's name or address
	user       string   // empty: no login
	password   string
	cafile     string   // empty: the authorities that the system trusts
	timeout    float64  // seconds: to connect, and for each answer
	clear      bool     // go on in clear when the server has no TLS
	show       dialogue // sees the dialogue
	progress   progress // sees the message go out
	fp         *Stream
	extensions map[string]string // what the server offers: keyword => parameters
	secrets    []string          // never shown
	warnings   []string          // what PHP warned of
	failure    string            // why the message was not sent
	doubt      bool              // all was written, but no answer came
	answer     string            // what the server said when it took the message
}

type (
	dialogue func(who byte, text string, crypto *CryptoMetaData)
	progress func(done, total int)
)

// newMailer returns the settings and the state of one connection.
func newMailer(server string) *mailer {
	return &mailer{php: NewRuntime(), server: server, timeout: 60.0}
}

// sendMail delivers one message to all recipients or to none.
func sendMail(m *mailer, from string, recipients []string, message string) bool {
	m.php.SetErrorHandler(func(level ErrorLevel, text, _ string, _ int) bool {
		if m.php.ErrorReporting()&level != 0 {
			prefix := "Warning: "
			if level == E_NOTICE {
				prefix = "Notice: "
			}
			m.warnings = append(m.warnings, prefix+text)
		}
		return true
	})
	sent := smtpOpen(m) &&
		smtpEnvelope(m, from, recipients, len(message)) &&
		smtpData(m, message)
	smtpClose(m)
	m.php.RestoreErrorHandler()
	return sent
}

// smtpOpen connects, turns TLS on and logs in.
func smtpOpen(m *mailer) bool {
	if !smtpConnect(m) || !smtpHello(m) {
		return false
	}
	if StreamGetMetaData(m.fp).Crypto == nil {
		if _, ok := m.extensions["STARTTLS"]; ok {
			if !smtpStarttls(m) || !smtpHello(m) {
				return false
			}
		} else if !m.clear {
			return smtpFail(m, "the server offers no TLS, and sending in clear was not allowed")
		}
	}
	return m.user == "" || smtpAuth(m)
}

func smtpConnect(m *mailer) bool {
	host := strings.Trim(schemeAndPort.ReplaceAllString(m.server, ""), "[]")
	ssl := map[string]any{
		"verify_peer":      true,
		"verify_peer_name": true,
		"peer_name":        host,
		"crypto_method":    STREAM_CRYPTO_METHOD_TLSv1_2_CLIENT | STREAM_CRYPTO_METHOD_TLSv1_3_CLIENT,
	}
	if m.cafile != "" {
		ssl["cafile"] = m.cafile
	}
	context := m.php.StreamContextCreate(Options{"ssl": ssl, "socket": {"tcp_nodelay": true}})
	fp, errno, errstr := m.php.StreamSocketClient(m.server, Timeout(m.timeout), STREAM_CLIENT_CONNECT, context)
	m.fp = fp
	if !IsResource(m.fp) {
		if errstr == "" { // TLS failures are told in warnings only
			errstr = "no TLS connection"
		}
		return smtpFail(m, fmt.Sprintf("could not connect to %s: %s (%d)", m.server, errstr, errno))
	}
	seconds := int(m.timeout)
	StreamSetTimeout(m.fp, seconds, int((m.timeout-float64(seconds))*1000000))
	smtpShowCrypto(m)
	_, ok := smtpReply(m, "the connection", []int{220})
	return ok
}

func smtpHello(m *mailer) bool {
	m.extensions = map[string]string{}
	reply, ok := smtpCommand(m, "EHLO "+smtpHeloName(m), []int{250})
	if !ok {
		return false
	}
	for _, line := range strings.Split(trim(reply), "\n")[1:] {
		words := spaceOrEqual.Split(trim(substr(line, 4)), 2)
		m.extensions[strtoupper(words[0])] = strings.Join(words[1:], "")
	}
	return true
}

// smtpHeloName is the host's full name, or else the address we speak from, in
// the form that RFC 5321 asks for.
func smtpHeloName(m *mailer) string {
	if m.helo != "" {
		return m.helo
	}
	name, _ := m.php.Gethostname()
	if strings.Contains(name, ".") {
		return name
	}
	local, _ := StreamSocketGetName(m.fp, false)
	ip := strings.Trim(substr(local, 0, max(0, strings.LastIndex(local, ":"))), "[]")
	if !strings.Contains(ip, ":") {
		return "[" + ip + "]"
	}
	return "[IPv6:" + ip + "]"
}

func smtpStarttls(m *mailer) bool {
	if _, ok := smtpCommand(m, "STARTTLS", []int{220}); !ok {
		return false
	}
	if StreamGetMetaData(m.fp).UnreadBytes > 0 {
		return smtpBreak(m, "the server sent more than its answer to STARTTLS")
	}
	method := STREAM_CRYPTO_METHOD_TLSv1_2_CLIENT | STREAM_CRYPTO_METHOD_TLSv1_3_CLIENT
	ok, _, _ := StreamSocketEnableCrypto(m.fp, true, method)
	if !ok {
		return smtpBreak(m, "TLS could not be turned on")
	}
	smtpShowCrypto(m)
	return true
}

func smtpAuth(m *mailer) bool {
	if StreamGetMetaData(m.fp).Crypto == nil && !m.clear {
		return smtpFail(m, "the password is not sent in clear")
	}
	plain := base64Encode("\x00" + m.user + "\x00" + m.password)
	m.secrets = []string{plain, base64Encode(m.password), m.password}
	mechanisms := strings.Split(strtoupper(m.extensions["AUTH"]), " ")
	if slices.Contains(mechanisms, "PLAIN") {
		_, ok := smtpCommand(m, "AUTH PLAIN "+plain, []int{235}, "AUTH PLAIN ****")
		return ok
	}
	if slices.Contains(mechanisms, "LOGIN") {
		_, ok := smtpCommand(m, "AUTH LOGIN", []int{334})
		if ok {
			_, ok = smtpCommand(m, base64Encode(m.user), []int{334}, "**** (the user)")
		}
		if ok {
			_, ok = smtpCommand(m, base64Encode(m.password), []int{235}, "**** (the password)")
		}
		return ok
	}
	return smtpFail(m, "the server offers neither AUTH PLAIN nor AUTH LOGIN")
}

func smtpEnvelope(m *mailer, from string, recipients []string, size int) bool {
	option := ""
	if value, ok := m.extensions["SIZE"]; ok {
		limit := intval(value)
		if limit > 0 && size > limit {
			return smtpFail(m, fmt.Sprintf("the message has %d bytes, and the server takes %d", size, limit))
		}
		option = fmt.Sprintf(" SIZE=%d", size)
	}
	if _, ok := smtpCommand(m, "MAIL FROM:<"+from+">"+option, []int{250}); !ok {
		return false
	}
	for _, to := range recipients {
		if _, ok := smtpCommand(m, "RCPT TO:<"+to+">", []int{250, 251}); !ok {
			return false
		}
	}
	return true
}

func smtpData(m *mailer, message string) bool {
	if _, ok := smtpCommand(m, "DATA", []int{354}); !ok {
		return false
	}
	data := dotStuff(toCrlf(message))
	if !strings.HasSuffix(data, "\r\n") {
		data += "\r\n"
	}
	smtpShow(m, 'C', fmt.Sprintf("(%d bytes of message)", len(message)))
	smtpShow(m, 'C', ".")
	if !smtpWrite(m, data+".\r\n", m.progress) {
		return false
	}
	m.doubt = true
	reply, ok := smtpReply(m, "the message", []int{250})
	if !ok {
		return false
	}
	m.answer = printable(trim(reply))
	return true
}

// smtpCommand sends one line and returns the answer, or false when it is not
// one of the expected ones.
func smtpCommand(m *mailer, line string, expected []int, shown ...string) (string, bool) {
	if len(shown) == 0 {
		shown = []string{line}
	}
	smtpShow(m, 'C', shown[0])
	if !smtpWrite(m, line+"\r\n", nil) {
		return "", false
	}
	return smtpReply(m, shown[0], expected)
}

func smtpReply(m *mailer, to string, expected []int) (string, bool) {
	reply, ok := smtpGetLines(m)
	if !ok {
		return "", false
	}
	m.doubt = false
	if !slices.Contains(expected, intval(substr(reply, 0, 3))) {
		return "", smtpFail(m, "the answer to "+to+" was: "+strings.ReplaceAll(trim(strings.ReplaceAll(reply, "\r", "")), "\n", " / "))
	}
	return reply, true
}

// smtpGetLines reads one reply, which may have several lines.
func smtpGetLines(m *mailer) (string, bool) {
	deadline := microtime() + m.timeout
	data := ""
	line := ""
	for !Feof(m.fp) {
		left := max(0.0, deadline-microtime())
		read := []*Stream{m.fp}
		n, ok := StreamSelect(&read, nil, nil, int(left), int((left-float64(int(left)))*1000000))
		if !ok || n == 0 {
			return "", smtpBreak(m, fmt.Sprintf("no complete answer within %v seconds", m.timeout))
		}
		str, ok := Fgets(m.fp, 512)
		if !ok {
			break
		}
		line += str
		if len(data)+len(line) > 65536 {
			return "", smtpBreak(m, "the answer does not end")
		}
		if !strings.HasSuffix(line, "\n") {
			continue // a piece of a long line, or all that came before a timeout
		}
		smtpShow(m, 'S', rtrim(line))
		if !replyLine.MatchString(line) {
			return "", smtpBreak(m, "this is not an SMTP answer: "+substr(rtrim(line), 0, 80))
		}
		data += line
		if line[3] != '-' {
			return data, true
		}
		line = ""
	}
	if StreamGetMetaData(m.fp).TimedOut {
		return "", smtpBreak(m, fmt.Sprintf("no complete answer within %v seconds", m.timeout))
	}
	return "", smtpBreak(m, "the server closed the connection")
}

func smtpWrite(m *mailer, data string, progress progress) bool {
	total := len(data)
	done := 0
	for done < total {
		n, ok := Fwrite(m.fp, substr(data, done, 16384))
		if !ok || n == 0 || StreamGetMetaData(m.fp).TimedOut {
			return smtpBreak(m, fmt.Sprintf("the connection broke after %d of %d bytes", done, total))
		}
		done += n
		if progress != nil {
			progress(done, total)
		}
	}
	return true
}

// smtpClose says goodbye if the connection is still there. What happens now
// no longer matters to the message, so nothing is reported.
func smtpClose(m *mailer) {
	if !IsResource(m.fp) {
		return
	}
	smtpShow(m, 'C', "QUIT")
	m.php.Silence(func() {
		if _, ok := Fwrite(m.fp, "QUIT\r\n"); ok {
			if bye, ok := Fgets(m.fp, 512); ok {
				smtpShow(m, 'S', rtrim(bye))
			}
		}
	})
	Fclose(m.fp)
}

// smtpFail keeps the first reason.
func smtpFail(m *mailer, reason string) bool {
	if m.failure == "" {
		m.failure = printable(hideSecrets(m, reason))
	}
	return false
}

// smtpBreak is for a connection that carries nothing more, not even QUIT: it
// is dead, out of step, or still in clear when it should not be.
func smtpBreak(m *mailer, reason string) bool {
	Fclose(m.fp)
	return smtpFail(m, reason)
}

func smtpShow(m *mailer, who byte, text string) {
	if m.show != nil {
		crypto := StreamGetMetaData(m.fp).Crypto
		m.show(who, printable(hideSecrets(m, text)), crypto)
	}
}

func smtpShowCrypto(m *mailer) {
	crypto := StreamGetMetaData(m.fp).Crypto
	if crypto != nil {
		smtpShow(m, '*', fmt.Sprintf("TLS is on: %s, %s, %d bits", crypto.Protocol, crypto.CipherName, crypto.CipherBits))
	}
}

func hideSecrets(m *mailer, text string) string {
	for _, secret := range m.secrets {
		text = strings.ReplaceAll(text, secret, "****")
	}
	return text
}

// The patterns of mailer.php, which PHP compiles where they are used.
var (
	schemeAndPort = regexp.MustCompile(`^\w+://|:\d+$`)
	spaceOrEqual  = regexp.MustCompile(`[ =]`)
	replyLine     = regexp.MustCompile(`^[2-5]\d\d[ \r\n-]`)
)
