//go:build !unix

package main

import (
	"os/exec"
	"time"
)

// Without the bridge, which needs a UNIX system, nothing is run here.

func inOwnGroup(*exec.Cmd) {}

func killGroup(cmd *exec.Cmd) error { return cmd.Process.Kill() }

func groupEnds(*exec.Cmd, time.Duration) {}

func signalName(cmd *exec.Cmd) string { return cmd.ProcessState.String() }
