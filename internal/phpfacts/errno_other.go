//go:build !darwin && !windows

package phpfacts

import "syscall"

// linuxErrno is the identity: PHP's numbers are this system's own.
func linuxErrno(number syscall.Errno) (int, bool) { return int(number), true }
