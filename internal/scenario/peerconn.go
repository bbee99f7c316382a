package scenario

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// peerConn is one connection of a peer.
type peerConn struct {
	peer *running
	base net.Conn // the socket
	rw   net.Conn // the socket, or TLS over it
	rec  *recordConn
	log  *wireLog

	datagrams bool // a client's, of a socket for datagrams
}

func (p *peerConn) run(steps []Step) {
	for _, st := range steps {
		if err := p.step(st); err != nil {
			if p.peer.Client {
				p.halfClose() // it goes away, and hears what is still said
			}
			break
		}
	}
	p.drain()
	p.base.Close()
}

// datagram reads one.
func (p *peerConn) datagram() error {
	b := make([]byte, 70000)
	n, err := p.base.Read(b)
	if err == nil {
		p.log.add(b[:n])
		p.log.mark("+")
	}
	return err
}

func (p *peerConn) halfClose() error {
	if c, ok := p.base.(interface{ CloseWrite() error }); ok {
		return c.CloseWrite()
	}
	return nil
}

// drain reads to the end, through the end of TLS. Datagrams have none: these are
// read until the program's.
func (p *peerConn) drain() {
	for p.datagrams {
		if p.datagram() != nil {
			return
		}
	}
	io.Copy(logWriter{p.log}, p.rw)
	if p.rec != nil {
		p.untls()
		io.Copy(logWriter{p.log}, p.rw)
	}
}

// untls goes back to reading in clear.
func (p *peerConn) untls() {
	if p.rec != nil {
		p.rw, p.rec = p.rec.plain(), nil
		p.log.mark("clear")
	}
}

type logWriter struct{ log *wireLog }

func (w logWriter) Write(b []byte) (int, error) {
	w.log.add(b)
	return len(b), nil
}

// own puts the peer's own address, or another's port, into a text, where it is
// asked for.
func (r *running) own(text string) string {
	if !strings.Contains(text, "{{") {
		return text
	}
	_, port, _ := net.SplitHostPort(r.addr)
	text = strings.NewReplacer("{{ADDR}}", r.addr, "{{PORT}}", port).Replace(text)
	return otherPort.ReplaceAllStringFunc(text, func(holder string) string {
		m := otherPort.FindStringSubmatch(holder)
		other, err := r.world.peer(m[2])
		if err != nil {
			r.fail(err)
			return holder
		}
		_, port, _ := net.SplitHostPort(other.addr)
		if m[1] == "PORT" {
			return port
		}
		n, _ := strconv.Atoi(port)
		return fmt.Sprintf("%d,%d", n>>8, n&0xff)
	})
}

// otherPort is another peer's port: {{PORT:name}}, and as FTP writes it, in two
// bytes with a comma, {{PASV:name}}.
var otherPort = regexp.MustCompile(`\{\{(PORT|PASV):([^{}]+)\}\}`)

func (p *peerConn) step(st Step) error {
	switch st.Verb {
	case "send":
		return p.write(p.rw, p.peer.own(st.Text))
	case "raw":
		return p.write(p.base, st.Text)
	case "repeat":
		return p.write(p.rw, strings.Repeat(st.Text, st.N))
	case "split":
		for i := range len(st.Text) {
			if err := p.write(p.rw, st.Text[i:i+1]); err != nil {
				return err
			}
			p.peer.pause(st.Wait)
		}
	case "expect":
		b, err := p.read(len(st.Text))
		if err == nil && string(b) != st.Text {
			err = fmt.Errorf("expected %s, saw %s", Quote(st.Text), Quote(string(b)))
			p.peer.fail(err)
		}
		return err
	case "recv":
		if p.datagrams {
			return p.datagram()
		}
		_, err := p.read(st.N)
		return err
	case "recvline":
		return p.readTo("\n")
	case "recvuntil":
		return p.readTo(st.Text)
	case "recvall":
		_, err := io.Copy(logWriter{p.log}, p.rw)
		return err
	case "record":
		header, err := p.read(5)
		if err == nil {
			_, err = p.read(int(header[3])<<8 | int(header[4]))
		}
		return err
	case "tls", "starttls":
		return p.startTLS(st.TLS)
	case "closenotify":
		if c, ok := p.rw.(*tls.Conn); ok {
			if err := c.CloseWrite(); err != nil {
				return err
			}
			// crypto/tls has just forbidden all writing on the socket.
			p.base.SetDeadline(time.Now().Add(longest))
			io.Copy(logWriter{p.log}, p.rw)
		}
		p.untls()
	case "tlsclose":
		return p.rw.Close()
	case "clear":
		io.Copy(logWriter{p.log}, p.rw)
		p.untls()
	case "sleep":
		p.peer.pause(st.Wait)
	case "mark":
		p.peer.mark(st.Text)
	case "await":
		p.peer.await(st.Text)
	case "halfclose":
		return p.halfClose()
	case "stall":
		<-p.peer.done
	case "close":
		p.base.Close()
	case "reset":
		if c, ok := p.base.(*net.TCPConn); ok {
			c.SetLinger(0)
		}
		p.base.Close()
	}
	return nil
}

func (p *peerConn) write(to net.Conn, text string) error {
	_, err := io.WriteString(to, text)
	return err
}

func (p *peerConn) read(n int) ([]byte, error) {
	b := make([]byte, n)
	got, err := io.ReadFull(p.rw, b)
	p.log.add(b[:got])
	return b, err
}

func (p *peerConn) readTo(end string) error {
	for seen := ""; !strings.HasSuffix(seen, end); {
		b, err := p.read(1)
		if err != nil {
			return err
		}
		seen += string(b)
		seen = seen[max(0, len(seen)-len(end)):]
	}
	return nil
}

func (p *peerConn) startTLS(options map[string]string) error {
	p.rec = &recordConn{Conn: p.rw}
	c, err := p.peer.tls(p.rec, options)
	if err != nil {
		p.peer.fail(err)
		return err
	}
	p.rw = c
	if err := c.Handshake(); err != nil {
		p.untls()
		p.log.mark("tls-failed")
		return err
	}
	p.log.mark(tlsWord(c.ConnectionState(), p.peer.Client))
	return nil
}

// tls puts a peer's side of TLS on a connection.
func (r *running) tls(c net.Conn, options map[string]string) (*tls.Conn, error) {
	if r.Client {
		config, err := r.world.certs.client(options, r.sessions)
		return tls.Client(c, config), err
	}
	config, err := r.world.certs.server(options)
	return tls.Server(c, config), err
}

// tlsWord is what a handshake came to. client says that it was the peer's side.
func tlsWord(s tls.ConnectionState, client bool) string {
	word := strings.Replace(tls.VersionName(s.Version), "TLS ", "TLSv", 1)
	if s.ServerName != "" && !client {
		word += " sni=" + s.ServerName
	}
	if s.NegotiatedProtocol != "" {
		word += " alpn=" + s.NegotiatedProtocol
	}
	if len(s.PeerCertificates) > 0 {
		other := "client"
		if client {
			other = "server"
		}
		word += fmt.Sprintf(" %s=%s", other, s.PeerCertificates[0].Subject.CommonName)
	}
	if client && s.DidResume {
		word += " resumed"
	}
	return "tls(" + word + ")"
}
