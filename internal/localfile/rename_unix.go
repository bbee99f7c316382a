//go:build unix

package localfile

import "syscall"

// Rename is rename(2), which package os stands before with a check of its own.
func Rename(from, to string) error { return pathError("rename", from, syscall.Rename(from, to)) }

// AcrossDevices is the failure of a renaming that would have to copy.
const AcrossDevices = syscall.EXDEV
