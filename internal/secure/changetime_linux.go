package secure

import (
	"os"
	"syscall"
	"time"
)

// changeTime is when a file was last changed in any way, which nobody can set.
func changeTime(info os.FileInfo) time.Time {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return time.Unix(int64(s.Ctim.Sec), int64(s.Ctim.Nsec))
	}
	return time.Time{}
}
