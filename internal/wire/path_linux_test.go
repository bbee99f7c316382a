package wire

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"testing"
)

// An abstract name may be as long as an address has room, and is one's own.
func TestLongestAbstractName(t *testing.T) {
	name := "\x00" + fmt.Sprintf("%0107d", os.Getpid())
	var b Binder
	c, err := b.BindPath("unix", name)
	if err != nil {
		t.Fatalf("%d bytes: %v", len(name), err)
	}
	defer c.Close()
	if again, err := b.BindPath("unix", name); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("a second time: %v, %v", again, err)
	}
	if other, err := b.BindPath("unix", name+"!"); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("a byte more: %v, %v", other, err)
	}
}
