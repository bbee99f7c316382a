//go:build !unix

package localfile

import (
	"os"
	"syscall"
)

// Rename renames a file, over one that is there.
func Rename(from, to string) error { return os.Rename(from, to) }

// AcrossDevices is the failure of a renaming that would have to copy.
const AcrossDevices = syscall.EXDEV
