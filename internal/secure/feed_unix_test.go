//go:build unix

package secure

import (
	"errors"
	"syscall"
	"testing"
	"time"

	"github.com/phpstream-go/phpstream/internal/wire"
)

// A server's handshake that was over within its first call leaves nothing behind
// that would make a later look at the socket wait.
func TestLookAfterQuickHandshake(t *testing.T) {
	pair, err := wire.Pair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer pair[0].Close()
	defer pair[1].Close()
	f := feed{w: pair[0], server: true, hello: make(chan struct{}), mode: once, deadline: time.Now().Add(5 * time.Second)}
	if n, err := f.Read(make([]byte, 10)); n != 0 || !errors.Is(err, wire.ErrWouldBlock) {
		t.Errorf("%d, %v", n, err)
	}
}
