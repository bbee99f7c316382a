package phpstream_test

import (
	"bufio"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	. "github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/phptest"
)

// listing reads a directory to its end.
func listing(dir ...*Stream) (names []string) {
	for name, ok := Readdir(dir...); ok; name, ok = Readdir(dir...) {
		names = append(names, name)
	}
	return names
}

// TestReaddirInPHPsOrder: the order is the system's, which PHP does not change.
func TestReaddirInPHPsOrder(t *testing.T) {
	dir := t.TempDir()
	for i := range 50 {
		FilePutContents(filepath.Join(dir, fmt.Sprint(i)), "")
	}
	d := Opendir(dir)
	defer Closedir(d)
	got := strings.Join(listing(d), " ")
	php := phptest.One(t, "8.2")
	want := php.Run(t, `<?php $d = opendir(trim($input)); while (($n = readdir($d)) !== false) $all[] = $n; echo implode(' ', $all);`, dir)
	if got != want {
		t.Errorf("here %s\nPHP  %s", got, want)
	}
}

// TestReaddirOfNil: a nil is a directory that could not be opened, not the last one.
func TestReaddirOfNil(t *testing.T) {
	rt := NewRuntime()
	var heard []string
	rt.SetErrorHandler(func(_ ErrorLevel, message, _ string, _ int) bool {
		heard = append(heard, message)
		return true
	})
	d := rt.Opendir(t.TempDir())
	if _, ok := rt.Readdir(nil); ok {
		t.Error("nil has an entry")
	}
	rt.Closedir(nil)
	if !IsResource(d) {
		t.Fatal("nil has closed the last one")
	}
	want := []string{
		"Uncaught TypeError: readdir(): Argument #1 ($dir_handle) must be of type resource or null, false given",
		"Uncaught TypeError: closedir(): Argument #1 ($dir_handle) must be of type resource or null, false given",
	}
	if !slices.Equal(heard, want) {
		t.Errorf("heard %q, want %q", heard, want)
	}
}

// TestLastDirectoryIsTheRuntimes: what another Runtime has opened is none of its
// business.
func TestLastDirectoryIsTheRuntimes(t *testing.T) {
	one, other := NewRuntime(), NewRuntime()
	for _, rt := range []*Runtime{one, other} {
		rt.SetErrorHandler(func(ErrorLevel, string, string, int) bool { return true })
	}
	d := one.Opendir(t.TempDir())
	if _, ok := other.Readdir(); ok {
		t.Error("the other has a directory")
	}
	if _, ok := one.Readdir(); !ok {
		t.Error("the one has none")
	}
	other.Closedir(d) // which is the one's, and its last
	if _, ok := one.Readdir(); ok {
		t.Error("a closed directory is still the last one")
	}
	if _, is := one.LastError().(*ThrownError); !is || !strings.Contains(one.LastError().Error(), "No resource supplied") {
		t.Errorf("it says %v", one.LastError())
	}
}

// listFTP is a server that lets anyone list what serve writes. It calls asked, where
// there is one, when somebody connects.
func listFTP(t *testing.T, asked func(), serve func(net.Conn)) (address string) {
	t.Helper()
	control, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	data, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { control.Close(); data.Close() })
	go func() {
		c, err := control.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		if asked != nil {
			asked()
		}
		c.SetDeadline(time.Now().Add(20 * time.Second))
		fmt.Fprint(c, "220 ready\r\n")
		commands := bufio.NewReader(c)
		for _, answer := range []string{"230 in", "200 text", fmt.Sprintf("229 ok (|||%d|)", data.Addr().(*net.TCPAddr).Port), "150 here"} {
			commands.ReadString('\n')
			fmt.Fprint(c, answer, "\r\n")
		}
		commands.ReadString('\n')
	}()
	go func() {
		c, err := data.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(20 * time.Second))
		if serve != nil {
			serve(c)
		}
	}()
	return control.Addr().String()
}

// TestScandirIsBounded: a server that never ends its list does not take all memory.
func TestScandirIsBounded(t *testing.T) {
	address := listFTP(t, nil, func(c net.Conn) {
		names := []byte(strings.Repeat("\r\n", 10000)) // nothing but empty names
		for err := error(nil); err == nil; _, err = c.Write(names) {
		}
	})
	rt := NewRuntime()
	rt.IniSet("memory_limit", "4M")
	rt.SetErrorHandler(func(ErrorLevel, string, string, int) bool { return true })
	names, ok := rt.Scandir("ftp://" + address + "/")
	if ok || names != nil || rt.LastError() == nil || !strings.Contains(rt.LastError().Error(), "memory_limit") {
		t.Errorf("%d names, %v, %v", len(names), ok, rt.LastError())
	}
}

// TestClosedirEndsReaddir: closing a directory ends a wait for its next entry.
func TestClosedirEndsReaddir(t *testing.T) {
	end := make(chan bool)
	defer close(end)
	address := listFTP(t, nil, func(c net.Conn) {
		fmt.Fprint(c, "a\r\n")
		<-end
	})
	d := Opendir("ftp://" + address + "/")
	if name, ok := Readdir(d); !ok || name != "a" {
		t.Fatal(name, ok)
	}
	more := make(chan bool)
	go func() {
		_, ok := Readdir(d)
		more <- ok
	}()
	time.Sleep(20 * time.Millisecond)
	d.Close()
	select {
	case ok := <-more:
		if ok {
			t.Error("a closed directory has an entry")
		}
	case <-time.After(10 * time.Second):
		t.Error("Readdir waits on")
	}
}
