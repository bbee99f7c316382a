package main

import (
	"testing"

	"github.com/phpstream-go/phpstream/internal/porttest"
)

func TestSameFunctions(t *testing.T) {
	for _, name := range []string{"fetch", "bar", "server", "demo"} {
		porttest.Calls(t, name)
	}
}
