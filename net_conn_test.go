package phpstream_test

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	. "github.com/phpstream-go/phpstream"
	"golang.org/x/net/nettest"
)

// TestStreamIsANetConn holds net.Conn's contract, as package nettest has it.
func TestStreamIsANetConn(t *testing.T) {
	nettest.TestConn(t, func() (net.Conn, net.Conn, func(), error) {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, nil, nil, err
		}
		defer ln.Close()
		fp := connect(t, ln.Addr().String())
		c, err := ln.Accept()
		return fp, c, func() { fp.Close(); c.Close() }, err
	})
}

// TestGoDeadlineKeepsPHPTimeout holds that the earlier of the two counts, also
// where the later one is set, or taken away, during the read.
func TestGoDeadlineKeepsPHPTimeout(t *testing.T) {
	checkLeaks(t)
	fp := connect(t, serve(t, func(c net.Conn) { io.Copy(io.Discard, c) }))
	StreamSetTimeout(fp, 0, 200000)
	for _, deadline := range []time.Time{{}, time.Now().Add(time.Hour)} {
		time.AfterFunc(50*time.Millisecond, func() { fp.SetReadDeadline(deadline) })
		failed := make(chan error, 1)
		go func() { _, err := fp.Read(make([]byte, 1)); failed <- err }()
		select {
		case err := <-failed:
			if !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error(err)
			}
		case <-time.After(bound / 4):
			t.Errorf("a deadline of %v takes the timeout away", deadline)
			fp.Close()
			<-failed
			return
		}
	}
}

// TestGoWriteDeadlineIsAbsolute: a peer that takes a little now and then does
// not move it.
func TestGoWriteDeadlineIsAbsolute(t *testing.T) {
	checkLeaks(t)
	fp := connect(t, serve(t, func(c net.Conn) {
		for p := make([]byte, 256<<10); ; time.Sleep(10 * time.Millisecond) {
			if _, err := c.Read(p); err != nil {
				return
			}
		}
	}))
	start := time.Now()
	fp.SetWriteDeadline(start.Add(300 * time.Millisecond))
	if _, err := fp.Write(make([]byte, 64<<20)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error(err)
	}
	if took := time.Since(start); took > 1500*time.Millisecond {
		t.Errorf("the write ended after %v", took)
	}
}
