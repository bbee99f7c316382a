//go:build unix

package phpstream_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	. "github.com/phpstream-go/phpstream"
)

// pipe is a pipe, and a stream of its end to read from.
func pipe(t *testing.T) (fp *Stream, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	t.Cleanup(func() { w.Close() })
	if fp = Fopen(fmt.Sprintf("php://fd/%d", r.Fd()), "r"); fp == nil {
		t.Fatal(LastError())
	}
	return fp, w
}

// TestSelectWaitsForPipe: what is no regular file is ready when there is something.
func TestSelectWaitsForPipe(t *testing.T) {
	fp, w := pipe(t)
	defer Fclose(fp)
	read := []*Stream{fp}
	if n, ok := StreamSelect(&read, nil, nil, 0, 20000); n != 0 || !ok {
		t.Fatalf("an empty pipe: %d, %v", n, ok)
	}
	time.AfterFunc(20*time.Millisecond, func() { w.WriteString("hello\n") })
	read = []*Stream{fp}
	if n, ok := StreamSelect(&read, nil, nil, 10); n != 1 || !ok {
		t.Fatalf("a full pipe: %d, %v", n, ok)
	}
	if line, _ := Fgets(fp); line != "hello\n" {
		t.Errorf("it has %q", line)
	}
	w.Close()
	read = []*Stream{fp}
	if n, ok := StreamSelect(&read, nil, nil, 10); n != 1 || !ok {
		t.Errorf("a pipe at its end: %d, %v", n, ok)
	}
}

// TestFcloseEndsSelectOfPipe: closing a file ends a wait for it.
func TestFcloseEndsSelectOfPipe(t *testing.T) {
	fp, _ := pipe(t)
	done := make(chan int)
	go func() {
		read := []*Stream{fp}
		n, _ := StreamSelect(&read, nil, nil, 20)
		done <- n
	}()
	time.Sleep(20 * time.Millisecond)
	if !Fclose(fp) {
		t.Error("it can't be closed")
	}
	select {
	case n := <-done:
		if n != 1 {
			t.Errorf("%d are ready", n)
		}
	case <-time.After(10 * time.Second):
		t.Error("it waits on")
	}
}

// TestSelectedFileIsClosed: that a file has been waited for keeps nothing open.
func TestSelectedFileIsClosed(t *testing.T) {
	firstWait()
	before := openFiles()
	for range 50 {
		fp, w := pipe(t)
		read := []*Stream{fp}
		StreamSelect(&read, nil, nil, 0)
		Fclose(fp)
		w.Close()
	}
	if after := openFiles(); len(after) > len(before)+10 {
		t.Errorf("open before %q\nand after %q", before, after)
	}
}
