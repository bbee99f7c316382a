package soak

import (
	"strings"
	"time"

	. "github.com/phpstream-go/phpstream"
)

// An operation is one thing that is done, with a stream that may be closed, or be
// closed while it is done. A further function is a further row.
type operation struct {
	name string
	do   func(w *worker, fp *Stream)
}

// opener is an operation that opens a stream.
func opener(name string, open func(w *worker) *Stream) operation {
	return operation{name, func(w *worker, _ *Stream) {
		if fp := open(w); fp != nil {
			w.add(fp, w.Rand)
		}
	}}
}

func (w *worker) client(target string, opts ...ClientOption) *Stream {
	fp, _, _ := w.rt.StreamSocketClient(target, append([]ClientOption{Timeout(0.2)}, opts...)...)
	return fp
}

var openers = []operation{
	opener("tcp", func(w *worker) *Stream { return w.client("tcp://" + w.servers.plain) }),
	opener("async", func(w *worker) *Stream {
		return w.client("tcp://"+w.servers.plain, STREAM_CLIENT_CONNECT|STREAM_CLIENT_ASYNC_CONNECT)
	}),
	opener("unix", func(w *worker) *Stream { return w.client("unix://" + w.servers.path) }),
	opener("udp", func(w *worker) *Stream { return w.client("udp://" + w.servers.udp) }),
	opener("tls", func(w *worker) *Stream { return w.client("tls://"+w.servers.tls, w.context()) }),
	opener("tls refused", func(w *worker) *Stream {
		return w.client("tls://"+w.servers.tls, w.rt.StreamContextCreate(Options{"ssl": {"peer_name": "other"}}))
	}),
	opener("server", func(w *worker) *Stream {
		fp, _, _ := w.rt.StreamSocketServer("tcp://127.0.0.1:0")
		return fp
	}),
	opener("server udp", func(w *worker) *Stream {
		fp, _, _ := w.rt.StreamSocketServer("udp://127.0.0.1:0", STREAM_SERVER_BIND)
		return fp
	}),
	{"pair", func(w *worker, _ *Stream) {
		if pair, ok := w.rt.StreamSocketPair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0); ok {
			w.add(pair[0], w.Rand)
			w.add(pair[1], w.Rand)
		}
	}},
	opener("connect to a server", func(w *worker) *Stream {
		name, _ := StreamSocketGetName(w.pick(w.Rand), w.IntN(2) == 0)
		if name == "" {
			return nil
		}
		return w.client("tcp://" + name)
	}),
	opener("fsockopen", func(w *worker) *Stream {
		fp, _, _ := w.rt.Fsockopen("tcp://"+w.servers.plain, -1, 0.2)
		return fp
	}),
}

func (w *worker) context() *Context {
	return w.rt.StreamContextCreate(Options{"ssl": {"cafile": w.servers.cafile, "peer_name": "localhost"}})
}

var operations = []operation{
	{"fgets", func(w *worker, fp *Stream) { Fgets(fp) }},
	{"fgets length", func(w *worker, fp *Stream) { Fgets(fp, 1+w.IntN(100)) }},
	{"fgetc", func(w *worker, fp *Stream) { Fgetc(fp) }},
	{"fread", func(w *worker, fp *Stream) { Fread(fp, 1+w.IntN(20000)) }},
	{"stream_get_line", func(w *worker, fp *Stream) { StreamGetLine(fp, w.IntN(1000), "\r\n") }},
	{"stream_get_contents", func(w *worker, fp *Stream) { StreamGetContents(fp, w.IntN(1000)) }},
	{"stream_copy_to_stream", func(w *worker, fp *Stream) { StreamCopyToStream(fp, w.pick(w.Rand), w.IntN(1000)) }},
	{"fwrite", func(w *worker, fp *Stream) { Fwrite(fp, w.text()) }},
	{"fputs", func(w *worker, fp *Stream) { Fputs(fp, w.text()) }},
	{"readdir", func(w *worker, fp *Stream) { Readdir(fp) }},
	{"feof", func(w *worker, fp *Stream) { Feof(fp) }},
	{"fflush", func(w *worker, fp *Stream) { Fflush(fp) }},
	{"ftell", func(w *worker, fp *Stream) { Ftell(fp) }},
	{"stream_get_meta_data", func(w *worker, fp *Stream) { StreamGetMetaData(fp) }},
	{"stream_socket_get_name", func(w *worker, fp *Stream) { StreamSocketGetName(fp, w.IntN(2) == 0) }},
	{"stream_set_blocking", func(w *worker, fp *Stream) { StreamSetBlocking(fp, w.IntN(3) > 0) }},
	{"stream_set_timeout", func(w *worker, fp *Stream) { StreamSetTimeout(fp, 0, 1+w.IntN(50000)) }},
	{"stream_set_chunk_size", func(w *worker, fp *Stream) { StreamSetChunkSize(fp, 1+w.IntN(20000)) }},
	{"stream_set_read_buffer", func(w *worker, fp *Stream) { StreamSetReadBuffer(fp, w.IntN(2)) }},
	{"stream_select", func(w *worker, fp *Stream) {
		read, write := []*Stream{fp, w.pick(w.Rand), w.pick(w.Rand)}, []*Stream{w.pick(w.Rand)}
		StreamSelect(&read, &write, nil, 0, w.IntN(20000))
	}},
	{"stream_socket_shutdown", func(w *worker, fp *Stream) {
		if w.IntN(4) == 0 {
			StreamSocketShutdown(fp, STREAM_SHUT_WR)
		}
	}},
	{"stream_socket_enable_crypto", func(w *worker, fp *Stream) {
		StreamContextSetOption(fp, "ssl", "cafile", w.servers.cafile)
		StreamContextSetOption(fp, "ssl", "peer_name", "localhost")
		Fwrite(fp, "STARTTLS\r\n")
		Fgets(fp, 512)
		StreamSocketEnableCrypto(fp, true, STREAM_CRYPTO_METHOD_TLS_CLIENT)
	}},
	{"crypto off", func(w *worker, fp *Stream) {
		if w.IntN(4) == 0 {
			StreamSocketEnableCrypto(fp, false)
		}
	}},
	{"stream_context", func(w *worker, fp *Stream) {
		StreamContextSetOption(fp, "ssl", "peer_name", w.text()[:1])
		StreamContextGetOptions(fp)
	}},
	{"Read", func(w *worker, fp *Stream) { fp.Read(make([]byte, 1+w.IntN(1000))) }},
	{"Write", func(w *worker, fp *Stream) { fp.Write([]byte(w.text())) }},
	{"deadlines", func(w *worker, fp *Stream) {
		fp.SetDeadline(time.Now().Add(time.Duration(w.IntN(20)) * time.Millisecond))
		if w.IntN(2) == 0 {
			fp.SetDeadline(time.Time{})
		}
	}},
	{"stream_socket_accept", func(w *worker, fp *Stream) {
		if fp, _ := StreamSocketAccept(fp, 0.01); fp != nil {
			w.add(fp, w.Rand)
		}
	}},
	{"stream_socket_sendto", func(w *worker, fp *Stream) { StreamSocketSendto(fp, w.text()) }},
	{"stream_socket_recvfrom", func(w *worker, fp *Stream) {
		StreamSetBlocking(fp, false) // it knows no timeout
		StreamSocketRecvfrom(fp, 1+w.IntN(1000))
	}},
	{"stream_filter_append", func(w *worker, fp *Stream) {
		names := StreamGetFilters()
		if filter := StreamFilterAppend(fp, names[w.IntN(len(names))]); filter != nil && w.IntN(2) == 0 {
			Fgets(fp)
			StreamFilterRemove(filter)
		}
	}},
	{"addresses", func(w *worker, fp *Stream) { fp.LocalAddr(); fp.RemoteAddr() }},
	{"ask", func(w *worker, fp *Stream) {
		for _, word := range []string{"LINE\r\n", "LINES\r\n", "CLOSE\r\n", "RESET\r\n", "BINARY\r\n"} {
			if w.IntN(5) == 0 {
				Fwrite(fp, word)
			}
		}
	}},
}

func (w *worker) text() string { return strings.Repeat("text ", 1+w.IntN(500)) + "\r\n" }
