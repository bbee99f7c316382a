package phpstream

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/phpstream-go/phpstream/internal/ftpwire"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

// fileServers is what opens ftp:// and ftps:// URLs: the stream is the data
// connection.
//
// php-src: ext/standard/ftp_fopen_wrapper.c.
var fileServers = &wrapper{kind: "ftp", remote: true, open: openFTP, opendir: openDirOnServer,
	stat: statOnServer, unlink: unlinkOnServer, rename: renameOnServer, mkdir: mkdirOnServer, rmdir: rmdirOnServer}

// What a mode wants of a server: the command that moves the data.
const (
	ftpRead   = "RETR"
	ftpWrite  = "STOR"
	ftpAppend = "APPE"
)

// ftpCommand is the command for a mode, "" with a reason where there is none.
func ftpCommand(mode string) (command, wrong string) {
	reads := strings.ContainsAny(mode, "r+")
	writes := strings.ContainsAny(mode, "wa+")
	switch {
	case reads && writes:
		return "", "FTP does not support simultaneous read/write connections"
	case reads:
		return ftpRead, ""
	case strings.Contains(mode, "a"):
		return ftpAppend, ""
	case writes:
		return ftpWrite, ""
	}
	return "", "Unknown file open mode"
}

func openFTP(o *urlOpening) *Stream {
	command, wrong := ftpCommand(o.mode)
	if wrong != "" {
		return o.fail(wrong)
	}
	if proxy, ok := o.ctx.option("ftp", "proxy"); ok {
		if command != ftpRead {
			return o.fail("FTP proxy may only be used in read mode")
		}
		if text, _ := phpvalue.IsString(proxy); text == "" {
			return o.fail("The FTP proxy is no address") // PHP goes round in circles, and crashes
		}
		return (&webRequest{urlOpening: o, label: "ftp"}).open()
	}
	k := o.c.connectFTP(o.path, o.ctx, func(text string) { o.fail(text) })
	if k == nil {
		return nil
	}
	t := &transfer{o: o, k: k, command: command}
	if s := t.open(); s != nil {
		return s
	}
	k.giveUp(o)
	if t.unreachable != "" {
		o.fail("Failed to set up data channel: " + t.unreachable)
	}
	return nil
}

// giveUp ends an opening that the server does not let be.
func (k *ftpControl) giveUp(o *urlOpening) {
	o.c.fail(errFTP)
	k.tellFailure(STREAM_NOTIFY_FAILURE)
	k.close()
	if k.line != "" {
		o.fail("FTP server reports " + k.line)
	}
}

// transfer is the opening of a file on a server.
type transfer struct {
	o           *urlOpening
	k           *ftpControl
	command     string
	unreachable string // why there is no data connection
}

// open asks for the file. Where that fails, the reasons are in the opening's
// complaints, in the last reply, and in unreachable.
func (t *transfer) open() *Stream {
	k, path := t.k, t.k.url.Path
	if !k.mayMoveData() {
		k.line = ""
		return nil
	}
	if !ftpwire.Done(k.command("TYPE", "I")) {
		return nil
	}
	exists := ftpwire.Done(k.command("SIZE", path))
	size := 0
	switch t.command {
	case ftpRead:
		if !exists {
			return nil
		}
		if n, ok := ftpwire.Size(k.line); ok {
			size = n
			k.ctx.notifySize(size, k.line, k.code)
		}
	case ftpWrite:
		if exists && !t.makeRoom() {
			return nil
		}
	}
	port := k.passive()
	if port == 0 || t.command == ftpRead && !t.resume() {
		return nil
	}
	k.send(t.command, path)
	s, f := k.data(port)
	if f != nil {
		k.c.fail(f.err)
		k.line = ""
		t.unreachable = f.reason()
		return nil
	}
	if code := k.reply(); code != 150 && code != 125 {
		s.shut(k.c)
		return nil
	}
	k.ctx.beginProgress(size)
	if k.protected && !k.protect(s) {
		s.shut(k.c)
		k.line = ""
		return nil
	}
	s.closer = k.end
	return s
}

// makeRoom deletes a file that is to be written, where the context allows that.
func (t *transfer) makeRoom() bool {
	if v, ok := t.k.ctx.option("ftp", "overwrite"); !ok || !phpvalue.Bool(v) {
		t.o.fail("Remote file already exists and overwrite context option not specified")
		return false
	}
	return ftpwire.Done(t.k.command("DELE", t.k.url.Path))
}

// resume begins further on, where the context asks for that.
func (t *transfer) resume() bool {
	v, _ := t.k.ctx.option("ftp", "resume_pos")
	from, isInt := phpvalue.IsInt(v)
	if !isInt || from <= 0 || ftpwire.More(t.k.command("REST", strconv.FormatInt(from, 10))) {
		return true
	}
	t.o.fail(fmt.Sprintf("Unable to resume from offset %d", from))
	return false
}

// end is what is done when the data connection has been closed. What was written
// has arrived when the server says so; of a file that has not been read to its end
// it says that it could not send all.
func (k *ftpControl) end(c *call) {
	k.c = c
	if code := k.reply(); code != 226 && code != 250 {
		text := fmt.Sprintf("FTP server error %d:%s", code, k.line)
		c.fail(errors.New("phpstream: " + text))
		c.warning(text)
	}
	k.send("QUIT")
	k.close()
}
