package main

import (
	"errors"
	"fmt"
	"strings"

	. "github.com/phpstream-go/phpstream"
)

// The works on phpstream: the PHP clients in php/, ported line for line.

var portWorks = map[string]worker{
	"lines":    portLines,
	"read":     portRead,
	"reader":   portReader,
	"strings":  portRead,
	"contents": portContents,
	"write":    portWrite,
	"mails":    portMails,
	"urls":     portURLs,
}

var portStarters = map[string]starter{
	"accepts": portAccepts,
	"select":  portSelect,
}

var portOpeners = map[string]opener{
	"idle": func(j job) (func() (any, error), error) {
		return func() (any, error) { return portIdle(j) }, nil
	},
	"held": portHeld,
}

func portOpen(j job) (*Stream, error) {
	// tcp_nodelay, which PHP has to be told, is the rule here.
	ctx := StreamContextCreate(Options{"ssl": {"cafile": j.CAFile, "peer_name": j.Name}})
	scheme := "tcp"
	if j.TLS {
		scheme = "tls"
	}
	fp, errno, errstr := StreamSocketClient(scheme+"://"+j.Addr, Timeout(patience.Seconds()), STREAM_CLIENT_CONNECT, ctx)
	if fp == nil {
		return nil, fmt.Errorf("%d %s (%w)", errno, errstr, LastError())
	}
	StreamSetTimeout(fp, int(patience.Seconds()))
	return fp, nil
}

// portAsk connects and sends the server its order.
func portAsk(j job, order string) (*Stream, error) {
	fp, err := portOpen(j)
	if err == nil {
		Fwrite(fp, order)
	}
	return fp, err
}

func portLines(j job) (n int, err error) {
	fp, err := portAsk(j, fmt.Sprintf("lines %d\n", j.Count))
	if err != nil {
		return 0, err
	}
	defer Fclose(fp)
	for line, ok := Fgets(fp); ok; line, ok = Fgets(fp) {
		if len(line) == lineLength {
			n++
		}
	}
	return n, nil
}

func portRead(j job) (n int, err error) {
	fp, err := portAsk(j, fmt.Sprintf("bulk %d\n", j.Count))
	if err != nil {
		return 0, err
	}
	defer Fclose(fp)
	for data, ok := Fread(fp, chunk); ok && data != ""; data, ok = Fread(fp, chunk) {
		n += len(data)
	}
	return n, nil
}

func portReader(j job) (n int, err error) {
	fp, err := portAsk(j, fmt.Sprintf("bulk %d\n", j.Count))
	if err != nil {
		return 0, err
	}
	defer fp.Close()
	buf := make([]byte, chunk)
	for {
		m, err := fp.Read(buf)
		n += m
		if err != nil {
			return n, end(err)
		}
	}
}

func portContents(j job) (n int, err error) {
	for n < j.Count {
		fp, err := portAsk(j, fmt.Sprintf("bulk %d\n", min(body, j.Count-n)))
		if err != nil {
			return n, err
		}
		data, ok := StreamGetContents(fp)
		Fclose(fp)
		if !ok || data == "" {
			return n, LastError()
		}
		n += len(data)
	}
	return n, nil
}

func portWrite(j job) (n int, err error) {
	fp, err := portAsk(j, fmt.Sprintf("sink %d\n", j.Count))
	if err != nil {
		return 0, err
	}
	defer Fclose(fp)
	data := strings.Repeat("x", piece)
	for n < j.Count {
		m, ok := Fwrite(fp, data, j.Count-n)
		if !ok {
			return n, LastError()
		}
		n += m
	}
	return n, portExpect(fp, "ok")
}

func portIdle(j job) (any, error) {
	fp, err := portAsk(j, "idle\n")
	if err != nil {
		return nil, err
	}
	return fp, portExpect(fp, "ready")
}

func portMails(j job) (int, error) {
	return share(j, func() error { return portMail(j) })
}

func portMail(j job) error {
	fp, err := portOpen(j)
	if err != nil {
		return err
	}
	defer Fclose(fp)
	if err := portExpect(fp, "220"); err != nil {
		return err
	}
	say := func(command, code string) error {
		Fwrite(fp, command)
		return portExpect(fp, code)
	}
	if j.StartTLS {
		if err := errors.Join(say("EHLO client.test\r\n", "250"), say("STARTTLS\r\n", "220")); err != nil {
			return err
		}
		if ok, _, errstr := StreamSocketEnableCrypto(fp, true, STREAM_CRYPTO_METHOD_TLS_CLIENT); !ok {
			return errors.New(errstr)
		}
	}
	for _, step := range steps(j) {
		if err := say(step.say, step.code); err != nil {
			return err
		}
	}
	return nil
}

// portExpect reads a reply, which may have several lines.
func portExpect(fp *Stream, code string) error {
	for {
		line, ok := Fgets(fp)
		if !ok || !strings.HasPrefix(line, code) {
			return fmt.Errorf("%s expected, got %q", code, line)
		}
		if len(line) < 4 || line[3] != '-' {
			return nil
		}
	}
}
