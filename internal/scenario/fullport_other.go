//go:build !linux

package scenario

import "errors"

// Scenarios are run on Linux: the recorded answers are those of its kernel.

var errLinux = errors.New("scenarios are run on Linux only")

type fullPort struct{ addr string }

func newFullPort() (*fullPort, error) { return nil, errLinux }
func (p *fullPort) close()            {}

type refusedPort struct{ port int }

func newRefusedPort() (*refusedPort, error) { return nil, errLinux }
func (r *refusedPort) close()               {}
