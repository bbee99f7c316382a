package phpstream_test

import (
	"crypto/tls"
	"database/sql"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	. "github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

// address is a string with a name of its own.
type address string

// TestPointersAreReferences: flag.Bool, say, gives a pointer. What it points to
// counts, at the time when the option is set.
func TestPointersAreReferences(t *testing.T) {
	checkLeaks(t)
	self := testcert.SelfSigned(testcert.Spec{CN: "localhost", DNS: []string{"localhost"}})
	addr := serveTLS(t, self.TLS(), func(_ net.Conn, s *tls.Conn) {
		s.Handshake()
		io.Copy(io.Discard, s)
	})
	rt, _ := newRuntime()
	for _, allowed := range []bool{false, true} {
		flag, name := allowed, "localhost"
		x := rt.StreamContextCreate(Options{"ssl": {"allow_self_signed": &flag, "peer_name": &name}, "socket": {"bindto": address("127.0.0.1:0")}})
		flag, name = !flag, "elsewhere.example"
		fp, _, errstr := rt.StreamSocketClient("tls://"+addr, Timeout(5), x)
		if (fp != nil) != allowed {
			t.Errorf("allow_self_signed points to %v: %v %s", allowed, fp != nil, errstr)
		}
		fp.Close()
		if got := StreamContextGetOptions(x)["ssl"]["allow_self_signed"]; got != allowed {
			t.Errorf("it comes back as %v", got)
		}
	}
}

// TestObjectsAreNoOptionValues: what PHP would take for true or 1, since it is
// an object, isn't what a Go program meant. Nothing is sent then.
func TestObjectsAreNoOptionValues(t *testing.T) {
	checkLeaks(t)
	sent := make(chan int, 1)
	addr := serve(t, func(c net.Conn) {
		n, _ := c.Read(make([]byte, 1024))
		sent <- n
	})
	const noBool, noInt = "ssl option %s: a value of type sql.NullBool is neither true nor false", "Object of class NullInt64 could not be converted to int"
	for option, want := range map[string]string{
		"verify_peer": noBool, "verify_peer_name": noBool, "allow_self_signed": noBool, "SNI_enabled": noBool, "no_ticket": noBool,
		"disable_compression": noBool, "capture_peer_cert": noBool, "capture_peer_cert_chain": noBool, "capture_session_meta": noBool,
		"security_level": noInt, "verify_depth": noInt, "min_proto_version": noInt, "max_proto_version": noInt, "crypto_method": noInt,
		"cafile": "Uncaught Error: Object of class NullInt64 could not be converted to string", "peer_name": "Uncaught Error: Object of class NullInt64 could not be converted to string",
	} {
		var value any = &sql.NullInt64{}
		if want == noBool {
			value, want = sql.NullBool{}, fmt.Sprintf(noBool, option)
		}
		for _, profile := range []Profile{PHP84, PHP74, PHP5} {
			rt, e := newRuntime(profile)
			x := rt.StreamContextCreate(Options{"ssl": {"peer_name": "localhost", "verify_peer": true, option: value}})
			fp, _, _ := rt.StreamSocketClient("tls://"+addr, Timeout(5), x)
			if fp != nil {
				t.Errorf("%s: connected", option)
				fp.Close()
			}
			if n := <-sent; n != 0 {
				t.Errorf("%s: %d bytes were sent", option, n)
			}
			if !strings.Contains(e.all(), want) {
				t.Errorf("%s, profile %v: %s\nwant %s", option, profile, e.all(), want)
			}
			if _, err := x.TLSConfig("localhost"); err == nil {
				t.Errorf("%s: TLSConfig has no error", option)
			}
		}
	}
}

// TestObjectsInSocketOptions: here nothing is at stake, and PHP's answer stands.
func TestObjectsInSocketOptions(t *testing.T) {
	checkLeaks(t)
	addr := serve(t, func(c net.Conn) { io.Copy(io.Discard, c) })
	rt, e := newRuntime()
	x := rt.StreamContextCreate(Options{"socket": {"tcp_nodelay": struct{}{}, "ipv6_v6only": func() {}}})
	fp, _, errstr := rt.StreamSocketClient("tcp://"+addr, Timeout(5), x)
	if fp == nil {
		t.Fatal(errstr)
	}
	fp.Close()
	const want = "stream_socket_client(): socket option tcp_nodelay: a value of type struct {} counts as true\n" +
		"stream_socket_client(): socket option ipv6_v6only: a value of type func() counts as true"
	if e.all() != want {
		t.Errorf("%s\nwant %s", e.all(), want)
	}
	StreamContextSetOption(x, "socket", "bindto", struct{}{})
	if fp, _, errstr := rt.StreamSocketClient("tcp://"+addr, Timeout(5), x); fp != nil || errstr != "local_addr context option is not a string." {
		t.Error(errstr)
	}
	if _, err := rt.StreamContextCreate(Options{"socket": {"so_broadcast": struct{}{}}}).Dialer(); err == nil {
		t.Error("Dialer has no error")
	}
}
