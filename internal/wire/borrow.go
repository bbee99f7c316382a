package wire

import (
	"errors"
	"net"
	"os"
	"runtime"
	"syscall"
	"time"
)

// Borrow makes a Conn of somebody else's descriptor. It can be polled, and
// nothing else; closing it leaves the descriptor open.
func Borrow(fd uintptr) *Conn {
	c := &Conn{s: borrowed{}, raw: borrowedRaw{}, fd: fd}
	c.seat.Store(noSeat) // its owner may close it without a word
	return c
}

// OfFile makes a Conn of a file. It can be polled, and closed, which closes the file;
// its errors are what a system answers that can't poll files.
func OfFile(f *os.File) (*Conn, error) {
	if runtime.GOOS == "windows" {
		return nil, errors.ErrUnsupported
	}
	c, err := newConn(f, "")
	if err == nil {
		c.seat.Store(noSeat) // the system watches no regular files
	}
	return c, err
}

// borrowed is a socket that is not ours to use, and its syscall.RawConn.
type (
	borrowed    struct{}
	borrowedRaw struct{}
)

func (borrowed) Read([]byte) (int, error)              { return 0, net.ErrClosed }
func (borrowed) Write([]byte) (int, error)             { return 0, net.ErrClosed }
func (borrowed) Close() error                          { return nil }
func (borrowed) SetReadDeadline(time.Time) error       { return net.ErrClosed }
func (borrowed) SetWriteDeadline(time.Time) error      { return net.ErrClosed }
func (borrowed) SyscallConn() (syscall.RawConn, error) { return borrowedRaw{}, nil }

func (borrowedRaw) Control(func(uintptr)) error    { return net.ErrClosed }
func (borrowedRaw) Read(func(uintptr) bool) error  { return net.ErrClosed }
func (borrowedRaw) Write(func(uintptr) bool) error { return net.ErrClosed }
