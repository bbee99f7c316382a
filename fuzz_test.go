package phpstream_test

import (
	"crypto/tls"
	"net"
	"testing"
	"time"

	. "github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

// FuzzStreamOperations drives one stream, in clear or over TLS, with operations
// that the input names, against a peer that the input also steers. Nothing may
// panic, hang past the stream's timeout, or hand out bytes that the peer did not
// send.
func FuzzStreamOperations(f *testing.F) {
	f.Add([]byte("line one\nline two\r\nrest"), []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
	f.Add([]byte{}, []byte{0, 0, 6, 9, 0})
	f.Add([]byte("\x00\n\xff"), []byte{8, 0, 1, 8, 4, 12, 13, 0})
	f.Add([]byte("line one\nline two\r\nrest"), []byte{6, 2, 20, 6, 5, 9, 1, 6, 0, 12, 2, 9, 9, 6, 2})
	server := &tls.Config{MinVersion: tls.VersionTLS10, Certificates: []tls.Certificate{testcert.SelfSigned(testcert.Spec{CN: "localhost", Key: testcert.RSA2048}).TLS()}}
	f.Fuzz(func(t *testing.T, sent, ops []byte) {
		if len(ops) > 40 {
			ops = ops[:40]
		}
		overTLS := len(ops)%2 == 1
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Skip(err)
		}
		defer ln.Close()
		done := make(chan struct{})
		go func() {
			defer close(done)
			c, err := ln.Accept()
			if err != nil {
				return
			}
			defer c.Close()
			c.SetDeadline(time.Now().Add(time.Second))
			if overTLS {
				secured := tls.Server(c, server)
				secured.Handshake()
				c = secured
			}
			for i := 0; i < len(sent); i += 7 {
				c.Write(sent[i:min(len(sent), i+7)])
			}
		}()
		rt := NewRuntime(Profile(len(sent) % 4))
		rt.SetErrorHandler(func(ErrorLevel, string, string, int) bool { return true })
		target := "tcp://"
		if overTLS {
			target = "tls://"
		}
		trusting := rt.StreamContextCreate(Options{"ssl": {"verify_peer": false, "verify_peer_name": false}})
		fp, _, _ := rt.StreamSocketClient(target+ln.Addr().String(), Timeout(1), trusting)
		if fp == nil {
			t.Fatal(rt.LastError())
		}
		defer func() { fp.Close(); <-done }()
		StreamSetTimeout(fp, 0, 5000)
		got := 0
		take := func(s string, ok bool) {
			if !ok && s != "" {
				t.Fatalf("false with %q", s)
			}
			for i := range len(s) {
				if got+i >= len(sent) || s[i] != sent[got+i] {
					t.Fatalf("%q at %d was not sent", s, got)
				}
			}
			got += len(s)
		}
		for i, op := range ops {
			arg := 1
			if i+1 < len(ops) {
				arg = int(ops[i+1])
			}
			before, _ := Ftell(fp)
			wrote := 0
			switch op % 16 {
			case 0:
				take(Fgets(fp))
			case 1:
				take(Fgets(fp, arg))
			case 2:
				take(Fread(fp, arg-1))
			case 3:
				take(Fgetc(fp))
			case 4:
				line, ok := StreamGetLine(fp, arg, "\n")
				take(line, ok)
				after, _ := Ftell(fp)
				got += after - before - len(line) // the ending
			case 5:
				take(StreamGetContents(fp, arg))
			case 6:
				Feof(fp)
			case 7:
				wrote, _ = Fwrite(fp, "abc", arg)
			case 8:
				StreamSetBlocking(fp, arg%2 == 0)
			case 9:
				r, w := []*Stream{fp}, []*Stream{fp}
				StreamSelect(&r, &w, nil, 0, arg)
			case 10:
				StreamGetMetaData(fp)
			case 11:
				StreamSetReadBuffer(fp, arg%2)
			case 12:
				StreamSetChunkSize(fp, arg%20)
			case 13:
				StreamSocketShutdown(fp, ShutdownMode(arg%4))
			case 14:
				StreamSetTimeout(fp, 0, arg*20)
			case 15:
				if arg > 250 {
					Fclose(fp)
				}
			}
			if after, ok := Ftell(fp); ok && after < before {
				t.Fatalf("the position went from %d to %d", before, after)
			}
			if wrote > 3 {
				t.Fatalf("wrote %d bytes of 3", wrote)
			}
		}
	})
}
