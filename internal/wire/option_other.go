//go:build !linux && !darwin && !windows

package wire

// natives is empty: nobody has looked at this system's options yet.
var natives map[Option]Option
