// Package servertest has what tests need that let the library, or PHP, talk
// with servers that others wrote. Only tests import it.
package servertest

import (
	"os"
	"os/exec"
	"testing"
	"time"
)

// Patience bounds every wait for a server.
const Patience = 20 * time.Second

// Need finds a program that a test can't do without.
func Need(t *testing.T, program string) string {
	t.Helper()
	// Servers lie where only root's PATH goes.
	for _, name := range []string{program, "/usr/sbin/" + program} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("REQUIRE_SERVERS") == "1" {
		t.Fatalf("REQUIRE_SERVERS=1 is set, and there is no %s", program)
	}
	t.Skipf("there is no %s", program)
	return ""
}

// Eventually waits until the condition holds.
func Eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(Patience); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("after %v still not: %s", Patience, what)
		}
	}
}
