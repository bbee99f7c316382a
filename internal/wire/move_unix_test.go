//go:build unix

package wire

import (
	"errors"
	"net"
	"testing"
	"time"
)

// TestMove: who has the old Conn reaches the socket no more, whoever has the
// new one does, and the peer sees nothing of it.
func TestMove(t *testing.T) {
	c, peer := pair(t)
	reading := make(chan error, 1)
	go func() {
		_, err := c.Read(make([]byte, 8), time.Time{})
		reading <- err
	}()
	time.Sleep(20 * time.Millisecond)
	moved, err := c.Move()
	if err != nil {
		t.Fatal(err)
	}
	defer moved.Close()
	select {
	case err := <-reading:
		if err != net.ErrClosed {
			t.Errorf("the old reader got %v", err)
		}
	case <-time.After(bound):
		t.Fatal("the old reader still waits")
	}
	if _, err := c.Write([]byte("old"), bound); err != net.ErrClosed {
		t.Errorf("the old one writes: %v", err)
	}
	if err := c.Shutdown(ShutBoth); err != net.ErrClosed {
		t.Errorf("the old one shuts down: %v", err)
	}
	if _, err := c.IntOption(Option{1, 9}); !errors.Is(err, errClosedSocket) {
		t.Errorf("the old one has options: %v", err)
	}
	if _, err := c.Move(); err != net.ErrClosed {
		t.Errorf("the old one moves again: %v", err)
	}
	if c.Close() != net.ErrClosed {
		t.Error("the old one is still open")
	}
	if !moved.Quiet() {
		t.Error("the new one is not quiet")
	}
	if n, err := moved.Write([]byte("new"), bound); n != 3 || err != nil {
		t.Fatal(n, err)
	}
	got := make([]byte, 8)
	peer.SetDeadline(time.Now().Add(bound))
	if n, err := peer.Read(got); string(got[:n]) != "new" {
		t.Fatalf("the peer got %q, %v", got[:n], err)
	}
	peer.Write([]byte("answer"))
	if n, err := moved.Read(got, time.Now().Add(bound)); string(got[:n]) != "answer" {
		t.Fatalf("%q, %v", got[:n], err)
	}
}

// TestMoveWhileHeld: a socket that somebody polls stays where it is.
func TestMoveWhileHeld(t *testing.T) {
	c, peer := pair(t)
	if _, ok := c.Hold(); !ok {
		t.Fatal("no hold")
	}
	if _, err := c.Move(); err != ErrInUse {
		t.Errorf("moved: %v", err)
	}
	c.Release()
	if n, err := c.Write([]byte("x"), bound); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	got := make([]byte, 1)
	peer.SetDeadline(time.Now().Add(bound))
	if _, err := peer.Read(got); err != nil {
		t.Fatal(err)
	}
}

// TestMoveWatched: a socket that the system watches for a loop is watched no
// more when it has moved.
func TestMoveWatched(t *testing.T) {
	conns, peers := pairs(t, worthSet)
	for range 2 * worthSet {
		round(t, conns, 0)
	}
	moved, err := conns[0].Move()
	if err != nil {
		t.Fatal(err)
	}
	defer moved.Close()
	peers[0].Write([]byte("x"))
	peers[1].Write([]byte("x"))
	time.Sleep(20 * time.Millisecond)
	ready := round(t, conns, bound)
	if ready[conns[0]] || !ready[conns[1]] || len(ready) != 1 {
		t.Errorf("%d are ready, the old one %t", len(ready), ready[conns[0]])
	}
	conns[0] = moved
	if !round(t, conns, bound)[moved] {
		t.Error("the new one isn't ready")
	}
}

func TestQuiet(t *testing.T) {
	c, peer := pair(t)
	if !c.Quiet() {
		t.Error("nothing has come")
	}
	peer.Write([]byte("x"))
	for end := time.Now().Add(bound); c.Quiet(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("what has come is not seen")
		}
	}
	c.TryRead(make([]byte, 1))
	peer.Close()
	for end := time.Now().Add(bound); c.Quiet(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the end is not seen")
		}
	}
}
