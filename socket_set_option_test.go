package phpstream_test

import (
	"errors"
	"net"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	. "github.com/phpstream-go/phpstream"
)

// importedSocket is the Socket of a stream whose peer says nothing.
func importedSocket(t *testing.T) (*Runtime, *Stream, *Socket, *[]string) {
	t.Helper()
	peer, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { peer.Close() })
	var said []string
	rt := NewRuntime()
	rt.SetErrorHandler(func(_ ErrorLevel, message, _ string, _ int) bool {
		said = append(said, message)
		return true
	})
	fp, _, errstr := rt.StreamSocketClient("tcp://"+peer.Addr().String(), Timeout(5))
	if fp == nil {
		t.Fatal(errstr)
	}
	t.Cleanup(func() { fp.Close() })
	return rt, fp, SocketImportStream(fp), &said
}

// TestOptionsThatAreNotSupported: what cannot be set is not taken for a number
// and set as something else.
func TestOptionsThatAreNotSupported(t *testing.T) {
	_, _, socket, said := importedSocket(t)
	for _, o := range []struct {
		level  SocketLevel
		option SocketOption
	}{
		{IPPROTO_IP, IP_MULTICAST_IF}, {IPPROTO_IPV6, IPV6_MULTICAST_IF}, {IPPROTO_IPV6, IPV6_PKTINFO},
		{SOL_SOCKET, SO_MEMINFO}, {SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF}, {IPPROTO_IP, 42}, {IPPROTO_IPV6, 47},
	} {
		*said = nil
		if SocketSetOption(socket, o.level, o.option, 1) {
			t.Errorf("%v was set", o)
		}
		if v, ok := SocketGetOption(socket, o.level, o.option); ok {
			t.Errorf("%v is %v", o, v)
		}
		want := []string{"socket_set_option(): This socket option is not supported", "socket_get_option(): This socket option is not supported"}
		if diff := cmp.Diff(want, *said); diff != "" {
			t.Errorf("%v (-want +got):\n%s", o, diff)
		}
	}
}

// TestSocketValuesOfGo: the values that Go programs have at hand.
func TestSocketValuesOfGo(t *testing.T) {
	_, _, socket, said := importedSocket(t)
	for _, v := range []any{true, int32(1), uint8(1), "1", map[string]bool{"x": true}} {
		SocketSetOption(socket, SOL_SOCKET, SO_KEEPALIVE, 0)
		if !SocketSetOption(socket, SOL_SOCKET, SO_KEEPALIVE, v) {
			t.Errorf("%#v was refused", v)
		}
		if got, _ := SocketGetOption(socket, SOL_SOCKET, SO_KEEPALIVE); got != 1 {
			t.Errorf("after %#v SO_KEEPALIVE is %v", v, got)
		}
	}
	for _, v := range []any{map[string]int{"l_onoff": 1, "l_linger": 5}, map[string]any{"l_onoff": true, "l_linger": "5"}} {
		if !SocketSetOption(socket, SOL_SOCKET, SO_LINGER, v) {
			t.Errorf("%#v was refused", v)
		}
		got, _ := SocketGetOption(socket, SOL_SOCKET, SO_LINGER)
		if diff := cmp.Diff(map[string]int{"l_onoff": 1, "l_linger": 5}, got); diff != "" {
			t.Errorf("%#v (-want +got):\n%s", v, diff)
		}
	}
	if len(*said) > 0 {
		t.Error(*said)
	}
	// PHP 8.4 prints no key here but what lies in memory.
	SocketSetOption(socket, SOL_SOCKET, SO_LINGER, map[string]int{"l_onoff": 1, "l_linger": 65536})
	want := []string{`Uncaught ValueError: socket_set_option(): Argument #4 ($value) "l_linger" must be between 0 and 65535`}
	if diff := cmp.Diff(want, *said); diff != "" {
		t.Errorf("a long linger (-want +got):\n%s", diff)
	}
}

// TestCongestion: an option that is a name.
func TestCongestion(t *testing.T) {
	_, _, socket, _ := importedSocket(t)
	if !SocketSetOption(socket, SOL_TCP, TCP_CONGESTION, "reno") {
		t.Skip("this system has no TCP_CONGESTION")
	}
	got, _ := SocketGetOption(socket, SOL_TCP, TCP_CONGESTION)
	if diff := cmp.Diff(map[string]string{"name": "reno"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if SocketSetOption(socket, SOL_TCP, TCP_CONGESTION, "nonesuch") {
		t.Error("an algorithm that does not exist was set")
	}
}

// TestNoSocket: nil and the zero value are refused, and the Go error is there.
func TestNoSocket(t *testing.T) {
	rt, fp, socket, said := importedSocket(t)
	for _, none := range []*Socket{nil, {}} {
		SetErrorHandler(func(_ ErrorLevel, message, _ string, _ int) bool {
			*said = append(*said, message)
			return true
		})
		*said = nil
		if SocketSetOption(none, SOL_SOCKET, SO_KEEPALIVE, 1) || SocketExportStream(none) != nil {
			t.Error("there is something to set")
		}
		if _, ok := SocketGetOption(none, SOL_SOCKET, SO_KEEPALIVE); ok {
			t.Error("there is something to get")
		}
		RestoreErrorHandler()
		if len(*said) != 3 || (*said)[0] != "Uncaught TypeError: socket_set_option(): Argument #1 ($socket) must be of type Socket, false given" {
			t.Errorf("%q", *said)
		}
	}
	fp.Close()
	if SocketSetOption(socket, SOL_SOCKET, SO_KEEPALIVE, 1) || !errors.Is(rt.LastError(), syscall.EBADF) {
		t.Errorf("after the close: %v", rt.LastError())
	}
	if SocketLastError(socket) != SOCKET_EBADF || rt.SocketLastError() != SOCKET_EBADF {
		t.Error("the errno was not kept")
	}
}
