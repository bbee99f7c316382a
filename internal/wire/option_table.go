//go:build !linux

package wire

// native is the system's own form of an option; false where it has none.
func (o Option) native() (Option, bool) {
	n, ok := natives[o]
	return n, ok
}
