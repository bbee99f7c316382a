package phpstream

import (
	"bytes"
	"errors"

	"github.com/phpstream-go/phpstream/internal/ftpwire"
	"github.com/phpstream-go/phpstream/internal/target"
)

// What fileServers does with paths, each over a control connection of its own.
//
// php-src: ext/standard/ftp_fopen_wrapper.c.

// quietly is for reasons that PHP does not tell.
func quietly(string) {}

// onServer connects for one of the functions that say so where that fails.
func (c *call) onServer(url string, ctx *Context) *ftpControl {
	k := c.connectFTP(url, ctx, quietly)
	if k == nil {
		c.warning("Unable to connect to " + withoutPassword(url))
	}
	return k
}

// done is what a function answers to the last reply, with a warning where the
// server refuses.
func (k *ftpControl) done(wrong string) bool {
	if ftpwire.Done(k.code) {
		return true
	}
	k.c.fail(errFTP)
	k.c.warning(wrong + k.line)
	return false
}

func statOnServer(c *call, url string, _ int, ctx *Context) (s FileStat, err error) {
	k := c.connectFTP(url, ctx, quietly)
	if k == nil {
		return s, errors.Join(c.failed, errFTP)
	}
	defer k.close()
	path := k.url.Path
	s.Mode = kindRegular | 0o644
	isDir := ftpwire.Done(k.command("CWD", path))
	if isDir {
		s.Mode = kindDirectory | 0o755
	}
	if !ftpwire.Done(k.command("TYPE", "I")) {
		return s, errFTP
	}
	if ftpwire.Done(k.command("SIZE", path)) {
		s.Size = int64(ftpwire.StatSize(k.line))
	} else if !isDir {
		return s, errFTP
	}
	s.Mtime = -1
	if k.command("MDTM", path) == 213 {
		if at, ok := ftpwire.Modified(k.line); ok {
			s.Mtime = at
		}
	}
	const block = 4096
	s.Nlink, s.Rdev, s.Atime, s.Ctime, s.Blksize = 1, -1, -1, -1, block
	s.Blocks = (block - 1 + s.Size) / block
	return s, nil
}

func unlinkOnServer(c *call, url string, ctx *Context) bool {
	k := c.onServer(url, ctx)
	if k == nil {
		return false
	}
	defer k.close()
	k.command("DELE", k.url.Path)
	return k.done("Error Deleting file: ")
}

func rmdirOnServer(c *call, url string, ctx *Context) bool {
	k := c.onServer(url, ctx)
	if k == nil {
		return false
	}
	defer k.close()
	k.command("RMD", k.url.Path)
	return k.done("")
}

func renameOnServer(c *call, from, to string, ctx *Context) bool {
	a, ok1 := target.ParseURL(from)
	b, ok2 := target.ParseURL(to)
	samePort := a.Port == b.Port || a.Port+b.Port == ftpPort && a.Port*b.Port == 0
	if !ok1 || !ok2 || a.Scheme != b.Scheme || a.Host != b.Host || !samePort || a.Path == "" || b.Path == "" {
		c.fail(errNoPathOp)
		return false
	}
	k := c.connectFTP(from, ctx, quietly)
	if k == nil {
		return false
	}
	defer k.close()
	if ftpwire.More(k.command("RNFR", a.Path)) && ftpwire.Done(k.command("RNTO", b.Path)) {
		return true
	}
	c.fail(errFTP)
	return false
}

func mkdirOnServer(c *call, url string, a mkdirArgs) bool {
	k := c.onServer(url, a.ctx)
	if k == nil {
		return false
	}
	defer k.close()
	if a.recursive {
		k.mkdirAll()
	} else {
		k.command("MKD", k.url.Path)
	}
	if !ftpwire.Done(k.code) {
		c.fail(errFTP)
		return false
	}
	return true
}

// mkdirAll goes up the path to what there is, and makes what lies below, one after
// the other.
func (k *ftpControl) mkdirAll() {
	path := []byte(k.url.Path)
	named := func(b []byte) string {
		if len(b) == 0 {
			return "/"
		}
		return string(b)
	}
	there := len(path)
	var missing [][]byte // from below
	for {
		slash := bytes.LastIndexByte(path[:there], '/')
		if slash < 0 {
			missing = append(missing, path[:0])
			break
		}
		missing = append(missing, path[:there])
		there = slash
		if ftpwire.Done(k.command("CWD", named(path[:slash]))) {
			break
		}
	}
	for i := len(missing) - 1; i >= 0; i-- {
		if i < len(missing)-1 && len(missing[i]) == len(missing[i+1])+1 {
			continue // nothing between two slashes
		}
		if !ftpwire.Done(k.command("MKD", named(missing[i]))) {
			if i < len(missing)-1 {
				k.c.fail(errFTP)
				k.c.warning(k.line)
			}
			return
		}
	}
}
