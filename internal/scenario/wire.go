package scenario

import (
	"bytes"
	"io"
	"net"
	"strings"
	"sync"
)

// wireLog is what a peer saw on one connection: plain bytes, with a word
// where TLS began or failed.
type wireLog struct {
	mu    sync.Mutex
	parts []wirePart
	note  string // stands before the next bytes
}

type wirePart struct {
	note string
	data []byte
}

func (l *wireLog) add(b []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(b) == 0 {
		return
	}
	if len(l.parts) == 0 || l.note != "" {
		l.parts = append(l.parts, wirePart{note: l.note})
		l.note = ""
	}
	last := &l.parts[len(l.parts)-1]
	last.data = append(last.data, b...)
}

// mark sets the word for the bytes that follow. A word that no byte follows
// isn't shown: how a handshake ends on the peer's side differs between TLS
// libraries that agree about the application's bytes.
func (l *wireLog) mark(note string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.note = note
}

// String is the log's text: "EHLO x\r\n" tls(TLSv1.3) "QUIT\r\n".
func (l *wireLog) String() string { return l.show(Quote) }

// show makes that text with another form for the bytes. What begins as a TLS
// handshake where plain text is read is shown as such, as it is random.
func (l *wireLog) show(quote func(string) string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []string
	for _, p := range l.parts {
		if p.note == "tls-failed" || p.note == "clear" {
			if p.data = withoutRecords(p.data); len(p.data) == 0 {
				continue
			}
		}
		if p.note != "" {
			out = append(out, p.note)
		}
		if i := clientHello(p.data); i >= 0 {
			if i > 0 {
				out = append(out, quote(string(p.data[:i])))
			}
			out = append(out, "client-hello")
			break
		}
		out = append(out, quote(string(p.data)))
	}
	if len(out) == 0 {
		return quote("")
	}
	return strings.Join(out, " ")
}

// withoutRecords takes off the TLS records, alerts mostly, in front of what was
// sent in clear.
func withoutRecords(b []byte) []byte {
	for len(b) >= 5 && b[0] >= 20 && b[0] <= 23 && b[1] == 3 {
		b = b[min(5+(int(b[3])<<8|int(b[4])), len(b)):]
	}
	return b
}

func clientHello(b []byte) int { return bytes.Index(b, []byte{22, 3, 1}) }

// recordConn hands the TLS library never more than the current record, so
// that plain bytes behind a close_notify, and plain bytes sent by somebody
// who believes that TLS is off, stay readable.
type recordConn struct {
	net.Conn
	header []byte // of the next record, as far as read
	left   int    // bytes of the current record not handed over
	out    []byte // header bytes not handed over
	clear  []byte // bytes that are no TLS record
}

func (c *recordConn) Read(b []byte) (int, error) {
	if len(c.clear) > 0 {
		return 0, io.EOF
	}
	if len(c.out) == 0 && c.left == 0 {
		for len(c.header) < 5 {
			one := make([]byte, 5-len(c.header))
			n, err := c.Conn.Read(one)
			c.header = append(c.header, one[:n]...)
			if len(c.header) > 0 && (c.header[0] < 20 || c.header[0] > 23) {
				c.clear, c.header = c.header, nil
				return 0, io.EOF
			}
			if err != nil {
				return 0, err
			}
		}
		c.left = int(c.header[3])<<8 | int(c.header[4])
		c.out = c.header
		c.header = nil
	}
	if len(c.out) > 0 {
		n := copy(b, c.out)
		c.out = c.out[n:]
		return n, nil
	}
	n, err := c.Conn.Read(b[:min(len(b), c.left)])
	c.left -= n
	return n, err
}

// plain returns a reader of what follows TLS.
func (c *recordConn) plain() net.Conn {
	return &readFirst{Conn: c.Conn, first: append(c.clear, c.header...)}
}

type readFirst struct {
	net.Conn
	first []byte
}

func (c *readFirst) Read(b []byte) (int, error) {
	if len(c.first) > 0 {
		n := copy(b, c.first)
		c.first = c.first[n:]
		return n, nil
	}
	return c.Conn.Read(b)
}
