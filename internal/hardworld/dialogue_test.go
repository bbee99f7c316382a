package hardworld

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/phpcall"
)

// A way is how a program talks to the server: which functions it opens, reads
// and writes with, and how.
type way struct {
	Open    string   `json:"open"`
	TLS     string   `json:"tls"` // "", "starttls" or "tls"
	Host    string   `json:"host"`
	Port    int      `json:"port"`
	CAFile  string   `json:"cafile"`
	Timeout float64  `json:"timeout"` // of connecting, and of each read and write
	Set     [][2]any `json:"set"`     // functions that are called on the stream first
	Read    string   `json:"read"`
	Size    int      `json:"size"` // what is passed to it; 0: nothing
	Feof    bool     `json:"feof"` // asked before each read
	Select  bool     `json:"select"`
	Write   string   `json:"write"`
	Pieces  bool     `json:"pieces"` // each byte is written alone
	Cert    string   `json:"cert"`   // of a server
	Filters []filter `json:"filters"`

	code    *code             // what the filters are for
	clear   bool              // not over TLS: it goes past that, or a like way does it
	listens func(addr string) // tells where a server is
}

// A filter stands on a stream, for reading or for writing.
type filter struct {
	Name string `json:"name"`
	Mode int    `json:"mode"`
}

// An answer is what a dialogue came to.
type answer struct {
	Log   []string `json:"log"`
	Got   []byte   `json:"got"`   // all that was read
	Wrote int      `json:"wrote"` // what the writes answered, in all

	longest time.Duration // of the calls
}

// dialogue is dialogue.php, line for line, on the library.
type dialogue struct {
	way
	answer
	rt     *phpstream.Runtime
	fp     phpcall.Value
	events []string
	broken bool
}

func (d *dialogue) run() answer {
	d.rt = phpstream.NewRuntime(phpstream.PHP82)
	d.rt.SetErrorHandler(phpcall.Handler(func(level phpstream.ErrorLevel, message, _ string, _ int) bool {
		d.events = append(d.events, fmt.Sprintf("%d %s", level, message))
		return true
	}))
	d.open()
	if d.fp != false {
		d.talk()
		d.after()
	}
	return d.answer
}

// call answers what a function returns, or the message that it throws.
func (d *dialogue) call(name string, args ...phpcall.Value) phpcall.Value {
	v, _ := d.callOut(name, args...)
	return v
}

func (d *dialogue) callOut(name string, args ...phpcall.Value) (phpcall.Value, map[int]phpcall.Value) {
	begin := time.Now()
	r := phpcall.Call(d.rt, name, args)
	d.longest = max(d.longest, time.Since(begin))
	if r.Thrown != nil {
		return r.Thrown.Message, r.Out
	}
	return r.Value, r.Out
}

// on calls a function on the stream.
func (d *dialogue) on(name string, args ...phpcall.Value) phpcall.Value {
	return d.call(name, append([]phpcall.Value{d.fp}, args...)...)
}

func (d *dialogue) note(what string, value phpcall.Value) {
	d.Log = append(d.Log, what+" = "+dump(value))
	for _, event := range d.events {
		d.Log = append(d.Log, "  "+strings.ReplaceAll(event, "\n", `\n`))
	}
	d.events = nil
}

func array(pairs ...phpcall.Value) *phpcall.Array {
	a := &phpcall.Array{}
	for i := 0; i < len(pairs); i += 2 {
		a.Set(pairs[i], pairs[i+1])
	}
	return a
}

func (d *dialogue) open() {
	if d.Open == "stream_socket_server" {
		d.accept()
		return
	}
	options := array("ssl", array("cafile", d.CAFile, "peer_name", "localhost"))
	var out map[int]phpcall.Value
	first := 2
	if d.Open == "fsockopen" || d.Open == "pfsockopen" {
		scheme := ""
		if d.TLS == "tls" {
			scheme = "tls://"
		}
		d.fp, out = d.callOut(d.Open, scheme+d.Host, int64(d.Port), nil, nil, d.Timeout)
	} else {
		first = 1
		scheme := "tcp://"
		if d.TLS == "tls" {
			scheme = "tls://"
		}
		context := d.call("stream_context_create", options)
		d.fp, out = d.callOut("stream_socket_client", fmt.Sprintf("%s%s:%d", scheme, d.Host, d.Port), nil, nil, d.Timeout,
			int64(phpstream.STREAM_CLIENT_CONNECT), context)
	}
	d.note(d.Open, d.fp)
	d.note("errno", out[first])
	d.note("errstr", out[first+1])
	if d.fp == false {
		return
	}
	d.opened()
}

func (d *dialogue) accept() {
	context := d.call("stream_context_create", array("ssl", array("local_cert", d.Cert)))
	scheme := "tcp://"
	if d.TLS == "tls" {
		scheme = "tls://"
	}
	server := d.call("stream_socket_server", scheme+"127.0.0.1:0", nil, nil,
		int64(phpstream.STREAM_SERVER_BIND|phpstream.STREAM_SERVER_LISTEN), context)
	d.call("stream_set_timeout", server, int64(0), int64(d.Timeout*1000000)) // of the handshake
	d.listens(d.call("stream_socket_get_name", server, false).(string))
	d.fp = d.call("stream_socket_accept", server, d.Timeout)
	d.note("stream_socket_accept", d.fp)
	d.call("fclose", server)
	if d.fp != false {
		d.opened()
	}
}

func (d *dialogue) opened() {
	d.on("stream_set_timeout", int64(0), int64(d.Timeout*1000000))
	for _, set := range d.Set {
		d.note(set[0].(string), d.on(set[0].(string), set[1]))
	}
	for _, f := range d.Filters {
		_, isText := d.on("stream_filter_append", f.Name, int64(f.Mode)).(string)
		d.note("stream_filter_append", !isText)
	}
}

func (d *dialogue) talk() {
	if d.TLS != "tls" {
		_ = d.put("HELLO a\r\n") && d.get(9, 1)
		if d.TLS == "starttls" {
			_ = d.broken || d.put("STARTTLS\r\n") && d.get(8, 1)
			if !d.broken {
				d.crypto()
			}
		}
	}
	if d.TLS != "" {
		_ = d.broken || d.get(10, 1)
	}
	_ = d.broken || d.put("EHLO xy\r\n") && d.get(21, 2)
	_ = d.broken || d.put("MORE\r\n") && d.rest()
}

func (d *dialogue) crypto() {
	if d.Open == "stream_socket_server" && !d.put("GO\r\n") {
		return
	}
	method := int64(phpstream.STREAM_CRYPTO_METHOD_TLS_CLIENT)
	if d.Open == "stream_socket_server" {
		method = int64(phpstream.STREAM_CRYPTO_METHOD_TLS_SERVER)
	}
	ok := d.on("stream_socket_enable_crypto", true, method)
	for ok == int64(0) && d.readable() {
		ok = d.on("stream_socket_enable_crypto", true, method)
	}
	d.note("stream_socket_enable_crypto", ok)
	d.broken = ok != true
}

func (d *dialogue) readable() bool {
	n := d.call("stream_select", phpcall.NewArray(d.fp), nil, nil, int64(0), int64(d.Timeout*1000000))
	count, _ := n.(int64)
	return count > 0
}

func (d *dialogue) put(text string) bool {
	pieces := []string{text}
	if d.Pieces {
		pieces = strings.Split(text, "")
	}
	for _, piece := range pieces {
		n := d.on(d.Write, piece)
		count, _ := n.(int64)
		d.Wrote += int(max(0, count))
		if n != int64(len(piece)) {
			d.note("put "+piece, n)
			d.broken = true
			return false
		}
	}
	d.note("put", text)
	return true
}

func (d *dialogue) get(bytes, lines int) bool {
	if d.Read == "stream_get_line" {
		bytes -= 2 * lines
	}
	text := ""
	for len(text) < bytes {
		s, value := d.read(bytes - len(text))
		if s == "" {
			d.note("get", text)
			d.note("then", value)
			d.broken = true
			return false
		}
		text += s
	}
	d.note("get", text)
	return true
}

func (d *dialogue) rest() bool {
	text := ""
	for {
		s, value := d.read(8192)
		if text += s; s == "" {
			d.note("rest", text)
			d.note("then", value)
			return true
		}
	}
}

func (d *dialogue) read(left int) (string, phpcall.Value) {
	if d.Feof && d.on("feof") == true {
		return "", false
	}
	for {
		if d.Select && !d.readable() {
			return "", false
		}
		var v phpcall.Value
		switch d.Read {
		case "fgetc":
			v = d.on("fgetc")
		case "stream_get_line":
			v = d.on("stream_get_line", int64(d.Size), "\r\n")
		case "stream_get_contents":
			v = d.on("stream_get_contents", int64(left))
		default:
			size := d.Size
			if d.Read != "fgets" {
				size = min(size, left) // what comes at once doesn't matter then
			}
			if size > 0 {
				v = d.on(d.Read, int64(size))
			} else {
				v = d.on(d.Read)
			}
		}
		s, _ := v.(string)
		if s == "" && d.Select && d.on("feof") == false {
			continue
		}
		d.Got = append(d.Got, s...)
		return s, v
	}
}

func (d *dialogue) after() {
	d.Timeout = 0.02
	d.on("stream_set_timeout", int64(0), int64(20000))
	d.note("feof", d.on("feof"))
	d.meta()
	_, value := d.read(8192)
	d.note("read", value)
	n := d.on(d.Write, "LATE\r\n")
	count, _ := n.(int64)
	d.Wrote += int(max(0, count))
	d.note("write", n)
	d.meta()
	d.note("ftell", d.on("ftell"))
	d.note("stream_select", d.readable()) // an end is readable, too
	_, isText := d.on("stream_socket_get_name", false).(string)
	d.note("stream_socket_get_name", isText)
	d.note("fflush", d.on("fflush"))
	d.note("stream_get_line", d.on("stream_get_line", int64(100), "\n"))
	d.note("stream_socket_shutdown", d.on("stream_socket_shutdown", int64(phpstream.STREAM_SHUT_RDWR)))
	d.note("feof", d.on("feof"))
	d.note("write", d.on("fwrite", "GONE\r\n"))
	d.note("fclose", d.on("fclose"))
	d.note("is_resource", d.call("is_resource", d.fp))
	d.note("get_resource_type", d.on("get_resource_type"))
	d.note("fgets", d.on("fgets"))
}

func (d *dialogue) meta() {
	m := d.on("stream_get_meta_data").(*phpcall.Array)
	for _, key := range []string{"timed_out", "blocked", "eof", "stream_type", "unread_bytes"} {
		v, _ := m.Get(key)
		d.note(key, v)
	}
	var protocol phpcall.Value
	if crypto, ok := m.Get("crypto"); ok {
		protocol, _ = crypto.(*phpcall.Array).Get("protocol")
	}
	d.note("crypto", protocol)
}

func dump(v phpcall.Value) string {
	switch v := v.(type) {
	case string:
		var b strings.Builder
		for i := range len(v) {
			if c := v[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
				fmt.Fprintf(&b, `\x%02x`, c)
			} else {
				b.WriteByte(c)
			}
		}
		return `"` + b.String() + `"`
	case *phpstream.Stream:
		return "resource"
	}
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
