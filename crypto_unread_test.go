package phpstream

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/phpstream-go/phpstream/internal/testcert"
)

// TestUnreadBytesForbidCrypto: whatever puts bytes from before the handshake in
// a stream's hands, TLS doesn't come on over them. No call leads there, so the
// test puts them there itself.
func TestUnreadBytesForbidCrypto(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	config := &tls.Config{Certificates: []tls.Certificate{testcert.NewCA(testcert.Spec{CN: "test"}).TLS()}}
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				io.Copy(io.Discard, tls.Server(c, config))
			}()
		}
	}()
	for name, tt := range map[string]struct {
		spoil func(s *Stream)
		want  cryptoResult
	}{
		"nothing":  {func(*Stream) {}, cryptoOn},
		"raw":      {func(s *Stream) { s.sock.clear = []byte("x") }, cryptoFailed},
		"buffered": {func(s *Stream) { s.buf, s.w = []byte("x"), 1 }, cryptoFailed},
	} {
		rt := NewRuntime()
		var said []string
		rt.SetErrorHandler(func(_ ErrorLevel, message, _ string, _ int) bool {
			said = append(said, message)
			return true
		})
		x := rt.StreamContextCreate(Options{"ssl": {"verify_peer": false, "verify_peer_name": false}})
		s, _, errstr := rt.StreamSocketClient("tcp://"+ln.Addr().String(), Timeout(5), x)
		if s == nil {
			t.Fatal(errstr)
		}
		c := rt.call("stream_socket_enable_crypto")
		if !s.setUpCrypto(&c, STREAM_CRYPTO_METHOD_TLS_CLIENT) {
			t.Fatal("it could not be prepared")
		}
		tt.spoil(s)
		got := s.enableCrypto(&c, context.Background())
		c.deliver()
		if got != tt.want || (s.sock.crypto.Load() != nil) != (tt.want == cryptoOn) {
			t.Errorf("%s: %v, %v", name, got, said)
		}
		if tt.want == cryptoFailed && !strings.Contains(strings.Join(said, ""), "Refusing to enable crypto") {
			t.Errorf("%s: %q", name, said)
		}
		s.Close()
	}
}
