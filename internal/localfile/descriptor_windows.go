package localfile

import (
	"os"

	"golang.org/x/sys/windows"
)

// Duplicate opens a handle once more.
func Duplicate(fd uintptr, name string) (*os.File, error) {
	var twin windows.Handle
	own := windows.CurrentProcess()
	if err := windows.DuplicateHandle(own, windows.Handle(fd), own, &twin, 0, false, windows.DUPLICATE_SAME_ACCESS); err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(twin), name), nil
}

// MaxDescriptors is where PHP stops to count on this system.
func MaxDescriptors() int { return 1<<31 - 1 }
