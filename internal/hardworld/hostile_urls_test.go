package hardworld

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/phpstream-go/phpstream"
)

// asked reads a request, and answers its first line.
func asked(c *net.TCPConn) string {
	var got []byte
	one := make([]byte, 1)
	for !bytes.HasSuffix(got, []byte("\r\n\r\n")) {
		if _, err := c.Read(one); err != nil {
			break
		}
		got = append(got, one[0])
	}
	line, _, _ := strings.Cut(string(got), "\r\n")
	return line
}

// TestEndlessHeaders: whatever a server goes on with without end, opening its URL
// comes to one, and takes no more memory than memory_limit allows.
func TestEndlessHeaders(t *testing.T) {
	const first = "HTTP/1.1 200 OK\r\n"
	for name, tt := range map[string]struct{ begin, again string }{
		"first line":                 {"", "x"},
		"lines":                      {first, "X: y\r\n"},
		"short lines":                {first, ":\n"},
		"types":                      {first, "Content-Type: a\r\n"},
		"folded line":                {first + "X: y\r\n", " z\r\n"},
		"folded line of white space": {first + "X: y\r\n", " \r\n"},
		"long line":                  {first, "x"},
		"lines before the answer":    {"HTTP/1.1 100 Continue\r\n", "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			addr := serve(t, func(c *net.TCPConn) {
				asked(c)
				io.WriteString(c, tt.begin)
				flood(tt.again)(c)
			})
			c := newClient()
			c.IniSet("memory_limit", "8M")
			ctx := c.StreamContextCreate(phpstream.Options{"http": {"ignore_errors": true}})
			c.mustFail(t, func() bool { return c.Fopen("http://"+addr+"/", "r", ctx) != nil })
		})
	}
}

// mustFail is for an opening that must fail for want of memory, and take little
// more than the 8 MB that it may.
func (c *client) mustFail(t *testing.T, open func() bool) {
	t.Helper()
	grown := most(func() {
		if open() {
			t.Error("it was opened")
		}
	})
	if grown > figure(t, "memory that the headers of answers take")*8*mega {
		t.Errorf("it took %d MB", grown/mega)
	}
	if len(c.events) == 0 || !strings.HasPrefix(c.events[0], "1 Allowed memory size of 8388608 bytes exhausted") {
		t.Errorf("reported: %q", c.events)
	}
}

// TestEndlessProxy: the same for a proxy that is asked for a way through, and the
// header that it never ends is not taken for a handshake.
func TestEndlessProxy(t *testing.T) {
	addr := serve(t, func(c *net.TCPConn) {
		asked(c)
		flood("X: y\r\n")(c)
	})
	c := newClient()
	c.IniSet("memory_limit", "8M")
	ctx := c.StreamContextCreate(phpstream.Options{"http": {"proxy": "tcp://" + addr}})
	c.mustFail(t, func() bool { return c.Fopen("https://localhost/", "r", ctx) != nil })
}

// TestEndlessRedirects: a program that allows any number of redirections is led on
// 10,000 times, and no body on the way is read.
func TestEndlessRedirects(t *testing.T) {
	var answers, sent atomic.Int64
	addr := serve(t, func(c *net.TCPConn) {
		defer c.Close()
		asked(c)
		answers.Add(1)
		fmt.Fprintf(c, "HTTP/1.1 302 Found\r\nLocation: /%d\r\n\r\n", answers.Load())
		if answers.Load() == 1 {
			c.SetDeadline(time.Now().Add(bound))
			for block := make([]byte, 1<<16); ; {
				n, err := c.Write(block)
				sent.Add(int64(n))
				if err != nil {
					return
				}
			}
		}
	})
	c := newClient()
	ctx := c.StreamContextCreate(phpstream.Options{"http": {"max_redirects": 1 << 30}})
	if c.Fopen("http://"+addr+"/", "r", ctx) != nil {
		t.Error("it was opened")
	}
	if n := answers.Load(); uint64(n) != figure(t, "redirections that are followed, whatever max_redirects says") {
		t.Errorf("%d answers", n)
	}
	if len(c.events) != 1 || !strings.HasSuffix(c.events[0], "Failed to open stream: Redirection limit reached, aborting") {
		t.Errorf("reported: %q", c.events)
	}
	if sent.Load() > 16*mega {
		t.Errorf("%d MB of a body were taken", sent.Load()/mega)
	}
}

// TestEndlessReplies: an FTP server that goes on and on has said nothing.
func TestEndlessReplies(t *testing.T) {
	for _, again := range []string{"220-x\r\n", "x", "\n", "\x00220 x\r\n"} {
		var sent atomic.Int64
		addr := serve(t, func(c *net.TCPConn) {
			defer c.Close()
			for block := []byte(strings.Repeat(again, 1+1<<15/len(again))); ; {
				n, err := c.Write(block)
				sent.Add(int64(n))
				if err != nil {
					return
				}
			}
		})
		c := newClient()
		if c.Fopen("ftp://"+addr+"/f", "r") != nil {
			t.Errorf("%q: it was opened", again)
		}
		if n := sent.Load(); n > int64(figure(t, "what an FTP server may say to a command"))+16*mega {
			t.Errorf("%q: it sent %d bytes", again, n)
		}
	}
}

// TestMethodsAreOneLine: a method that comes from a stranger brings no header, and
// no second request.
func TestMethodsAreOneLine(t *testing.T) {
	var connections atomic.Int64
	addr := serve(t, func(c *net.TCPConn) { connections.Add(1); c.Close() })
	for _, method := range []string{"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET", "GET\n", "A\rB"} {
		c := newClient()
		ctx := c.StreamContextCreate(phpstream.Options{"http": {"method": method}})
		if _, ok := c.FileGetContents("http://"+addr+"/", ctx); ok {
			t.Errorf("%q is sent", method)
		}
		if len(c.events) != 1 || !strings.HasSuffix(c.events[0], "Failed to open stream: HTTP method does not allow CR or LF characters") {
			t.Errorf("reported: %q", c.events)
		}
	}
	if connections.Load() != 0 {
		t.Error("the server has heard of it")
	}
}
