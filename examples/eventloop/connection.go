package main

// Connections that never wait: how they are opened, accepted and encrypted.

import (
	"regexp"

	. "github.com/phpstream-go/phpstream"
)

const full = 65536 // as much as is read at once, and kept to be written

// A connection reads and writes one stream. Who uses it sets its callbacks.
type connection struct {
	onData  func(data string)
	onDrain func()             // what was written is gone, there is room again
	onClose func(error string) // called once
	loop    *loop
	stream  *Stream
	buffer  string // still to be written
	open    bool
	ending  bool // to be closed when the buffer is empty
}

func newConnection(loop *loop, stream *Stream) *connection {
	c := &connection{loop: loop, stream: stream, open: true}
	c.onData = func(string) {}
	c.onDrain = func() {}
	c.onClose = func(string) {}
	StreamSetBlocking(c.stream, false)
	StreamSetReadBuffer(c.stream, 0)
	return c
}

// encrypt does the TLS handshake and then calls back, with an error or "".
func (c *connection) encrypt(method CryptoMethod, seconds float64, done func(error string)) {
	var timer *timer
	finish := func(error string) {
		c.loop.removeReadStream(c.stream)
		c.loop.cancelTimer(timer)
		if error != "" {
			c.close(error)
		}
		done(error)
	}
	timer = c.loop.addTimer(seconds, func() {
		finish("the handshake took too long")
	})
	step := func() {
		error := "the peer closed the connection"
		catchWarnings(c.loop.php, &error)
		ok, errno, _ := StreamSocketEnableCrypto(c.stream, true, method)
		c.loop.php.RestoreErrorHandler()
		if ok {
			finish("")
		} else if errno != SOCKET_EAGAIN {
			finish(error)
		} // PHP's 0: it goes on when the peer has answered
	}
	c.loop.addReadStream(c.stream, step)
	step()
}

// protocol is the version of TLS, or "" in clear.
func (c *connection) protocol() string {
	if crypto := StreamGetMetaData(c.stream).Crypto; crypto != nil {
		return crypto.Protocol
	}
	return ""
}

func (c *connection) resume() {
	if c.open {
		c.loop.addReadStream(c.stream, c.read)
	}
}

func (c *connection) pause() {
	c.loop.removeReadStream(c.stream)
}

// write answers false when much is waiting already: the caller should pause
// until onDrain is called.
func (c *connection) write(data string) bool {
	if !c.open || c.ending {
		return false
	}
	if c.buffer == "" {
		c.loop.addWriteStream(c.stream, c.flush)
	}
	c.buffer += data
	return len(c.buffer) < full
}

// end closes the connection when all has been written.
func (c *connection) end() {
	c.ending = true
	if c.buffer == "" {
		c.close("")
	}
}

func (c *connection) close(error string) {
	if !c.open {
		return
	}
	c.open = false
	c.loop.removeReadStream(c.stream)
	c.loop.removeWriteStream(c.stream)
	Fclose(c.stream)
	c.onClose(error)
}

func (c *connection) read() {
	error := ""
	catchWarnings(c.loop.php, &error)
	data, ok := StreamGetContents(c.stream, full)
	end := data == "" && Feof(c.stream)
	c.loop.php.RestoreErrorHandler()
	if !ok || end {
		c.close(error)
		return
	}
	if data != "" {
		c.onData(data)
	}
}

func (c *connection) flush() {
	error := ""
	catchWarnings(c.loop.php, &error)
	n, ok := Fwrite(c.stream, c.buffer)
	c.loop.php.RestoreErrorHandler()
	if !ok || (n == 0 && error != "") {
		c.close(error)
		return
	}
	c.buffer = c.buffer[n:]
	if c.buffer != "" {
		return
	}
	c.loop.removeWriteStream(c.stream)
	if c.ending {
		c.close("")
	} else {
		c.onDrain()
	}
}

// connect opens a connection, and calls back with it, or with nil and an error.
func connect(loop *loop, address string, ssl map[string]any, done func(c *connection, error string)) {
	context := loop.php.StreamContextCreate(Options{"ssl": ssl, "socket": {"tcp_nodelay": true}})
	flags := STREAM_CLIENT_CONNECT | STREAM_CLIENT_ASYNC_CONNECT
	var stream *Stream
	var errstr string
	loop.php.Silence(func() {
		stream, _, errstr = loop.php.StreamSocketClient("tcp://"+address, Timeout(0), flags, context)
	})
	if stream == nil {
		done(nil, errstr)
		return
	}
	loop.addWriteStream(stream, func() {
		loop.removeWriteStream(stream)
		if _, ok := StreamSocketGetName(stream, true); !ok {
			done(nil, connectError(loop, stream))
			Fclose(stream)
			return
		}
		done(newConnection(loop, stream), "")
	})
}

// connectError asks why a connect failed: the first write tells.
func connectError(loop *loop, stream *Stream) string {
	error := ""
	catchWarnings(loop.php, &error)
	Fwrite(stream, "\n")
	loop.php.RestoreErrorHandler()
	return upToErrno.ReplaceAllString(error, "")
}

// listen answers the server's stream. Each client is handed to accept.
func listen(loop *loop, address string, ssl map[string]any, accept func(c *connection)) *Stream {
	context := loop.php.StreamContextCreate(Options{"ssl": ssl, "socket": {"backlog": 511, "tcp_nodelay": true}})
	flags := STREAM_SERVER_BIND | STREAM_SERVER_LISTEN
	server, _, _ := loop.php.StreamSocketServer("tcp://"+address, flags, context)
	if server == nil {
		return nil
	}
	StreamSetBlocking(server, false)
	loop.addReadStream(server, func() {
		var stream *Stream
		loop.php.Silence(func() { stream, _ = StreamSocketAccept(server, 0) })
		if stream != nil { // nil: the client has gone again
			accept(newConnection(loop, stream))
		}
	})
	return server
}

// catchWarnings keeps the first warning until RestoreErrorHandler is called.
func catchWarnings(php *Runtime, error *string) {
	first := true
	php.SetErrorHandler(func(_ ErrorLevel, text, _ string, _ int) bool {
		if first {
			*error = text
			first = false
		}
		return true
	})
}

var upToErrno = regexp.MustCompile(`^.* errno=\d+ `)
