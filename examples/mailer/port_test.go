package main

import (
	"testing"

	"github.com/phpstream-go/phpstream/internal/porttest"
)

func TestSameFunctions(t *testing.T) {
	porttest.Calls(t, "mailer")
	porttest.Functions(t, "message") // no streams there
}
