package main

import (
	"testing"

	"github.com/phpstream-go/phpstream/internal/porttest"
)

func TestSameFunctions(t *testing.T) {
	porttest.Calls(t, "smtpd")
}
