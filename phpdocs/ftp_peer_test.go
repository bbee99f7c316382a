package phpdocs_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// ftp is an FTP server that lets everybody in. Its files last as long as the peer.
func (p *peer) ftp(c net.Conn) {
	defer c.Close()
	var data net.Listener
	defer func() {
		if data != nil {
			data.Close()
		}
	}()
	say := func(format string, a ...any) { fmt.Fprintf(c, format+"\r\n", a...) }
	// transfer answers a command that moves data, which move does.
	transfer := func(move func(net.Conn)) {
		if data == nil {
			say("425 No port")
			return
		}
		say("150 Here it goes")
		if d, err := data.Accept(); err == nil {
			d.SetDeadline(time.Now().Add(patience))
			move(d)
			d.Close()
		}
		say("226 Done")
	}
	from := 0
	say("220 Ready")
	for lines := bufio.NewReader(c); ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		if line != "QUIT\r\n" { // for whose reply nobody waits: another connection may be faster
			p.note(line)
		}
		verb, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		p.mu.Lock()
		if p.files == nil {
			p.files = map[string]string{"/pub/list.txt": "first\nsecond\nthird\n"}
		}
		text, exists := p.files[name]
		p.mu.Unlock()
		switch verb {
		case "USER":
			say("331 Password?")
		case "PASS":
			say("230 Welcome")
		case "TYPE":
			say("200 Ok")
		case "EPSV":
			if data, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
				return
			}
			say("229 Ok (|||%d|)", data.Addr().(*net.TCPAddr).Port)
		case "REST":
			from, _ = strconv.Atoi(name)
			say("350 Go on")
		case "SIZE", "DELE", "RETR":
			if !exists {
				say("550 No such file")
				break
			}
			switch verb {
			case "SIZE":
				say("213 %d", len(text))
			case "DELE":
				p.keep(name, "")
				say("250 Gone")
			default:
				transfer(func(d net.Conn) { io.WriteString(d, text[min(from, len(text)):]) })
			}
		case "STOR", "APPE":
			transfer(func(d net.Conn) {
				received, _ := io.ReadAll(d)
				if verb == "STOR" {
					text = ""
				}
				p.keep(name, text+string(received))
			})
		case "QUIT":
			say("221 Bye")
			return
		default:
			say("502 What?")
		}
	}
}

// keep keeps a file; an empty one is gone.
func (p *peer) keep(name, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.files[name] = text
	if text == "" {
		delete(p.files, name)
	}
}
