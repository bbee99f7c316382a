//go:build !linux

package main

// residentBytes is known on Linux only; the table leaves it out elsewhere.
func residentBytes() float64 { return 0 }
