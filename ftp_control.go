package phpstream

import (
	"context"
	"errors"
	"net"
	"strconv"
	"strings"

	"github.com/phpstream-go/phpstream/internal/ftpwire"
	"github.com/phpstream-go/phpstream/internal/httpwire"
	"github.com/phpstream-go/phpstream/internal/target"
)

// ftpControl is the control connection to an FTP server, logged in.
//
// php-src: ext/standard/ftp_fopen_wrapper.c.
type ftpControl struct {
	c    *call
	ctx  *Context
	fail func(text string) // notes why it does not work
	url  target.URL
	s    *Stream

	line string // the last line of the last reply
	code int    // its number

	tls       bool // ftps://
	protected bool // data goes over TLS
}

const ftpPort = 21

var (
	errFTP      = errors.New("phpstream: the FTP server refuses")
	errFTPClear = errors.New("phpstream: the FTP server does not protect the data connection")
)

// connectFTP connects to the server of a URL and logs in, nil where that can't be
// done.
func (c *call) connectFTP(url string, ctx *Context, fail func(string)) *ftpControl {
	k := &ftpControl{c: c, ctx: ctx, fail: fail}
	var ok bool
	k.url, ok = target.ParseURL(url)
	if !ok || k.url.Path == "" || !k.url.HasHost {
		return nil
	}
	if k.url.Port == 0 {
		k.url.Port = ftpPort
	}
	k.tls = len(k.url.Scheme) > 3
	s, f := c.open(opening{name: "tcp://" + k.url.Host + ":" + strconv.Itoa(k.url.Port), timeout: c.rt.socketTimeout(),
		connect: true, ctx: ctx, cancel: context.Background()})
	if f != nil {
		c.fail(f.err)
		c.warning("connect() failed: " + f.reason())
		return nil
	}
	k.s = s
	ctx.notify(STREAM_NOTIFY_CONNECT, STREAM_NOTIFY_SEVERITY_INFO, "", 0)
	if !ftpwire.Done(k.reply()) {
		k.tellFailure(STREAM_NOTIFY_FAILURE)
	} else if (!k.tls || k.startTLS()) && k.login() {
		return k
	}
	c.fail(errFTP)
	k.close()
	return nil
}

func (k *ftpControl) close() { k.s.shut(k.c) }

// command sends a command and answers the number of the reply.
func (k *ftpControl) command(words ...string) int {
	k.send(words...)
	return k.reply()
}

func (k *ftpControl) send(words ...string) {
	k.s.send(k.c, []byte(strings.Join(words, " ")+"\r\n"))
	k.s.tellProgress()
}

// longestReply is how much a server may say to a command: PHP listens for ever.
const longestReply = 1 << 20

// reply reads to the end of a reply, and answers its number.
func (k *ftpControl) reply() int {
	k.line = ""
	for heard := 0; !ftpwire.Last(k.line); {
		line, ok := k.s.toldLine(k.c, ftpwire.MaxLine)
		if !ok {
			break
		}
		if heard += len(line); heard > longestReply {
			k.line = ""
			break
		}
		k.line = ftpwire.Text(line)
	}
	k.code = ftpwire.Code(k.line)
	return k.code
}

func (k *ftpControl) tellFailure(code NotifyCode) {
	k.ctx.notify(code, STREAM_NOTIFY_SEVERITY_ERR, k.line, k.code)
}

// startTLS switches TLS on, and asks for it on the data connection, too.
func (k *ftpControl) startTLS() bool {
	old := false // AUTH SSL: data is protected whatever the server says to PROT
	if k.command("AUTH", "TLS") != 234 {
		if k.command("AUTH", "SSL") != 334 {
			k.fail("Server doesn't support FTPS.")
			return false
		}
		old = true
	}
	if !k.protect(k.s) {
		return false
	}
	k.command("PBSZ", "0")
	k.protected = ftpwire.Done(k.command("PROT", "P")) || old
	return true
}

// protect switches TLS on, for the data connection with the session of this one.
func (k *ftpControl) protect(s *Stream) bool {
	ok := s.setUpCrypto(k.c, STREAM_CRYPTO_METHOD_SSLv23_CLIENT)
	if ok && s != k.s {
		k.c.takeUpSession(s.sock.prepared(), k.s)
	}
	if !ok || s.enableCrypto(k.c, context.Background()) != cryptoOn {
		k.fail("Unable to activate SSL mode")
		return false
	}
	return true
}

func (k *ftpControl) login() bool {
	user, password := "anonymous", "anonymous"
	if k.url.HasUser {
		if user = rawURLDecoded(k.url.User); target.HasControl(user) {
			k.fail("Invalid login " + ftpwire.Text(user))
			return false
		}
	}
	if from, _ := k.c.rt.IniGet("from"); from != "" {
		password = from
	}
	if ftpwire.More(k.command("USER", user)) {
		k.ctx.notify(STREAM_NOTIFY_AUTH_REQUIRED, STREAM_NOTIFY_SEVERITY_INFO, k.line, 0)
		if k.url.HasPass {
			if password = rawURLDecoded(k.url.Pass); target.HasControl(password) {
				k.fail("Invalid password " + ftpwire.Text(password))
				return false
			}
		}
		severity := STREAM_NOTIFY_SEVERITY_ERR
		if ftpwire.Done(k.command("PASS", password)) {
			severity = STREAM_NOTIFY_SEVERITY_INFO
		}
		k.ctx.notify(STREAM_NOTIFY_AUTH_RESULT, severity, k.line, k.code)
	}
	return ftpwire.Done(k.code)
}

// rawURLDecoded is PHP's rawurldecode.
func rawURLDecoded(s string) string { return httpwire.Decoded(strings.ReplaceAll(s, "+", "%2B")) }

// passive asks the server for a port for the data, 0 where it has none. The last
// reply stays what it was.
func (k *ftpControl) passive() uint16 {
	line, code := k.line, k.code
	defer func() { k.line, k.code = line, code }()
	if k.command("EPSV") == 229 {
		return ftpwire.ExtendedPassive(k.line)
	}
	if k.command("PASV") == 227 {
		return ftpwire.Passive(k.line)
	}
	return 0
}

// data connects to the server's port for data. A server can't lead to another
// machine: the connection goes where this one goes.
func (k *ftpControl) data(port uint16) (*Stream, *failure) {
	host, _, _ := net.SplitHostPort(k.s.RemoteAddr().String())
	s, f := k.c.open(opening{name: "tcp://" + net.JoinHostPort(host, strconv.Itoa(int(port))), timeout: k.c.rt.socketTimeout(),
		connect: true, ctx: k.ctx, cancel: context.Background()})
	if f == nil {
		s.sock.urlName = k.s.sock.urlName // whose certificate is expected
	}
	return s, f
}

// mayMoveData tells whether data can go as the URL wants it: over TLS.
func (k *ftpControl) mayMoveData() bool {
	if k.tls && !k.protected {
		k.c.fail(errFTPClear)
		k.fail("Refusing to transfer in clear: the FTP server does not protect the data connection")
		return false
	}
	return true
}
