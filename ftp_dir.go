package phpstream

import "github.com/phpstream-go/phpstream/internal/ftpwire"

// serverDir is a directory of an FTP server: the data connection has a name a line.
//
// php-src: ext/standard/ftp_fopen_wrapper.c.
type serverDir struct {
	noBytes
	control, data *Stream
}

func openDirOnServer(o *urlOpening) *Stream {
	k := o.c.connectFTP(o.path, o.ctx, func(text string) { o.fail(text) })
	if k == nil {
		return nil
	}
	data := k.list()
	if data == nil {
		k.giveUp(o)
		return nil
	}
	return o.c.rt.newDirStream("ftpdir", &serverDir{control: k.s, data: data})
}

// list asks for a directory's names. Where that fails, the reason is the last line,
// or stands among the opening's.
func (k *ftpControl) list() *Stream {
	if !k.mayMoveData() {
		k.line = ""
		return nil
	}
	if !ftpwire.Done(k.command("TYPE", "A")) {
		return nil
	}
	k.line = ""
	port := k.passive()
	if port == 0 {
		return nil
	}
	data, f := k.data(port)
	if f != nil {
		k.c.fail(f.err)
		return nil
	}
	code := k.command("NLST", k.url.Path)
	if code != 150 && code != 125 || k.protected && !k.protect(data) {
		data.shut(k.c)
		return nil
	}
	return data
}

func (d *serverDir) next(c *call) (name string, ok bool) {
	d.data.rmu.Lock()
	defer d.data.rmu.Unlock()
	line, ok := d.data.line(c, ftpwire.MaxEntry)
	return ftpwire.Entry(line, c.rt.facts.CutsEntries), ok
}

// close does not wait for what the server has to say.
func (d *serverDir) close() error {
	d.control.Close()
	return d.data.Close()
}
