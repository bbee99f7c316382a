package phpstream_test

import (
	"fmt"
	"strings"
)

// randomFTP uses an ftp:// URL in some way.
func randomFTP(g *dialogue, name, version string) urlCase {
	c := urlCase{name: name, peers: map[string]string{}}
	call := func(format string, args ...any) { c.calls = append(c.calls, fmt.Sprintf(format, args...)) }
	f := &ftpServer{dialogue: g, name: name, secure: g.chance(15)}
	told := g.chance(60)
	params := ""
	if told {
		params = `, ["notification" => "hears"]`
	}
	var options []string
	if g.chance(50) {
		allowed := []string{"1", "0"} // PHP 7.4 takes all else for what stands in memory
		if version != "7.4" {
			allowed = []string{"true", "true", "false", "1", `"0"`}
		}
		options = append(options, `"overwrite" => `+pick(g, allowed...))
	}
	if g.chance(30) {
		options = append(options, `"resume_pos" => `+pick(g, "5", "5", "5", `"5"`, "0", "-1", "9223372036854775807", "true"))
	}
	call(`$c = stream_context_create(["ftp" => [%s], "ssl" => ["cafile" => "{{DIR}}/ca.pem"]]%s)`, strings.Join(options, ", "), params)
	path := pick(g, "/f.txt", "/f.txt", "/d/f", "/d/e/f", "/", "//f", "/f f", "/%0d%0aDELE x", "/a\r\nDELE x", "/%00", "/\xff", "/f;type=a", "/f?q", "/f#x", "", "/d/", "/d//e/",
		"/"+strings.Repeat("l", 100))
	scheme, host := "ftp://", "{{PEER:"+name+"}}"
	if f.secure {
		scheme, host = "ftps://", "localhost:{{PORT:"+name+"}}"
	}
	url := literal(scheme + host + path)
	withUser := literal(scheme + pick(g, "", "", "", "u:p@", "u@", "u:@", ":p@", "u%20+x:p%2bq+@", "u%0d%0aX:p@", "u:p%0aX@", "u%00v:p@", "u\x01:p@") + host + path)
	switch g.IntN(12) {
	case 0, 1:
		f.reads()
		call(`$f = fopen(%s, "%s", false, $c)`, withUser, pick(g, "r", "r", "rb", "rt", "r+", "x", "c", ""))
		if g.chance(30) {
			call("fgets($f)")
		}
		call("stream_get_contents($f)")
		call("feof($f)")
		call("stream_get_meta_data($f)")
		call("fclose($f)")
	case 2, 3:
		f.reads()
		if g.chance(30) {
			call("file_get_contents(%s, false, $c, %d, %d)", withUser, pick(g, 0, 1, 3, 100), pick(g, 0, 1, 5, 9000))
		} else {
			call("file_get_contents(%s, false, $c)", withUser)
		}
	case 4, 5:
		mode := pick(g, "w", "w", "a", "wb", "ab", "w+", "a+")
		f.writes(mode)
		call(`$f = fopen(%s, "%s", false, $c)`, withUser, mode)
		for range g.IntN(3) {
			call("fwrite($f, %s)", literal(pick(g, "x", "", "line\n", strings.Repeat("y", 9000))))
		}
		call("stream_get_meta_data($f)")
		call("fclose($f)")
	case 6:
		flags := pick(g, "0", "0", "8", "2")
		f.writes(map[string]string{"0": "w", "8": "a", "2": "w"}[flags])
		call("file_put_contents(%s, %s, %s, $c)", withUser, literal(pick(g, "x", "", "line\n", strings.Repeat("y", 9000))), flags)
	case 7, 8:
		f.login()
		f.replies(pick(g, "250 in", "550 no", "550 no"), "200 binary", pick(g, "213 6", "213 6", "213 4294967301", "213 x", "550 no", "213", "213  7", "213-6", "213 -1"), f.modified())
		call("%s(%s)", pick(g, "stat", "stat", "file_exists", "is_file", "is_dir", "filesize"), url)
	case 9:
		f.login()
		f.replies(pick(g, "250 gone", "250 gone", "550 no"))
		call("%s(%s, $c)", pick(g, "unlink", "rmdir"), url)
	case 10:
		f.login()
		f.replies("350 go on", "250 renamed")
		other := pick(g, url, literal(scheme+host+"/other"), literal(scheme+host+"/a%0d%0ab"), literal("ftp://127.0.0.2/x"), literal(scheme+host))
		call("rename(%s, %s, $c)", url, other)
	default:
		f.login()
		for range g.IntN(6) {
			f.replies(pick(g, "550 no", "250 in", "257 made", "550 no"))
		}
		call("mkdir(%s, 511, %s, $c)", url, pick(g, "false", "true"))
	}
	if told {
		call("notify_log()")
	}
	c.peers[""] = f.steps.String() + "halfclose\n"
	c.peers["-data"] = f.data
	return c
}

// ftpServer writes a server's script. Mostly it says what a server says.
type ftpServer struct {
	*dialogue
	name   string
	secure bool // ftps
	steps  strings.Builder
	data   string
	begun  bool
}

// handshake is TLS that a server is asked for.
func (f *ftpServer) handshake() {
	command := func(reply string) { f.steps.WriteString("recvline\nsend " + literal(reply+"\r\n") + "\n") }
	switch f.IntN(10) {
	case 0:
		command("500 no")
		command("334 go on")
	case 1:
		command("500 no")
		command(pick(f.dialogue, "500 no", "234 go on"))
		return
	default:
		command("234 go on")
	}
	f.steps.WriteString("tls cert=good tickets=no\n")
	command(pick(f.dialogue, "200 ok", "500 no"))
	command("200 ok")
}

// replies answers commands. The first one is what it says when somebody comes.
func (f *ftpServer) replies(lines ...string) {
	for _, line := range lines {
		if f.begun {
			f.steps.WriteString("recvline\n")
		}
		f.begun = true
		f.steps.WriteString("send " + literal(f.reply(line)) + "\n")
	}
}

func (f *ftpServer) reply(line string) string {
	if f.chance(88) {
		return line + "\r\n"
	}
	g := f.dialogue
	code := line[:3]
	return pick(g, line+"\n", line, code+"-one\r\ntwo\r\n"+line+"\r\n", code+"-one\r\n "+code+" two\r\n"+code+"-three\r\n"+line+"\r\n", "garbage\r\n"+line+"\r\n", code+"\r\n", code+"\r\n"+line+"\r\n",
		code+" \r\n", line+"\x00more\r\n", "\x00"+line+"\r\n", line+strings.Repeat("r", pick(g, 200, 490, 510, 600))+"\r\n", line+" "+strings.Repeat("123 456 ", 70)+"\r\n", "\r\n"+line+"\r\n", "421 bye\r\n", "500 what\r\n", "120 wait\r\n"+line+"\r\n",
		"150 x\r\n", "331 x\r\n", "226 x\r\n", "999 x\r\n", "12 x\r\n"+line+"\r\n", line+"\r\n"+line+"\r\n", line+"\r", code+"-\r\n", "-"+line+"\r\n"+line+"\r\n", "000 x\r\n")
}

func (f *ftpServer) login() {
	g := f.dialogue
	f.replies(pick(g, "220 ready", "220 ready", "220 ready", "220 ready", "220 ready", "220 ready", "220 ready", "220 ready", "120 wait", "421 full"))
	if f.secure {
		f.handshake()
	}
	if f.chance(20) {
		f.replies("230 in")
		return
	}
	f.replies("331 password", pick(g, "230 in", "230 in", "230 in", "230 in", "230 in", "230 in", "230 in", "230 in", "530 no", "332 account"))
}

// ports are the replies to EPSV and PASV.
func (f *ftpServer) ports() {
	g := f.dialogue
	// PHP expects the address that PASV names in the certificate, the library the
	// URL's host.
	if f.secure || f.chance(60) {
		f.replies("229 ok " + pick(g, "(|||%s|)", "(|||%s|)", "(|||%s|)", "(|1|127.0.0.1|%s|)", "|||%s", "(||%s|)", "(|||0|)", "(||| %s|)", "(!!!%s!)", "(|||65537|)", "(|||x|)", "(|||+%s|)", "(|||", "(||||%s|)", "|||%s|||1|", "(|||1|)"))
		if strings.Contains(f.steps.String(), "%s") {
			rest := strings.ReplaceAll(f.steps.String(), "%s", "{{PORT:"+f.name+"-data}}")
			f.steps.Reset()
			f.steps.WriteString(rest)
		}
		return
	}
	f.replies(pick(g, "500 what", "502 no", "228 x"))
	port := "{{PASV:" + f.name + "-data}}"
	f.replies(pick(g, "227 Entering Passive Mode (127,0,0,1,"+port+").", "227 Entering Passive Mode (127,0,0,1,"+port+").", "227 Entering (127,0,0,1,"+port+")", "227 127,0,0,1,"+port, "227 =127,0,0,1,"+port+"x",
		"227 (127,0,0,1,0,1)", "227 (127,0,0,1,0,0)", "227 (127,0,0,1)", "227 (127,0,0,1,5)", "227 (127,0,0,1, "+port+")", "227 none", "227", "227 ", "227 (127.0.0.1,4,1)", "227 (127,0,0,1,256,1)", "500 no",
		"227 (127,0,0,1,-1,-2)", "227 (127,0,0,1,a,1)", "227 (127,0,0,1,0,257)"))
}

func (f *ftpServer) modified() string {
	g := f.dialogue
	return pick(g, "213 20260102030405", "213 20260102030405", "213 20260102030405.123", "213 at 20260102030405", "213 2026010203040", "213 20260102", "213 x", "550 no", "213 19700101000000",
		"213 00000000000000", "213 99999999999999", "213 20260230000000", "213 2026 1 2 3 4 5", "213 20261301000000", "213 1969123123595", "213 +02601020304", "213 -20260102030405", "213 2026010203040506")
}

// early is whether the server says that all is done before it is.
func (f *ftpServer) moved(late bool) {
	g := f.dialogue
	done := pick(g, "226 done", "226 done", "226 done", "226 done", "250 done", "426 cut", "451 no", "226-x", "226", "425 no")
	begin := pick(g, "150 here", "150 here", "150 here", "150 here", "125 here", "425 no", "550 no", "226 done", "150-x")
	if late {
		f.replies(begin)
		f.steps.WriteString("await " + f.name + "\nsend " + literal(f.reply(done)) + "\n")
	} else if f.chance(10) {
		f.replies(begin)
	} else {
		f.replies(begin + "\r\n" + done)
	}
	f.replies("221 bye")
}

// dataBegins is what a server does first on a data connection.
func (f *ftpServer) dataBegins() string {
	if f.secure {
		return "tls cert=good tickets=no\n"
	}
	return ""
}

func (f *ftpServer) reads() {
	g := f.dialogue
	f.login()
	f.replies("200 binary", pick(g, "213 6", "213 6", "213 6", "213 4294967301", "213 x", "550 no", "213", "213  7", "213 -1"))
	f.ports()
	if f.chance(20) {
		f.replies(pick(g, "350 go on", "500 no"))
	}
	f.moved(false)
	f.data = f.dataBegins() + "send " + literal(pick(g, "", "hello\n", "line\nline\r\nend", strings.Repeat("0123456789", pick(g, 10, 1000, 2000)))+" ") + "\n" + pick(g, "close\n", "halfclose\n", "halfclose\n", "halfclose\n", "sleep 30ms\nreset\n")
}

func (f *ftpServer) writes(mode string) {
	g := f.dialogue
	f.login()
	f.replies("200 binary", pick(g, "550 no", "550 no", "213 6"))
	if mode[0] == 'w' && f.chance(30) {
		f.replies("250 deleted")
	}
	f.ports()
	f.moved(f.chance(70))
	if f.secure { // how much has gone when a server closes is chance
		f.data = f.dataBegins() + "recvall\nmark " + f.name + "\nclose\n"
		return
	}
	f.data = pick(g, "recvall\nmark "+f.name+"\nclose\n", "recvall\nmark "+f.name+"\nclose\n", "recvall\nmark "+f.name+"\nclose\n", "recv 1\nmark "+f.name+"\nclose\n", "recv 1\nmark "+f.name+"\nreset\n")
}
