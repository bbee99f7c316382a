//go:build !linux

package localfile

import "os"

// CopyRange is copy_file_range(2), which only Linux has.
func CopyRange(_, _ *os.File, _ int64) (copied int, err error) { return 0, ErrNotCopied }
