//go:build unix

package phpstream_test

import (
	"io"
	"net"
	"syscall"
	"testing"

	. "github.com/phpstream-go/phpstream"
)

// TestSelectManyStreams holds that there is no limit of 1,024 descriptors.
func TestSelectManyStreams(t *testing.T) {
	checkLeaks(t)
	var limit syscall.Rlimit
	syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit)
	n := 1100
	if limit.Cur < uint64(3*n) {
		t.Fatalf("the test needs %d descriptors, the system allows %d", 3*n, limit.Cur)
	}
	addr := serve(t, func(c net.Conn) { io.Copy(io.Discard, c) })
	streams := make([]*Stream, n)
	for i := range streams {
		streams[i] = connect(t, addr)
	}
	w := append([]*Stream(nil), streams...)
	if got, ok := StreamSelect(nil, &w, nil, 5); got != n || !ok {
		t.Fatalf("%d of %d are writable", got, n)
	}
}
