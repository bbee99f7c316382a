package main

import (
	"path/filepath"
	"testing"

	"github.com/phpstream-go/phpstream/internal/porttest"
)

// TestOnThisLibrary runs the PHP program with this library under PHP's stream
// functions.
func TestOnThisLibrary(t *testing.T) {
	porttest.OnThisLibrary(t, filepath.Join(scripts(t), "eventloop.php"), func(version string) string { return outputs[version] })
}
