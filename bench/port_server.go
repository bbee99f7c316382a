package main

import (
	"fmt"

	. "github.com/phpstream-go/phpstream"
)

// portServe listens on a port of its own.
func portServe(j job) (*Stream, error) {
	ctx := StreamContextCreate(Options{"ssl": {"local_cert": j.Cert}, "socket": {"backlog": 4096, "tcp_nodelay": true}})
	scheme := "tcp"
	if j.TLS {
		scheme = "tls"
	}
	flags := STREAM_SERVER_BIND | STREAM_SERVER_LISTEN
	server, errno, errstr := StreamSocketServer(scheme+"://127.0.0.1:0", flags, ctx)
	if server == nil {
		return nil, fmt.Errorf("%d %s (%w)", errno, errstr, LastError())
	}
	return server, nil
}

func portAccepts(j job) (s stage, err error) {
	server, err := portServe(j)
	if err != nil {
		return s, err
	}
	name, _ := StreamSocketGetName(server, false)
	control, err := portAsk(j, fmt.Sprintf("call %d %s\n", j.Count, name))
	if err != nil {
		return s, err
	}
	s.work = func() (int, error) {
		return share(j, func() error {
			fp, _ := StreamSocketAccept(server, patience.Seconds())
			if fp == nil {
				return LastError()
			}
			Fwrite(fp, "ready\n")
			Fclose(fp)
			return nil
		})
	}
	s.finish = func() error {
		defer Fclose(server)
		defer Fclose(control)
		Fwrite(control, "look\n")
		return portExpect(control, "ok")
	}
	return s, portExpect(control, "ok")
}

func portHeld(j job) (func() (any, error), error) {
	server, err := portServe(j)
	if err != nil {
		return nil, err
	}
	name, _ := StreamSocketGetName(server, false)
	// The control connection stays open as long as this process.
	if _, err := portAsk(j, fmt.Sprintf("hold %d %s\n", j.Count+1, name)); err != nil {
		return nil, err
	}
	return func() (any, error) {
		fp, _ := StreamSocketAccept(server, patience.Seconds())
		if fp == nil {
			return nil, LastError()
		}
		if err := portExpect(fp, "hello"); err != nil {
			return nil, err
		}
		Fwrite(fp, "ready\n")
		return fp, nil
	}, nil
}

func portSelect(j job) (s stage, err error) {
	streams := make([]*Stream, j.Streams)
	for i := range streams {
		if streams[i], err = portAsk(j, "page 1\n"); err != nil {
			return s, err
		}
	}
	Fwrite(streams[j.Streams/2], "!")
	read := streams
	StreamSelect(&read, nil, nil, int(patience.Seconds()))
	s.work = func() (n int, err error) {
		for n < j.Count {
			read := streams
			if ready, ok := StreamSelect(&read, nil, nil, 0); !ok || ready != 1 {
				return n, LastError()
			}
			n++
		}
		return n, nil
	}
	s.finish = func() error {
		for _, fp := range streams {
			Fclose(fp)
		}
		return nil
	}
	return s, nil
}
